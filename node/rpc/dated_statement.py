"""Statements over business dates, of one account and of all accounts of a bank.

Rules of this file:
1. A business date begins with the receipt that opened it (record day_mark) and ends before the
   receipt that opened the next one; what is posted after close_day belongs to the closed date.
2. Closing is the balance of the call's height less what came later, opening is closing less the
   lines: as in statement.py, nothing is stored for it, and a statement is whole or it is none.
3. The other account of a line is named where the reader's view names it (node/rpc/view.py).
"""

import asyncio
import datetime as dt
from bisect import bisect_right
from typing import NamedTuple

from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call
from node.rpc.statement import effects_of, receipts_of
from node.rpc.views import check_kept
from node.sdk.schema import statement as schema
from tokens.events import CouponPaid, DayOpened, LedgerEvent, LienEnded, LienPlaced, PrincipalPaid
from tokens.jsonform import type_name
from tokens.lookup import require_account
from tokens.posting import available, total_holder
from tokens.queries import PAGE_MAX, accounts_of
from tokens.records.day import BUSINESS_DAY
from tokens.records.day_mark import DAY_MARK, DAY_MARKS, DayMark
from tokens.records.holdings import BANK_TOTAL, POSITION, Position
from tokens.records.instruments import ASSET, INSTRUMENT
from tokens.records.parties import ACCOUNT
from tokens.records.reassignments import REASSIGNMENT, REASSIGNMENTS
from tokens.results import Receipt

DAYS_MAX = 400
"""Business dates of one statement: more than a year."""
BANK_RECEIPTS_MAX = 20_000
"""Receipts of all accounts of a bank statement together."""

Place = tuple[int, int]
"""(height, index of the receipt)."""
_END: Place = (2**62, 0)


class Period(NamedTuple):
    """Business dates as places in the chain."""

    marks: tuple[tuple[Place, dt.date], ...]
    """Beginning of each date of the period, ascending."""
    end: Place
    """First place after it."""
    reaches_now: bool

    @property
    def begin(self) -> Place:
        """First place in it; its end if no date of it was ever opened."""
        return self.marks[0][0] if self.marks else self.end

    def date_of(self, place: Place) -> dt.date:
        """Business date of a place inside."""
        return self.marks[bisect_right(self.marks, (place, dt.date.max)) - 1][1]


def period_of(call: Call, from_date: dt.date, to_date: dt.date) -> Period:
    """The places of a range of dates. INVALID_INPUT for an empty, too long or future one."""
    day = call.state.get(BUSINESS_DAY)
    if day is None:
        raise RpcError(RpcCode.UNAVAILABLE, "the ledger has no business day yet")
    if not from_date <= to_date <= day.date:
        raise RpcError(
            RpcCode.INVALID_INPUT, "params: fromDate <= toDate <= business date of the ledger"
        )
    after = None if from_date == dt.date.min else (from_date.toordinal() - 1,)
    found = call.state.scan(DAY_MARK, DAY_MARKS, after=after, limit=DAYS_MAX + 2)
    inside = [mark for mark in found if mark.date <= to_date]
    if len(inside) > DAYS_MAX:
        raise RpcError(RpcCode.LIMIT_EXCEEDED, f"more than {DAYS_MAX} business dates")
    following = found[len(inside)] if len(found) > len(inside) else None
    if inside:
        check_kept(call, max(1, inside[0].opened_at))
    return Period(
        marks=tuple([(_place(call, mark), mark.date) for mark in inside]),
        end=_END if following is None else _place(call, following),
        reaches_now=following is None,
    )


def _place(call: Call, mark: DayMark) -> Place:
    """The receipt that opened a date."""
    if mark.opened_at == 0:
        return (0, 0)
    block = call.api.block(mark.opened_at)
    if block is None:
        raise RpcError(RpcCode.PRUNED, "that block is no longer kept here")
    for receipt in block.receipts:
        if any(isinstance(e, DayOpened) and e.date == mark.date for e in receipt.events):
            return (receipt.height, receipt.index)
    raise RpcError(RpcCode.INTERNAL_ERROR, "the block of a day mark does not open the day")


