"""Repos: proposed by one party, accepted by the other, opened in the same step (5.6)."""

from collections.abc import Iterator

import msgspec

from tokens import repo_life, repo_powers
from tokens.batch_parties import account_refusals
from tokens.codec import encode, tagged_hash
from tokens.context import Context
from tokens.eligibility import MOVEMENT_CODES
from tokens.events.collateral import RepoProposed
from tokens.lookup import require
from tokens.records.repos import REPO, REPO_COUNTER, Repo, RepoCounter, RepoStatus, RepoTerms
from tokens.registry import OperationSpec
from tokens.repo_moves import (
    Move,
    Plan,
    both,
    carry_out,
    new_line,
    plan_codes,
    put_in,
    travel_codes,
)
from tokens.repo_powers import accepting, proposing
from tokens.repo_terms import terms_refusals
from tokens.repo_value import collateral_value, price_most
from tokens.results import Code, Refusal
from tokens.types import Address, Hash, OperationClass

_DOMAIN = b"mohur/repo/v1"


class ProposeRepo(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=194,
):
    """Propose a repo as its seller or its buyer, naming one's own accounts."""

    terms: RepoTerms
    """What both sign; its hash with the proposer is the repo's id."""
    securities: Address
    """The proposer's account for bonds."""
    cash: Address
    """The proposer's account for money; may be the same one."""


class AcceptRepo(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=195,
):
    """Accept a repo as the other party on its start date: money and collateral move at once."""

    repo: Hash
    """Its id, which is the hash of the terms: what is agreed to."""
    securities: Address
    """The sender's account for bonds."""
    cash: Address
    """The sender's account for money; may be the same one."""


class WithdrawRepo(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=196,
):
    """Take back or decline a repo that is not accepted. By either party."""

    repo: Hash
    """Its id."""


def repo_id(proposer: bytes, terms: RepoTerms) -> bytes:
    """Id of a repo: H("mohur/repo/v1", [proposer, terms])."""
    return tagged_hash(_DOMAIN, encode((proposer, terms)))


def _proposer(context: Context, terms: RepoTerms) -> bytes:
    """The first party that agrees; the power was asked before."""
    parties = (terms.seller, terms.buyer)
    return next(name for name in context.actors.participants if name in parties)


def check_propose(context: Context, operation: ProposeRepo) -> Iterator[Refusal]:
    """Terms that can be kept, by one of their parties, with its own accounts."""
    state, terms = context.state, operation.terms
    acting = repo_powers.lent(context, proposing(terms, operation.cash))
    if isinstance(acting, Code):
        yield Refusal(acting)
        return
    context, proposer = acting, _proposer(acting, terms)
    if state.get(REPO, repo_id(proposer, terms)) is not None:
        yield Refusal(Code.ALREADY_EXISTS)
    refusals = list(terms_refusals(context, terms))
    yield from refusals
    if Refusal(Code.UNKNOWN_ASSET) in refusals:
        return
    for account in (operation.securities, operation.cash):
        yield from account_refusals(context, proposer, account)


