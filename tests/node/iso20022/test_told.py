"""Messages that tell: what is odd is refused, and what the ledger has otherwise is named."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.iso20022 import camt_054, semt_002, sese_024, sese_025, sese_027
from node.iso20022.header import text_with_header
from node.iso20022.reading import parse
from node.iso20022.refusal import MessageRefused
from node.iso20022.told import Difference, Facts, differences, told
from tests.node.iso20022.case import (
    BOND,
    DIRECTORY,
    HOUSE,
    SELLER,
    SELLER_ACCOUNT,
    operation_in,
)
from tests.node.iso20022.golden import CREATED, FOLDER

TELLING = {
    sese_024.MESSAGE,
    sese_025.MESSAGE,
    sese_027.MESSAGE,
    camt_054.MESSAGE,
    semt_002.MESSAGE,
}
FILES = sorted(file for file in FOLDER.glob("*.xml") if file.name[:15].rstrip("-.") in TELLING)


def facts_of(text: str) -> Facts:
    return told(DIRECTORY, text.encode()).facts


# --- refused -------------------------------------------------------------------------------------


def golden(name: str) -> str:
    return (FOLDER / f"{name}.xml").read_text()


def test_every_golden_message_that_tells_is_read() -> None:
    assert {file.name[:15].rstrip("-.") for file in FILES} == TELLING
    for file in FILES:
        assert told(DIRECTORY, file.read_bytes()).message in file.name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_tells_asks_for_nothing(file: Path) -> None:
    with pytest.raises(MessageRefused, match="asks for nothing: mohur iso check"):
        operation_in(DIRECTORY, file.read_bytes())


def test_what_asks_tells_nothing() -> None:
    with pytest.raises(MessageRefused, match="asks for an operation: mohur iso import"):
        facts_of(golden("sese.023.001.11-dvp-deliverer"))


def test_a_header_names_who_tells_and_that_may_be_anybody() -> None:
    text = golden("sese.025.001.11-deliverer")
    wrapped = text_with_header(
        DIRECTORY,
        parse(text.encode()),
        sender=HOUSE,
        receiver=SELLER,
        reference="R",
        created=CREATED,
    )
    found = told(DIRECTORY, wrapped.encode())
    assert (found.sender, found.facts) == (HOUSE, facts_of(text))


SAYS_NOTHING = ("<CreDtTm>", "<StmtId>", "<CxlReqRef>")
"""Of the message itself, not of what it tells."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_element_can_be_left_out_without_a_word(file: Path) -> None:
    """Every leaf taken away alone: refused, or other facts; never the same."""
    text = file.read_text()
    whole = facts_of(text)
    same = []
    for line in [line for line in text.splitlines() if re.search(r">[^<]+</", line)]:
        if line.strip().startswith(SAYS_NOTHING):
            continue
        try:
            if facts_of(text.replace(line + "\n", "", 1)) == whole:
                same.append(line.strip())
        except MessageRefused:
            continue
    assert same == []


