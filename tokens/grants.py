"""Using a grant: whether it covers an operation, and what is left of it.

Rules of this file:
1. A grant is found by (grantor, grantee, operation, asset); the grantee is one of those who agree.
2. Caps are per call, per business date and in total. Burning or returning restores nothing (5.7).
3. The operation asks `grant_refusal` in its check and calls `use_grant` in its apply. That the
   grantor itself has the power (issuer of the asset, may act for the account) is the operation's
   check, at the block that uses it.
"""

from typing import NamedTuple

from tokens.context import Context
from tokens.exits import is_exiting
from tokens.records.parties import ACCOUNT
from tokens.records.proposals import GRANT, Grant
from tokens.results import Code
from tokens.types import AccountStatus


class Use(NamedTuple):
    """What an operation wants to do under a grant."""

    grantor: bytes
    operation: str
    """Name of the operation."""
    asset: str
    source: bytes | None
    """Account debited, or None."""
    target: bytes | None
    """Account credited, or None."""
    amount: int
    """Minor units; 0 where the operation has no amount."""


def grant_refusal(context: Context, use: Use) -> Code | None:
    """GRANT_MISSING (none, expired, another account) or GRANT_EXHAUSTED (over a cap), or None."""
    grant = find_grant(context, use)
    if grant is None:
        return Code.GRANT_MISSING
    used_day = grant.used_day if grant.used_on == context.business_date else 0
    over = (
        use.amount > grant.cap_call
        or used_day + use.amount > grant.cap_day
        or grant.used_total + use.amount > grant.cap_total
    )
    return Code.GRANT_EXHAUSTED if over else None


def find_grant(context: Context, use: Use) -> Grant | None:
    """The grant that one of those who agree holds and that covers the accounts, or None."""
    for grantee in context.actors.participants:
        grant = context.state.get(GRANT, use.grantor, grantee, use.operation, use.asset)
        if grant is not None and _covers(context, grant, use):
            return grant
    return None


def use_grant(context: Context, use: Use) -> None:
    """Count an operation against its grant. Only after `grant_refusal` said None."""
    grant = find_grant(context, use)
    if grant is None:
        raise ValueError("use_grant without a grant: grant_refusal was not asked")
    today = context.business_date
    used_day = grant.used_day if grant.used_on == today else 0
    context.state.put(
        GRANT,
        Grant(
            grantor=grant.grantor,
            grantee=grant.grantee,
            operation=grant.operation,
            asset=grant.asset,
            sources=grant.sources,
            targets=grant.targets,
            cap_call=grant.cap_call,
            cap_day=grant.cap_day,
            cap_total=grant.cap_total,
            used_day=used_day + use.amount,
            used_total=grant.used_total + use.amount,
            used_on=today,
            expires_on=grant.expires_on,
        ),
    )


def _covers(context: Context, grant: Grant, use: Use) -> bool:
    if context.business_date >= grant.expires_on or _is_void(context, grant):
        return False
    if grant.sources and use.source not in grant.sources:
        return False
    return not grant.targets or use.target in grant.targets


def _is_void(context: Context, grant: Grant) -> bool:
    """Over an account: its keys are lost, or the grantee's licence is suspended or has ended.

    The agenda takes such a grant out of the state (grant_ends.py); it is void before that.
    """
    account = context.state.get(ACCOUNT, grant.grantor)
    if account is None:
        return False
    return is_exiting(context, grant.grantee) or account.status is not AccountStatus.OPEN