def apply_propose(context: Context, operation: ProposeRepo) -> None:
    """PROPOSED, until its start date is over."""
    state, terms = context.state, operation.terms
    proposer = _proposer(repo_powers.use(context, proposing(terms, operation.cash)), terms)
    counter = state.get(REPO_COUNTER)
    number = 1 if counter is None else counter.count + 1
    state.put(REPO_COUNTER, RepoCounter(count=number))
    selling = proposer == terms.seller
    repo = Repo(
        id=repo_id(proposer, terms),
        number=number,
        proposer=proposer,
        terms=terms,
        seller_securities=operation.securities if selling else None,
        seller_cash=operation.cash if selling else None,
        buyer_securities=None if selling else operation.securities,
        buyer_cash=None if selling else operation.cash,
        status=RepoStatus.PROPOSED,
        end=terms.end,
        lines=(),
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
    state.put(REPO, repo)
    repo_life.enqueue_expiry(context, repo)
    context.emit(
        RepoProposed(repo=repo.id, proposer=proposer, seller=terms.seller, buyer=terms.buyer)
    )


def accepting_party(repo: Repo) -> bytes:
    """The party that has not signed yet."""
    terms = repo.terms
    return terms.buyer if repo.proposer == terms.seller else terms.seller


def _with_accounts(repo: Repo, operation: AcceptRepo) -> Repo:
    if accepting_party(repo) == repo.terms.seller:
        return msgspec.structs.replace(
            repo, seller_securities=operation.securities, seller_cash=operation.cash
        )
    return msgspec.structs.replace(
        repo, buyer_securities=operation.securities, buyer_cash=operation.cash
    )


def _opening(context: Context, repo: Repo) -> Plan:
    """Money to the seller; collateral pledged, or sold to the buyer."""
    terms = repo.terms
    lines = tuple(
        new_line(context, repo, line.asset, line.amount, line.haircut_bps)
        for line in terms.collateral
    )
    return both(Plan((_payment(repo),)), put_in(context, repo, lines))


def _payment(repo: Repo) -> Move:
    terms = repo.terms
    return Move(terms.cash_asset, repo.buyer_cash or b"", repo.seller_cash or b"", terms.cash)


def check_accept(context: Context, operation: AcceptRepo) -> Iterator[Refusal]:
    """The other party, on the start date; fresh marks, enough value, and everything can move."""
    found = repo_life.find(
        context,
        operation.repo,
        lambda repo: accepting(repo.terms, accepting_party(repo), operation.cash),
    )
    if isinstance(found, Refusal):
        yield found
        return
    repo, acting = found
    if isinstance(acting, Refusal):
        yield acting
        return
    party = accepting_party(repo)
    context = acting
    if repo.status is not RepoStatus.PROPOSED:
        yield Refusal(Code.REPO_NOT_OPEN)
        return
    if not context.day_open:
        yield Refusal(Code.DAY_CLOSED)
    if context.business_date != repo.terms.start:
        yield Refusal(Code.TOO_EARLY if context.business_date < repo.terms.start else Code.BAD_DATE)
    refusals = [
        refusal
        for account in (operation.securities, operation.cash)
        for refusal in account_refusals(context, party, account)
    ]
    yield from refusals
    if refusals:
        return
    named = _with_accounts(repo, operation)
    mine = (named.seller_securities, named.seller_cash)
    if any(account in mine for account in (named.buyer_securities, named.buyer_cash)):
        yield Refusal(Code.SAME_ACCOUNT)
        return
    yield from _check_opening(context, named)


def _check_opening(context: Context, repo: Repo) -> Iterator[Refusal]:
    lines = tuple(
        new_line(context, repo, line.asset, line.amount, line.haircut_bps)
        for line in repo.terms.collateral
    )
    value = collateral_value(context.state, repo, lines)
    if isinstance(value, Code):
        yield Refusal(value)
    elif value < repo.terms.cash:
        yield Refusal(Code.COLLATERAL_SHORT)
    opening = _opening(context, repo)
    for code in plan_codes(context, repo, opening):
        yield Refusal(code)
    payment = _payment(repo)
    back = payment._replace(source=payment.target, target=payment.source, amount=price_most(repo))
    for code in travel_codes(context, repo, lines, (payment, back)):
        yield Refusal(code)


def apply_accept(context: Context, operation: AcceptRepo) -> None:
    """OPEN: everything has moved, or is pledged."""
    proposed = require(context.state, REPO, operation.repo)
    party = accepting_party(proposed)
    repo_powers.use(context, accepting(proposed.terms, party, operation.cash))
    repo = _with_accounts(proposed, operation)
    plan = _opening(context, repo)
    placed = carry_out(context, repo, plan)
    repo_life.count_use(context.state, repo, 1)
    lines = placed or tuple(
        new_line(context, repo, line.asset, line.amount, line.haircut_bps)
        for line in repo.terms.collateral
    )
    step = repo.terms.margin.frequency_bd
    today = context.business_date
    following = repo_life.business_days_after(context.state, today, step) if step else None
    repo_life.tell_status(
        context,
        msgspec.structs.replace(repo, status=RepoStatus.OPEN, lines=lines, margin_on=following),
    )


def check_withdraw(context: Context, operation: WithdrawRepo) -> Iterator[Refusal]:
    """While it is only proposed."""
    found = repo_life.find(
        context, operation.repo, lambda repo: repo_life.power_of(repo, "withdraw_repo")
    )
    if isinstance(found, Refusal):
        yield found
        return
    repo, acting = found
    if isinstance(acting, Refusal):
        yield acting
    if repo.status is not RepoStatus.PROPOSED:
        yield Refusal(Code.REPO_NOT_OPEN)


def apply_withdraw(context: Context, operation: WithdrawRepo) -> None:
    """WITHDRAWN."""
    repo = require(context.state, REPO, operation.repo)
    repo_powers.use(context, repo_life.power_of(repo, "withdraw_repo"))
    repo_life.tell_status(context, msgspec.structs.replace(repo, status=RepoStatus.WITHDRAWN))


_ACCOUNTS = (
    Code.UNKNOWN_ACCOUNT,
    Code.NOT_AUTHORISED,
    Code.ACCOUNT_RESERVED,
    Code.ACCOUNT_CLOSED,
)

_MOVEMENT = tuple(code for code in MOVEMENT_CODES if code not in _ACCOUNTS)

PROPOSE_REPO = OperationSpec(
    operation=ProposeRepo,
    name="propose_repo",
    family="repos",
    operation_class=OperationClass.TRADE,
    check=check_propose,
    apply=apply_propose,
    grantable=True,
    codes=(
        Code.NOT_A_PARTY,
        Code.GRANT_EXHAUSTED,
        Code.ALREADY_EXISTS,
        Code.BAD_FIELD,
        Code.UNKNOWN_PARTICIPANT,
        Code.ROLE_REQUIRED,
        Code.BAD_DATE,
        Code.UNKNOWN_ASSET,
        *_ACCOUNTS,
    ),
)

ACCEPT_REPO = OperationSpec(
    operation=AcceptRepo,
    name="accept_repo",
    family="repos",
    operation_class=OperationClass.TRADE,
    check=check_accept,
    apply=apply_accept,
    grantable=True,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_A_PARTY,
        Code.GRANT_EXHAUSTED,
        Code.REPO_NOT_OPEN,
        Code.DAY_CLOSED,
        Code.TOO_EARLY,
        Code.BAD_DATE,
        *_ACCOUNTS,
        Code.SAME_ACCOUNT,
        Code.MARK_STALE,
        Code.COLLATERAL_SHORT,
        *_MOVEMENT,
        Code.LIENS_FULL,
        Code.TRAVEL_HASH_MISSING,
    ),
)

WITHDRAW_REPO = OperationSpec(
    operation=WithdrawRepo,
    name="withdraw_repo",
    family="repos",
    operation_class=OperationClass.TRADE,
    check=check_withdraw,
    apply=apply_withdraw,
    grantable=True,
    codes=(Code.NOT_FOUND, Code.NOT_A_PARTY, Code.REPO_NOT_OPEN),
)
