"""Batch -> XML -> operation: what goes out comes in again, and what is odd is refused."""

import datetime as dt
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.iso20022 import pacs_009, sese_023
from node.iso20022.outgoing import text_of
from node.iso20022.refusal import MessageRefused, NotSayable
from node.iso20022.sese_023 import Defaults
from node.iso20022.trade import trade_of
from tests.node.iso20022.case import (
    BUYER,
    BUYER_ACCOUNT,
    BUYER_LEI,
    COIN,
    DIRECTORY,
    NO_DEFAULTS,
    SALE,
    SELLER,
    SELLER_ACCOUNT,
    SELLER_LEI,
    batch_of,
    instructions,
    named,
    operation_in,
)
from tests.node.iso20022.golden import CREATED, FOLDER, TOLD
from tests.node.iso20022.repo_case import REPO
from tokens.ops.batch_steps import AllocateBatch, CancelBatch
from tokens.ops.repo_margin import AddCollateral, SubstituteCollateral
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount
from tokens.ops.transfer import Transfer
from tokens.records.settlement import Batch


def read(text: str | bytes, *batches: Batch, defaults: Defaults = NO_DEFAULTS) -> msgspec.Struct:
    """The operation of a message on a ledger with these batches."""
    return operation_in(DIRECTORY, text, *batches, defaults=defaults)


def instruction(batch: Batch, party: bytes) -> str:
    """sese.023 of a batch."""
    root = sese_023.written(DIRECTORY, trade_of(DIRECTORY, batch, party))
    return text_of(sese_023.MESSAGE, root)


@given(instructions())
@settings(deadline=None, max_examples=300)
def test_an_instruction_comes_back_as_it_went_out(case: tuple[bytes, InstructBatch]) -> None:
    initiator, operation = case
    assert read(instruction(batch_of(operation, initiator), initiator)) == operation


def test_cash_before_securities_is_the_same_trade() -> None:
    turned = msgspec.structs.replace(SALE, legs=SALE.legs[::-1])
    assert read(instruction(batch_of(turned), SELLER)) == SALE


def test_the_counterpartys_instruction_is_the_approval_of_what_was_instructed() -> None:
    batch = batch_of(SALE)
    text = instruction(named(batch), BUYER)
    assert read(text, batch) == ApproveBatch(
        initiator=SELLER,
        batch_id="TRADE-7",
        digest=batch.digest,
        accounts=(
            LegAccount(leg=0, gives=False, account=BUYER_ACCOUNT),
            LegAccount(leg=1, gives=True, account=BUYER_ACCOUNT),
        ),
    )


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"isd": dt.date(2026, 7, 4)}, "TradDtls/SttlmDt/Dt/Dt"),
        ({"trade_date": dt.date(2026, 7, 2)}, "TradDtls/TradDt/Dt/Dt"),
        ({"expires_on": dt.date(2026, 7, 11)}, "SplmtryData/Envlp/m:Btch/m:XpryDt"),
        ({"trade_ref": "DEAL 43"}, "SttlmTpAndAddtlParams/CmonId"),
        ({"uti": ""}, "TradDtls/TradId"),
        ({"priority": 4}, "SttlmParams/Prty/Nmrc"),
        ({"automatic": False}, "SttlmParams/HldInd/Ind"),
        ({"automatic": False, "hash_lock": bytes(32)}, "SttlmParams/HldInd/Ind"),
        ({"legs": SALE.legs[:1]}, "SttlmTpAndAddtlParams/Pmt"),
        (
            {"legs": (SALE.legs[0], msgspec.structs.replace(SALE.legs[1], quantity=1))},
            "QtyAndAcctDtls",
        ),
        ({"legs": (TOLD.legs[0], SALE.legs[1])}, "SplmtryData/Envlp/m:Btch/m:TrvlHsh"),
        ({"legs": (SALE.legs[0], TOLD.legs[1])}, "SplmtryData/Envlp/m:Btch/m:CshTrvlHsh"),
    ],
)
def test_an_approval_of_something_else_is_refused(changes: dict[str, object], path: str) -> None:
    other = batch_of(msgspec.structs.replace(SALE, **changes))
    with pytest.raises(MessageRefused) as caught:
        read(instruction(named(batch_of(SALE)), BUYER), other)
    assert caught.value.path == f"SctiesSttlmTxInstr/{path}"


