"""Repos: money lent against collateral, sold or pledged, with margin (5.6)."""

import datetime as dt
from enum import IntEnum
from typing import Annotated

import msgspec

from tokens.finance.daycount import DayCount
from tokens.records.kind import Index, Key, RecordKind
from tokens.types import (
    Address,
    Amount,
    AssetId,
    Count,
    Hash,
    PositiveAmount,
    RateE6,
    Reference,
)

LINES_MAX = 16
"""Lines of collateral in one repo, those added later included."""
SUBSTITUTIONS_MAX = 32
"""Entries of one substitution matrix."""


class RepoStatus(IntEnum):
    """Life of a repo (5.6)."""

    PROPOSED = 1
    OPEN = 2
    MARGIN_CALL = 3
    CLOSED = 4
    DEFAULTED = 5
    CLOSED_OUT = 6
    WITHDRAWN = 7
    """Taken back, declined, or not accepted on its start date."""


LIVE = (RepoStatus.OPEN, RepoStatus.MARGIN_CALL)
"""Money is lent and collateral lies there."""
NOT_OVER = (*LIVE, RepoStatus.DEFAULTED)
"""Something still moves."""


class RepoKind(IntEnum):
    """When a repo ends."""

    TERM = 1
    """On its end date."""
    OPEN = 2
    """On a day of the seller's choice, or the one that a recall names: the price is fixed then."""
    INTRADAY = 3
    """At close_day of its start date, at the latest. It bears no interest."""


class RepoMode(IntEnum):
    """Whose the collateral is meanwhile."""

    PLEDGE = 1
    """The seller's, pledged: coupons are the seller's."""
    TITLE = 2
    """The buyer's: coupons that it receives are deducted from the repurchase price, gross."""


