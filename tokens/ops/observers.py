"""The list of observers: nodes that get all blocks and do not vote (page 02, peer transport).

Rules of this file:
1. A key belongs to one node. A node that is validator and observer at once has one operator; while
   it is a validator, the key that the set names counts.
2. Changes hold at once: who may listen decides nothing.
"""

from collections.abc import Iterable, Iterator

import msgspec

from tokens.authority import VALIDATOR_POLICY
from tokens.context import Context
from tokens.events import ObserversChanged
from tokens.records.governance import OBSERVERS, OBSERVERS_MAX, Observer, Observers
from tokens.records.parties import PARTICIPANT
from tokens.registry import OperationSpec
from tokens.results import Code, Refusal
from tokens.types import OperationClass, ValidatorName
from tokens.validators import latest, observers


class AddObserver(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=147,
):
    """List an observer, or give the one of that id and operator another key."""

    observer: Observer
    """The node; its operator is a participant."""


class RemoveObserver(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=148,
):
    """Take an observer off the list; validators cut its links."""

    id: ValidatorName
    """The observer."""


def check_add(context: Context, operation: AddObserver) -> Iterator[Refusal]:
    """Known operator, an id that is no other operator's, a key of nobody else, room."""
    new = operation.observer
    others = [entry for entry in observers(context.state) if entry.id != new.id]
    listed = [entry for entry in observers(context.state) if entry.id == new.id]
    members = latest(context.state, context.height)
    owners = [entry.operator for entry in listed]
    owners += [member.operator for member in members if member.id == new.id]
    if any(owner != new.operator for owner in owners):
        yield Refusal(Code.ALREADY_EXISTS)
    if context.state.get(PARTICIPANT, new.operator) is None:
        yield Refusal(Code.UNKNOWN_PARTICIPANT)
    keys = [entry.network_key for entry in others]
    keys += [member.public_key for member in members]
    keys += [member.network_key for member in members if member.id != new.id]
    if new.network_key in keys:
        yield Refusal(Code.KEY_IN_USE)
    if len(others) >= OBSERVERS_MAX:
        yield Refusal(Code.VALIDATOR_LIMIT)


def apply_add(context: Context, operation: AddObserver) -> None:
    """Listed from the next height on."""
    new = operation.observer
    others = [entry for entry in observers(context.state) if entry.id != new.id]
    _put(context, (*others, new), new.id, listed=True)


def check_remove(context: Context, operation: RemoveObserver) -> Iterator[Refusal]:
    """It is listed."""
    if not any(entry.id == operation.id for entry in observers(context.state)):
        yield Refusal(Code.NOT_FOUND)


def apply_remove(context: Context, operation: RemoveObserver) -> None:
    """Off the list from the next height on."""
    rest = [entry for entry in observers(context.state) if entry.id != operation.id]
    _put(context, rest, operation.id, listed=False)


def _put(context: Context, members: Iterable[Observer], name: str, *, listed: bool) -> None:
    ordered = tuple(sorted(members, key=lambda entry: entry.id))
    context.state.put(OBSERVERS, Observers(members=ordered))
    context.emit(ObserversChanged(id=name, listed=listed))


ADD_OBSERVER = OperationSpec(
    operation=AddObserver,
    name="add_observer",
    family="validators",
    operation_class=OperationClass.GOVERN,
    check=check_add,
    apply=apply_add,
    approval=VALIDATOR_POLICY,
    codes=(Code.ALREADY_EXISTS, Code.UNKNOWN_PARTICIPANT, Code.KEY_IN_USE, Code.VALIDATOR_LIMIT),
)

REMOVE_OBSERVER = OperationSpec(
    operation=RemoveObserver,
    name="remove_observer",
    family="validators",
    operation_class=OperationClass.GOVERN,
    check=check_remove,
    apply=apply_remove,
    approval=VALIDATOR_POLICY,
    codes=(Code.NOT_FOUND,),
)
