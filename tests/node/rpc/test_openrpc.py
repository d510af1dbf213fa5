"""The generated document and page: complete, closed, and what the server really answers."""

import json
from pathlib import Path

import pytest

from consensus.types import Header as ConsensusHeader
from node.rpc.docs import page
from node.rpc.errors import SENTENCE
from node.rpc.methods import METHODS
from node.rpc.openrpc import document
from node.sdk.schema.chain import Header
from tests.node.rpc.conformance import exchanges, files
from tokens.results import Code

DOCUMENT = json.loads(json.dumps(document(METHODS)))
PAGE = Path(__file__).parents[3] / "docs" / "rpc.md"


def references(value: object) -> set[str]:
    """All targets of $ref below a value."""
    if isinstance(value, dict):
        found = {str(value["$ref"])} if "$ref" in value else set()
        return found.union(*(references(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(references(inner) for inner in value))
    return set()


def test_every_method_is_listed_with_params_and_result() -> None:
    listed = {entry["name"]: entry for entry in DOCUMENT["methods"]}
    assert set(listed) == {method.name for method in METHODS}
    assert len(METHODS) == len(listed)
    assert all(method.summary.endswith(".") for method in METHODS)


def test_every_reference_has_a_target() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    targets = {f"#/components/schemas/{name}" for name in schemas}
    assert references(DOCUMENT) == targets


def test_the_document_is_plain_json() -> None:
    assert document(METHODS) == DOCUMENT


def test_fields_carry_their_documentation() -> None:
    status = DOCUMENT["components"]["schemas"]["NodeStatus"]
    assert status["properties"]["voting"]["description"] == "False: it watches, it does not vote."


@pytest.mark.parametrize("code", [code for code in Code if code >= 1_000])
def test_every_reason_not_to_admit_has_a_sentence(code: Code) -> None:
    assert SENTENCE[code]


def test_the_header_of_the_client_is_that_of_consensus() -> None:
    assert Header.__struct_fields__ == ConsensusHeader.__struct_fields__


def test_the_page_is_the_generated_one() -> None:
    assert PAGE.read_text() == page(METHODS), "python -m node.rpc.docs > docs/rpc.md"


def members_of(value: object) -> list[object]:
    """A list inside a schema."""
    assert isinstance(value, list)
    return value


def conforms(value: object, schema: object) -> bool:
    """Enough of JSON Schema for what is generated: references, objects, arrays, unions, types."""
    assert isinstance(schema, dict)
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        return conforms(value, DOCUMENT["components"]["schemas"][name])
    if "oneOf" in schema:
        return any(conforms(value, member) for member in members_of(schema["oneOf"]))
    if "enum" in schema:
        return value in members_of(schema["enum"])
    if "const" in schema:
        return bool(value == schema["const"])
    match schema.get("type"):
        case "object" if "properties" in schema:
            properties = schema["properties"]
            assert isinstance(properties, dict)
            return (
                isinstance(value, dict)
                and set(members_of(schema.get("required", []))) <= set(value) <= set(properties)
                and all(conforms(inner, properties[name]) for name, inner in value.items())
            )
        case "array" if "prefixItems" in schema:
            places = members_of(schema["prefixItems"])
            return (
                isinstance(value, list)
                and len(value) == len(places)
                and all(map(conforms, value, places))
            )
        case "array":
            items = schema.get("items")
            return isinstance(value, list) and all(conforms(inner, items) for inner in value)
        case "string":
            return isinstance(value, str)
        case "integer":
            return type(value) is int
        case "boolean":
            return type(value) is bool
        case "null":
            return value is None
        case _:
            return True


def test_the_replies_of_the_conformance_files_conform() -> None:
    results = {entry["name"]: entry["result"]["schema"] for entry in DOCUMENT["methods"]}
    checked = 0
    for path in files():
        for request, reply in exchanges(path.read_text()):
            assert isinstance(reply, dict)
            if "result" in reply and path.parent.name in results:
                assert conforms(reply["result"], results[path.parent.name]), request
                checked += 1
    assert checked > 50
