"""Linked instructions: a batch of several parts is several sese.023, together or not at all."""

from itertools import permutations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.iso20022 import sese_023, sese_024, sese_025
from node.iso20022.outgoing import text_of
from node.iso20022.profile import check
from node.iso20022.reading import parse
from node.iso20022.refusal import MessageRefused, NotSayable
from node.iso20022.trade import trades_of
from tests.node.iso20022.case import (
    BOND,
    BUYER,
    BUYER_ACCOUNT,
    COIN,
    DIRECTORY,
    HOUSE,
    MONEY,
    NOTE,
    SALE,
    SELLER,
    SELLER_ACCOUNT,
    batch_of,
    instructions,
    named,
    operation_in,
    operation_in_parts,
)
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount
from tokens.records.settlement import LEGS_MAX, Batch, BatchStatus, Leg

BILL = Leg(asset=NOTE, quantity=500, giver=SELLER, taker=BUYER, source=SELLER_ACCOUNT, target=None)
BACK = Leg(asset=BOND, quantity=700, giver=BUYER, taker=SELLER, source=None, target=SELLER_ACCOUNT)
THREE = msgspec.structs.replace(SALE, legs=(*SALE.legs, BILL, BACK))
"""A bond against money, a bill free, another face of the bond back, in one."""


def texts(batch: Batch, party: bytes) -> list[str]:
    return [
        text_of(sese_023.MESSAGE, sese_023.written(DIRECTORY, trade))
        for trade in trades_of(DIRECTORY, batch, party)
    ]


def test_three_parts_are_one_batch_again() -> None:
    parts = texts(batch_of(THREE), SELLER)
    assert len(parts) == 3
    assert operation_in_parts(parts) == THREE


def test_the_others_parts_are_the_approval_in_any_order() -> None:
    batch = batch_of(THREE)
    names = [(0, False), (1, True), (2, False), (3, True)]
    expected = ApproveBatch(
        initiator=SELLER,
        batch_id="TRADE-7",
        digest=batch.digest,
        accounts=tuple(
            LegAccount(leg=place, gives=gives, account=BUYER_ACCOUNT) for place, gives in names
        ),
    )
    for parts in permutations(texts(named(batch), BUYER)):
        assert operation_in_parts(list(parts), batch) == expected


def test_two_parts_that_are_alike_are_two() -> None:
    twice = msgspec.structs.replace(SALE, legs=(BILL, BILL))
    batch = batch_of(twice)
    found = operation_in_parts(texts(named(batch), BUYER), batch)
    assert isinstance(found, ApproveBatch)
    assert [entry.leg for entry in found.accounts] == [0, 1]


@st.composite
def several(draw: st.DrawFn) -> tuple[bytes, InstructBatch]:
    """Two to five parts of one instruction."""
    initiator, operation = draw(instructions())
    legs = list(operation.legs)
    giver, taker = legs[0].giver, legs[0].taker
    source, target = legs[0].source, legs[0].target
    for _ in range(draw(st.integers(1, 4))):
        legs.append(
            msgspec.structs.replace(
                legs[0],
                asset=draw(st.sampled_from([BOND, NOTE])),
                quantity=draw(st.integers(1, 10**18 - 1)),
            )
        )
        if draw(st.booleans()):
            pays = initiator == taker
            account = target if pays else source
            if account is None or account == bytes(16):
                account = SELLER_ACCOUNT
            legs.append(
                Leg(
                    asset=draw(st.sampled_from([COIN, MONEY])),
                    quantity=draw(st.integers(1, 10**18 - 1)),
                    giver=taker,
                    taker=giver,
                    source=account if pays else None,
                    target=None if pays else account,
                )
            )
    return initiator, msgspec.structs.replace(operation, legs=tuple(legs))


@given(several())
@settings(deadline=None, max_examples=60)
def test_what_goes_out_in_parts_comes_in_whole(case: tuple[bytes, InstructBatch]) -> None:
    """The payment stands behind the security that it is for: the same legs, in that order."""
    initiator, operation = case
    found = operation_in_parts(texts(batch_of(operation, initiator), initiator))
    assert isinstance(found, InstructBatch)
    assert sorted(map(repr, found.legs)) == sorted(map(repr, operation.legs))
    assert msgspec.structs.replace(found, legs=operation.legs) == operation
    again = operation_in_parts(texts(batch_of(found, initiator), initiator))
    assert again == found


