"""What goes out: golden messages, their shapes, and what no message can say."""

import datetime as dt

import msgspec
import pytest

from node.iso20022 import camt_054, sese_023, sese_024, sese_025
from node.iso20022.amounts import amount_of, number_of
from node.iso20022.outgoing import text_of
from node.iso20022.profile import check
from node.iso20022.reading import parse
from node.iso20022.reasons import reason_of
from node.iso20022.refusal import MessageRefused, NotSayable
from node.iso20022.trade import trade_of
from tests.node.iso20022.case import (
    BOND,
    BUYER,
    COIN,
    DIRECTORY,
    HOUSE,
    SALE,
    SELLER,
    batch_of,
    named,
)
from tests.node.iso20022.golden import CREATED, FOLDER, messages, statement
from tokens.records.settlement import BatchStatus
from tokens.results import Code


def test_messages_are_the_golden_ones() -> None:
    golden = {file.stem: file.read_text() for file in FOLDER.glob("*.xml")}
    assert messages() == golden


def test_every_golden_message_follows_its_profile() -> None:
    for file in FOLDER.glob("*.xml"):
        message = parse(file.read_bytes())
        check(message.identifier, message.root)


def test_a_batch_that_is_no_trade_has_no_securities_message() -> None:
    security, cash = SALE.legs
    for legs, says in (
        ((security, security), "2 securities legs"),
        ((security, cash, cash), "2 cash legs"),
        ((cash,), "0 securities legs"),
        ((msgspec.structs.replace(security, taker=SELLER),), "gives and takes"),
        ((security, msgspec.structs.replace(cash, giver=HOUSE)), "does not go back"),
    ):
        batch = batch_of(msgspec.structs.replace(SALE, legs=legs))
        with pytest.raises(NotSayable, match=says):
            trade_of(DIRECTORY, batch, SELLER)
    with pytest.raises(NotSayable, match="no party"):
        trade_of(DIRECTORY, batch_of(SALE), HOUSE)


@pytest.mark.parametrize(
    ("place", "name", "asset"), [(0, "target", BOND), (1, "source", COIN), (0, "source", BOND)]
)
def test_a_party_without_an_account_has_no_instruction(place: int, name: str, asset: str) -> None:
    # It was written without the element, and coming in it was refused.
    batch = named(batch_of(SALE))
    legs = list(batch.legs)
    legs[place] = msgspec.structs.replace(legs[place], **{name: None})
    trade = trade_of(
        DIRECTORY,
        msgspec.structs.replace(batch, legs=tuple(legs)),
        SELLER if (place, name) == (0, "source") else BUYER,
    )
    with pytest.raises(NotSayable, match=f"named no account for {asset}"):
        sese_023.written(DIRECTORY, trade)


def test_an_amount_of_too_many_digits_cannot_be_said() -> None:
    """The standard has 18 digits, the ledger 20."""
    leg = msgspec.structs.replace(SALE.legs[0], quantity=10**18)
    batch = batch_of(msgspec.structs.replace(SALE, legs=(leg, SALE.legs[1])))
    with pytest.raises(NotSayable, match="more than 18 digits"):
        sese_023.written(DIRECTORY, trade_of(DIRECTORY, batch, SELLER))


PKR = {"PKR": 2}


@pytest.mark.parametrize(
    ("digits", "text"), [(0, "12345"), (1, "1234.5"), (3, "12.345"), (4, "1.2345")]
)
def test_the_decimals_are_those_that_the_ledger_says(digits: int, text: str) -> None:
    """A ledger in crowns of a thousand parts could say no amount: the table was in the code."""
    known = {"XRD": digits}
    assert number_of(12_345, "XRD", known) == text
    assert amount_of(text, "XRD", known, "") == 12_345


@pytest.mark.parametrize("amount", [1, 9, 10, 99, 100, 101, 10**18 - 1])
def test_an_amount_is_the_same_there_and_back(amount: int) -> None:
    assert amount_of(number_of(amount, "PKR", PKR), "PKR", PKR, "") == amount


@pytest.mark.parametrize(("text", "amount"), [("1", 100), ("0.1", 10), ("01.500", 150)])
def test_an_amount_needs_no_more_decimals_than_it_has(text: str, amount: int) -> None:
    assert amount_of(text, "PKR", PKR, "") == amount


def test_a_currency_without_known_decimals_is_refused() -> None:
    with pytest.raises(NotSayable, match="JPY"):
        number_of(1, "JPY", PKR)
    with pytest.raises(MessageRefused, match="JPY"):
        amount_of("1", "JPY", PKR, "")


