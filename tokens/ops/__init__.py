"""Table of contents of the ledger's operations: one line each. A tag is never reused.

Tags: 1-19 parties, 20-29 proposals and grants, 30-39 business day, 40-59 cash, 60-69 transfer and
holds, 70-99 instruments, 100-119 settlement, 120-139 control, 140-159 governance, 160-249 later
families.
"""

from typing import TYPE_CHECKING, Union

import msgspec

from tokens.agenda import AgendaHandler
from tokens.ops.transfer import TRANSFER
from tokens.registry import OperationSpec

OPERATIONS: tuple[OperationSpec[msgspec.Struct], ...] = (
    TRANSFER,
)  # fmt: skip

if TYPE_CHECKING:
    AnyOperation = msgspec.Struct
else:
    AnyOperation = Union[tuple(spec.operation for spec in OPERATIONS)]  # noqa: UP007

SPEC_OF: dict[type[msgspec.Struct], OperationSpec[msgspec.Struct]] = {
    spec.operation: spec for spec in OPERATIONS
}

HANDLERS: tuple[AgendaHandler, ...] = (
)  # fmt: skip
"""Who does the ledger's own work: one line each."""

AGENDA_HANDLERS: dict[str, AgendaHandler] = {handler.name: handler for handler in HANDLERS}
"""Handler by the name that agenda items carry."""
