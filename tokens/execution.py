"""Running operations one after the other: in a transaction, and inside a proposal.

Rules of this file:
1. For each operation: keys that may be lost, its approval policy, its own checks in their order,
   its stored work, then apply. The first refusal ends the run; the caller rolls back to its
   savepoint.
2. A version of the protocol knows the operations whose `since` is not above it. What a later
   version brings is unknown to a proposal or a grant before, also on a node that knows it already:
   nodes of different software must agree.
3. Nothing is caught. An exception in check or apply is a bug of this node: it does not Prepare
   (R3).
"""

from collections.abc import Sequence

import msgspec

from tokens.authority import approval_refusal, recovery_refusal
from tokens.codec import Canonical, Malformed, NonCanonical
from tokens.context import Actors, Context, Traits
from tokens.ops import OPERATIONS, SPEC_OF, AnyOperation
from tokens.protocol import PROTOCOL_VERSION
from tokens.results import Code

_operation = Canonical[msgspec.Struct](AnyOperation)
_by_name = {spec.name: spec for spec in OPERATIONS}

DONE = (Code.OK, -1)


def run_operations(context: Context, operations: Sequence[msgspec.Struct]) -> tuple[Code, int]:
    """(OK, -1), or the code and the index of the first operation that was refused."""
    for index, operation in enumerate(operations):
        spec = SPEC_OF[type(operation)]
        context.operation_index = index
        code = None if spec.in_recovery else recovery_refusal(context)
        if code is not None:
            return code, index
        if spec.approval is not None:
            code = approval_refusal(context, spec.approval, emergency=spec.emergency)
            if code is not None:
                return code, index
        refusal = next(spec.check(context, operation), None)
        if refusal is not None:
            return refusal.code, index
        if spec.stored_work is not None and not context.work.take(
            spec.stored_work(context, operation)
        ):
            return Code.BLOCK_WORK_EXCEEDED, index
        spec.apply(context, operation)
    return DONE


class OperationRunner:
    """The Runner of every context: what operations may know and do about operations."""

    __slots__ = ("version",)

    def __init__(self, version: int) -> None:
        self.version = version
        """Protocol version in force."""

    def decode(self, data: bytes) -> msgspec.Struct | None:
        """The operation of canonical bytes; None if the version in force does not know it."""
        try:
            operation = _operation.decode(data)
        except (Malformed, NonCanonical):
            return None
        return None if SPEC_OF[type(operation)].since > self.version else operation

    def traits(self, operation: msgspec.Struct) -> Traits:
        """Of a decoded operation."""
        return SPEC_OF[type(operation)]

    def traits_named(self, name: str) -> Traits | None:
        """Of the operation of that name; None if the version in force does not know it."""
        spec = _by_name.get(name)
        return None if spec is None or SPEC_OF[spec.operation].since > self.version else spec

    def run(
        self, context: Context, operations: Sequence[msgspec.Struct], actors: Actors, scope: bytes
    ) -> tuple[Code, int]:
        """Run operations atomically inside `context` (context.py says how)."""
        state = context.state
        savepoint, mark = state.savepoint(), len(context.events)
        inner = Context(
            state=state,
            height=context.height,
            business_date=context.business_date,
            day_open=context.day_open,
            actors=actors,
            tx_id=scope,
            operation_index=0,
            runner=self,
            work=context.work,
            events=context.events,
        )
        result = run_operations(inner, operations)
        if result != DONE:
            state.rollback(savepoint)
            del context.events[mark:]
        return result


RUNNER = OperationRunner(PROTOCOL_VERSION)
"""All that this software knows."""
