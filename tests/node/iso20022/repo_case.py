"""A repo with two lines of collateral, for the tests of messages about it."""

import datetime as dt

from tests.node.iso20022.case import BOND, BUYER, COIN, NOTE, SELLER
from tokens.finance.daycount import DayCount
from tokens.ops.repo_margin import AddCollateral, SubstituteCollateral
from tokens.ops.repos import repo_id
from tokens.records.repos import (
    CollateralLine,
    MarginTerms,
    Repo,
    RepoKind,
    RepoLine,
    RepoMode,
    RepoStatus,
    RepoTerms,
    Substitution,
)

TERMS = RepoTerms(
    reference="REPO-7",
    seller=SELLER,
    buyer=BUYER,
    custodian=None,
    kind=RepoKind.TERM,
    mode=RepoMode.PLEDGE,
    cash_asset=COIN,
    cash=9_000_000,
    rate_e6=100_000,
    daycount=DayCount.ACT_365F,
    start=dt.date(2026, 7, 1),
    end=dt.date(2026, 7, 8),
    collateral=(CollateralLine(asset=BOND, amount=10_000_000, haircut_bps=500),),
    margin=MarginTerms(frequency_bd=1, threshold_bps=0, deadline_bd=0),
    substitutions=(Substitution(out=BOND, into=NOTE, haircut_bps=200),),
)
REPO = Repo(
    id=repo_id(SELLER, TERMS),
    number=1,
    proposer=SELLER,
    terms=TERMS,
    seller_securities=None,
    seller_cash=None,
    buyer_securities=None,
    buyer_cash=None,
    status=RepoStatus.OPEN,
    end=TERMS.end,
    lines=(
        RepoLine(asset=BOND, amount=10_000_000, haircut_bps=500, lien=None, next_coupon=0),
        RepoLine(asset=COIN, amount=5_000, haircut_bps=0, lien=None, next_coupon=0),
    ),
    coupons=0,
    margin_on=None,
    judged_on=None,
    call=0,
    call_until=None,
    defaulter=None,
    ended_on=None,
    price=0,
    claim=None,
)
ADDED = AddCollateral(repo=REPO.id, asset=BOND, amount=1_000_000)
SWAPPED = SubstituteCollateral(
    repo=REPO.id, line=0, amount=4_000_000, asset=NOTE, amount_in=4_100_000
)