def test_status_and_confirmation_of_a_part_name_its_message() -> None:
    batch = named(batch_of(THREE), status=BatchStatus.ALLOCATED)
    done = named(batch_of(THREE), status=BatchStatus.SETTLED)
    for trade, settled in zip(
        trades_of(DIRECTORY, batch, BUYER), trades_of(DIRECTORY, done, BUYER), strict=True
    ):
        status = sese_024.written(sese_024.advice_of(trade, THREE.isd))
        check(sese_024.MESSAGE, status)
        assert status.text_at("TxId/AcctOwnrTxId") == trade.tx_id
        told = sese_025.confirmation_of(DIRECTORY, settled, THREE.isd)
        confirmed = sese_025.written(DIRECTORY, told)
        check(sese_025.MESSAGE, confirmed)
        assert confirmed.text_at("TxIdDtls/AcctOwnrTxId") == trade.tx_id


def test_a_part_alone_is_refused() -> None:
    first, second, third = texts(batch_of(THREE), SELLER)
    with pytest.raises(MessageRefused, match="Lnkgs: a part of a batch"):
        operation_in(DIRECTORY, first)
    for parts in ([first, second], [first, second, second], [first, second, third, third]):
        with pytest.raises(MessageRefused, match=r"Lnkgs: .* linked with other messages"):
            operation_in_parts(parts)
    other = texts(batch_of(SALE), SELLER)
    with pytest.raises(MessageRefused, match="linked with other messages"):
        operation_in_parts([first, second, *other])


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("<PoolId>TRADE-7<", "<PoolId>TRADE-8<", "Lnkgs/Ref/PoolId"),
        ("<PoolId>TRADE-7<", "<PoolId>TRADE_7<", "Lnkgs/Ref/PoolId"),
        ("PoolId>", "SctiesSttlmTxId>", "Lnkgs/Ref/PoolId"),
        (">WITH<", ">AFTE<", "Lnkgs/PrcgPos/Cd"),
        (">2026-07-03<", ">2026-07-04<", "TradDtls/SttlmDt/Dt/Dt"),
        (">2026-07-10<", ">2026-07-11<", "SplmtryData/Envlp/m:Btch/m:XpryDt"),
        (">0003<", ">0004<", "SttlmParams/Prty/Nmrc"),
        (">DELI<", ">RECE<", "SttlmTpAndAddtlParams/SctiesMvmntTp"),
    ],
)
def test_parts_that_are_not_of_one_batch_are_refused(old: str, new: str, path: str) -> None:
    first, second, third = texts(batch_of(THREE), SELLER)
    assert old in second
    with pytest.raises(MessageRefused) as caught:
        operation_in_parts([first, second.replace(old, new), third])
    assert caught.value.path == f"SctiesSttlmTxInstr/{path}"


def test_other_messages_are_not_linked() -> None:
    first, *_ = texts(batch_of(THREE), SELLER)
    batch = named(batch_of(SALE), status=BatchStatus.ALLOCATED)
    (trade,) = trades_of(DIRECTORY, batch, SELLER)
    advice = sese_024.advice_of(trade, SALE.isd)
    status = text_of(sese_024.MESSAGE, sese_024.written(advice))
    with pytest.raises(MessageRefused, match=r"sese\.024\.001\.12 stands alone"):
        operation_in_parts([first, status])


def test_what_is_no_set_of_trades_of_one_party_cannot_be_said() -> None:
    lost = msgspec.structs.replace(SALE.legs[1], taker=HOUSE)
    third = msgspec.structs.replace(BILL, giver=HOUSE)
    for legs, party, says in (
        ((SALE.legs[0], BILL, SALE.legs[1], SALE.legs[1], SALE.legs[1]), SELLER, "no security"),
        ((SALE.legs[0], BILL, lost), SELLER, "no security"),
        ((SALE.legs[0], third), SELLER, "a leg of others"),
        ((SALE.legs[0], BILL), HOUSE, "a leg of others"),
        ((SALE.legs[0], msgspec.structs.replace(BILL, taker=SELLER)), SELLER, "within one"),
    ):
        batch = batch_of(msgspec.structs.replace(SALE, legs=legs))
        with pytest.raises(NotSayable, match=says):
            trades_of(DIRECTORY, batch, party)


def test_a_whole_batch_of_bonds_fits() -> None:
    legs = tuple(msgspec.structs.replace(BILL, quantity=n + 1) for n in range(LEGS_MAX))
    operation = msgspec.structs.replace(SALE, legs=legs)
    parts = texts(batch_of(operation), SELLER)
    assert max(len(part.encode()) for part in parts) < 32 * 1024
    assert parse(parts[0].encode()).identifier == sese_023.MESSAGE
    assert operation_in_parts(parts) == operation
