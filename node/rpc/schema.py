"""JSON Schema of any struct, from the same types as the JSON form (tokens.jsonform)."""

import ast
import inspect as python_inspect
import re
import sys
from enum import IntFlag
from functools import lru_cache

import msgspec
from msgspec import inspect

from tokens.jsonform import Json, camel, type_info, type_name
from tokens.types import AMOUNT_LIMIT

Schema = dict[str, Json]

_FORMS: dict[str, Schema] = {
    "amount": {
        "type": "string",
        "pattern": "^(0|[1-9][0-9]{0,19})$",
        "description": f"Minor units, 0..{AMOUNT_LIMIT}.",
    },
    "address": {
        "type": "string",
        "pattern": "^t?mhr1[02-9ac-hj-np-z]{32}$",
        "description": "Bech32m of 16 bytes: mhr1 on a main network, tmhr1 on others.",
    },
}


class Schemas:
    """Collects named components while schemas are built."""

    __slots__ = ("components",)

    def __init__(self) -> None:
        self.components: dict[str, Json] = {}
        """Name -> schema of every struct met."""

    def of(self, python: object) -> Schema:
        """Schema of a type; structs become references."""
        return self.of_info(type_info(python))

    def of_info(self, of: inspect.Type) -> Schema:
        """The same of a type that is inspected already."""
        match of:
            case inspect.Metadata(type=inner, extra_json_schema=more, extra=extra):
                return self._metadata(inner, more or {}, (extra or {}).get("form"))
            case inspect.BoolType():
                return {"type": "boolean"}
            case inspect.NoneType():
                return {"type": "null"}
            case inspect.IntType():
                return _limits({"type": "integer"}, minimum=of.ge, maximum=of.le)
            case inspect.StrType():
                limits = {"minLength": of.min_length, "maxLength": of.max_length}
                return _limits({"type": "string"}, **limits, pattern=_ecma(of.pattern))
            case inspect.BytesType():
                return {"type": "string", "pattern": _hex_pattern(of)}
            case inspect.DateType():
                return {"type": "string", "format": "date"}
            case inspect.EnumType(cls=enum):
                names: list[Json] = [member.name for member in enum]
                if issubclass(enum, IntFlag):
                    return {"type": "array", "items": {"enum": names}, "uniqueItems": True}
                return {"enum": names}
            case inspect.VarTupleType(item_type=item):
                array: Schema = {"type": "array", "items": self.of_info(item)}
                return _limits(array, minItems=of.min_length, maxItems=of.max_length)
            case inspect.TupleType(item_types=items):
                return {"type": "array", "prefixItems": [self.of_info(item) for item in items]}
            case inspect.UnionType(types=types):
                return {"oneOf": [self.of_info(member) for member in types]}
            case inspect.StructType():
                return self._reference(of)
            case _:
                return {}

    def _metadata(self, inner: inspect.Type, more: dict[str, Json], form: object) -> Schema:
        if form == "operation":
            text = "A nested operation, as in a transaction; hex of bytes that are none."
            return {"description": text, "type": ["object", "string"]}
        known = _FORMS.get(str(form))
        return {**(self.of_info(inner) if known is None else known), **more}

    def _reference(self, of: inspect.StructType) -> Schema:
        name = _component_name(of)
        if name not in self.components:
            self.components[name] = {}
            self.components[name] = self._struct(of)
        return {"$ref": f"#/components/schemas/{name}"}

    def _struct(self, of: inspect.StructType) -> Schema:
        properties: dict[str, Json] = {}
        required: list[Json] = []
        docs = field_docs(of.cls)
        if of.tag is not None:
            properties["type"] = {"const": type_name(of.cls)}
            required.append("type")
        for field in of.fields:
            schema = self.of_info(field.type)
            if field.name in docs and "$ref" not in schema:
                schema = {**schema, "description": docs[field.name]}
            properties[camel(field.name)] = schema
            if field.required:
                required.append(camel(field.name))
        return {
            "type": "object",
            "description": python_inspect.getdoc(of.cls) or "",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }


def _component_name(of: inspect.StructType) -> str:
    """Name of the struct; records and client structs of one name differ in their package."""
    name = re.sub(r"[^A-Za-z0-9]", "", of.cls.__name__)
    arguments = [field.type for field in of.fields if of.cls.__name__ in ("Page", "StateRead")]
    for inner in arguments:
        item = inner.item_type if isinstance(inner, inspect.VarTupleType) else inner
        if isinstance(item, inspect.StructType):
            return f"{name}Of{_component_name(item)}"
    return name if of.cls.__module__.startswith("node.") else f"Ledger{name}"


def _limits(schema: Schema, **limits: Json) -> Schema:
    schema.update({name: value for name, value in limits.items() if value is not None})
    return schema


def _hex_pattern(of: inspect.BytesType) -> str:
    if of.min_length is not None and of.min_length == of.max_length:
        return f"^0x[0-9a-f]{{{2 * of.min_length}}}$"
    return "^0x([0-9a-f]{2})*$"


def field_docs(struct: type[msgspec.Struct]) -> dict[str, str]:
    """The strings under the fields of a struct; empty where the source is not installed."""
    return _module_docs(struct.__module__).get(struct.__name__, {})


@lru_cache(maxsize=256)
def _module_docs(name: str) -> dict[str, dict[str, str]]:
    try:
        tree = ast.parse(python_inspect.getsource(sys.modules[name]))
    except OSError:
        return {}
    return {node.name: _class_docs(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _class_docs(found: ast.ClassDef) -> dict[str, str]:
    docs: dict[str, str] = {}
    for field, text in zip(found.body, found.body[1:], strict=False):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(doc))),
            ):
                docs[name] = " ".join(doc.split())
            case _:
                pass
    return docs


def _ecma(pattern: str | None) -> str | None:
    """Python's end of text in the dialect of JSON Schema: its $ is not met before a newline."""
    return None if pattern is None else pattern.replace("\\Z", "$")
