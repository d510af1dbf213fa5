"""Protocol versions: validators say what their software knows, and a quorum activates one (04).

Rules of this file:
1. A signal is the operator's own word about one validator; a lower one takes a higher one back.
2. What is activated is known by validators that run a quorum, when it is decided and again when it
   takes over (tokens/protocol.py).
"""

from collections.abc import Iterator

import msgspec

from tokens.authority import VALIDATOR_POLICY
from tokens.context import Context
from tokens.events import ActivationScheduled, SupportSignalled
from tokens.protocol import is_supported, version_in_force
from tokens.records.protocol import ACTIVATION, SUPPORT, Activation, ProtocolVersion, Support
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import BlockHeight, OperationClass, ValidatorName
from tokens.validators import latest

AHEAD_MIN = 2
"""Fewest heights from the block that decides an activation to the first one under it: like a
change of the validator set."""
AHEAD_MAX = 10_000_000
"""Most of them: half a year of blocks at two a second."""


class SignalSupport(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=149,
):
    """Say which protocol version the software of a validator knows; its operator says it."""

    validator: ValidatorName
    """Member of the set."""
    protocol_version: ProtocolVersion
    """Newest version that its software knows, at least the one in force; a lower one than before
    takes the signal back."""


class Activate(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=150,
):
    """Let a protocol version take over at a height; replaces an activation decided before."""

    protocol_version: ProtocolVersion
    """Above the version in force, signalled by validators that run a quorum."""
    height: BlockHeight
    """First height under it: 2..10,000,000 above the height of this block."""


def check_signal(context: Context, operation: SignalSupport) -> Iterator[Refusal]:
    """A member, its operator agrees, a version that may be said, something new."""
    state = context.state
    members = latest(state, context.height)
    found = [member for member in members if member.id == operation.validator]
    if not found:
        yield Refusal(Code.NOT_FOUND)
        return
    operator = found[0].operator
    if operator not in context.actors.participants:
        yield Refusal(Code.NOT_AUTHORISED)
    if operation.protocol_version < version_in_force(state):
        yield Refusal(Code.VERSION_NOT_LATER)
    said = state.get(SUPPORT, operation.validator)
    if said is not None and (said.operator, said.protocol_version) == (
        operator,
        operation.protocol_version,
    ):
        yield Refusal(Code.ALREADY_EXISTS)


def apply_signal(context: Context, operation: SignalSupport) -> None:
    """One signal for each validator: the newest."""
    members = latest(context.state, context.height)
    operator = next(each.operator for each in members if each.id == operation.validator)
    context.state.put(
        SUPPORT,
        Support(
            validator=operation.validator,
            operator=operator,
            protocol_version=operation.protocol_version,
            signalled_at=context.height,
        ),
    )
    context.emit(
        SupportSignalled(validator=operation.validator, protocol_version=operation.protocol_version)
    )


def check_activate(context: Context, operation: Activate) -> Iterator[Refusal]:
    """A later version, in time, known by a quorum of the newest set."""
    state = context.state
    if operation.protocol_version <= version_in_force(state):
        yield Refusal(Code.VERSION_NOT_LATER)
    if not AHEAD_MIN <= operation.height - context.height <= AHEAD_MAX:
        yield Refusal(Code.BAD_HEIGHT)
    members = latest(state, context.height)
    if not is_supported(state, members, operation.protocol_version):
        yield Refusal(Code.NOT_ENOUGH_SUPPORT)


def apply_activate(context: Context, operation: Activate) -> None:
    """Decided; the transition of the last block before the height does the rest."""
    context.state.put(
        ACTIVATION,
        Activation(
            protocol_version=operation.protocol_version,
            height=operation.height,
            decided_at=context.height,
        ),
    )
    context.emit(
        ActivationScheduled(protocol_version=operation.protocol_version, height=operation.height)
    )


SIGNAL_SUPPORT = OperationSpec(
    operation=SignalSupport,
    name="signal_support",
    family="protocol",
    operation_class=OperationClass.GOVERN,
    check=check_signal,
    apply=apply_signal,
    codes=(
        Code.NOT_FOUND,
        Code.NOT_AUTHORISED,
        Code.VERSION_NOT_LATER,
        Code.ALREADY_EXISTS,
    ),
)

ACTIVATE = OperationSpec(
    operation=Activate,
    name="activate",
    family="protocol",
    operation_class=OperationClass.GOVERN,
    check=check_activate,
    apply=apply_activate,
    approval=VALIDATOR_POLICY,
    codes=(Code.VERSION_NOT_LATER, Code.BAD_HEIGHT, Code.NOT_ENOUGH_SUPPORT),
)