def test_a_message_without_supplementary_data_takes_what_the_caller_says() -> None:
    supplement = re.compile(r"    <SplmtryData>.*</SplmtryData>\n", re.DOTALL)
    text = supplement.sub("", golden("dvp-deliverer"))
    with pytest.raises(MessageRefused, match="no cash asset was given"):
        read(text)
    said = Defaults(expires_on="2026-07-10", cash_asset=COIN)
    assert read(text, defaults=said) == SALE


def golden(name: str) -> str:
    """A golden sese.023."""
    return (FOLDER / f"{sese_023.MESSAGE}-{name}.xml").read_text()


MUTATIONS = [
    ("<TxId>TRADE-7<", "<TxId><", "TxId"),
    ("<TxId>TRADE-7<", "<TxId>TRADE_7<", "TxId"),
    ("<TxId>TRADE-7<", f"<TxId>{'T' * 36}<", "TxId"),
    (">DELI<", ">DELIVER<", "SttlmTpAndAddtlParams/SctiesMvmntTp"),
    (">DELI<", ">RECE<", "SttlmAmt/CdtDbtInd"),
    (">APMT<", ">FREE<", "SttlmAmt"),
    (">CRDT<", ">DBIT<", "SttlmAmt/CdtDbtInd"),
    ('Ccy="PKR"', 'Ccy="USD"', "SttlmAmt/Amt/@Ccy"),
    ('Ccy="PKR"', "", "SttlmAmt/Amt/@Ccy"),
    ('Ccy="PKR"', 'Ccy="PKR" x="1"', "SttlmAmt/Amt/@x"),
    (">98381.57<", ">98381.571<", "SttlmAmt/Amt"),
    (">98381.57<", ">0<", "SttlmAmt/Amt"),
    (">98381.57<", ">-98381.57<", "SttlmAmt/Amt"),
    (">98381.57<", ">9.8e4<", "SttlmAmt/Amt"),
    (">98381.57<", ">+98381.57<", "SttlmAmt/Amt"),
    (">98381.57<", ">٩٨<", "SttlmAmt/Amt"),
    (">98381.57<", f">{'9' * 19}<", "SttlmAmt/Amt"),
    (">100000.00<", ">100000.000001<", "QtyAndAcctDtls/SttlmQty/Qty/FaceAmt"),
    (">100000.00<", ">100000.005<", "QtyAndAcctDtls/SttlmQty/Qty/FaceAmt"),
    ("FaceAmt>", "Unit>", "QtyAndAcctDtls/SttlmQty/Qty/Unit"),
    (">PK0000000001<", ">PK0000000002<", "FinInstrmId"),
    (">PK0000000001<", ">PK1<", "FinInstrmId/ISIN"),
    (">2026-07-03<", ">2026-02-30<", "TradDtls/SttlmDt/Dt/Dt"),
    (">2026-07-03<", ">2026-07-03Z<", "TradDtls/SttlmDt/Dt/Dt"),
    (">0003<", ">0010<", "SttlmParams/Prty/Nmrc"),
    (">TRAD<", ">REPU<", "SttlmParams/SctiesTxTp/Cd"),
    (">TRAD<", ">ISSU<", "QtyAndAcctDtls/BlckChainAdrOrWllt"),
    ("tmhr1nmdk6", "tmhr1nmdk7", "QtyAndAcctDtls/BlckChainAdrOrWllt/Id"),
    (">9edb6d4c", ">9EDB6D4C", "QtyAndAcctDtls/CshAcct/Prtry"),
    (">Seller &amp;", ">Sellers &amp;", "DlvrgSttlmPties/Pty1/Id/NmAndAdr/Nm"),
    ("SELLER080<", "SELLER081<", "DlvrgSttlmPties/Pty1/LEI"),
    ("<TradId>984500", "<TradId>984501", "TradDtls/TradId"),
    (">DPKR<", ">EPKR<", "SplmtryData/Envlp/m:Btch/m:CshAsst"),
    (">DPKR<", ">PK0000000001<", "SplmtryData/Envlp/m:Btch/m:CshAsst"),
    ("<m:XpryDt>2026-07-10</m:XpryDt>", "", "SplmtryData/Envlp/m:Btch/m:XpryDt"),
    ("<TxId>", "<XId>a</XId><TxId>", "XId"),
    ("<SttlmAmt>", "<OthrAmts/><SttlmAmt>", "OthrAmts"),
    ("</SplmtryData>", "</SplmtryData><SplmtryData/>", "SplmtryData"),
    ("<CmonId>", "<CmonId>a</CmonId><CmonId>", "SttlmTpAndAddtlParams/CmonId"),
    (
        "<Dt>2026-07-01",
        "<DtTm>2026-07-01T00:00:00Z</DtTm><Dt>2026-07-01",
        "TradDtls/TradDt/Dt/DtTm",
    ),
]


