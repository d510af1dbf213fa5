"""Acting for a party of a repo under a grant (5.6; page 04, grants).

Rules of this file:
1. A grant (grantor = the party, the operation, asset = the cash asset of the repo) is asked only
   where no party agrees itself. Who uses it acts as the party would: also over its accounts, but
   not over accounts of clients that have keys of their own.
2. Caps are of money: the cash of a repo that is proposed or accepted, the price that is repaid,
   money that is added; 0 for steps that move none. The sources name the party's cash account.
"""

from dataclasses import replace
from typing import NamedTuple

from tokens import grants
from tokens.context import Context
from tokens.records.repos import RepoTerms
from tokens.results import Code


class Power(NamedTuple):
    """What somebody wants to do, for which party."""

    parties: tuple[bytes | None, ...]
    """Any of them may."""
    operation: str
    asset: str
    """Cash asset of the repo."""
    sources: tuple[bytes | None, ...]
    """The cash account of each party, in the same order."""
    amount: int = 0
    """Money that moves, minor units."""


def proposing(terms: RepoTerms, cash: bytes) -> Power:
    """Either party, with its cash account."""
    return Power(
        (terms.seller, terms.buyer), "propose_repo", terms.cash_asset, (cash, cash), terms.cash
    )


def accepting(terms: RepoTerms, party: bytes, cash: bytes) -> Power:
    """The party that has not signed, with its cash account."""
    return Power((party,), "accept_repo", terms.cash_asset, (cash,), terms.cash)


def lent(context: Context, power: Power) -> Context | Code:
    """The context as if the party agreed that lent its power; the same one if a party agrees.

    NOT_A_PARTY, or GRANT_EXHAUSTED where a grant is used up.
    """
    found = _find(context, power)
    if isinstance(found, Code):
        return found
    if found is None:
        return context
    actors = context.actors
    agreeing = (*actors.participants, found.grantor)
    return replace(context, actors=actors._replace(participants=agreeing))


def use(context: Context, power: Power) -> Context:
    """In an apply: the same context, and the grant counted."""
    found, acting = _find(context, power), lent(context, power)
    if isinstance(acting, Code):
        raise ValueError(f"a step that was not checked: {acting.name}")
    if isinstance(found, grants.Use):
        grants.use_grant(context, found)
    return acting


def _find(context: Context, power: Power) -> grants.Use | Code | None:
    """None: a party agrees itself."""
    if any(party in context.actors.participants for party in power.parties):
        return None
    code = Code.NOT_A_PARTY
    for party, source in zip(power.parties, power.sources, strict=True):
        if party is None:
            continue
        wanted = grants.Use(party, power.operation, power.asset, source, None, power.amount)
        refusal = grants.grant_refusal(context, wanted)
        if refusal is None:
            return wanted
        if refusal is Code.GRANT_EXHAUSTED:
            code = refusal
    return code
