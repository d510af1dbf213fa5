"""What an operation is: a struct, a check, an apply, and one line in tokens/ops/__init__.py.

Rules of this file:
1. `check` is read only and yields refusals in the fixed order of page 04; the first one is the
   result, `simulate` takes them all. A later check must survive what an earlier one refused (guard
   with early return).
2. `apply` runs only after `check` yielded nothing; it cannot fail. An exception there is a bug of
   this node.
3. A tag's encoding never changes; a changed operation is a new tag.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from tokens.context import Context
from tokens.results import Code, Refusal
from tokens.types import OperationClass

Op = TypeVar("Op", bound=msgspec.Struct, covariant=True)
"""Covariant, so that a table can hold them all: the table is asked by the type of the operation
(SPEC_OF), hence `check` and `apply` never meet another type."""


@dataclass(frozen=True, slots=True)
class OperationSpec(Generic[Op]):
    """One operation. Its docs, schema, CLI flags and metrics derive from this."""

    operation: type[Op]
    """Frozen struct with an integer tag; its docstring is the operation's documentation."""
    name: str
    """snake_case name that clients see."""
    family: str
    """File it lives in."""
    operation_class: OperationClass
    check: Callable[[Context, Op], Iterator[Refusal]]
    apply: Callable[[Context, Op], None]
    codes: tuple[Code, ...]
    """Every code that check can yield: the completeness test demands a test for each."""
    approval: str | None = None
    """Name of the approval policy (genesis data) that must be met, or None."""
    emergency: bool = False
    """The policy `emergency` may stand in for its own (page 04)."""
    in_proposal: bool = True
    """May stand inside a proposal."""
    in_recovery: bool = False
    """Keys of an account that is in recovery may still sign it (authority.recovery_refusal)."""
    stored_work: Callable[[Context, Op], int] | None = None
    """How many stored operations it calls up (tokens/work.py); None: what its own bytes say."""
    grantable: bool = False
    """A grant may lend it: its check and apply then ask tokens/grants.py."""
    grant_policy: str | None = None
    """Approval policy that such a grant needs, or None: the grantor's own agreement is enough."""
    since: int = 1
    """Protocol version that knows it first."""

    @property
    def tag(self) -> int:
        """Wire number."""
        tag = self.operation.__struct_config__.tag
        if not isinstance(tag, int):
            raise TypeError(f"{self.name} has no integer tag")
        return tag