def _require_asset(call: Call, asset: str) -> None:
    """NOT_FOUND for a code that is none: zeros would say that nothing is held of it."""
    if call.state.get(ASSET, asset) is None:
        raise not_found("asset")


def dated_statement(call: Call, params: schema.DatedStatementParams) -> schema.DatedStatement:
    """The statement of one account and asset."""
    if call.state.get(ACCOUNT, params.account) is None:
        raise not_found("account")
    _require_asset(call, params.asset)
    period = period_of(call, params.from_date, params.to_date)
    position = call.state.get(POSITION, params.asset, params.account)
    closing = 0 if position is None else position.balance
    inside: list[Receipt] = []
    for receipt in receipts_of(call, params.account, period.begin[0]):
        place = (receipt.height, receipt.index)
        if place >= period.end:
            closing -= _net(receipt, params.asset, params.account)
        elif place >= period.begin:
            inside.append(receipt)
    inside.reverse()
    opening = closing - sum([_net(receipt, params.asset, params.account) for receipt in inside])
    if opening < 0 or closing < 0:
        raise RpcError(RpcCode.PRUNED, "the history kept here does not reach that far")
    lines = _lines(call, params, period, inside, opening)
    return schema.DatedStatement(
        account=params.account,
        asset=params.asset,
        from_date=params.from_date,
        to_date=params.to_date,
        opening=opening,
        credits=sum([line.credit for line in lines]),
        debits=sum([line.debit for line in lines]),
        closing=closing,
        lines=tuple(lines),
        payments=tuple(_payments(call, params, period, inside)),
        liens=tuple(_liens(params, period, inside)),
        now=schema.LienSums(
            held=0 if position is None else position.held,
            pledged=0 if position is None else position.pledged,
            frozen=0 if position is None else position.frozen,
            available=available(position),
        )
        if period.reaches_now
        else None,
    )


def _net(receipt: Receipt, asset: str, account: bytes) -> int:
    return sum(
        [
            credit - debit
            for event in receipt.events
            for debit, credit, _ in effects_of(event, asset, account)
        ]
    )


def _lines(
    call: Call,
    params: schema.DatedStatementParams,
    period: Period,
    receipts: list[Receipt],
    opening: int,
) -> list[schema.StatementLine]:
    lines, balance = [], opening
    for receipt in receipts:
        balance += _net(receipt, params.asset, params.account)
        for event in receipt.events:
            for debit, credit, other in effects_of(event, params.asset, params.account):
                lines.append(
                    schema.StatementLine(
                        date=period.date_of((receipt.height, receipt.index)),
                        height=receipt.height,
                        index=receipt.index,
                        tx_id=receipt.tx_id,
                        event=type_name(type(event)),
                        debit=debit,
                        credit=credit,
                        balance=balance,
                        counterparty=call.view.named(other),
                    )
                )
    return lines


def _payments(
    call: Call, params: schema.DatedStatementParams, period: Period, receipts: list[Receipt]
) -> list[schema.StatementPayment]:
    found = []
    for receipt in receipts:
        for event in receipt.events:
            paid = _payment_of(event, params.account)
            if paid is None or not _is_about(call, paid.asset, params.asset):
                continue
            coupon = paid if isinstance(paid, CouponPaid) else None
            found.append(
                schema.StatementPayment(
                    date=period.date_of((receipt.height, receipt.index)),
                    height=receipt.height,
                    tx_id=receipt.tx_id,
                    security=paid.asset,
                    payment=paid.payment,
                    kind="principal" if coupon is None else "coupon",
                    quantity=paid.quantity,
                    gross=paid.gross if isinstance(paid, CouponPaid) else paid.amount,
                    withheld=0 if coupon is None else coupon.withheld,
                    tax_class=None if coupon is None else coupon.tax_class,
                )
            )
    return found


