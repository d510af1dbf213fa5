"""Marks, pledges and repos between banks that nobody trusts: the moves of an adversary."""

import datetime as dt

from tests.tokens.adversary_values import FACE, HOLDERS, ISINS
from tests.tokens.adversary_world import AdversaryWorld
from tests.tokens.support import MONEY, addr
from tokens.finance.daycount import DayCount
from tokens.ops.marks import MarkEntry, SetMarks
from tokens.ops.pledges import CreatePledge, ReleasePledge
from tokens.ops.repo_margin import AddCollateral, SubstituteCollateral, TakeExcess
from tokens.ops.repo_steps import CloseOutRepo, CloseRepo, RecallRepo
from tokens.ops.repos import AcceptRepo, ProposeRepo, repo_id
from tokens.records.holdings import LIEN, PLEDGES
from tokens.records.repos import (
    REPO,
    REPOS,
    CollateralLine,
    MarginTerms,
    Repo,
    RepoKind,
    RepoMode,
    RepoTerms,
    Substitution,
)

BANKS = ("bank-a", "bank-b")
SHOWN_MAX = 200


class Lenders:
    """Two banks that lend to each other."""

    def __init__(self, world: AdversaryWorld) -> None:
        self.world = world
        self.count = 0
        self.marked = ISINS[:2]

    def mark(self, percent: int, dirty: bool) -> None:
        """All bonds at one price, of today."""
        entries = tuple(
            MarkEntry(asset=isin, price_e4=10_000 * percent, dirty=dirty)
            for isin in sorted(self.marked)
        )
        today = self.world.ledger.business_date
        self.world.submit("marker", SetMarks(for_date=today, marks=entries))

    def pledge(self, source: str, pledgee: str, asset: str, amount: int, days: int) -> None:
        """By whoever signs for the account, and the pledgee."""
        ends = self.world.ledger.business_date + dt.timedelta(days=days)
        made = CreatePledge(
            account=addr(source),
            asset=asset,
            amount=amount,
            pledgee=addr(pledgee),
            expires_on=ends if days else None,
            reference="",
        )
        self.world.propose([HOLDERS[source], pledgee], made, approvers=(addr(pledgee),))

    def release(self, pledgee: str, amount: int | None, cheat: str) -> None:
        """Some pledge, by the pledgee and by somebody else."""
        found = self.world.ledger.state.scan(LIEN, PLEDGES, (addr(pledgee),), limit=1)
        for lien in found:
            step = ReleasePledge(pledge=lien.id, amount=amount)
            self.world.submit(cheat, step)
            self.world.submit(pledgee, step)

    def lend(
        self,
        seller: int,
        kind: RepoKind,
        mode: RepoMode,
        lots: int,
        cash: int,
        second: str = ISINS[1],
        accepts: bool = True,
    ) -> None:
        """Propose and accept in two blocks."""
        self.count += 1
        start = self.world.ledger.business_date
        proposer, other = BANKS[seller], BANKS[1 - seller]
        terms = RepoTerms(
            reference=f"R{self.count}",
            seller=addr(proposer),
            buyer=addr(other),
            custodian=None,
            kind=kind,
            mode=mode,
            cash_asset=MONEY,
            cash=cash,
            rate_e6=0 if kind is RepoKind.INTRADAY else 100_000,
            daycount=DayCount.ACT_365F,
            start=start,
            end=start + dt.timedelta(days=2) if kind is RepoKind.TERM else None,
            collateral=(
                CollateralLine(asset=ISINS[0], amount=lots * FACE, haircut_bps=500),
                CollateralLine(asset=second, amount=lots * FACE, haircut_bps=1_000),
            ),
            margin=MarginTerms(frequency_bd=1, threshold_bps=100, deadline_bd=1),
            substitutions=(Substitution(out=ISINS[0], into=ISINS[1], haircut_bps=1_000),),
        )
        mine, theirs = addr(f"{proposer}-cash"), addr(f"{other}-cash")
        self.world.submit(proposer, ProposeRepo(terms=terms, securities=mine, cash=mine))
        self.world.end_block()
        repo = repo_id(addr(proposer), terms)
        if not accepts:
            return
        self.world.submit(other, AcceptRepo(repo=repo, securities=theirs, cash=theirs))
        self.world.end_block()

    def repos(self) -> list[Repo]:
        """The last ones."""
        return self.world.ledger.state.scan(REPO, REPOS, limit=SHOWN_MAX)

    def step(self, place: int, name: str, lots: int, cheat: str) -> None:
        """Some repo's next step, by both banks and by somebody who has no part in it."""
        found = self.repos()
        if not found:
            return
        repo = found[-1 - place % min(4, len(found))]
        end = self.world.ledger.business_date + dt.timedelta(days=1)
        steps = {
            "add": AddCollateral(repo=repo.id, asset=ISINS[0], amount=lots * FACE),
            "money": AddCollateral(repo=repo.id, asset=MONEY, amount=lots * FACE),
            "take": TakeExcess(repo=repo.id, line=place % 3, amount=lots * FACE),
            "swap": SubstituteCollateral(
                repo=repo.id,
                line=0,
                amount=lots * FACE,
                asset=ISINS[1],
                amount_in=(lots + 1) * FACE,
            ),
            "close": CloseRepo(repo=repo.id),
            "recall": RecallRepo(repo=repo.id, end=end),
            "close_out": CloseOutRepo(repo=repo.id),
        }
        for who in (cheat, *BANKS):
            self.world.submit(who, steps[name])