ODD = [
    ("sese.024.001.12-cancelled", ">CANI<", ">LACK<", "PrcgSts/Canc/Rsn/Cd/Cd"),
    ("sese.025.001.11-deliverer", ">DELI<", ">RECE<", "SttldAmt/CdtDbtInd"),
    ("sese.025.001.11-deliverer", ">APMT<", ">FREE<", "SttldAmt"),
    ("sese.025.001.11-deliverer", ">CRDT<", ">DBIT<", "SttldAmt/CdtDbtInd"),
    ("sese.025.001.11-deliverer", 'Ccy="PKR"', 'Ccy="XRD"', "SttldAmt/Amt"),
    ("sese.025.001.11-deliverer", ">98381.57<", ">9.8e4<", "SttldAmt/Amt"),
    ("sese.025.001.11-deliverer", ">98381.57<", ">98381.571<", "SttldAmt/Amt"),
    ("sese.025.001.11-deliverer", ">100000.00<", ">0.00<", "QtyAndAcctDtls/SttldQty/Qty/FaceAmt"),
    ("sese.025.001.11-deliverer", ">TRAD<", ">ISSU<", "QtyAndAcctDtls/BlckChainAdrOrWllt/Id"),
    ("sese.025.001.11-deliverer", ">2026-07-03<", ">2026-07-03+05:00<", "TradDtls/SttlmDt/Dt/Dt"),
    ("sese.025.001.11-deliverer", ">PK0000000001<", ">PK0000000002<", "FinInstrmId"),
    ("sese.025.001.11-deliverer", "SELLER080<", "SELLER081<", "DlvrgSttlmPties/Pty1/LEI"),
    ("sese.027.001.07-pending", ">CONF<", ">DSET<", "PrcgSts/PdgCxl/Rsn/Cd/Cd"),
    ("camt.054.001.12", ">DPKR<", ">PK0000000001<", "Ntfctn/Acct/Tp/Prtry"),
    ("camt.054.001.12", "<Ccy>PKR<", "<Ccy>USD<", "Ntfctn/Acct/Ccy"),
    ("camt.054.001.12", "<Id>NTF-1<", "<Id>NTF-2<", "Ntfctn/Id"),
    ("camt.054.001.12", ">7-1-1<", ">7-0-0<", "Ntfctn/Ntry[1]/NtryRef"),
    ("camt.054.001.12", "<Dt>2026-07-03<", "<Dt>2026-07-04<", "Ntfctn/Ntry[0]/BookgDt/Dt"),
    ("camt.054.001.12", 'Ccy="PKR"', 'Ccy="EUR"', "Ntfctn/Ntry[0]/Amt/@Ccy"),
    ("camt.054.001.12", ">BOOK<", ">PDNG<", "Ntfctn/Ntry[0]/Sts/Cd"),
    ("camt.054.001.12", ">MOHUR<", ">OTHER<", "Ntfctn/Ntry[0]/BkTxCd/Prtry/Issr"),
    ("camt.054.001.12", "T00:00:00Z", "T00:00:00", "Ntfctn/FrToDt/FrDtTm"),
    ("semt.002.001.11-account", "<PgNb>1<", "<PgNb>2<", "Pgntn/PgNb"),
    ("semt.002.001.11-account", "<LastPgInd>true<", "<LastPgInd>false<", "Pgntn/LastPgInd"),
    ("semt.002.001.11-account", "<ActvtyInd>true<", "<ActvtyInd>0<", "StmtGnlDtls/ActvtyInd"),
    ("semt.002.001.11-account", "<SubAcctInd>false<", "<SubAcctInd>true<", "BlckChainAdrOrWllt/Id"),
    ("semt.002.001.11-bank", "<SubAcctInd>true<", "<SubAcctInd>false<", "SubAcctDtls"),
    ("semt.002.001.11-bank", ">LONG<", ">SHOR<", "SubAcctDtls/BalForSubAcct/AggtBal/ShrtLngInd"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "path"), ODD)
def test_what_is_not_understood_is_refused_with_its_element(
    name: str, old: str, new: str, path: str
) -> None:
    text = golden(name)
    assert old in text
    with pytest.raises(MessageRefused) as caught:
        facts_of(text.replace(old, new, 1))
    assert caught.value.path.partition("/")[2] == path


def test_an_advice_of_two_statuses_that_no_batch_has_is_refused() -> None:
    text = golden("sese.024.001.12-instructed")
    start, end = text.index("    <MtchgSts>"), text.index("</MtchgSts>") + len("</MtchgSts>\n")
    with pytest.raises(MessageRefused, match="AckdAccptd: no batch of this ledger is there"):
        facts_of(text[:start] + text[end:])