class CollateralLine(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One asset of the basket: a bond, or money."""

    asset: AssetId
    amount: PositiveAmount
    """Minor units."""
    haircut_bps: Annotated[int, msgspec.Meta(ge=0, le=9_999)]
    """Taken off its value, hundredths of a percent."""


class Substitution(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """An entry of the matrix: what may take the place of what, and at which haircut."""

    out: AssetId
    into: AssetId
    haircut_bps: Annotated[int, msgspec.Meta(ge=0, le=9_999)]


class MarginTerms(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """When the ledger looks at the value, and what it forgives."""

    frequency_bd: Annotated[int, msgspec.Meta(ge=0, le=30)]
    """Looked at on each so-manieth business day; 0 = never."""
    threshold_bps: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    """A shortfall up to this part of the cash is not called."""
    deadline_bd: Annotated[int, msgspec.Meta(ge=0, le=10)]
    """Business days after the call at whose close it must be met; 0 = the same day."""


class RepoTerms(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What both parties sign."""

    reference: Reference
    """The proposer's own; the same terms again need another one."""
    seller: Address
    """Participant that borrows money and gives collateral."""
    buyer: Address
    """Participant that lends money."""
    custodian: Address | None
    """Tri-party: a bank that adds, substitutes and takes back collateral for the seller."""
    kind: RepoKind
    mode: RepoMode
    cash_asset: AssetId
    """The money lent: central-bank money or a stablecoin."""
    cash: PositiveAmount
    """Minor units lent."""
    rate_e6: RateE6
    """Annual, x 10^6; may be negative; 0 for INTRADAY."""
    daycount: DayCount
    """Not ACT/ACT ICMA, which needs coupons."""
    start: dt.date
    """Business date on which the buyer's money moves: the other party accepts on it."""
    end: dt.date | None
    """TERM: later than the start; else None."""
    collateral: Annotated[
        tuple[CollateralLine, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)
    ]
    margin: MarginTerms
    substitutions: Annotated[tuple[Substitution, ...], msgspec.Meta(max_length=SUBSTITUTIONS_MAX)]
    """What may come in later, strictly ascending by (out, into); empty = nothing new."""
    travel_hash: Hash | None = None
    """SHA-256 of the sealed data of the clients behind it, where the travel rule asks for them: of
    everything that moves in the life of the repo."""


class RepoLine(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Collateral as it lies there."""

    asset: AssetId
    amount: PositiveAmount
    haircut_bps: Annotated[int, msgspec.Meta(ge=0, le=9_999)]
    lien: Hash | None
    """PLEDGE: the lien. After a redemption it rests on money, and counts as that."""
    next_coupon: Count
    """TITLE: the first coupon whose record was not taken when the line came in; 0 for money."""


class RepoClaim(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What is owed when a repo is over; the ledger tells it and does not collect it."""

    creditor: Address
    debtor: Address
    amount: PositiveAmount
    """Minor units of the cash asset."""


class Repo(msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """One repo. Never deleted: its id is used for ever."""

    id: Hash
    number: Count
    """Position in the order of proposal, for lists."""
    proposer: Address
    """Seller or buyer."""
    terms: RepoTerms
    seller_securities: Address | None
    """Accounts: None until their party names them. Collateral comes from here..."""
    seller_cash: Address | None
    """...and here, if it is money; the money lent arrives here and returns from here."""
    buyer_securities: Address | None
    buyer_cash: Address | None
    status: RepoStatus
    end: dt.date | None
    """Date of the repurchase; a recall sets that of an OPEN repo."""
    lines: Annotated[tuple[RepoLine, ...], msgspec.Meta(max_length=2 * LINES_MAX)]
    """PLEDGE: beside each line there may be one of the money that was paid for a part of it."""
    coupons: Amount
    """TITLE: gross coupons of lines that left the basket, to be deducted."""
    margin_on: dt.date | None
    """The first date on which the ledger looks at the value again; None = never."""
    judged_on: dt.date | None
    """The last date on which it did so at fresh marks."""
    call: Amount
    """Shortfall of the open margin call, 0 if there is none."""
    call_until: dt.date | None
    """Date at whose close the call must be met."""
    defaulter: Address | None
    ended_on: dt.date | None
    """Date of closing or default: the price is fixed on it."""
    price: Amount
    """What was paid at closing, or owed at default; 0 before."""
    claim: RepoClaim | None
    """What closing or close-out left owed."""


class RepoCounter(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """How many repos were proposed."""

    count: Count


class RepoUse(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """How many repos that are not over name an account: it cannot be closed meanwhile."""

    account: Address
    count: Count


def _live(repo: Repo) -> Key | None:
    return (repo.number,) if repo.status in LIVE else None


def _by_pledge(repo: Repo) -> Key | None:
    """From a pledge to its repo: the owner of the pledge is the beginning of the id."""
    return (repo.id[:16], repo.number) if repo.status in NOT_OVER else None


def _proposed_securities(repo: Repo) -> Key | None:
    account = repo.seller_securities or repo.buyer_securities
    return None if account is None or not _is_proposed(repo) else (account, repo.number)


def _proposed_cash(repo: Repo) -> Key | None:
    account = repo.seller_cash or repo.buyer_cash
    return None if account is None or not _is_proposed(repo) else (account, repo.number)


def _is_proposed(repo: Repo) -> bool:
    """One party has named its accounts, the other has not answered."""
    return repo.status is RepoStatus.PROPOSED


REPO = RecordKind(
    104,
    "repo",
    Repo,
    lambda r: (r.id,),
    (
        Index(192, "repos", lambda r: (r.number,), static=True),
        Index(193, "live_repos", _live, static=False),
        Index(194, "repos_by_pledge", _by_pledge, static=False),
        Index(195, "proposed_repos_by_securities", _proposed_securities, static=False),
        Index(196, "proposed_repos_by_cash", _proposed_cash, static=False),
    ),
)
REPO_COUNTER = RecordKind(105, "repo_counter", RepoCounter, lambda r: ())
REPO_USE = RecordKind(106, "repo_use", RepoUse, lambda r: (r.account,))

REPOS = REPO.indexes[0]
LIVE_REPOS = REPO.indexes[1]
REPOS_BY_PLEDGE = REPO.indexes[2]
PROPOSED_BY_ACCOUNT = REPO.indexes[3:]
"""By the account of the paper, and by that of the money, that its proposer named."""
