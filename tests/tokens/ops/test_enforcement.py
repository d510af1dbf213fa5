"""NotifyEnforcement, AppropriatePledge, SellPledge: what is too much goes back to the pledgor."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tokens.ops.build import FACE, ISIN, go_to, transfer, walk_to
from tests.tokens.ops.enforcement_world import (
    BASIS,
    DUE,
    SELLER,
    TAKER,
    notice,
    noticed,
    pledged,
    sale,
    title,
)
from tests.tokens.ops.repo_build import PAR, mark, market, today
from tests.tokens.ops.standing import suspend
from tests.tokens.ops.test_control import freeze
from tests.tokens.ops.test_pledges import BOTH, pledge, pledges
from tests.tokens.ops.test_rules import RULERS, rule_of
from tests.tokens.ops.test_sanctions import LISTERS, update
from tests.tokens.ops.world import CBM, World, address, person_of
from tokens.events.collateral import PledgeEnforced
from tokens.ops.business_day import CloseDay
from tokens.ops.control import ForceTransfer, PauseAsset
from tokens.ops.enforcement import WithdrawEnforcement
from tokens.ops.enforcement_steps import AppropriatePledge
from tokens.ops.freezes import StopCredits
from tokens.ops.pledges import ReleasePledge, SubstitutePledge
from tokens.records.enforcements import ENFORCEMENT, Enforcement
from tokens.records.holdings import POSITION, LegalBasis
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.records.rules import CredentialRule, HolderCapRule, LicenceRule
from tokens.records.system import PARAMETER, Parameter
from tokens.results import Code
from tokens.types import AccountPurpose, AccountStatus, AssetStatus, Role

STOP = LegalBasis(authority="FIU", order_no="1/2025", sha256=bytes(32))
change = msgspec.structs.replace


def record(world: World, pledge_id: bytes) -> Enforcement | None:
    return world.state.get(ENFORCEMENT, pledge_id)


def told(world: World) -> PledgeEnforced:
    found = world.last(PledgeEnforced)
    assert isinstance(found, PledgeEnforced)
    return found


def test_title_is_taken_at_the_mark_up_to_the_claim_and_the_rest_is_free() -> None:
    """35 at a mark of 98: 36 lots are worth 35.28, and 0.28 is paid back."""
    world = noticed(price_e4=980_000)
    before = world.balance(CBM, "a/main"), world.balance(CBM, "b/main")
    world.act(TAKER, title(world))
    assert world.balance(ISIN, "b/main") == 36 * FACE
    assert pledges(world) == []
    surplus = 36 * FACE * 98 // 100 - 35 * FACE
    assert world.balance(CBM, "a/main") - before[0] == surplus == 28 * FACE // 100
    assert before[1] - world.balance(CBM, "b/main") == surplus
    assert (told(world).value, told(world).surplus, told(world).owed) == (
        35 * FACE + surplus,
        surplus,
        0,
    )
    assert record(world, told(world).pledge) is None
    world.act("bank_a", transfer(ISIN, "a/main", "b/main", world.balance(ISIN, "a/main")))


def test_what_is_missing_is_told() -> None:
    world = noticed(claim=60 * FACE)
    world.act(TAKER, title(world))
    assert world.balance(ISIN, "b/main") == 50 * FACE
    assert (told(world).value, told(world).surplus, told(world).owed) == (50 * FACE, 0, 10 * FACE)


def test_a_sale_pays_the_claim_and_gives_the_rest_to_the_pledgor() -> None:
    world = noticed()
    before = {name: world.balance(CBM, name) for name in ("a/main", "b/main", "issuer/main")}
    lien = pledges(world)[0]
    world.act(SELLER, sale(world, 20 * FACE, 19 * FACE))
    assert record(world, lien.id) == change(
        Enforcement(
            pledge=lien.id,
            account=address("a/main"),
            pledgee=address("bank_b"),
            claim=16 * FACE,
            cash_asset=CBM,
            basis=BASIS,
            noticed_on=dt.date(2025, 7, 21),
            from_date=DUE,
        )
    )
    assert pledges(world)[0].amount == 30 * FACE
    world.act(SELLER, sale(world, 18 * FACE, 17 * FACE))
    assert pledges(world) == []
    assert record(world, lien.id) is None
    after = {name: world.balance(CBM, name) for name in before}
    assert {name: after[name] - before[name] for name in before} == {
        "a/main": FACE,
        "b/main": 35 * FACE,
        "issuer/main": -36 * FACE,
    }
    assert world.balance(ISIN, "issuer/main") == 38 * FACE


def test_pledged_money_is_set_off_alone() -> None:
    """No mark and no surplus: exactly the claim."""
    world = pledged(50 * FACE, CBM)
    world.act("bank_b", notice(world, 35 * FACE + 1))
    walk_to(world, DUE)
    before = world.balance(CBM, "b/main")
    world.act(TAKER, title(world))
    assert world.balance(CBM, "b/main") - before == 35 * FACE + 1
    assert pledges(world) == []


def test_money_alone_is_set_off_where_the_law_knows_sales_only() -> None:
    world = pledged(50 * FACE, CBM)
    world.state.put(PARAMETER, Parameter(name="enforcement_modes", value=2))
    world.act("bank_b", notice(world))
    walk_to(world, DUE)
    world.act(TAKER, title(world))
    assert (told(world).value, told(world).surplus, told(world).owed) == (35 * FACE, 0, 0)


def test_a_pledge_ranks_before_a_later_freeze_and_a_stop_catches_what_is_too_much() -> None:
    world = noticed(price_e4=980_000)
    world.act("fiu", freeze(ISIN, None, account=address("a/main")))
    world.act("fiu", StopCredits(account=address("a/main"), stopped=True, basis=STOP))
    world.act(TAKER, title(world))
    assert world.balance(ISIN, "b/main") == 36 * FACE
    position = world.state.get(POSITION, CBM, address("a/main"))
    assert position is not None
    assert position.frozen == 28 * FACE // 100


@settings(max_examples=25, deadline=None)
@given(
    claim=st.integers(1, 60 * FACE),
    price=st.integers(900_000, 1_100_000),
    lots=st.integers(1, 50),
)
def test_nobody_gains_and_no_unit_is_lost(claim: int, price: int, lots: int) -> None:
    """Value - surplus + owed = claim, of which at most one step is too much."""
    world = pledged(lots * FACE)
    world.state.put(PARAMETER, Parameter(name="enforcement_notice_days", value=0))
    mark(world, price)
    go_to(world, today(world) + dt.timedelta(days=1))
    world.act("bank_b", notice(world, claim))
    before = world.balance(CBM, "a/main") + world.balance(CBM, "b/main")
    world.act(TAKER, title(world))
    event = told(world)
    assert event.value - event.surplus + event.owed == claim
    assert event.surplus <= FACE * price // PAR + 1
    assert not (event.surplus and event.owed)
    taken = world.balance(ISIN, "b/main")
    assert taken <= lots * FACE
    assert event.owed == 0 or taken == lots * FACE
    assert world.balance(CBM, "a/main") + world.balance(CBM, "b/main") == before


def test_a_notice_ends_with_its_pledge_and_can_be_taken_back() -> None:
    world = pledged()
    lien = pledges(world)[0]
    world.act("bank_b", notice(world))
    world.refuse(Code.NOT_THE_PLEDGEE, "bank_a", WithdrawEnforcement(pledge=lien.id))
    world.act("bank_b", WithdrawEnforcement(pledge=lien.id))
    world.refuse(Code.NOT_FOUND, "bank_b", WithdrawEnforcement(pledge=lien.id))
    world.act("bank_b", notice(world))
    world.act(BOTH, SubstitutePledge(pledge=lien.id, asset=CBM, amount=FACE))
    assert record(world, lien.id) is None
    other = pledges(world)[0].id
    world.act("bank_b", notice(world))
    world.act("bank_b", ReleasePledge(pledge=other, amount=FACE))
    assert record(world, other) is None


def test_a_notice_ends_when_its_pledge_runs_out_or_is_seized() -> None:
    world = market()
    ends = today(world) + dt.timedelta(days=2)
    world.act(BOTH, pledge(FACE, expires_on=ends))
    first = pledges(world)[0].id
    world.act("bank_b", notice(world))
    go_to(world, ends)
    assert record(world, first) is None
    world.act(BOTH, pledge(50 * FACE))
    second = pledges(world)[0].id
    world.act("bank_b", notice(world))
    world.act("fiu", freeze(ISIN, None, account=address("a/main")))
    seizure = ForceTransfer(
        order_id=bytes([7]) * 32,
        asset=ISIN,
        amount=world.balance(ISIN, "a/main"),
        target=address("treasury/main"),
        reaches_pledged=True,
    )
    world.act("central+fiu+bank_b", seizure)
    assert record(world, second) is None
    gone = AppropriatePledge(pledge=second, account=address("b/main"), cash=address("b/main"))
    world.refuse(Code.NOT_FOUND, TAKER, gone)


def test_a_notice_is_refused() -> None:
    world = pledged()
    made = notice(world)
    world.refuse(Code.NOT_FOUND, "bank_b", change(made, pledge=bytes(32)))
    world.refuse(Code.NOT_THE_PLEDGEE, "bank_a", made)
    world.refuse(Code.UNKNOWN_ASSET, "bank_b", change(made, cash_asset="NONE"))
    world.refuse(Code.BAD_FIELD, "bank_b", change(made, cash_asset=ISIN))
    world.act("bank_b", made)
    world.refuse(Code.ALREADY_EXISTS, "bank_b", made)


def test_an_enforcement_needs_its_authority_its_date_and_its_law() -> None:
    world = pledged()
    made, sold = title(world), sale(world, FACE, FACE)
    world.refuse(Code.NOT_FOUND, TAKER, made)
    world.refuse(Code.NOT_FOUND, SELLER, sold)
    world.act("bank_b", notice(world))
    world.refuse(Code.NEEDS_APPROVAL, "bank_b", made)
    world.refuse(Code.TOO_EARLY, TAKER, made)
    world.refuse(Code.TOO_EARLY, SELLER, sold)
    world = noticed()
    made, sold = title(world), sale(world, FACE, FACE)
    world.refuse(Code.NOT_THE_PLEDGEE, "bank_a+regulator", made)
    world.refuse(Code.NOT_THE_PLEDGEE, "bank_a+issuer+regulator", sold)
    for mode, who, step in ((1, SELLER, sold), (2, TAKER, made)):
        world.state.put(PARAMETER, Parameter(name="enforcement_modes", value=mode))
        world.refuse(Code.AGAINST_RULE, who, step)
    world.state.put(PARAMETER, Parameter(name="enforcement_modes", value=3))
    walk_to(world, DUE + dt.timedelta(days=4))
    world.refuse(Code.MARK_STALE, TAKER, title(world))
    world.act("central", CloseDay(date=today(world)))
    world.refuse(Code.DAY_CLOSED, TAKER, made)
    world.refuse(Code.DAY_CLOSED, SELLER, sold)


def test_accounts_that_do_not_fit() -> None:
    world = noticed(price_e4=980_000)
    world.account("b/poor", "bank_b", "bank_b")
    world.account("b/kept", "bank_b", "bank_b", purpose=AccountPurpose.RESERVE)
    world.account("b/shut", "bank_b", "bank_b")
    shut = world.state.get(ACCOUNT, address("b/shut"))
    assert shut is not None
    world.state.put(ACCOUNT, change(shut, status=AccountStatus.CLOSED))
    for name, code in (
        ("nobody", Code.UNKNOWN_ACCOUNT),
        ("a/main", Code.NOT_AUTHORISED),
        ("b/kept", Code.ACCOUNT_RESERVED),
        ("b/shut", Code.ACCOUNT_CLOSED),
    ):
        world.refuse(code, TAKER, title(world, account=address(name)))
        world.refuse(code, SELLER, sale(world, FACE, FACE, account=address(name)))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, TAKER, title(world, cash=address("b/poor")))
    bad = sale(world, FACE, FACE)
    world.refuse(Code.UNKNOWN_ACCOUNT, SELLER, change(bad, buyer=address("nobody")))
    world.refuse(Code.BAD_FIELD, SELLER, change(bad, buyer=address("b/poor")))
    world.refuse(Code.BAD_FIELD, SELLER, change(bad, buyer_cash=address("b/main")))
    world.refuse(Code.NEEDS_APPROVAL, TAKER, bad)
    world.refuse(Code.INSUFFICIENT_AVAILABLE, SELLER, change(bad, amount=51 * FACE))
    world.refuse(Code.INSUFFICIENT_AVAILABLE, SELLER, change(bad, price=2_000 * FACE))
    world.refuse(Code.DENOM_NOT_MULTIPLE, SELLER, change(bad, amount=1))
    world.act("fiu", freeze(CBM, None, account=address("issuer/main")))
    world.refuse(Code.ACCOUNT_FROZEN, SELLER, bad)


def test_paused_money_is_not_paid_back() -> None:
    """Title that leaves something over waits until the pledgor can be paid."""
    world = noticed(price_e4=980_000)
    world.act("central+regulator", PauseAsset(asset=CBM, classes=2))
    world.refuse(Code.ASSET_PAUSED, TAKER, title(world))
    world.act("central+regulator", PauseAsset(asset=CBM, classes=0))
    world.act(TAKER, title(world))
    assert told(world).surplus


def stops(world: World, what: Code, buyer: str) -> None:
    """Make one reason why an account cannot receive the bond."""
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    day = today(world)
    if what is Code.ASSET_MATURED:
        world.state.put(ASSET, change(asset, status=AssetStatus.MATURED))
    elif what is Code.ASSET_NOT_ACTIVE:
        world.state.put(ASSET, change(asset, status=AssetStatus.CANCELLED))
    elif what is Code.ASSET_PAUSED:
        world.act("central+regulator", PauseAsset(asset=ISIN, classes=2))
    elif what is Code.KYC_TIER_TOO_LOW:
        world.state.put(ASSET, change(asset, kyc_tier_min=9))
    elif what is Code.CREDIT_STOPPED:
        world.act("fiu", StopCredits(account=address(buyer), stopped=True, basis=STOP))
    elif what is Code.UNDER_REVIEW:
        owners = tuple(sorted(person_of(name) for name in ("bank_b", "issuer")))
        world.act(LISTERS, update(1, add=owners))
    elif what is Code.EXIT_ONLY:
        suspend(world, "bank_b", "issuer")
    else:
        bodies = {
            Code.CREDENTIAL_MISSING: CredentialRule(credential="kyc", gives=True, receives=True),
            Code.LICENCE_REQUIRED: LicenceRule(roles=tuple(Role), rows=()),
            Code.HOLDER_CAP_EXCEEDED: HolderCapRule(amount_max=1, share_e6=None, holders_max=None),
        }
        asset_id = ISIN if what is Code.HOLDER_CAP_EXCEEDED else None
        name = "kyc" if asset_id is None else asset_id.lower()
        rule = rule_of("kyc", id=name, asset=asset_id, body=bodies[what], effective_on=day)
        world.act(RULERS, rule)


RECEIVING = (
    Code.ASSET_MATURED,
    Code.ASSET_NOT_ACTIVE,
    Code.ASSET_PAUSED,
    Code.KYC_TIER_TOO_LOW,
    Code.CREDIT_STOPPED,
    Code.UNDER_REVIEW,
    Code.EXIT_ONLY,
    Code.CREDENTIAL_MISSING,
    Code.LICENCE_REQUIRED,
    Code.HOLDER_CAP_EXCEEDED,
)
SAID = Code.COUNTERPARTY_NOT_ELIGIBLE
"""What is told of an account that is not the sender's."""


@pytest.mark.parametrize("code", RECEIVING)
def test_who_receives_is_asked_as_in_every_trade(code: Code) -> None:
    world = noticed()
    made = title(world)
    stops(world, code, "b/main")
    found = world.attempt(TAKER, made)
    assert found in (code, SAID), found.name
    world = noticed()
    sold = sale(world, FACE, FACE)
    stops(world, code, "issuer/main")
    found = world.attempt(SELLER, sold)
    assert found in (code, SAID), found.name
