"""A lost key: the account gets new ones, and keeps everything else (page 04, Control)."""

from collections.abc import Iterator

import msgspec

from tokens import recovering
from tokens.authority import has_role, key_policy_refusal
from tokens.context import Context
from tokens.events import RecoveryAnswered, RecoveryOpened
from tokens.finance.calendar import add_business_days
from tokens.grant_ends import enqueue_voiding
from tokens.lookup import require, require_account
from tokens.parameters import parameter
from tokens.record_parties import is_told
from tokens.records.day import BUSINESS_DAY, CALENDAR
from tokens.records.parties import ACCOUNT, KeyPolicy
from tokens.records.recovery import RECOVERY, Recovery
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import AccountStatus, Address, Hash, OperationClass, Role


class RecoverAccount(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=127,
):
    """Give an account new keys after `recovery_delay_days` business days. By its servicer.

    The central bank approves. Nothing leaves the account from now on: its grants end, what is held
    to go out is free again, and what it agreed to in open proposals counts no more.
    """

    account: Address
    """Account with keys of its own that were lost."""
    policy: KeyPolicy
    """The new keys; none of them belongs to another policy."""
    evidence: Hash
    """SHA-256 of what the servicer has seen: how the owner was identified."""


class ObjectRecovery(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=128,
):
    """Object with the old keys: then the securities regulator must agree too."""

    account: Address
    """Account in recovery; its present keys sign."""


class AgreeRecovery(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=129,
):
    """Agree to a recovery that the old keys objected to. By the securities regulator."""

    account: Address
    """Account in recovery."""


class EndRecovery(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=130,
):
    """End a recovery; the account keeps its old keys. By servicer and central bank."""

    account: Address
    """Account in recovery."""


def check_recover(context: Context, operation: RecoverAccount) -> Iterator[Refusal]:
    """An open account with keys of its own, its servicer, new keys that are free."""
    account = context.state.get(ACCOUNT, operation.account)
    if account is None:
        yield Refusal(Code.UNKNOWN_ACCOUNT)
        return
    if account.servicer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if account.status is AccountStatus.CLOSED:
        yield Refusal(Code.ACCOUNT_CLOSED)
    if account.status is AccountStatus.RECOVERING:
        yield Refusal(Code.RECOVERY_OPEN)
    if account.policy is None:
        yield Refusal(Code.BAD_KEY_POLICY)
    code = key_policy_refusal(context.state, account.id, operation.policy)
    if code is not None:
        yield Refusal(code)


def apply_recover(context: Context, operation: RecoverAccount) -> None:
    """RECOVERING at once; the keys change on their day."""
    state = context.state
    account = require_account(state, operation.account)
    calendar = require(state, CALENDAR, require(state, BUSINESS_DAY).calendar).current
    delay = parameter(state, "recovery_delay_days")
    recovery = Recovery(
        account=account.id,
        policy=operation.policy,
        evidence=operation.evidence,
        started_on=context.business_date,
        effective_on=add_business_days(calendar, context.business_date, delay),
        objected=False,
        agreed=False,
    )
    state.put(RECOVERY, recovery)
    state.put(ACCOUNT, msgspec.structs.replace(account, status=AccountStatus.RECOVERING))
    recovering.reserve_keys(state, account.id, operation.policy)
    recovering.stop_outgoing(context, account.id)
    enqueue_voiding(context, account.id, as_grantee=False)
    recovering.enqueue(context, recovery)
    context.emit(
        RecoveryOpened(
            account=account.id,
            effective_on=recovery.effective_on,
            evidence=recovery.evidence,
        )
    )


def check_object(context: Context, operation: ObjectRecovery) -> Iterator[Refusal]:
    """The old keys, once."""
    recovery = context.state.get(RECOVERY, operation.account)
    if recovery is None or not is_told(context, RECOVERY, recovery):
        yield Refusal(Code.NOT_FOUND)
        return
    if operation.account not in context.actors.accounts:
        yield Refusal(Code.NOT_AUTHORISED)
    if recovery.objected:
        yield Refusal(Code.ALREADY_EXISTS)


def apply_object(context: Context, operation: ObjectRecovery) -> None:
    """It waits for the regulator; it does not end."""
    recovery = require(context.state, RECOVERY, operation.account)
    context.state.put(RECOVERY, msgspec.structs.replace(recovery, objected=True))
    context.emit(RecoveryAnswered(account=recovery.account, agreed=False))


def check_agree(context: Context, operation: AgreeRecovery) -> Iterator[Refusal]:
    """The regulator, after an objection, once."""
    if not has_role(context, Role.SECURITIES_REGULATOR):
        yield Refusal(Code.ROLE_REQUIRED)
    recovery = context.state.get(RECOVERY, operation.account)
    if recovery is None or not recovery.objected:
        yield Refusal(Code.NOT_FOUND)
    elif recovery.agreed:
        yield Refusal(Code.ALREADY_APPROVED)


def apply_agree(context: Context, operation: AgreeRecovery) -> None:
    """Its day may be past: then the agenda changes the keys in this block."""
    recovery = require(context.state, RECOVERY, operation.account)
    agreed = msgspec.structs.replace(recovery, agreed=True)
    context.state.put(RECOVERY, agreed)
    recovering.enqueue(context, agreed)
    context.emit(RecoveryAnswered(account=recovery.account, agreed=True))


def check_end(context: Context, operation: EndRecovery) -> Iterator[Refusal]:
    """There is one, and the servicer says so."""
    if context.state.get(RECOVERY, operation.account) is None:
        yield Refusal(Code.NOT_FOUND)
        return
    account = require_account(context.state, operation.account)
    if account.servicer not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)


def apply_end(context: Context, operation: EndRecovery) -> None:
    """The old keys act again."""
    recovering.close(context, require(context.state, RECOVERY, operation.account), replaced=False)


RECOVER_ACCOUNT = OperationSpec(
    operation=RecoverAccount,
    name="recover_account",
    family="recovery",
    operation_class=OperationClass.CONTROL,
    check=check_recover,
    apply=apply_recover,
    approval="recovery",
    codes=(
        Code.UNKNOWN_ACCOUNT,
        Code.NOT_AUTHORISED,
        Code.ACCOUNT_CLOSED,
        Code.RECOVERY_OPEN,
        Code.BAD_KEY_POLICY,
        Code.KEY_IN_USE,
    ),
)

OBJECT_RECOVERY = OperationSpec(
    operation=ObjectRecovery,
    name="object_recovery",
    family="recovery",
    operation_class=OperationClass.CONTROL,
    check=check_object,
    apply=apply_object,
    in_recovery=True,
    codes=(Code.NOT_FOUND, Code.NOT_AUTHORISED, Code.ALREADY_EXISTS),
)

AGREE_RECOVERY = OperationSpec(
    operation=AgreeRecovery,
    name="agree_recovery",
    family="recovery",
    operation_class=OperationClass.CONTROL,
    check=check_agree,
    apply=apply_agree,
    codes=(Code.ROLE_REQUIRED, Code.NOT_FOUND, Code.ALREADY_APPROVED),
)

END_RECOVERY = OperationSpec(
    operation=EndRecovery,
    name="end_recovery",
    family="recovery",
    operation_class=OperationClass.CONTROL,
    check=check_end,
    apply=apply_end,
    approval="recovery",
    codes=(Code.NOT_FOUND, Code.NOT_AUTHORISED),
)