@pytest.mark.parametrize(("old", "new", "path"), MUTATIONS)
def test_what_is_not_understood_is_refused_with_its_element(old: str, new: str, path: str) -> None:
    text = golden("dvp-deliverer")
    assert old in text
    with pytest.raises(MessageRefused) as caught:
        read(text.replace(old, new))
    assert caught.value.path == f"SctiesSttlmTxInstr/{path}"


def test_elements_out_of_order_are_refused() -> None:
    text = golden("dvp-deliverer")
    moved = "    <TxId>TRADE-7</TxId>\n"
    text = text.replace(moved, "").replace("    <TradDtls>", moved + "    <TradDtls>")
    with pytest.raises(MessageRefused, match="TxId: out of order"):
        read(text)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if re.search(r">[^<]+</", line)]


WHOLE = [file for file in sorted(FOLDER.glob("sese.023*.xml")) if "-part-" not in file.name]


@pytest.mark.parametrize("file", WHOLE, ids=lambda file: file.stem)
def test_no_required_element_can_be_left_out_without_a_word(file: Path) -> None:
    """Every leaf taken away alone: refused, or another operation; never the same."""
    text = file.read_text()
    whole = read(text)
    same = []
    for line in _lines(text):
        try:
            if read(text.replace(line + "\n", "", 1)) == whole:
                same.append(line.strip())
        except MessageRefused:
            continue
    assert same == []


@given(st.data())
@settings(deadline=None, max_examples=400)
def test_damaged_messages_are_refused_or_say_something(data: st.DataObject) -> None:
    """Whatever bytes come: an operation of the ledger, or a refusal; no other exception."""
    file = data.draw(st.sampled_from(sorted(FOLDER.glob("*.xml"))))
    raw = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(raw) - 1))
        length = data.draw(st.integers(0, 12))
        raw[start : start + length] = data.draw(st.binary(max_size=6))
    try:
        found = operation_in(DIRECTORY, bytes(raw), named(batch_of(SALE)), repo=REPO)
    except MessageRefused:
        return
    known = InstructBatch | ApproveBatch | AllocateBatch | CancelBatch | Transfer
    assert isinstance(found, known | AddCollateral | SubstituteCollateral)


# --- pacs.009 ------------------------------------------------------------------------------------


def payment(name: str) -> str:
    """A golden pacs.009."""
    return (FOLDER / f"{pacs_009.MESSAGE}-{name}.xml").read_text()


def test_a_payment_for_securities_sets_the_cash_of_its_batch_aside() -> None:
    found = read(payment("secu"), named(batch_of(SALE)))
    assert found == AllocateBatch(initiator=SELLER, batch_id="TRADE-7")


def test_a_payment_for_securities_without_a_batch_is_no_transfer() -> None:
    with pytest.raises(MessageRefused, match="EndToEndId: neither party has instructed 'TRADE-7'"):
        read(payment("secu"))


def test_a_payment_for_cash_is_a_transfer() -> None:
    assert read(payment("cash")) == Transfer(
        asset=COIN,
        source=BUYER_ACCOUNT,
        target=SELLER_ACCOUNT,
        amount=9_838_157,
        end_to_end_ref="PAY 1",
    )


