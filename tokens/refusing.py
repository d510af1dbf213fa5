"""What a refusal says of an account, and to whom (page 04, Transactions and proposals).

Rules of this file:
1. A receipt is public. Of an account that those who act neither hold nor service, and do not
   supervise, it says only COUNTERPARTY_NOT_ELIGIBLE.
2. A sanctions list and a case are UNDER_REVIEW in every receipt, also in those of the account's own
   institution: its client reads them (no tipping-off).
3. The whole truth travels beside the code, in `Refusal.hidden`; it enters no receipt. `revealed`
   hands it to supervisors and to the account's own institution.
"""

from tokens.context import Context
from tokens.records.parties import ACCOUNT, PARTICIPANT, Account
from tokens.results import Code, Hidden, Refusal
from tokens.state import Overlay
from tokens.types import Role

SUPERVISORS = (
    Role.CENTRAL_BANK,
    Role.SECURITIES_REGULATOR,
    Role.VA_REGULATOR,
    Role.FIU,
)
"""Who may know everything of everybody."""

REVIEWS = (Code.CREDIT_STOPPED, Code.ACCOUNT_FROZEN, Code.SANCTIONED)
"""What an authority is behind."""

_OF_AN_ACCOUNT = (
    Code.KYC_TIER_TOO_LOW,
    Code.CREDENTIAL_MISSING,
    Code.LICENCE_REQUIRED,
    Code.JURISDICTION_REFUSED,
    Code.HOLDER_CAP_EXCEEDED,
    Code.LOCKED_UP,
    Code.VELOCITY_EXCEEDED,
    Code.RECOVERY_OPEN,
)
"""What else is wrong with an account, and is its own parties' to know."""


def refusal_about(
    context: Context, account: Account, code: Code, rule: str = "", version: int = 0
) -> Refusal:
    """A refusal that an account is the reason of, as its receipt may say it."""
    if code is not Code.SANCTIONED and _is_own(context, account):
        return Refusal(code, rule, version)
    said = Code.UNDER_REVIEW if code in REVIEWS else Code.COUNTERPARTY_NOT_ELIGIBLE
    return Refusal(said, hidden=Hidden(account.id, code, rule, version))


def refusal_of_giver(context: Context, account: Account, code: Code) -> Refusal:
    """The same of who gives; whole where the ledger acts by itself: no receipt answers anybody.

    Whoever ends something for that code says of it what all its parties may know (`told_to_all`).
    """
    if not (context.actors.participants or context.actors.accounts):
        return Refusal(code)
    return refusal_about(context, account, code)


def whole_code(refusal: Refusal) -> Code:
    """Why it was refused, whoever may know."""
    return refusal.code if refusal.hidden is None else refusal.hidden.code


def told_to_all(code: Code) -> Code:
    """A code as a record or event of several parties may hold it: not what is wrong with whom."""
    if code in REVIEWS:
        return Code.UNDER_REVIEW
    return Code.COUNTERPARTY_NOT_ELIGIBLE if code in _OF_AN_ACCOUNT else code


def revealed(state: Overlay, refusal: Refusal, viewer: bytes) -> Refusal:
    """The refusal as a participant may see it (NO_ADDRESS: nobody in particular)."""
    hidden = refusal.hidden
    if hidden is None:
        return refusal
    account = state.get(ACCOUNT, hidden.account)
    own = account is not None and account.servicer == viewer
    if own or is_supervisor(state, viewer):
        return Refusal(hidden.code, hidden.rule, hidden.version)
    return Refusal(refusal.code)


def is_supervisor(state: Overlay, viewer: bytes) -> bool:
    """Whether a participant may know everything."""
    participant = state.get(PARTICIPANT, viewer)
    return participant is not None and any(role in SUPERVISORS for role in participant.roles)


def _is_own(context: Context, account: Account) -> bool:
    """Whether those who act may know what is wrong with an account."""
    actors = context.actors
    if account.id in actors.accounts:
        return True
    return any(
        participant in (account.holder, account.servicer)
        or is_supervisor(context.state, participant)
        for participant in actors.participants
    )
