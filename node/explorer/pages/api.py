"""The reference of JSON-RPC from the node's own document, with a form to try a method.

Rules of this file:
1. Read methods only: nothing that hands in a transaction is offered or sent.
2. The form is answered in the scope of this explorer, like every page.
"""

from typing import cast

import msgspec

from node.explorer.ask import Ask
from node.explorer.failure import BadInput, NotThere
from node.explorer.page import Cell, Code, Field, Form, Note, Page, Section, Table
from node.explorer.pages.parts import columns
from node.explorer.route import Query
from node.explorer.show import path, text
from node.sdk.errors import RpcFailed
from tokens.jsonform import Json

PARAMS_BYTES_MAX = 8 * 1024
ANSWER_CHARACTERS_MAX = 100_000
"""Of an answer that is shown; what is longer is cut and said to be."""
Object = dict[str, Json]


async def methods_of(ask: Ask) -> dict[str, Object]:
    """Read methods by name, as the node describes them."""
    document = await ask.raw("rpc.discover")
    listed = document.get("methods") if isinstance(document, dict) else None
    found: dict[str, Object] = {}
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and each.get("x-tier") == "read":
            name = each.get("name")
            if isinstance(name, str) and not name.startswith("sub_"):
                found[name] = each
    return found


async def reference(ask: Ask, query: Query) -> Page:
    """The page `/api`."""
    found = await methods_of(ask)
    rows = tuple(
        [
            (Cell(name, path("api", name), mono=True), text(str(each.get("summary", ""))))
            for name, each in sorted(found.items())
        ]
    )
    note = (
        "JSON-RPC 2.0 over HTTP POST. Amounts are decimal strings of minor units, bytes are 0x and "
        "small hex. Methods that hand in transactions are in the reference of the node."
    )
    return Page(
        title="API",
        sections=(
            Table(
                "methods",
                "Methods that read",
                columns("Method", "What it answers"),
                rows,
                note=note,
            ),
        ),
    )


async def method(ask: Ask, query: Query) -> Page:
    """The page `/api/{method}`; asked by POST it shows the answer to its params."""
    name = query.part("method")
    described = (await methods_of(ask)).get(name)
    if described is None:
        raise NotThere("there is no method of that name that reads")
    given = query.words.get("params", "")
    sections: list[Section] = [_params(described), _try(name, described, given)]
    if "params" in query.words:
        sections.append(await _answer(ask, name, given))
    sections.append(_schema("Result", described.get("result")))
    return Page(
        title=name,
        lead=(text(str(described.get("summary", ""))),),
        sections=tuple(sections),
    )


def _params(described: Object) -> Table:
    listed = described.get("params")
    found = [
        each for each in (listed if isinstance(listed, list) else []) if isinstance(each, dict)
    ]
    rows = [
        (
            Cell(str(each.get("name", "")), mono=True),
            text(_type(each.get("schema"))),
            text("yes" if each.get("required") is True else "no"),
            text(str(each.get("description", ""))),
        )
        for each in found
    ]
    heads = columns("Param", "Type", "Required", "Meaning")
    return Table("params", "Params", heads, tuple(rows), empty="It takes none.")


def _type(schema: Json) -> str:
    if not isinstance(schema, dict):
        return "any"
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return reference.rpartition("/")[2]
    choices = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(choices, list):
        return " or ".join([_type(each) for each in choices])
    form = schema.get("format")
    if isinstance(form, str):
        return form
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and "mhr1" in pattern:
        return "address"
    return str(schema.get("type", "any"))


def _try(name: str, described: Object, given: str) -> Form:
    example: Object = {}
    listed = described.get("params")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and each.get("required") is True:
            example[str(each.get("name"))] = ""
    shown = given or msgspec.json.format(msgspec.json.encode(example), indent=2).decode()
    hint = "One JSON object. Answered in the scope of this explorer; nothing is handed in."
    field = Field("params", "Params", shown, hint=hint, lines=6)
    return Form("Try it", path("api", name), (field,), "Ask the node", method="post")


async def _answer(ask: Ask, name: str, given: str) -> Section:
    try:
        answer = await ask.raw(name, _json(given))
    except RpcFailed as error:
        said = f"The node refused: {error.message or 'without a reason'}"
        return Note(f"{said} [{error.symbol}, {error.code}]", "bad")
    shown = msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()
    if len(shown) > ANSWER_CHARACTERS_MAX:
        left = len(shown) - ANSWER_CHARACTERS_MAX
        shown = f"{shown[:ANSWER_CHARACTERS_MAX]}\n… and {left:,} characters more"
    return Code("Answer", shown)


def _json(given: str) -> Object:
    if len(given.encode()) > PARAMS_BYTES_MAX:
        raise BadInput(f"params have at most {PARAMS_BYTES_MAX} bytes")
    try:
        found = msgspec.json.decode(given or "{}")
    except (msgspec.DecodeError, RecursionError):
        raise BadInput("params are one JSON object, such as {}") from None
    if not isinstance(found, dict):
        raise BadInput("params are one JSON object, such as {}")
    return cast("Object", found)


def _schema(title: str, schema: Json) -> Code:
    return Code(title, msgspec.json.format(msgspec.json.encode(schema), indent=2).decode())
