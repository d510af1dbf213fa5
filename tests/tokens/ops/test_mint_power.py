"""Nobody mints alone, and nobody mints while the coin is in BREACH (5.7)."""

import datetime as dt
import random

import msgspec

from tests.tokens.ops.build import instruct, leg, transfer
from tests.tokens.ops.reserve_world import add, in_breach, reserve_world, swap, take
from tests.tokens.ops.test_cash import DEFINE, mint
from tests.tokens.ops.world import ACCOUNTS, CBM, PEOPLE, PKRS, START, World, address
from tokens.ops.cash import CashMint
from tokens.ops.cash_asset import DefineCashAsset
from tokens.ops.grants import GrantPower
from tokens.ops.off_ramps import OpenOffRamp
from tokens.ops.on_ramps import OpenOnRamp, ReceiveRamp
from tokens.records.proposals import GRANT
from tokens.records.ramps import Rail, RampPurpose
from tokens.results import Code
from tokens.types import NO_ADDRESS, AccountPurpose

RESERVE = AccountPurpose.RESERVE
ATTEMPTS = 10_000
AMOUNTS = (1, 2, 500_000, 9_999_999, 2**32, 2**63, 2**64 - 1)
TARGETS = (*ACCOUNTS, "issuer/main")


def power(rng: random.Random) -> GrantPower:
    """A grant to mint, to somebody."""
    return GrantPower(
        grantor=address(rng.choice([*PEOPLE, *TARGETS])),
        grantee=address(rng.choice(list(PEOPLE))),
        operation=rng.choice(["cash_mint", "transfer", "revoke_grant"]),
        asset=PKRS,
        sources=(),
        targets=tuple(sorted(map(address, TARGETS))),
        cap_call=2**62,
        cap_day=2**62,
        cap_total=2**62,
        expires_on=START + dt.timedelta(days=30),
    )


def minted(rng: random.Random) -> CashMint:
    """A mint out of anybody's money, to anybody."""
    return CashMint(
        asset=PKRS,
        source=address(rng.choice(TARGETS)),
        target=address(rng.choice(TARGETS)),
        amount=rng.choice(AMOUNTS),
        grantor=rng.choice([NO_ADDRESS, *map(address, PEOPLE)]),
    )


def attempt(world: World, rng: random.Random) -> tuple[msgspec.Struct, ...]:
    """One to three operations that might make tokens."""
    source, target = rng.choice(TARGETS), rng.choice(TARGETS)
    date = START + dt.timedelta(days=5)
    amount = rng.choice(AMOUNTS)
    issuance = leg(PKRS, min(amount, 2**63), "issuer", "bank_a", "*", "a/main")
    ramp: dict[str, object] = {
        "asset": PKRS,
        "account": address(source),
        "bank": address("bank_a"),
        "purpose": RampPurpose.CUSTOMER,
        "amount": amount,
        "fee_max": amount,
        "outside": bytes(32),
        "expires_on": date,
    }
    makers: tuple[msgspec.Struct, ...] = (
        minted(rng),
        power(rng),
        msgspec.structs.replace(DEFINE, asset=rng.choice([PKRS, "OTHER"])),
        transfer(PKRS, source, target, amount),
        instruct(world, f"M-{world.height}", issuance),
        OpenOnRamp(**ramp),  # type: ignore[arg-type]
        OpenOffRamp(**ramp),  # type: ignore[arg-type]
        ReceiveRamp(ramp=bytes(32), rail=Rail.CASH, reference_hash=bytes(32), amount=amount),
        add(min(amount, 2**63), into=rng.choice([CBM, PKRS])),
        swap(out=PKRS),
        take(amount, PKRS),
    )
    chosen = [rng.choice(makers) for _ in range(rng.randrange(3))]
    return (*chosen, minted(rng))


def test_a_mint_by_any_single_person_is_refused_in_10_000_attempts() -> None:
    world = reserve_world()
    for grant in world.state.scan(GRANT, GRANT.indexes[0], limit=99):
        world.state.delete(GRANT, *GRANT.key(grant))
    supply = world.supply(PKRS)
    rng = random.Random(20)
    for _ in range(ATTEMPTS):
        who = rng.choice(list(PEOPLE))
        code = world.attempt(who, *attempt(world, rng))
        assert code is not Code.OK, f"{who} minted"
        assert world.supply(PKRS) == supply
    world.end_block()
    lent = msgspec.structs.replace(
        power(rng), operation="cash_mint", grantor=address("issuer"), grantee=address("bank_a")
    )
    anywhere: GrantPower = msgspec.structs.replace(lent, targets=())
    world.refuse(Code.BAD_FIELD, "issuer+central", anywhere)  # to named accounts only (5.7)
    # with the approvals that it needs, the same power works: the attempts were not all malformed
    world.act("issuer+central", lent)
    world.act("bank_a", mint(7))
    assert world.supply(PKRS) == supply + 7


def test_a_power_that_another_issuer_lent_mints_nothing_of_this_coin() -> None:
    """The approvals are those of any power to mint; whose coin it is, the mint asks."""
    world = reserve_world()
    other = power(random.Random(20))
    lent = msgspec.structs.replace(
        other, operation="cash_mint", grantor=address("central"), grantee=address("bank_a")
    )
    world.act("issuer+central", lent)
    made = msgspec.structs.replace(mint(7), grantor=address("central"))
    world.refuse(Code.GRANT_MISSING, "bank_a", made)


def test_a_mint_in_breach_is_refused() -> None:
    world = in_breach()
    made = CashMint(
        asset=PKRS,
        source=address("a/main"),
        target=address("a/main"),
        amount=1,
        grantor=address("issuer"),
    )
    world.refuse(Code.IN_BREACH, "bank_a", made)


def test_a_network_has_so_many_stablecoins() -> None:
    world = World()
    for number in range(64):
        place = world.account(f"reserve {number}", "issuer", "issuer", purpose=RESERVE)
        made = DefineCashAsset(
            **msgspec.structs.asdict(DEFINE) | {"asset": f"C{number}", "reserve_account": place}
        )
        assert world.attempt("issuer+central", made) is Code.OK
    world.refuse(Code.TOO_MANY_INSTRUMENTS, "issuer+central", DEFINE)
