"""The part of the vectors' run that sets marks, pledges and lends against collateral (5.6)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tests.tokens.ops.build import FACE, dvp, terms, transfer
from tests.tokens.ops.repo_build import line, repo_terms
from tests.tokens.ops.test_cash import cb_issue
from tests.tokens.ops.world import CBM, World, address
from tokens.finance.isin import isin_check_digit
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.marks import MarkEntry, SetMarks
from tokens.ops.pledges import CreatePledge, ReleasePledge, SubstitutePledge
from tokens.ops.repo_margin import AddCollateral, SubstituteCollateral, TakeExcess
from tokens.ops.repo_steps import CloseOutRepo, CloseRepo, RecallRepo
from tokens.ops.repos import AcceptRepo, ProposeRepo, WithdrawRepo, repo_id
from tokens.records.holdings import LIEN, PLEDGES
from tokens.records.repos import RepoKind, RepoTerms, Substitution

Step = tuple[str, msgspec.Struct]

OTHER = "PK000000004" + isin_check_digit("PK000000004")


def collateral(world: World) -> Iterator[Step]:
    """A bond of its own: the one of the run has been redeemed."""
    made = terms(isin=OTHER, issue_date=dt.date(2026, 1, 17), dated_date=dt.date(2026, 1, 17))
    yield "treasury", CreateInstrument(terms=made)
    yield "treasury+central", ApproveInstrument(asset=OTHER, terms_digest=terms_digest(made))
    entry = MarkEntry(asset=OTHER, price_e4=985_000, dirty=True)
    yield "marker", SetMarks(for_date=dt.date(2026, 1, 19), marks=(entry,))
    pledge = CreatePledge(
        account=address("b/main"),
        asset=CBM,
        amount=1_000,
        pledgee=address("bank_a"),
        expires_on=None,
        reference="LOAN-1",
    )
    yield "bank_b+bank_a", pledge
    lien = _pledge_of(world, "bank_a")
    yield "bank_a", ReleasePledge(pledge=lien, amount=400)
    yield "bank_b+bank_a", SubstitutePledge(pledge=lien, asset=CBM, amount=700)
    yield "bank_a", ReleasePledge(pledge=_pledge_of(world, "bank_a"), amount=None)

    yield from _repo(world)


def _pledge_of(world: World, pledgee: str) -> bytes:
    return world.state.scan(LIEN, PLEDGES, (address(pledgee),), limit=1)[0].id


def _repo(world: World) -> Iterator[Step]:
    """Issued to bank B, lent against, margined, defaulted, closed out; another is recalled."""
    seller = ("treasury", None, "treasury/main")
    operation, approval = dvp(world, "I-REPO", seller, ("bank_b", "b/main"), OTHER, 20 * FACE, FACE)
    step = AllocateBatch(initiator=address("treasury"), batch_id="I-REPO")
    yield "treasury", operation
    yield "bank_b", approval
    yield "bank_b", step
    yield "bank_b", SettleBatch(initiator=address("treasury"), batch_id="I-REPO")
    yield "central", CloseDay(date=dt.date(2026, 1, 19))
    yield "central", OpenDay(date=dt.date(2026, 1, 20))
    made, other, third = (_terms(name) for name in ("R-1", "R-2", "R-3"))
    for terms_of in (made, other, third):
        proposal = ProposeRepo(terms=terms_of, securities=address("b/main"), cash=address("b/main"))
        yield "bank_b", proposal
    first, second, last = (repo_id(address("bank_b"), one) for one in (made, other, third))
    yield "bank_b", WithdrawRepo(repo=last)
    yield "central", cb_issue(50 * FACE, "RTGS-REPO", target=address("a/second"))
    for repo in (first, second):
        taken = AcceptRepo(repo=repo, securities=address("a/second"), cash=address("a/second"))
        yield "bank_a", taken
    yield "bank_b", AddCollateral(repo=first, asset=CBM, amount=2 * FACE)
    yield "bank_b", TakeExcess(repo=first, line=1, amount=FACE)
    swap = SubstituteCollateral(repo=first, line=1, amount=FACE, asset=OTHER, amount_in=2 * FACE)
    yield "bank_b", swap
    yield "bank_a", RecallRepo(repo=second, end=dt.date(2026, 1, 21))
    yield "bank_b", CloseRepo(repo=second)
    yield "bank_a", RecallRepo(repo=first, end=dt.date(2026, 1, 21))
    free = world.balance(CBM, "b/main")
    yield "bank_b", transfer(CBM, "b/main", "treasury/main", free)
    yield "central", CloseDay(date=dt.date(2026, 1, 20))
    yield "central", OpenDay(date=dt.date(2026, 1, 21))
    yield "central", CloseDay(date=dt.date(2026, 1, 21))
    yield "bank_a", CloseOutRepo(repo=first)
    yield "treasury", transfer(CBM, "treasury/main", "b/main", free)


def _terms(reference: str) -> RepoTerms:
    return repo_terms(
        reference=reference,
        seller=address("bank_b"),
        buyer=address("bank_a"),
        kind=RepoKind.OPEN,
        start=dt.date(2026, 1, 20),
        end=None,
        cash=4 * FACE,
        collateral=(line(5 * FACE, OTHER),),
        substitutions=(Substitution(out=CBM, into=OTHER, haircut_bps=500),),
    )
