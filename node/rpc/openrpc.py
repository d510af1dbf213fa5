"""The OpenRPC document, generated from the method table: what the server checks is what it says."""

from functools import lru_cache
from importlib import metadata

from msgspec import inspect

from node.rpc.errors import SENTENCE, RpcCode
from node.rpc.method import Call, Method, Reads, Tier, method
from node.rpc.schema import Schemas, field_docs
from node.sdk.schema.common import Context, NoParams, Proof
from tokens.jsonform import Json, camel, type_info

OPENRPC_VERSION = "1.3.2"


@lru_cache(maxsize=8)
def document(methods: tuple[Method, ...]) -> dict[str, Json]:
    """The whole document."""
    schemas = Schemas()
    listed: list[Json] = [_method(one, schemas) for one in sorted(methods, key=_name)]
    return {
        "openrpc": OPENRPC_VERSION,
        "info": {
            "title": "Mohur JSON-RPC",
            "version": metadata.version("mohur"),
            "description": "POST / with JSON-RPC 2.0. Amounts are decimal strings of minor units.",
            "license": {"name": "Apache-2.0"},
        },
        "methods": listed,
        "components": {
            "schemas": dict(sorted(schemas.components.items())),
            "errors": _errors(),
        },
    }


def discover_method(made: dict[str, Json]) -> Method:
    """rpc.discover: answers a document that was made once."""

    def discover(call: Call, params: NoParams) -> dict[str, Json]:
        return made

    return method("rpc.discover", NoParams, object, Tier.READ, discover, "This document.")


def _name(one: Method) -> str:
    return one.name


def _method(one: Method, schemas: Schemas) -> Json:
    result = schemas.of(one.result)
    if one.reads is Reads.STATE:
        properties: dict[str, Json] = {"context": schemas.of(Context), "value": result}
        if one.proves is not None:
            properties["proof"] = schemas.of(Proof)
        result = {"type": "object", "properties": properties, "required": ["context", "value"]}
    return {
        "name": one.name,
        "summary": one.summary,
        "tags": [{"name": one.name.partition("_")[0]}],
        "paramStructure": "either",
        "params": params_of(one, schemas),
        "result": {"name": "result", "schema": result},
        "x-tier": one.tier.value,
    }


def params_of(one: Method, schemas: Schemas) -> list[Json]:
    """Content descriptors in positional order."""
    info = type_info(one.params)
    docs = field_docs(one.params)
    out: list[Json] = []
    for field in info.fields if isinstance(info, inspect.StructType) else ():
        described: dict[str, Json] = {
            "name": camel(field.name),
            "required": field.required,
            "schema": schemas.of_info(field.type),
        }
        if field.name in docs:
            described["description"] = docs[field.name]
        out.append(described)
    if one.reads is Reads.STATE:
        out.append(_MIN_HEIGHT)
        if one.proves is not None:
            out.append(_PROVE)
        if one.takes_height:
            out.append(_AT_HEIGHT)
    return out


_MIN_HEIGHT: dict[str, Json] = {
    "name": "minHeight",
    "required": False,
    "schema": {"type": "integer", "minimum": 0},
    "description": "Refuse with UNAVAILABLE when this node is behind: read your own writes.",
}
_PROVE: dict[str, Json] = {
    "name": "prove",
    "required": False,
    "schema": {"type": "boolean"},
    "description": "Add the record's bytes, its Merkle path and the commit certificate.",
}


_AT_HEIGHT: dict[str, Json] = {
    "name": "atHeight",
    "required": False,
    "schema": {"type": "integer", "minimum": 0},
    "description": "Read the state after this block instead of the newest one. UNAVAILABLE: not "
    "decided here yet; PRUNED: not kept here, `data.oldestHeight` is.",
}


def _errors() -> dict[str, Json]:
    rpc: dict[str, Json] = {
        code.name: {"code": int(code), "message": code.name.replace("_", " ").lower()}
        for code in RpcCode
    }
    ledger: dict[str, Json] = {
        code.name: {"code": int(code), "message": sentence} for code, sentence in SENTENCE.items()
    }
    return {**rpc, **ledger}
