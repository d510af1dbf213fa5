"""Statements over business dates, on a ledger that has lived: everything adds up."""

import datetime as dt
import itertools

import msgspec
import pytest

from node.rpc.dated_statement import bank_statement, dated_statement
from node.rpc.errors import RpcCode, RpcError
from node.rpc.method import Call
from node.sdk.schema.statement import BankStatementParams, DatedStatement, DatedStatementParams
from tests.golden_chain import play
from tests.node.rpc.ledger_node import LedgerNode, call_of
from tests.tokens.support import MONEY, addr
from tokens.records.day import BUSINESS_DAY
from tokens.records.day_mark import DAY_MARK, DAY_MARKS
from tokens.records.holdings import BANK_TOTAL, POSITION
from tokens.records.parties import PARTICIPANT

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def node() -> LedgerNode:
    """The script of the golden chain: a stablecoin, a bond with a coupon, orders, everyday."""
    return LedgerNode(play(500))


@pytest.fixture
def call(node: LedgerNode) -> Call:
    return call_of(node)


def dates(call: Call) -> list[dt.date]:
    return [mark.date for mark in call.state.scan(DAY_MARK, DAY_MARKS, limit=1_000)]


def statement(
    call: Call, account: bytes, asset: str, first: dt.date, last: dt.date
) -> DatedStatement:
    return dated_statement(
        call,
        DatedStatementParams(account=account, asset=asset, from_date=first, to_date=last),
    )


def positions(call: Call) -> list[tuple[str, bytes, int]]:
    found = call.state.scan(POSITION, POSITION.indexes[0], limit=1_000)
    return [(position.asset, position.account, position.balance) for position in found]


def adds_up(found: DatedStatement) -> None:
    assert found.closing == found.opening + found.credits - found.debits
    assert found.credits == sum(line.credit for line in found.lines)
    assert found.debits == sum(line.debit for line in found.lines)
    if found.lines:
        assert found.lines[-1].balance == found.closing
    for line in found.lines:
        assert found.from_date <= line.date <= found.to_date


def test_the_history_has_days_and_holdings(call: Call) -> None:
    assert len(dates(call)) >= 5
    assert len(positions(call)) >= 8


def test_day_by_day_each_closing_is_the_next_opening(call: Call) -> None:
    """From nothing to today's balance, for every account and asset that there is."""
    days = dates(call)
    for asset, account, balance in positions(call):
        opening = None
        for day in days:
            found = statement(call, account, asset, day, day)
            adds_up(found)
            assert opening is None or found.opening == opening
            opening = found.closing
        assert opening == balance
        whole = statement(call, account, asset, days[0], days[-1])
        adds_up(whole)
        assert whole.closing == balance
        assert whole.now is not None
        if asset != MONEY:
            assert whole.opening == 0


def test_dates_that_never_opened_are_empty(call: Call) -> None:
    days = dates(call)
    gap = next(first for first, second in itertools.pairwise(days) if second - first > DAY)
    asset, account, _ = positions(call)[0]
    found = statement(call, account, asset, gap + DAY, gap + DAY)
    assert found.lines == ()
    assert found.opening == found.closing == statement(call, account, asset, gap, gap).closing


async def test_a_bank_total_is_the_sum_of_its_accounts(call: Call) -> None:
    days, seen = dates(call), 0
    for participant in call.state.scan(PARTICIPANT, PARTICIPANT.indexes[0], limit=100):
        for asset in {asset for asset, _, _ in positions(call)}:
            params = BankStatementParams(
                servicer=participant.id, asset=asset, from_date=days[0], to_date=days[-1]
            )
            found = await bank_statement(call, params)
            total = call.state.get(BANK_TOTAL, participant.id, asset)
            assert found.bank_total == found.closing == (0 if total is None else total.amount)
            assert found.closing == found.opening + found.credits - found.debits
            seen += len(found.rows)
            half = msgspec.structs.replace(params, to_date=days[len(days) // 2])
            assert (await bank_statement(call, half)).bank_total is None
    assert seen >= len(positions(call))


def test_a_coupon_stands_there_gross_with_its_tax(call: Call) -> None:
    days = dates(call)
    paid = [
        (payment, asset, account)
        for asset, account, _ in positions(call)
        for payment in statement(call, account, asset, days[0], days[-1]).payments
        if asset != payment.security and payment.kind == "coupon" and payment.gross > 0
    ]
    assert paid
    for payment, asset, account in paid:
        cash = statement(call, account, asset, payment.date, payment.date)
        same = [line.credit for line in cash.lines if line.tx_id == payment.tx_id]
        assert payment.gross - payment.withheld in same
        security = statement(call, account, payment.security, payment.date, payment.date)
        assert payment in security.payments


def test_liens_begin_and_end(call: Call) -> None:
    days = dates(call)
    liens = [
        lien
        for asset, account, _ in positions(call)
        for lien in statement(call, account, asset, days[0], days[-1]).liens
    ]
    assert {lien.began for lien in liens} == {True, False}
    assert {lien.kind for lien in liens} >= {"HOLD", "FREEZE"}


def test_the_other_account_is_hidden_where_money_is_real(node: LedgerNode) -> None:
    genesis = msgspec.structs.replace(node.genesis, is_dev=False)
    real, open_ = call_of(LedgerNode(node._ledger, genesis)), call_of(node)
    days = dates(open_)
    shown = [
        [line.counterparty for line in statement(call, account, asset, days[0], days[-1]).lines]
        for call in (real, open_)
        for asset, account, _ in positions(call)
    ]
    half = len(shown) // 2
    assert all(each is None for lines in shown[:half] for each in lines)
    assert any(each is not None for lines in shown[half:] for each in lines)


def test_refusals(call: Call) -> None:
    day = call.state.get(BUSINESS_DAY)
    assert day is not None
    for first, last in ((day.date, day.date - DAY), (day.date, day.date + DAY)):
        with pytest.raises(RpcError) as seen:
            statement(call, addr("bank-a-cash"), MONEY, first, last)
        assert seen.value.code is RpcCode.INVALID_INPUT
    with pytest.raises(RpcError) as seen:
        statement(call, addr("nobody"), MONEY, day.date, day.date)
    assert seen.value.code is RpcCode.NOT_FOUND
    with pytest.raises(RpcError) as seen:
        statement(call, addr("bank-a-cash"), "PKX", day.date, day.date)
    assert seen.value.code is RpcCode.NOT_FOUND


async def test_a_bank_has_no_statement_of_an_asset_that_is_none(call: Call) -> None:
    """A slip in its code was answered with zeros: nothing held, nothing moved."""
    day = call.state.get(BUSINESS_DAY)
    assert day is not None
    params = BankStatementParams(
        servicer=addr("bank-a"), asset="PKX", from_date=day.date, to_date=day.date
    )
    with pytest.raises(RpcError) as seen:
        await bank_statement(call, params)
    assert seen.value.code is RpcCode.NOT_FOUND
