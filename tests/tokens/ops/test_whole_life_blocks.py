"""The whole life once more, in transactions, blocks and proposals, paid in the stablecoin."""

import datetime as dt

from tests.tokens.ops.build import ISIN, terms
from tests.tokens.support import MONEY, Ledger, addr
from tokens.events import CouponPaid, PrincipalPaid
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.cash import CashMint, CashRedeem
from tokens.ops.cash_asset import DefineCashAsset
from tokens.ops.central_bank_money import CbIssue
from tokens.ops.coupons import CouponFund, RedemptionFund
from tokens.ops.grants import GrantPower
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount, instruction_digest
from tokens.posting import balance_of, supply_of
from tokens.records.instruments import ASSET
from tokens.records.settlement import ISSUANCE, Leg
from tokens.types import AssetStatus

CASH = "PKRS"
FACE = 100_000
START = dt.date(2026, 7, 1)
TERMS = terms(
    denomination=FACE,
    increment=FACE,
    max_supply=100 * FACE,
    dated_date=START,
    issue_date=START,
    maturity_date=dt.date(2027, 1, 1),
    roll_day=1,
    settlement_asset=CASH,
    treasury_account=addr("treasury-cash"),
    tax_profile="none",
)


def _money(ledger: Ledger) -> None:
    """Central-bank money, a stablecoin, a grant for bank-a, tokens for it and for the treasury."""
    for name, reference in (("bank-a-cash", "R1"), ("treasury-cash", "R2")):
        order = CbIssue(asset=MONEY, target=addr(name), amount=20 * FACE, rtgs_ref=reference)
        ledger.ok("central-bank", order)
    define = DefineCashAsset(
        asset=CASH,
        name="Digital rupee",
        currency="PKR",
        backing=MONEY,
        reserve_account=addr("issuer-reserve"),
        max_supply=10**12,
        kyc_tier_min=0,
    )
    assert (
        ledger.agree(("issuer", "treasury", "central-bank"), define, approvers=("issuer",)).code
        == 0
    )
    for grantee in ("bank-a", "treasury"):
        grant = GrantPower(
            grantor=addr("issuer"),
            grantee=addr(grantee),
            operation="cash_mint",
            asset=CASH,
            sources=(),
            targets=(addr(f"{grantee}-cash"),),
            cap_call=20 * FACE,
            cap_day=20 * FACE,
            cap_total=20 * FACE,
            expires_on=dt.date(2027, 12, 1),
        )
        assert ledger.agree(("issuer", "central-bank"), grant).code == 0
        account = addr(f"{grantee}-cash")
        mint = CashMint(
            asset=CASH, source=account, target=account, amount=15 * FACE, grantor=addr("issuer")
        )
        ledger.ok(grantee, mint)


def _day(ledger: Ledger, date: dt.date) -> None:
    ledger.ok("central-bank", CloseDay(date=ledger.business_date))
    ledger.ok("central-bank", OpenDay(date=date))


def _subscription(ledger: Ledger) -> None:
    """Ten units against payment: instructed by the treasury, matched and settled by the bank."""
    treasury, bank, day = addr("treasury"), addr("bank-a"), ledger.business_date
    none = {"source": None, "target": None}
    operation = InstructBatch(
        batch_id="SUB-1",
        trade_date=day,
        isd=day,
        expires_on=day + dt.timedelta(days=5),
        legs=(
            Leg(
                asset=ISIN,
                quantity=10 * FACE,
                giver=treasury,
                taker=bank,
                **none | {"source": ISSUANCE},
            ),
            Leg(
                asset=CASH,
                quantity=10 * FACE,
                giver=bank,
                taker=treasury,
                **none | {"target": addr("treasury-cash")},
            ),
        ),
        trade_ref="",
        uti="",
        priority=0,
        automatic=False,
    )
    ledger.ok("treasury", operation)
    cash = addr("bank-a-cash")
    approval = ApproveBatch(
        initiator=treasury,
        batch_id="SUB-1",
        digest=instruction_digest(treasury, operation),
        accounts=(
            LegAccount(leg=0, gives=False, account=cash),
            LegAccount(leg=1, gives=True, account=cash),
        ),
    )
    ledger.ok("bank-a", approval)
    ledger.ok("bank-a", AllocateBatch(initiator=treasury, batch_id="SUB-1"))
    ledger.ok("bank-a", SettleBatch(initiator=treasury, batch_id="SUB-1"))


def test_whole_life_in_blocks() -> None:
    ledger = Ledger()
    _money(ledger)
    ledger.ok("treasury", CreateInstrument(terms=TERMS))
    approve = ApproveInstrument(asset=ISIN, terms_digest=terms_digest(TERMS))
    assert ledger.agree(("treasury", "central-bank"), approve).code == 0
    _subscription(ledger)
    assert supply_of(ledger.state, ISIN) == 10 * FACE
    assert balance_of(ledger.state, CASH, addr("treasury-cash")) == 25 * FACE
    _day(ledger, dt.date(2026, 12, 31))
    ledger.ok("treasury", CouponFund(asset=ISIN, coupon=1))
    _day(ledger, dt.date(2027, 1, 4))
    ledger.ok("treasury", RedemptionFund(asset=ISIN))
    told = [event for r in ledger.results for receipt in r.receipts for event in receipt.events]
    coupons = [event.gross for event in told if isinstance(event, CouponPaid)]
    assert coupons == [10 * FACE * 115_000 // 10**6 // 2]
    assert [e.amount for e in told if isinstance(e, PrincipalPaid)] == [10 * FACE]
    asset = ledger.state.get(ASSET, ISIN)
    assert asset is not None
    assert asset.status is AssetStatus.REDEEMED
    cash = addr("bank-a-cash")
    everything = balance_of(ledger.state, CASH, cash)
    assert everything == 15 * FACE + coupons[0]
    ledger.ok("bank-a", CashRedeem(asset=CASH, source=cash, target=cash, amount=everything))
    assert supply_of(ledger.state, CASH) == 30 * FACE - everything
