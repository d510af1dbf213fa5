"""Accounts: open, close (page 04: CLOSED only when nothing is left)."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

from tokens.authority import SERVICING_ROLES, key_policy_refusal, replace_keys
from tokens.context import Context
from tokens.eligibility import RESERVED
from tokens.events import AccountClosed, AccountOpened
from tokens.records.control import UNCLAIMED
from tokens.records.holdings import LIEN, POSITION
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT, PARTICIPANT, Account, KeyPolicy
from tokens.records.proposals import GRANT
from tokens.records.repos import REPO_USE
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import (
    NO_ADDRESS,
    AccountPurpose,
    AccountStatus,
    Address,
    Hash,
    OperationClass,
    Role,
    Symbol,
)

POSITIONS_MAX = 1_000
"""Positions that close_account looks at; with more it refuses."""

HOLDER_ROLE = {
    AccountPurpose.TREASURY: Role.TREASURY,
    AccountPurpose.TAX: Role.TAX_AUTHORITY,
    AccountPurpose.RESERVE: Role.CASH_ISSUER,
}
"""Role that the holder of an account of that purpose must have."""


class OpenAccount(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=4,
):
    """Open an account at an institution."""

    id: Address
    """Chosen at random; never used before by a participant or an account."""
    owner: Hash
    """person_id of the owner: no personal data."""
    holder: Address
    """Participant that owns it, or 16 zero bytes for a client's account."""
    servicer: Address
    """Institution that opens and services it; it must agree."""
    purpose: AccountPurpose
    """RESERVE, TREASURY and TAX accounts are serviced by the central bank."""
    kyc_tier: Annotated[int, msgspec.Meta(ge=0, le=9)]
    """How well the owner is known, by the servicer's word."""
    residency: Annotated[str, msgspec.Meta(min_length=2, max_length=8, pattern="^[A-Z]+\\Z")]
    """Residency class."""
    tax_class: Symbol
    """Holder class in the tax table."""
    policy: KeyPolicy | None
    """Keys of its own, or None: its holder or servicer signs."""


class CloseAccount(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=5,
):
    """Close an empty account for ever."""

    id: Address
    """The account; its servicer must agree."""


def check_open(context: Context, operation: OpenAccount) -> Iterator[Refusal]:
    """Address, institution, holder, keys."""
    state = context.state
    taken = state.get(PARTICIPANT, operation.id) or state.get(ACCOUNT, operation.id)
    if taken is not None or operation.id == NO_ADDRESS:
        yield Refusal(Code.ALREADY_EXISTS)
    servicer = state.get(PARTICIPANT, operation.servicer)
    if servicer is None:
        yield Refusal(Code.UNKNOWN_PARTICIPANT)
        return
    if operation.servicer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if not any(role in servicer.roles for role in SERVICING_ROLES):
        yield Refusal(Code.ROLE_REQUIRED)
    wanted = HOLDER_ROLE.get(operation.purpose)
    holder = state.get(PARTICIPANT, operation.holder)
    if operation.holder != NO_ADDRESS and holder is None:
        yield Refusal(Code.UNKNOWN_PARTICIPANT)
    if wanted is not None:
        central = Role.CENTRAL_BANK in servicer.roles
        if not central or holder is None or wanted not in holder.roles:
            yield Refusal(Code.ROLE_REQUIRED)
    if operation.policy is not None:
        if operation.purpose in RESERVED:
            yield Refusal(Code.ACCOUNT_RESERVED)
        code = key_policy_refusal(state, operation.id, operation.policy)
        if code is not None:
            yield Refusal(code)


def apply_open(context: Context, operation: OpenAccount) -> None:
    """The account and the owners of its keys."""
    context.state.put(
        ACCOUNT,
        Account(
            id=operation.id,
            owner=operation.owner,
            holder=operation.holder,
            servicer=operation.servicer,
            purpose=operation.purpose,
            kyc_tier=operation.kyc_tier,
            residency=operation.residency,
            tax_class=operation.tax_class,
            policy=operation.policy,
            status=AccountStatus.OPEN,
        ),
    )
    replace_keys(context.state, operation.id, None, operation.policy)
    context.emit(AccountOpened(account=operation.id, servicer=operation.servicer))


def check_close(context: Context, operation: CloseAccount) -> Iterator[Refusal]:
    """Known, open, the servicer agrees, nothing is left; no record names it as where money goes.

    Tables of tax, terms of issues, reserves and unclaimed money name accounts of a purpose: what is
    withheld or repaid would go into a closed one, so these stay open.
    """
    account = context.state.get(ACCOUNT, operation.id)
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if account.status is AccountStatus.CLOSED:
        yield Refusal(Code.ACCOUNT_CLOSED)
    if account.status is AccountStatus.RECOVERING:
        yield Refusal(Code.RECOVERY_OPEN)
    if account.servicer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if account.purpose is not AccountPurpose.GENERAL:
        yield Refusal(Code.ACCOUNT_RESERVED)
    if not _is_empty(context, account.id):
        yield Refusal(Code.ACCOUNT_NOT_EMPTY)


def _is_empty(context: Context, account: bytes) -> bool:
    """No balance, no lien, no record that may still pay, no unclaimed money, no grant, no repo."""
    state = context.state
    holdings = state.scan(POSITION, POSITION.indexes[1], (account,), limit=POSITIONS_MAX + 1)
    if len(holdings) > POSITIONS_MAX:
        return False
    for position in holdings:
        asset = state.get(ASSET, position.asset)
        if position.balance or (asset is not None and asset.unpaid_record):
            return False
    has_lien = bool(state.scan(LIEN, LIEN.indexes[0], (account,), limit=1))
    has_claim = bool(state.scan(UNCLAIMED, UNCLAIMED.indexes[0], (account,), limit=1))
    has_grant = bool(state.scan(GRANT, GRANT.indexes[0], (account,), limit=1))
    in_repo = state.get(REPO_USE, account) is not None
    return not (has_lien or has_claim or has_grant or in_repo)


def apply_close(context: Context, operation: CloseAccount) -> None:
    """The entry stays, so that its address is never used again; its keys are free."""
    state = context.state
    account = state.get(ACCOUNT, operation.id)
    if account is None:
        raise ValueError("close of an unknown account")
    replace_keys(state, account.id, account.policy, None)
    closed = msgspec.structs.replace(account, status=AccountStatus.CLOSED, policy=None)
    state.put(ACCOUNT, closed)
    context.emit(AccountClosed(account=account.id))


OPEN_ACCOUNT = OperationSpec(
    operation=OpenAccount,
    name="open_account",
    family="accounts",
    operation_class=OperationClass.SERVICE,
    check=check_open,
    apply=apply_open,
    codes=(
        Code.ALREADY_EXISTS,
        Code.UNKNOWN_PARTICIPANT,
        Code.NOT_AUTHORISED,
        Code.ROLE_REQUIRED,
        Code.ACCOUNT_RESERVED,
        Code.BAD_KEY_POLICY,
        Code.KEY_IN_USE,
    ),
)

CLOSE_ACCOUNT = OperationSpec(
    operation=CloseAccount,
    name="close_account",
    family="accounts",
    operation_class=OperationClass.SERVICE,
    check=check_close,
    apply=apply_close,
    codes=(
        Code.UNKNOWN_ACCOUNT,
        Code.ACCOUNT_CLOSED,
        Code.RECOVERY_OPEN,
        Code.NOT_AUTHORISED,
        Code.ACCOUNT_RESERVED,
        Code.ACCOUNT_NOT_EMPTY,
    ),
)
