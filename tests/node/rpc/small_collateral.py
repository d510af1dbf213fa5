"""What secures claims on the small ledger of RPC tests: marks, a pledge and its notice, a repo."""

import datetime

from tests.node.rpc.fake_genesis import BUSINESS_DATE, digest_of
from tokens.finance.daycount import DayCount
from tokens.records.enforcements import ENFORCEMENT, Enforcement
from tokens.records.holdings import LIEN, LegalBasis, Lien
from tokens.records.marks import ASSET_MARKS, AssetMarks, Mark
from tokens.records.repos import (
    REPO,
    CollateralLine,
    MarginTerms,
    Repo,
    RepoKind,
    RepoLine,
    RepoMode,
    RepoStatus,
    RepoTerms,
)
from tokens.state import Overlay
from tokens.types import LienKind


def put_collateral(overlay: Overlay, *, bond: str, holder: bytes, other: bytes) -> None:
    """Records of a bond, its holder, and somebody else."""
    overlay.put(ASSET_MARKS, marks(bond, other))
    overlay.put(LIEN, pledge(bond, holder, other))
    overlay.put(ENFORCEMENT, notice(holder, other))
    overlay.put(REPO, repo(bond, holder, other))


def marks(bond: str, source: bytes) -> AssetMarks:
    """A price of the bond in force, and the next one."""
    held = Mark(
        asset=bond,
        price_e4=987_500,
        dirty=False,
        for_date=BUSINESS_DATE - datetime.timedelta(days=1),
        effective=BUSINESS_DATE,
        source=source,
    )
    coming = Mark(
        asset=bond,
        price_e4=990_000,
        dirty=False,
        for_date=BUSINESS_DATE,
        effective=BUSINESS_DATE + datetime.timedelta(days=1),
        source=source,
    )
    return AssetMarks(asset=bond, held=held, coming=coming)


def pledge(bond: str, holder: bytes, pledgee: bytes) -> Lien:
    """Half of Bob's bonds secure a claim of the issuer."""
    return Lien(
        id=digest_of("pledge"),
        account=holder,
        asset=bond,
        amount=250_000,
        kind=LienKind.PLEDGE,
        owner=pledgee,
        expires_on=None,
        basis=None,
        memo="LOAN-1",
    )


def notice(holder: bytes, pledgee: bytes) -> Enforcement:
    """The loan was not paid; the pledge may be enforced two weeks later."""
    return Enforcement(
        pledge=digest_of("pledge"),
        account=holder,
        pledgee=pledgee,
        claim=200_000,
        cash_asset="PKR-CB",
        basis=LegalBasis(authority="Loan agreement", order_no="LOAN-1", sha256=digest_of("loan")),
        noticed_on=BUSINESS_DATE,
        from_date=BUSINESS_DATE + datetime.timedelta(days=14),
    )


def repo(bond: str, account: bytes, party: bytes) -> Repo:
    """Money lent on the business date against bonds that were sold."""
    terms = RepoTerms(
        reference="REPO-1",
        seller=party,
        buyer=account,
        custodian=None,
        kind=RepoKind.OPEN,
        mode=RepoMode.TITLE,
        cash_asset="PKR-CB",
        cash=80_000,
        rate_e6=110_000,
        daycount=DayCount.ACT_365F,
        start=BUSINESS_DATE,
        end=None,
        collateral=(CollateralLine(asset=bond, amount=100_000, haircut_bps=500),),
        margin=MarginTerms(frequency_bd=1, threshold_bps=50, deadline_bd=0),
        substitutions=(),
    )
    return Repo(
        id=digest_of("repo"),
        number=1,
        proposer=party,
        terms=terms,
        seller_securities=account,
        seller_cash=account,
        buyer_securities=account,
        buyer_cash=account,
        status=RepoStatus.OPEN,
        end=None,
        lines=(RepoLine(asset=bond, amount=100_000, haircut_bps=500, lien=None, next_coupon=1),),
        coupons=0,
        margin_on=BUSINESS_DATE + datetime.timedelta(days=1),
        judged_on=None,
        call=0,
        call_until=None,
        defaulter=None,
        ended_on=None,
        price=0,
        claim=None,
    )
