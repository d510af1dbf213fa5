"""Messages that tell, there and back: generated batches, statements and holdings."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.iso20022 import camt_054, semt_002, sese_024, sese_025, sese_027
from node.iso20022.header import text_with_header
from node.iso20022.outgoing import text_of
from node.iso20022.reading import parse
from node.iso20022.refusal import NotSayable
from node.iso20022.told import Facts, told
from node.iso20022.trade import Trade, trades_of
from node.sdk.schema.statement import StatementLine
from tests.node.iso20022.case import (
    BOND,
    BUYER_ACCOUNT,
    COIN,
    DIRECTORY,
    HOUSE,
    NOTE,
    SELLER,
    SELLER_ACCOUNT,
    batch_of,
    instructions,
)
from tests.node.iso20022.golden import CREATED, DAY, statement
from tests.node.iso20022.test_linked import several
from tokens.records.settlement import BatchStatus
from tokens.results import Code

AMOUNTS = st.integers(1, 10**18 - 1)


def facts_of(text: str) -> Facts:
    return told(DIRECTORY, text.encode()).facts


@st.composite
def trades(draw: st.DrawFn) -> Trade:
    """A part of a batch of one or several, in whatever state, from either side."""
    initiator, operation = draw(st.one_of(instructions(), several()))
    batch = batch_of(operation, initiator)
    flags = st.tuples(st.booleans(), st.booleans(), st.booleans())
    parties = [
        msgspec.structs.replace(entry, approved=one, allocated=two, cancels=three)
        for entry in batch.parties
        for one, two, three in [draw(flags)]
    ]
    accounts = [SELLER_ACCOUNT, BUYER_ACCOUNT]
    legs = [
        msgspec.structs.replace(
            leg,
            source=leg.source or draw(st.sampled_from(accounts)),
            target=leg.target or draw(st.sampled_from(accounts)),
        )
        for leg in batch.legs
    ]
    status = draw(st.sampled_from(BatchStatus))
    batch = msgspec.structs.replace(
        batch,
        legs=tuple(legs),
        parties=tuple(parties),
        status=status,
        reason=int(draw(st.sampled_from(Code))) if status is BatchStatus.FAILED else 0,
    )
    party = draw(st.sampled_from([legs[0].giver, legs[0].taker]))
    return draw(st.sampled_from(trades_of(DIRECTORY, batch, party)))


@given(trades(), st.dates(dt.date(2000, 1, 1), dt.date(2099, 1, 1)))
@settings(deadline=None, max_examples=200)
def test_a_status_comes_back_as_it_went_out(trade: Trade, today: dt.date) -> None:
    if trade.batch.status is BatchStatus.SETTLED:
        with pytest.raises(NotSayable):
            sese_024.advice_of(trade, today)
        return
    advice = sese_024.advice_of(trade, today)
    assert facts_of(text_of(sese_024.MESSAGE, sese_024.written(advice))) == advice


@given(trades(), st.integers(0, 30))
@settings(deadline=None, max_examples=200)
def test_a_confirmation_comes_back_as_it_went_out(trade: Trade, days: int) -> None:
    day = trade.batch.isd + dt.timedelta(days=days)
    batch = msgspec.structs.replace(trade.batch, status=BatchStatus.SETTLED, expires_on=day)
    told_of = sese_025.confirmation_of(DIRECTORY, msgspec.structs.replace(trade, batch=batch), day)
    text = text_of(sese_025.MESSAGE, sese_025.written(DIRECTORY, told_of))
    assert facts_of(text) == told_of
    assert told_of.party == trade.party


@given(trades())
@settings(deadline=None, max_examples=200)
def test_an_answer_comes_back_as_it_went_out(trade: Trade) -> None:
    asked = {entry.participant for entry in trade.batch.parties if entry.cancels}
    live = trade.batch.status in (
        BatchStatus.INSTRUCTED,
        BatchStatus.MATCHED,
        BatchStatus.ALLOCATED,
    )
    if live and trade.party not in asked:
        with pytest.raises(NotSayable, match="has not asked"):
            sese_027.answer_of(trade)
        return
    answer = sese_027.answer_of(trade)
    assert facts_of(text_of(sese_027.MESSAGE, sese_027.written(answer, "MSG-1"))) == answer


@st.composite
def lines(draw: st.DrawFn, first: dt.date, last: dt.date) -> StatementLine:
    amount, comes_in = draw(AMOUNTS), draw(st.booleans())
    return StatementLine(
        date=draw(st.dates(first, last)),
        height=draw(st.integers(1, 2**63)),
        index=draw(st.integers(0, 9_999)),
        tx_id=draw(st.binary(min_size=32, max_size=32)),
        event=draw(st.sampled_from(["moved", "minted", "burned", "coupon_paid"])),
        debit=0 if comes_in else amount,
        credit=amount if comes_in else 0,
        balance=0,
        counterparty=None,
    )


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_a_notification_comes_back_as_it_went_out(data: st.DataObject) -> None:
    first, last = sorted(data.draw(st.tuples(st.dates(), st.dates())))
    of = msgspec.structs.replace(
        statement(),
        from_date=first,
        to_date=last,
        lines=tuple(data.draw(st.lists(lines(first, last), max_size=6))),
    )
    notification = camt_054.notification_of(DIRECTORY, of)
    root = camt_054.written(DIRECTORY, notification, "N-1", CREATED)
    assert facts_of(text_of(camt_054.MESSAGE, root)) == notification


HOLDINGS = st.dictionaries(st.sampled_from([BOND, NOTE, COIN]), st.just(0) | AMOUNTS)


@given(st.dictionaries(st.binary(min_size=16, max_size=16), HOLDINGS, max_size=5), st.dates())
@settings(deadline=None, max_examples=100)
def test_a_report_comes_back_as_it_went_out(
    accounts: dict[bytes, semt_002.Holdings], date: dt.date
) -> None:
    reports = [semt_002.report_of_bank(DIRECTORY, HOUSE, accounts, date)]
    for account, held in accounts.items():
        reports.append(semt_002.report_of_account(DIRECTORY, SELLER, account, held, date))
    for report in reports:
        root = semt_002.written(DIRECTORY, report, "ST-1")
        assert facts_of(text_of(semt_002.MESSAGE, root)) == report


def test_the_longest_notification_that_is_written_can_be_read() -> None:
    long = msgspec.structs.replace(
        statement(), lines=statement().lines * (camt_054.ENTRIES_MAX // 2)
    )
    notification = camt_054.notification_of(DIRECTORY, long)
    root = camt_054.written(DIRECTORY, notification, "N-1", CREATED)
    text = text_of(camt_054.MESSAGE, root)
    assert facts_of(text) == notification
    wrapped = text_with_header(
        DIRECTORY,
        parse(text.encode()),
        sender=SELLER,
        receiver=HOUSE,
        reference="R",
        created=CREATED,
    )
    assert facts_of(wrapped) == notification


def test_a_report_that_nobody_could_read_is_not_written() -> None:
    many = {n.to_bytes(16, "big"): {BOND: 1, NOTE: 2} for n in range(1, 1_001)}
    assets = {f"NOTE-{n}": DIRECTORY.assets[NOTE] for n in range(8)}
    directory = msgspec.structs.replace(DIRECTORY, assets=DIRECTORY.assets | assets)
    report = semt_002.report_of_bank(directory, SELLER, many, DAY)
    text = text_of(semt_002.MESSAGE, semt_002.written(directory, report, "S"))
    assert told(directory, text.encode()).facts == report
    more = {account: dict.fromkeys(assets, 1) for account in many}
    report = semt_002.report_of_bank(directory, SELLER, more, DAY)
    with pytest.raises(NotSayable, match="ask for less"):
        text_of(semt_002.MESSAGE, semt_002.written(directory, report, "S"))
