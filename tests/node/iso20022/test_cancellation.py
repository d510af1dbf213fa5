"""sese.020: a request to cancel is for the batch that it describes, or for none."""

import msgspec
import pytest
from hypothesis import given, settings

from node.iso20022 import sese_020
from node.iso20022.outgoing import text_of
from node.iso20022.refusal import MessageRefused
from node.iso20022.trade import trade_of, trades_of
from tests.node.iso20022.case import (
    BUYER,
    DIRECTORY,
    SALE,
    SELLER,
    batch_of,
    instructions,
    named,
    operation_in,
    operation_in_parts,
)
from tests.node.iso20022.golden import FOLDER, TWO
from tests.node.iso20022.test_linked import several
from tokens.ops.batch_steps import CancelBatch
from tokens.ops.settlement import InstructBatch
from tokens.records.settlement import Batch

CANCEL = CancelBatch(initiator=SELLER, batch_id="TRADE-7")


def request(batch: Batch, party: bytes) -> str:
    root = sese_020.written(DIRECTORY, trade_of(DIRECTORY, batch, party))
    return text_of(sese_020.MESSAGE, root)


@pytest.mark.parametrize("party", [SELLER, BUYER])
def test_either_party_asks_for_the_same_cancellation(party: bytes) -> None:
    batch = named(batch_of(SALE))
    assert operation_in(DIRECTORY, request(batch, party), batch) == CANCEL


@given(instructions())
@settings(deadline=None, max_examples=100)
def test_a_request_comes_back_as_it_went_out(case: tuple[bytes, InstructBatch]) -> None:
    initiator, operation = case
    batch = batch_of(operation, initiator)
    found = operation_in(DIRECTORY, request(batch, initiator), batch)
    assert found == CancelBatch(initiator=initiator, batch_id=operation.batch_id)


def golden(name: str = "deliverer") -> str:
    return (FOLDER / f"{sese_020.MESSAGE}-{name}.xml").read_text()


def test_zeros_that_say_nothing_are_no_difference() -> None:
    text = golden().replace(">98381.57<", ">098381.5700<").replace(">100000.00<", ">100000<")
    assert operation_in(DIRECTORY, text, batch_of(SALE)) == CANCEL


@pytest.mark.parametrize(
    "line",
    ["MktInfrstrctrTxId", "TradDt"],
)
def test_what_the_standard_lets_out_may_be_left_out(line: str) -> None:
    text = golden()
    start, end = text.index(f"<{line}>"), text.index(f"</{line}>") + len(f"</{line}>")
    assert operation_in(DIRECTORY, text[:start] + text[end:], batch_of(SALE)) == CANCEL


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (">TRADE-7<", ">TRADE-8<", "AcctOwnrTxId/SctiesSttlmTxId/TxId"),
        (">APMT<", ">FREE<", "AcctOwnrTxId/SctiesSttlmTxId/Pmt"),
        (">DELI<", ">RECE<", "TxDtls/SttlmAmt/CdtDbtInd"),
        (">98381.57<", ">98381.58<", "TxDtls/SttlmAmt/Amt"),
        ('Ccy="PKR"', 'Ccy="USD"', "TxDtls/SttlmAmt/Amt/@Ccy"),
        (">100000.00<", ">100001.00<", "TxDtls/SttlmQty/Qty/FaceAmt"),
        (">2026-07-01<", ">2026-07-02<", "TxDtls/TradDt/Dt/Dt"),
        (">2026-07-03<", ">2026-07-04<", "TxDtls/SttlmDt/Dt/Dt"),
        (">PK0000000001<", ">PK0000000002<", "TxDtls/FinInstrmId/ISIN"),
        ("SctiesSttlmTxId>", "SctiesFincgTxId>", "AcctOwnrTxId/SctiesFincgTxId"),
        (">Buyer &amp;", ">Buyers &amp;", "TxDtls/RcvgSttlmPties/Pty1/Id/NmAndAdr/Nm"),
    ],
)
def test_a_request_that_differs_from_its_batch_is_refused(old: str, new: str, path: str) -> None:
    text = golden()
    assert old in text
    with pytest.raises(MessageRefused) as caught:
        operation_in(DIRECTORY, text.replace(old, new), batch_of(SALE))
    assert caught.value.path == f"SctiesTxCxlReq/{path}"