def _payment_of(event: LedgerEvent, account: bytes) -> CouponPaid | PrincipalPaid | None:
    if isinstance(event, CouponPaid | PrincipalPaid) and event.account == account:
        return event
    return None


def _is_about(call: Call, security: str, asset: str) -> bool:
    """Whether a payment of a security belongs on the statement of an asset."""
    if security == asset:
        return True
    instrument = call.state.get(INSTRUMENT, security)
    return instrument is not None and instrument.terms.settlement_asset == asset


def _liens(
    params: schema.DatedStatementParams, period: Period, receipts: list[Receipt]
) -> list[schema.StatementLien]:
    found, known = [], []
    for receipt in receipts:
        date = period.date_of((receipt.height, receipt.index))
        for event in receipt.events:
            if not isinstance(event, LienPlaced | LienEnded) or event.account != params.account:
                continue
            began = isinstance(event, LienPlaced)
            if isinstance(event, LienPlaced):
                if event.asset not in (None, params.asset):
                    known.append(event.lien)
                    continue
            elif event.lien in known:
                continue
            found.append(
                schema.StatementLien(
                    date=date,
                    height=receipt.height,
                    tx_id=receipt.tx_id,
                    lien=event.lien,
                    began=began,
                    kind=event.kind.name if isinstance(event, LienPlaced) else None,
                    amount=event.amount if isinstance(event, LienPlaced) else None,
                )
            )
    return found


async def bank_statement(call: Call, params: schema.BankStatementParams) -> schema.BankStatement:
    """Opening, movements and closing of all accounts that a bank services, in one asset.

    The state is read before the first await: later it may be of another height.
    """
    _require_asset(call, params.asset)
    accounts = accounts_of(call.state, params.servicer)
    moving = call.state.scan(REASSIGNMENT, REASSIGNMENTS, (params.servicer,), limit=PAGE_MAX)
    accounts += [require_account(call.state, entry.account) for entry in moving]
    if len(accounts) >= PAGE_MAX:
        raise RpcError(RpcCode.LIMIT_EXCEEDED, f"the bank has {PAGE_MAX} accounts or more")
    period = period_of(call, params.from_date, params.to_date)
    total = call.state.get(BANK_TOTAL, params.servicer, params.asset)
    held = [
        position
        for account in accounts
        if (position := call.state.get(POSITION, params.asset, account.id)) is not None
        and total_holder(call.state, account, params.asset) == params.servicer
    ]
    rows: list[schema.BankStatementRow] = []
    walked = 0
    for position in held:
        receipts = receipts_of(call, position.account, period.begin[0])
        walked += len(receipts)
        if walked > BANK_RECEIPTS_MAX:
            raise RpcError(RpcCode.LIMIT_EXCEEDED, "too many postings: ask for fewer dates")
        rows.append(_row(call, position, period, receipts))
        await asyncio.sleep(0)
    return schema.BankStatement(
        servicer=params.servicer,
        asset=params.asset,
        from_date=params.from_date,
        to_date=params.to_date,
        opening=sum([row.opening for row in rows]),
        credits=sum([row.credits for row in rows]),
        debits=sum([row.debits for row in rows]),
        closing=sum([row.closing for row in rows]),
        rows=tuple(rows),
        bank_total=(0 if total is None else total.amount) if period.reaches_now else None,
    )


def _row(
    call: Call, position: Position, period: Period, receipts: list[Receipt]
) -> schema.BankStatementRow:
    """One account in sums."""
    closing, came, went = position.balance, 0, 0
    for receipt in receipts:
        place = (receipt.height, receipt.index)
        if place < period.begin:
            continue
        for event in receipt.events:
            for debit, credit, _ in effects_of(event, position.asset, position.account):
                if place >= period.end:
                    closing += debit - credit
                else:
                    came += credit
                    went += debit
    opening = closing - came + went
    if opening < 0 or closing < 0:
        raise RpcError(RpcCode.PRUNED, "the history kept here does not reach that far")
    return schema.BankStatementRow(
        account=position.account,
        opening=opening,
        credits=came,
        debits=went,
        closing=closing,
    )