OWN = "<OthrId><Id>DPKR</Id><Tp><Prtry>MOHUR</Prtry></Tp></OthrId>"
"""A money where a security should stand."""
CONFIRMED = "sese.025.001.11-deliverer"
BLOCKS = [
    (CONFIRMED, r"<ISIN>.*?</ISIN>", OWN, "FinInstrmId", "money is no security"),
    (CONFIRMED, r"<RcvgSttlmPties>(.*?)</RcvgSttlmPties>", "{giver}", "RcvgSttlmPties", "itself"),
    (CONFIRMED, r"<SttldAmt>.*?</SttldAmt>", "", "SttldAmt", "missing, against payment"),
    ("semt.002.001.11-account", r"<ISIN>.*?</ISIN>", OWN, "FinInstrmId", "money is no security"),
    ("semt.002.001.11-bank", r"<BalForSubAcct>.*</BalForSubAcct>", "", "BalForSubAcct", "missing"),
    (
        "semt.002.001.11-bank",
        r"(<SubAcctDtls>.*?)<ActvtyInd>true<",
        r"\1<ActvtyInd>false<",
        "ActvtyInd",
        "only true",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "path", "says"), BLOCKS)
def test_a_block_that_says_something_else_is_refused(
    name: str, old: str, new: str, path: str, says: str
) -> None:
    text = golden(name)
    giver = re.search(r"<DlvrgSttlmPties>(.*?)</DlvrgSttlmPties>", text, re.DOTALL)
    if giver is not None:
        new = new.replace("{giver}", f"<RcvgSttlmPties>{giver[1]}</RcvgSttlmPties>")
    changed = re.sub(old, new, text, count=1, flags=re.DOTALL)
    assert changed != text
    with pytest.raises(MessageRefused, match=says) as caught:
        facts_of(changed)
    assert path in caught.value.path


def test_free_of_payment_there_is_no_account_for_cash() -> None:
    text = golden(CONFIRMED).replace(">APMT<", ">FREE<")
    text = re.sub(r"    <SttldAmt>.*?</SttldAmt>\n", "", text, flags=re.DOTALL)
    with pytest.raises(MessageRefused, match="CshAcct/Prtry: an account for cash, free of payment"):
        facts_of(text)


def test_an_account_or_a_security_that_stands_twice_is_refused() -> None:
    text = golden("semt.002.001.11-bank")
    start, end = text.index("    <SubAcctDtls>"), text.index("</SubAcctDtls>")
    part = text[start : end + len("</SubAcctDtls>\n")]
    with pytest.raises(MessageRefused, match=r"SubAcctDtls\[1\]/BlckChainAdrOrWllt/Id: twice"):
        facts_of(text.replace(part, part * 2))
    text = golden("semt.002.001.11-account")
    start, end = text.index("    <BalForAcct>"), text.index("</BalForAcct>")
    part = text[start : end + len("</BalForAcct>\n")]
    with pytest.raises(MessageRefused, match=r"BalForAcct\[1\]/FinInstrmId: twice"):
        facts_of(text.replace(part, part * 2))


# --- compared ------------------------------------------------------------------------------------


def test_the_order_of_a_report_says_nothing() -> None:
    text = golden("semt.002.001.11-bank")
    parts = re.findall(r"    <SubAcctDtls>.*?</SubAcctDtls>\n", text, re.DOTALL)
    assert len(parts) > 1
    turned = text.replace("".join(parts), "".join(parts[::-1]))
    assert turned != text
    assert list(differences(facts_of(turned), facts_of(text))) == []


def test_a_difference_names_the_fact_and_both_words() -> None:
    text = golden("semt.002.001.11-account")
    said = facts_of(text.replace(">100000.00<", ">100000.01<"))
    (found,) = differences(said, facts_of(text))
    at = f"held/{SELLER_ACCOUNT.hex()}/holdings/{BOND}/amount"
    assert found == Difference(at=at, said="10000001", ledger="10000000")


def test_a_posting_that_is_missing_shifts_no_other() -> None:
    text = golden("camt.054.001.12")
    (part, *_) = re.findall(r"      <Ntry>.*?</Ntry>\n", text, re.DOTALL)
    found = list(differences(facts_of(text.replace(part, "")), facts_of(text)))
    assert {difference.at.split("/")[1] for difference in found} == {"7-0-0"}
    assert all(difference.said is None for difference in found)


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_damaged_messages_are_refused_or_say_something(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(FILES)).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(raw) - 1))
        length = data.draw(st.integers(0, 12))
        raw[start : start + length] = data.draw(st.binary(max_size=6))
    try:
        found = told(DIRECTORY, bytes(raw))
    except MessageRefused:
        return
    assert found.message in TELLING