@pytest.mark.parametrize(
    ("old", "new", "path", "says"),
    [
        (">2026-07-03<", ">2026-07-04<", "IntrBkSttlmDt", "the business date is 2026-07-03"),
        (">2026-07-03<", ">2027-01-04<", "IntrBkSttlmDt", "the business date is 2026-07-03"),
        ("BUYER0077<", "SELLER080<", "Dbtr", "the account is at"),
        ("SELLER080<", "BUYER0077<", "Cdtr", "the account is at"),
        (f">{BUYER_ACCOUNT.hex()}<", f">{'7' * 32}<", "DbtrAcct/Id/Othr/Id", "no account"),
    ],
)
def test_a_payment_is_no_other_transfer_than_it_says(
    old: str, new: str, path: str, says: str
) -> None:
    """A value date, or whose account it is, was read over: the money moved at once, to anybody."""
    text = payment("cash")
    assert old in text
    with pytest.raises(MessageRefused, match=says) as caught:
        read(text.replace(old, new))
    assert caught.value.path == f"FICdtTrf/CdtTrfTxInf/{path}"


def test_a_payment_goes_to_an_account_that_the_payer_may_not_see() -> None:
    text = payment("cash").replace(f">{SELLER_ACCOUNT.hex()}<", f">{'7' * 32}<")
    found = read(text)
    assert isinstance(found, Transfer)
    assert found.target == bytes.fromhex("7" * 32)


INSTITUTIONS = [
    (f"<LEI>{SELLER_LEI}</LEI>", None),
    ("<Othr><Id>{seller}</Id><Issr>MOHUR</Issr></Othr>", None),
    (f"<LEI>{SELLER_LEI}</LEI><Othr><Id>{{seller}}</Id><Issr>MOHUR</Issr></Othr>", None),
    (f"<LEI>{BUYER_LEI}</LEI><Othr><Id>{{seller}}</Id><Issr>MOHUR</Issr></Othr>", "/LEI"),
    ("<Othr><Id>{seller}</Id><Issr>OTHER</Issr></Othr>", "/Othr/Issr"),
    ("<Othr><Id>{nobody}</Id><Issr>MOHUR</Issr></Othr>", "/Othr/Id"),
    ("<LEI>984500MOHURNOBODY00</LEI>", "/LEI"),
    ("", ""),
]


@pytest.mark.parametrize(("inside", "path"), INSTITUTIONS)
def test_an_institution_is_read_by_one_rule_wherever_it_stands(
    inside: str, path: str | None
) -> None:
    """In a payment and in a header."""
    inside = inside.format(seller=SELLER.hex(), nobody="7" * 32)
    known = f"<LEI>{SELLER_LEI}</LEI>"
    header = (FOLDER / "head.001.001.02-sese.020.xml").read_text()
    start, end = header.index("<AppHdr"), header.index("</AppHdr>")
    for text, of, at in (
        (payment("secu"), "FICdtTrf/CdtTrfTxInf/Cdtr/FinInstnId", (0, -1)),
        (header, "AppHdr/Fr/FIId/FinInstnId", (start, end)),
    ):
        part = text[at[0] : at[1]]
        assert known in part
        changed = text[: at[0]] + part.replace(known, inside) + text[at[1] :]
        if path is None:
            read(changed, named(batch_of(SALE)))
            continue
        with pytest.raises(MessageRefused) as caught:
            read(changed, named(batch_of(SALE)))
        assert caught.value.path == of + path


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (">SECU<", ">SALA<", "Purp/Cd"),
        (">98381.57<", ">98381.56<", "IntrBkSttlmAmt"),
        ("BUYER0077<", "SELLER080<", "Dbtr"),
        (">2026-07-03<", ">2026-07-04<", "IntrBkSttlmDt"),
        (">DPKR<", ">PKR-CB<", "DbtrAcct/Tp/Prtry"),
        (f">{BUYER_ACCOUNT.hex()}<", f">{SELLER_ACCOUNT.hex()}<", "DbtrAcct/Id/Othr/Id"),
        (">TRADE-7</EndToEndId", ">TRADE-8</EndToEndId", "PmtId/EndToEndId"),
        ('Ccy="PKR"', 'Ccy="EUR"', "IntrBkSttlmAmt/@Ccy"),
    ],
)
def test_a_payment_that_differs_from_its_batch_is_refused(old: str, new: str, path: str) -> None:
    text = payment("secu")
    assert old in text
    with pytest.raises(MessageRefused) as caught:
        read(text.replace(old, new), named(batch_of(SALE)))
    assert caught.value.path == f"FICdtTrf/CdtTrfTxInf/{path}"


def test_a_cash_leg_without_accounts_cannot_be_said() -> None:
    with pytest.raises(NotSayable, match="no account"):
        pacs_009.written(DIRECTORY, batch_of(SALE), CREATED)
