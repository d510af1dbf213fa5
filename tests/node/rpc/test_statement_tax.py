"""A coupon net of tax on the statements of holder and tax authority: gross, withheld, net."""

import datetime as dt

import msgspec

from node.rpc.dated_statement import dated_statement
from node.sdk.schema.statement import DatedStatement, DatedStatementParams
from tests.node.rpc.ledger_node import LedgerNode, call_of
from tests.tokens.ops import test_whole_life_blocks as life
from tests.tokens.ops.build import ISIN
from tests.tokens.support import Ledger, addr
from tests.tokens.test_parties import BOTH
from tokens.ops.coupons import CouponFund, SetTaxTable
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.records.day import TaxEntry

RATE_E6 = 200_000
TERMS = msgspec.structs.replace(life.TERMS, tax_profile="pk")
PAID_ON = dt.date(2027, 1, 4)


def lived() -> Ledger:
    """Ten units of a bond, a table of one class, a coupon that was paid."""
    ledger = Ledger()
    life._money(ledger)
    table = SetTaxTable(
        profile="pk",
        account=addr("tax-cash"),
        year_month=7,
        entries=(TaxEntry(tax_class="default", from_date=life.START, rate_e6=RATE_E6, above=None),),
    )
    assert ledger.agree(BOTH, table).code == 0
    ledger.ok("treasury", CreateInstrument(terms=TERMS))
    approve = ApproveInstrument(asset=ISIN, terms_digest=terms_digest(TERMS))
    assert ledger.agree(BOTH, approve).code == 0
    life._subscription(ledger)
    life._day(ledger, dt.date(2026, 12, 31))
    ledger.ok("treasury", CouponFund(asset=ISIN, coupon=1))
    life._day(ledger, PAID_ON)
    return ledger


def test_gross_withheld_and_net_meet_on_both_statements() -> None:
    call = call_of(LedgerNode(lived()))

    def on_the_day(name: str) -> DatedStatement:
        params = DatedStatementParams(
            account=addr(name), asset=life.CASH, from_date=PAID_ON, to_date=PAID_ON
        )
        return dated_statement(call, params)

    holder, authority = on_the_day("bank-a-cash"), on_the_day("tax-cash")
    (paid,) = holder.payments
    gross = 10 * life.FACE * 115_000 // 10**6 // 2
    assert (paid.kind, paid.gross, paid.withheld) == ("coupon", gross, gross * RATE_E6 // 10**6)
    assert paid.withheld > 0
    assert holder.credits == paid.gross - paid.withheld
    assert authority.credits == paid.withheld
    assert authority.payments == ()
    assert holder.closing == holder.opening + holder.credits - holder.debits
