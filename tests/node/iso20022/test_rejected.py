"""A sese.023 that the ledger refused: the sese.024 that says so, out and in."""

import msgspec
import pytest

from node.iso20022 import sese_024
from node.iso20022.outgoing import text_of
from node.iso20022.reading import parse
from node.iso20022.refusal import MessageRefused, NotSayable
from node.iso20022.rejected import advice_of_refused
from node.iso20022.sese_024 import Advice, Status
from node.sdk.schema.common import Receipt
from node.sdk.schema.tx import TransactionInfo
from tests.node.iso20022.case import SALE, SELLER
from tests.node.iso20022.golden import FOLDER
from tests.node.iso20022.test_told import facts_of
from tokens.ops.batch_steps import CancelBatch
from tokens.ops.settlement import ApproveBatch
from tokens.results import Code
from tokens.transaction import Transaction

INSTRUCTION = (FOLDER / "sese.023.001.11-dvp-deliverer.xml").read_bytes()
APPROVAL = ApproveBatch(initiator=SELLER, batch_id="TRADE-7", digest=bytes(32), accounts=())


def sent(operation: msgspec.Struct, code: Code | None = Code.BAD_DATE) -> TransactionInfo:
    """A transaction that held it; None: not final yet."""
    failed = code is not None and code is not Code.OK
    receipt = None
    if code is not None:
        receipt = Receipt(
            tx_id=bytes(32),
            height=3,
            index=0,
            status="failed" if failed else "success",
            code=int(code),
            symbol=code.name,
            operation=0 if failed else -1,
            events=(),
        )
    body = Transaction(
        version=1,
        chain_id="mohur-dev-1",
        sender=SELLER,
        client_ref=bytes(16),
        valid_until=9,
        operations=(operation,),
        memo="",
    )
    return TransactionInfo(
        tx_id=bytes(32),
        wire_id=bytes(32),
        status="PENDING" if code is None else "FINAL",
        transaction=body,
        signatures=(),
        receipt=receipt,
    )


def advice(operation: msgspec.Struct = SALE, code: Code = Code.BAD_DATE) -> Advice:
    """Of the golden instruction."""
    return advice_of_refused(parse(INSTRUCTION), sent(operation, code))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (Code.ALREADY_EXISTS, "REFE"),
        (Code.DENOM_NOT_MULTIPLE, "MINO"),
        (Code.BAD_DATE, "OTHR"),
        (Code.UNKNOWN_ACCOUNT, "OTHR"),
    ],
)
def test_an_instruction_that_failed_is_rejected_with_its_code(code: Code, reason: str) -> None:
    """There was no message of it: whoever had sent the sese.023 heard nothing."""
    told = advice(code=code)
    assert (told.trade.tx_id, told.trade.market_ref, told.trade_ref) == ("TRADE-7", "", "DEAL 42")
    words = f"{int(code)} {code.name}"
    assert told.statuses == (Status(at=sese_024.REJECTED, reason=reason, words=words),)
    assert advice(APPROVAL, code) == told


@pytest.mark.parametrize("code", [code for code in Code if 0 < code < 200])
def test_a_rejection_comes_back_as_it_went_out(code: Code) -> None:
    told = advice(code=code)
    assert facts_of(text_of(sese_024.MESSAGE, sese_024.written(told))) == told


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (sent(SALE, None), "not final yet"),
        (sent(SALE, Code.OK), "has not failed"),
        (sent(msgspec.structs.replace(SALE, batch_id="TRADE-8")), "'TRADE-8', not 'TRADE-7'"),
        (
            sent(CancelBatch(initiator=SELLER, batch_id="TRADE-7")),
            "which failed, is no instruction",
        ),
    ],
)
def test_what_is_no_refused_instruction_is_not_said(what: TransactionInfo, says: str) -> None:
    with pytest.raises(NotSayable, match=says):
        advice_of_refused(parse(INSTRUCTION), what)


def test_another_message_is_no_instruction() -> None:
    other = parse((FOLDER / "sese.020.001.07-deliverer.xml").read_bytes())
    with pytest.raises(MessageRefused, match="is no instruction"):
        advice_of_refused(other, sent(SALE))


def test_what_was_rejected_names_no_batch() -> None:
    text = text_of(sese_024.MESSAGE, sese_024.written(advice()))
    market = "</AcctOwnrTxId>\n    <MktInfrstrctrTxId>" + 32 * "0" + "</MktInfrstrctrTxId>"
    named = text.replace("</AcctOwnrTxId>", market)
    assert named != text
    with pytest.raises(MessageRefused, match="has made no batch"):
        facts_of(named)


@pytest.mark.parametrize("name", ["instructed", "matched", "cancelled", "failed"])
def test_every_other_status_names_its_batch(name: str) -> None:
    text = (FOLDER / f"sese.024.001.12-{name}.xml").read_text()
    start = text.index("    <MktInfrstrctrTxId>")
    end = text.index("</MktInfrstrctrTxId>") + len("</MktInfrstrctrTxId>\n")
    with pytest.raises(MessageRefused, match="MktInfrstrctrTxId: missing"):
        facts_of(text[:start] + text[end:])
