"""Names, errors and the shape of JSON values, shared by the writers and the readers."""

import re
from functools import lru_cache

import msgspec
from msgspec import inspect

from tokens.ops import SPEC_OF

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
"""What stands in a JSON document here: no floats."""

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=1024)
def type_info(of: object) -> inspect.Type:
    """What msgspec knows of a type; asking costs milliseconds."""
    return inspect.type_info(of)


class FormError(ValueError):
    """A JSON value has not the form of its type."""

    def __init__(self, expected: str, path: str = "") -> None:
        super().__init__(f"{path or 'value'}: {expected}")
        self.expected = expected
        """What belongs there, a plain phrase."""
        self.path = path
        """Path of the field, like `operations[0].amount`."""

    def under(self, name: str) -> "FormError":
        """The same error seen from the struct or array that holds the value."""
        dot = "." if self.path and not self.path.startswith("[") else ""
        return FormError(self.expected, f"{name}{dot}{self.path}")


def camel(name: str) -> str:
    """`state_root` -> `stateRoot`."""
    first, *rest = name.split("_")
    return first + "".join([part[:1].upper() + part[1:] for part in rest])


def type_name(struct: type[msgspec.Struct]) -> str:
    """What "type" says: an operation's registered name, else the struct's name in snake_case."""
    spec = SPEC_OF.get(struct)
    return spec.name if spec is not None else _CAPITAL.sub("_", struct.__name__).lower()
