"""Proof of reserve: computed from what validators signed, whatever the node says."""

import datetime as dt
from collections.abc import Callable
from typing import cast

import msgspec
import pytest

from node.devnet.cast import (
    BANK_1,
    BANK_1_ACCOUNT,
    CENTRAL_BANK,
    COIN,
    ISSUER,
    MONEY,
    RESERVE_ACCOUNT,
)
from node.sdk.light.client import LightClient
from node.sdk.light.faults import Fault, Unproven
from node.sdk.light.reserve import report_of
from node.sdk.schema.common import Proof
from tests.node.sdk.light.history import History
from tests.node.sdk.light.nodes import Forger
from tests.node.sdk.light.test_follow import anchor_at
from tests.tokens.ops.reserve_world import SUPPLY, in_breach, swapped
from tests.tokens.ops.world import PKRS, World
from tokens.codec import encode
from tokens.ops.cash import CashMint
from tokens.ops.cash_asset import DefineCashAsset
from tokens.ops.grants import GrantPower
from tokens.ops.reserve_policies import SetReservePolicy
from tokens.records.cash import CASH_ASSET
from tokens.records.holdings import POSITION, Supply
from tokens.records.holdings import SUPPLY as SUPPLY_RECORD
from tokens.records.kind import Key, Kind, RecordKind
from tokens.reserve_keys import reserve_keys

MINTED = 1_000


@pytest.fixture(scope="module")
def coin() -> History:
    """A chain on which a coin was minted against money."""
    history = History()
    history.pay()
    define = DefineCashAsset(
        asset=COIN,
        name="Digital rupee",
        currency="PKR",
        backing=MONEY,
        reserve_account=RESERVE_ACCOUNT.address,
        max_supply=10**15,
        kyc_tier_min=1,
    )
    rules = SetReservePolicy(
        asset=COIN,
        haircut_bps=200,
        residual_days_max=400,
        concentration_bps=5_000,
        buffer_bps=100,
    )
    power = GrantPower(
        grantor=ISSUER.address,
        grantee=BANK_1.address,
        operation="cash_mint",
        asset=COIN,
        sources=(),
        targets=(BANK_1_ACCOUNT.address,),
        cap_call=MINTED,
        cap_day=MINTED,
        cap_total=MINTED,
        expires_on=dt.date(2027, 1, 4),
    )
    history.together((ISSUER, CENTRAL_BANK), define, rules, power)
    mint = CashMint(
        asset=COIN,
        source=BANK_1_ACCOUNT.address,
        target=BANK_1_ACCOUNT.address,
        amount=MINTED,
        grantor=ISSUER.address,
    )
    history.run(BANK_1, mint)
    return history


async def test_a_reserve_is_proven_at_one_height(coin: History) -> None:
    light = LightClient(Forger(coin.chain), anchor_at(coin, 0))
    proven = await light.reserve(COIN)
    report = proven.value
    assert (report.supply, report.money, report.value) == (MINTED, MINTED, MINTED)
    assert (report.covered, report.breach, report.holdings) == (True, False, ())
    assert proven.height == coin.height


async def test_a_forged_supply_or_balance_is_found(coin: History) -> None:
    for kind, field, value in (
        (SUPPLY_RECORD, "amount", MINTED - 1),
        (POSITION, "balance", MINTED + 1),
    ):
        forger = Forger(coin.chain)

        def lie(proof: Proof, kind: Kind = kind, field: str = field, value: int = value) -> Proof:
            if proof.kind != kind.name or proof.record is None:
                return proof
            true = msgspec.msgpack.decode(proof.record, type=kind.struct)
            forged = msgspec.structs.replace(true, **{field: value})
            return msgspec.structs.replace(proof, record=encode(forged))

        forger.proofs = lie
        with pytest.raises(Unproven) as caught:
            await LightClient(forger, anchor_at(coin, 0)).reserve(COIN)
        assert caught.value.fault is Fault.WRONG_RECORD


async def test_what_is_no_coin_is_proven_to_be_none(coin: History) -> None:
    with pytest.raises(Unproven, match="no stablecoin"):
        await LightClient(Forger(coin.chain), anchor_at(coin, 0)).reserve("NONE")


class Book:
    """The records of a world as proofs, and a check that only compares."""

    def __init__(self, world: World) -> None:
        self.state = world.state

    def proofs(self) -> tuple[Proof, ...]:
        return tuple(self.proof(kind, key) for kind, key in reserve_keys(self.state, PKRS))

    def record(self, kind: Kind, key: Key) -> msgspec.Struct | None:
        return self.state.get(cast("RecordKind[msgspec.Struct]", kind), *key)

    def proof(self, kind: Kind, key: Key) -> Proof:
        record = self.record(kind, key)
        return Proof(
            kind=kind.name,
            key_hash=kind.key_hash(key),
            record=None if record is None else encode(record),
            path=b"",
            certificate=None,
        )

    def check(self, kind: Kind, key: Key, proof: Proof) -> msgspec.Struct | None:
        assert proof == self.proof(kind, key)
        return self.record(kind, key)


@pytest.mark.parametrize(("make", "covered"), [(swapped, True), (in_breach, False)])
def test_the_value_of_bills_is_computed_from_marks_and_terms(
    make: Callable[[], World], covered: bool
) -> None:
    world = make()
    book = Book(world)
    report = report_of(PKRS, book.proofs(), book.check)
    price = 96 if covered else 93
    counts = 5_000_000 * price // 100 * 98 // 100
    assert [(one.face, one.value) for one in report.holdings] == [(5_000_000, counts)]
    assert (report.supply, report.value) == (SUPPLY, 5_300_000 + counts)
    assert (report.covered, report.breach) == (covered, not covered)


def test_a_record_that_is_left_out_is_asked_for() -> None:
    book = Book(swapped())
    proofs = book.proofs()
    for at in range(len(proofs)):
        with pytest.raises(Unproven, match="no proof of"):
            report_of(PKRS, proofs[:at] + proofs[at + 1 :], book.check)


def test_the_flag_is_not_believed() -> None:
    world = in_breach()
    world.state.put(SUPPLY_RECORD, Supply(asset=PKRS, amount=1))
    book = Book(world)
    report = report_of(PKRS, book.proofs(), book.check)
    assert (report.covered, report.breach) == (True, True)
    assert world.state.get(CASH_ASSET, PKRS) is not None