def test_only_a_settled_batch_is_confirmed_and_only_another_has_a_status() -> None:
    open_trade = trade_of(DIRECTORY, named(batch_of(SALE)), SELLER)
    with pytest.raises(NotSayable, match="INSTRUCTED, not settled"):
        sese_025.confirmation_of(DIRECTORY, open_trade, SALE.isd)
    settled = named(batch_of(SALE), status=BatchStatus.SETTLED)
    trade = trade_of(DIRECTORY, settled, SELLER)
    with pytest.raises(NotSayable, match="it settled between"):
        sese_025.confirmation_of(DIRECTORY, trade, SALE.trade_date)
    with pytest.raises(NotSayable, match=r"sese\.025 confirms"):
        sese_024.advice_of(trade, SALE.isd)


def _pending(batch_changes: dict[str, object], party: bytes, today: dt.date) -> str | None:
    batch = named(batch_of(SALE), **batch_changes)
    root = sese_024.written(sese_024.advice_of(trade_of(DIRECTORY, batch, party), today))
    text_of(sese_024.MESSAGE, root)
    return root.text_at("SttlmSts/Pdg/Rsn/Cd/Cd")


def test_a_party_is_told_what_is_missing_and_whose_it_is() -> None:
    parties = batch_of(SALE).parties
    seller, buyer = parties
    done: dict[str, object] = {"status": BatchStatus.MATCHED, "parties": parties}
    assert _pending(done, SELLER, SALE.isd) == "OTHR"
    half = (msgspec.structs.replace(seller, allocated=True), buyer)
    assert _pending(done | {"parties": half}, SELLER, SALE.isd) == "AWMO"
    assert _pending(done | {"parties": half}, BUYER, SALE.isd) == "MONY"
    half = (seller, msgspec.structs.replace(buyer, allocated=True))
    assert _pending(done | {"parties": half}, SELLER, SALE.isd) == "LACK"
    assert _pending(done | {"parties": half}, BUYER, SALE.isd) == "AWSH"
    allocated: dict[str, object] = {"status": BatchStatus.ALLOCATED}
    assert _pending(allocated, SELLER, SALE.trade_date) == "FUTU"
    assert _pending(allocated, SELLER, SALE.isd) == "OTHR"


def test_every_code_of_the_ledger_has_a_reason() -> None:
    for code in Code:
        for paid in (False, True):
            batch = named(batch_of(SALE), status=BatchStatus.FAILED, reason=int(code))
            reason, words = reason_of(int(code), paid=paid)
            assert words == f"{int(code)} {code.name}"
            assert len(reason) == 4
            root = sese_024.written(
                sese_024.advice_of(trade_of(DIRECTORY, batch, SELLER), SALE.isd)
            )
            text_of(sese_024.MESSAGE, root)
    assert reason_of(int(Code.INSUFFICIENT_AVAILABLE), paid=False)[0] == "LACK"
    assert reason_of(int(Code.ACCOUNT_FROZEN), paid=True)[0] == "BLOC"


def test_notifications_are_of_money_and_of_a_bounded_number_of_postings() -> None:
    of_bond = msgspec.structs.replace(statement(), asset=BOND)
    with pytest.raises(NotSayable, match="is no money"):
        camt_054.notification_of(DIRECTORY, of_bond)
    lines = statement().lines * (camt_054.ENTRIES_MAX // 2)
    many = msgspec.structs.replace(statement(), lines=(*lines, lines[0]))
    with pytest.raises(NotSayable, match="more than 1000 postings"):
        camt_054.notification_of(DIRECTORY, many)
    whole = msgspec.structs.replace(statement(), lines=lines)
    told = camt_054.notification_of(DIRECTORY, whole)
    text_of(camt_054.MESSAGE, camt_054.written(DIRECTORY, told, "N", CREATED))


def test_a_message_id_that_does_not_fit_is_refused_before_it_is_written() -> None:
    told = camt_054.notification_of(DIRECTORY, statement())
    root = camt_054.written(DIRECTORY, told, "N" * 36, CREATED)
    with pytest.raises(NotSayable, match="GrpHdr/MsgId: longer than 35"):
        text_of(camt_054.MESSAGE, root)


@pytest.mark.parametrize("odd", ["\x01", "\r", "\x85", "\ud800", "\uffff"])
def test_a_name_that_xml_cannot_write_is_refused_before_it_is_written(odd: str) -> None:
    named_oddly = msgspec.structs.replace(DIRECTORY.participants[BUYER], name=f"Buyer{odd}")
    directory = msgspec.structs.replace(
        DIRECTORY, participants=DIRECTORY.participants | {BUYER: named_oddly}
    )
    root = sese_023.written(directory, trade_of(directory, batch_of(SALE), SELLER))
    with pytest.raises(NotSayable, match="RcvgSttlmPties/Pty1/Id/NmAndAdr/Nm: a control character"):
        text_of(sese_023.MESSAGE, root)
