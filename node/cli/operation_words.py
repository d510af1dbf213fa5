"""Any operation from words: names and types come from the registry, nothing is listed here."""

from collections.abc import Sequence
from difflib import get_close_matches

import msgspec
from msgspec import inspect

from node.cli.exits import CommandFailed, Exit
from node.cli.words import dev_address, parse_json, whole_number
from node.rpc.schema import field_docs
from tokens.jsonform import camel, type_name
from tokens.ops import OPERATIONS, SPEC_OF
from tokens.registry import OperationSpec

Spec = OperationSpec[msgspec.Struct]


def find_operation(name: str) -> Spec:
    """An operation by its registered name. CommandFailed with the names that are like it."""
    for spec in OPERATIONS:
        if spec.name == name:
            return spec
    like = get_close_matches(name, sorted(spec.name for spec in OPERATIONS))
    hint = f"there is {', '.join(like)}" if like else "`mohur tx operations` lists them"
    raise CommandFailed(f"there is no operation {name!r}; {hint}", Exit.USAGE)


def operation_json(name: str, words: Sequence[str]) -> dict[str, object]:
    """JSON form of an operation from `field=value` words (`--field value` is the same)."""
    spec = find_operation(name)
    fields = {field.name: field for field in _struct(spec.operation).fields}
    out: dict[str, object] = {"type": spec.name}
    for field_name, text in _pairs(words):
        field = fields.get(field_name)
        if field is None:
            raise CommandFailed(
                f"{name} has no field {field_name!r}; it has {', '.join(fields)}", Exit.USAGE
            )
        if camel(field_name) in out:
            raise CommandFailed(f"{name}: {field_name} is said twice", Exit.USAGE)
        out[camel(field_name)] = json_of(field.type, text)
    missing = [name for name, field in fields.items() if field.required and camel(name) not in out]
    if missing:
        raise CommandFailed(f"{name} needs {', '.join(missing)}", Exit.USAGE)
    return out


def json_of(of: inspect.Type, text: str) -> object:
    """The JSON value that a word stands for where this type is asked."""
    match of:
        case inspect.Metadata(type=inner, extra=extra):
            if (extra or {}).get("form") == "amount":
                return text
            return json_of(inner, text)
        case inspect.UnionType(types=types):
            if text == "null":
                return None
            return json_of(next(t for t in types if not isinstance(t, inspect.NoneType)), text)
        case inspect.IntType():
            number = whole_number(text.removeprefix("-"))
            if number is None:
                return text
            return -number if text.startswith("-") else number
        case inspect.BoolType():
            return {"true": True, "false": False}.get(text, text)
        case inspect.StrType() | inspect.BytesType() | inspect.DateType() | inspect.EnumType():
            if text.startswith("@"):
                return dev_address(text[1:])
            flags = isinstance(of, inspect.EnumType) and text.startswith("[")
            return parse_json(text, repr(text)) if flags else text
        case _:
            return with_addresses(parse_json(text, repr(text)))


def with_addresses(value: object) -> object:
    """The same JSON value with @names replaced at any depth."""
    match value:
        case str() if value.startswith("@"):
            return dev_address(value[1:])
        case list():
            return [with_addresses(entry) for entry in value]
        case dict():
            return {name: with_addresses(entry) for name, entry in value.items()}
        case _:
            return value


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, text = word.removeprefix("--").partition("=")
        if not equals:
            if not word.startswith("--") or not rest:
                raise CommandFailed(f"{word!r}: say field=value or --field value", Exit.USAGE)
            text = rest.pop(0)
        pairs.append((name.replace("-", "_"), text))
    return pairs


def _struct(of: type[msgspec.Struct]) -> inspect.StructType:
    info = inspect.type_info(of)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{of.__name__} is no struct")
    return info


def describe_type(of: inspect.Type) -> str:
    """A type in the words of the JSON form."""
    match of:
        case inspect.Metadata(type=inner, extra=extra):
            form = (extra or {}).get("form")
            words = {"amount": "amount", "address": "address", "operation": "operation"}
            return words.get(str(form)) or describe_type(inner)
        case inspect.UnionType(types=types):
            return " or ".join(describe_type(entry) for entry in types)
        case inspect.EnumType(cls=enum):
            return "one of " + ", ".join(member.name for member in enum)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return f"list of {describe_type(item)}"
        case inspect.TupleType(item_types=items):
            return f"[{', '.join(describe_type(entry) for entry in items)}]"
        case inspect.StructType(cls=cls):
            return cls.__name__
        case inspect.BytesType():
            return "hex"
        case inspect.IntType():
            return "integer"
        case inspect.BoolType():
            return "true or false"
        case inspect.DateType():
            return "date"
        case inspect.NoneType():
            return "null"
        case inspect.StrType():
            return "text"
        case _:
            return "any value"


def fields_of(struct: type[msgspec.Struct]) -> list[tuple[str, str, str]]:
    """(name, type, documentation) of each field of an operation, or of a part of one.

    Where one of several parts may stand, `type` says which.
    """
    docs = field_docs(struct)
    found = [
        (field.name, describe_type(field.type), docs.get(field.name, ""))
        for field in _struct(struct).fields
    ]
    tagged = struct.__struct_config__.tag is not None and struct not in SPEC_OF
    return [("type", f'"{type_name(struct)}"', ""), *found] if tagged else found


def parts() -> dict[str, type[msgspec.Struct]]:
    """Every struct that stands inside of an operation, by name, in alphabetical order."""
    found: dict[str, type[msgspec.Struct]] = {}
    for spec in OPERATIONS:
        for field in _struct(spec.operation).fields:
            _collect(field.type, found)
    return dict(sorted(found.items()))


def _collect(of: inspect.Type, found: dict[str, type[msgspec.Struct]]) -> None:
    match of:
        case inspect.Metadata(type=inner):
            _collect(inner, found)
        case inspect.UnionType(types=types) | inspect.TupleType(item_types=types):
            for entry in types:
                _collect(entry, found)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            _collect(item, found)
        case inspect.StructType(cls=cls):
            if cls.__name__ not in found and cls not in SPEC_OF:
                found[cls.__name__] = cls
                for field in _struct(cls).fields:
                    _collect(field.type, found)
        case _:
            pass


def find_part(name: str) -> type[msgspec.Struct]:
    """An operation by its registered name, or a part of one. CommandFailed with all operations."""
    return parts().get(name) or find_operation(name).operation
