"""What a fuzz target is: bytes in, an outcome out, and nothing raised that has no name.

Rules of this file:
1. `parse` is what a node does with bytes before it knows whether they are any good: it is held to
   the budgets of budget.py. What authorised work costs afterwards (`Act`) is the ledger's business.
2. A target catches the errors that the product's docstrings name, and nothing else. A property that
   does not hold is a Fault.
3. A target may keep state between inputs; `reset` throws it away, and the engine calls it at
   every multiple of `inputs_per_life`, so that a failure is repeated from there.
"""

from collections.abc import Callable
from enum import Enum
from typing import Protocol, TypeVar

T = TypeVar("T")

Act = Callable[[], str]
"""Goes on with what was parsed; answers the outcome."""


class Fault(AssertionError):
    """The product broke a property of the target."""


class Form(Enum):
    """How the engine takes seeds apart."""

    MSGPACK = "msgpack"
    JSON = "json"
    BYTES = "bytes"


class Target(Protocol):
    """One door of the node."""

    form: Form
    input_bytes_max: int
    """What stands before this door lets nothing longer through."""
    inputs_per_life: int
    """1: no state worth keeping."""
    must_see: frozenset[str]
    """Outcomes that a campaign of 2,000 inputs or more has to reach: else its mutants are blunt."""

    def seeds(self) -> tuple[bytes, ...]:
        """Valid inputs, made by code."""

    def repair(self, data: bytes) -> bytes:
        """The same with hashes and signatures made to fit, as a liar would; or as it was."""

    def parse(self, data: bytes) -> str | Act:
        """A named refusal, or how to go on."""

    def reset(self, life: int = 0) -> None:
        """Forget all; lives of different numbers may begin in different places."""

    def close(self) -> None:
        """Release files and loops."""


def there(value: T | None, what: str) -> T:
    """The value; Fault if there is none."""
    if value is None:
        raise Fault(f"no {what}")
    return value


def require(condition: object, what: str) -> None:
    """Fault unless it holds."""
    if not condition:
        raise Fault(what)