def test_a_digest_of_another_batch_is_refused() -> None:
    digest = batch_of(SALE).digest[:16].hex()
    with pytest.raises(MessageRefused, match=f"MktInfrstrctrTxId: the ledger has {digest}"):
        operation_in(DIRECTORY, golden().replace(digest, "0" * 32), batch_of(SALE))


def test_a_request_that_names_no_parties_is_refused() -> None:
    text = golden()
    start = text.index("<DlvrgSttlmPties>")
    end = text.index("</DlvrgSttlmPties>") + len("</DlvrgSttlmPties>")
    with pytest.raises(MessageRefused, match="TxDtls/DlvrgSttlmPties/Pty1: missing"):
        operation_in(DIRECTORY, text[:start] + text[end:], batch_of(SALE))


def test_a_request_for_a_batch_of_another_shape_is_refused() -> None:
    two = batch_of(msgspec.structs.replace(SALE, legs=(*SALE.legs, SALE.legs[0])))
    with pytest.raises(MessageRefused, match="no part of the batch, or twice"):
        operation_in(DIRECTORY, golden(), two)
    moneys = batch_of(msgspec.structs.replace(SALE, legs=(SALE.legs[1], SALE.legs[1])))
    with pytest.raises(MessageRefused, match="0 securities legs"):
        operation_in(DIRECTORY, golden(), moneys)


# --- of a batch of several parts -----------------------------------------------------------------


def requests(batch: Batch, party: bytes) -> list[str]:
    return [
        text_of(sese_020.MESSAGE, sese_020.written(DIRECTORY, trade))
        for trade in trades_of(DIRECTORY, batch, party)
    ]


@given(several())
@settings(deadline=None, max_examples=60)
def test_the_requests_of_all_parts_cancel_the_batch(case: tuple[bytes, InstructBatch]) -> None:
    initiator, operation = case
    batch = batch_of(operation, initiator)
    cancel = CancelBatch(initiator=initiator, batch_id=operation.batch_id)
    for party in {leg.giver for leg in operation.legs} | {leg.taker for leg in operation.legs}:
        parts = requests(batch, party)
        assert operation_in_parts(parts[::-1], batch) == cancel
        with pytest.raises(MessageRefused, match="a part of a batch: 1 requests are missing"):
            operation_in_parts([*parts[1:]], batch)


def test_requests_that_are_not_those_of_one_batch_are_refused() -> None:
    batch = batch_of(TWO)
    first, second = requests(batch, SELLER)
    other = requests(named(batch_of(TWO)), BUYER)
    for parts, says in (
        ([first, first], "no part of the batch, or twice"),
        ([first, second, second], "no part of the batch, or twice"),
        ([first, second.replace(">TRADE-7<", ">TRADE-8<")], "m:PoolId: another batch"),
        ([first, golden()], "no part of the batch, or twice"),
        ([first, other[1]], "SctiesMvmntTp: another party"),
        ([first, second.replace(">5.00<", ">5.01<")], r"FaceAmt: the ledger has \d"),
        ([first, (FOLDER / "sese.023.001.11-dvp-deliverer.xml").read_text()], "of one kind"),
    ):
        with pytest.raises(MessageRefused, match=says):
            operation_in_parts(parts, batch)
    with pytest.raises(MessageRefused, match="1 requests are missing"):
        operation_in(DIRECTORY, first, batch)
    with pytest.raises(MessageRefused, match="no party has instructed 'TRADE-7'"):
        operation_in_parts([first, second])
