"""Profiles out of python-iso20022: `python -m tests.node.iso20022.library` writes them.

The library's dataclasses were generated from the official schemas. Facts come from them, never from
memory: order, occurrence, lengths, patterns, digits, code lists. That a type is a choice is not in
a dataclass; the standard ends the names of such types with "Choice" (ISO 20022-4).
"""

import dataclasses
import enum
import functools
import importlib
import importlib.util
import sys
import types
import typing
from decimal import Decimal
from pathlib import Path

import msgspec

from node.iso20022.paths import HEAD_001, PATHS
from node.iso20022.profile import OCCURS_MAX, Kind, Rule

FOLDER = Path(__file__).parents[3] / "node" / "iso20022" / "profiles"

OWN: dict[str, Rule] = {
    "m:Btch": Rule(name="m:Btch", kind="group", least=1),
    "m:PoolId": Rule(name="m:PoolId", kind="text", least=1, min_length=1, max_length=35),
    "m:XpryDt": Rule(name="m:XpryDt", kind="date", least=1),
    "m:CshAsst": Rule(name="m:CshAsst", kind="text", pattern="[A-Z0-9][A-Z0-9-]{0,15}"),
    "m:HshLck": Rule(name="m:HshLck", kind="text", pattern="[0-9a-f]{64}"),
    "m:TrvlHsh": Rule(name="m:TrvlHsh", kind="text", pattern="[0-9a-f]{64}"),
    "m:ByAsst": Rule(name="m:ByAsst", kind="text", least=1, pattern="[A-Z0-9][A-Z0-9-]{0,15}"),
    "m:ByAcct": Rule(name="m:ByAcct", kind="text", pattern="[0-9a-f]{32}"),
    "m:ByTrvlHsh": Rule(name="m:ByTrvlHsh", kind="text", pattern="[0-9a-f]{64}"),
    "m:SllAsst": Rule(name="m:SllAsst", kind="text", least=1, pattern="[A-Z0-9][A-Z0-9-]{0,15}"),
    "m:SllAcct": Rule(name="m:SllAcct", kind="text", pattern="[0-9a-f]{32}"),
    "m:SllTrvlHsh": Rule(name="m:SllTrvlHsh", kind="text", pattern="[0-9a-f]{64}"),
    "m:UTI": Rule(name="m:UTI", kind="text", min_length=1, max_length=52),
    "m:Prty": Rule(name="m:Prty", kind="text", least=1, pattern="[0-9]"),
    "m:Auto": Rule(name="m:Auto", kind="code", least=1, codes=("true", "false")),
    "m:CshTrvlHsh": Rule(name="m:CshTrvlHsh", kind="text", pattern="[0-9a-f]{64}"),
}
"""Elements of Mohur's own namespace: the schema lets anything stand in Envlp."""

REPEATED = {"Lnkgs", "Ntry", "BalForAcct", "SubAcctDtls", "BalForSubAcct"}
"""What Mohur writes more than once; everything else that the schema lets repeat stands once."""

Wanted = dict[str, "Wanted"]
"""Tree of names; a code list, if narrowed, is the one key of a leaf, beginning with `=`."""


def document_class(message: str) -> type:
    """The library's class of a message: its Document; of a header, its AppHdr."""
    if message == HEAD_001:
        return header_class()
    family, *_ = message.split(".")
    name = message.replace(".", "_")
    module = importlib.import_module(f"python_iso20022.{family}.{name}.models")
    found = getattr(module, "".join(message.split(".")).capitalize())
    assert isinstance(found, type)
    return found


@functools.cache
def header_class() -> type:
    """Class of AppHdr. Version 0.3.0 cannot import its module: a base has a name that is not."""
    family = importlib.util.find_spec("python_iso20022")
    assert family is not None
    assert family.submodule_search_locations is not None
    name = HEAD_001.replace(".", "_")
    file = Path(family.submodule_search_locations[0]) / "head" / name / "models.py"
    right = f"BusinessApplicationHeaderV02{HEAD_001.title().replace('.', '')}"
    source = file.read_text().replace("(BusinessApplicationHeaderV02,", f"({right},")
    module = types.ModuleType("mended_head")
    sys.modules[module.__name__] = module
    exec(compile(source, str(file), "exec"), module.__dict__)
    found = module.__dict__[f"AppHdr{HEAD_001.title().replace('.', '')}"]
    assert isinstance(found, type)
    return found


def made(message: str) -> Rule:
    """The profile of a message. ValueError if the schema demands what PATHS does not have."""
    name, rows = PATHS[message]
    wanted: Wanted = {}
    for path, _ in rows:
        bare, _, codes = path.partition("=")
        branch = wanted
        for part in bare.split("/"):
            branch = branch.setdefault(part, {})
        if codes:
            branch["=" + codes] = {}
    document = document_class(message)
    if message == HEAD_001:
        return _bare(document, name, wanted, name)
    (entry,) = dataclasses.fields(document)
    assert entry.metadata["name"] == name
    return _rule(document, entry, wanted, name)


def _inner(owner: type, name: str) -> type:
    """The type of a field without Optional and list."""
    hint: object = typing.get_type_hints(owner)[name]
    while arguments := typing.get_args(hint):
        hint = next(part for part in arguments if part is not types.NoneType)
    assert isinstance(hint, type)
    return hint


def _rule(owner: type, entry: "dataclasses.Field[object]", wanted: Wanted, path: str) -> Rule:
    facts = entry.metadata
    inner = _inner(owner, entry.name)
    repeats = "list[" in str(entry.type) and facts["name"] in REPEATED
    base = _with_facts(_bare(inner, facts["name"], wanted, path), facts)
    return msgspec.structs.replace(
        base,
        least=int(bool(facts.get("required")) or bool(facts.get("min_occurs"))),
        most=int(facts.get("max_occurs", OCCURS_MAX)) if repeats else 1,
    )


def _bare(inner: type, name: str, wanted: Wanted, path: str) -> Rule:
    """Kind and what is below, without occurrence."""
    if issubclass(inner, enum.Enum):
        codes = tuple(str(member.value) for member in inner)
        for narrowed in wanted:
            kept = tuple(narrowed[1:].split("|"))
            assert set(kept) <= set(codes), path
            codes = kept
        return Rule(name=name, kind="code", codes=codes)
    if not dataclasses.is_dataclass(inner):
        return Rule(name=name, kind=_kind(inner))
    fields = dataclasses.fields(inner)
    value = next((entry for entry in fields if entry.name == "value"), None)
    if value is not None:
        rule = Rule(name=name, kind=_kind(_inner(inner, "value")), attributes=_attributes(inner))
        return _with_facts(rule, value.metadata)
    if [entry.name for entry in fields] == ["any_element"]:
        return Rule(name=name, kind="group", children=_own(wanted))
    children = []
    for entry in fields:
        below = entry.metadata["name"]
        if below in wanted:
            children.append(_rule(inner, entry, wanted[below], f"{path}/{below}"))
        elif entry.metadata.get("required") or entry.metadata.get("min_occurs"):
            raise ValueError(f"{path}/{below}: the schema demands it")
    unknown = wanted.keys() - {child.name for child in children}
    if unknown:
        raise ValueError(f"{path}: the schema has no {sorted(unknown)}")
    choice = "Choice" in inner.__name__
    return Rule(name=name, kind="choice" if choice else "group", children=tuple(children))


def _attributes(inner: type) -> tuple[Rule, ...]:
    return tuple(
        _with_facts(
            Rule(
                name=entry.metadata["name"],
                kind="text",
                least=int(bool(entry.metadata.get("required"))),
            ),
            entry.metadata,
        )
        for entry in dataclasses.fields(inner)
        if entry.metadata.get("type") == "Attribute"
    )


def _own(wanted: Wanted) -> tuple[Rule, ...]:
    return tuple(
        msgspec.structs.replace(OWN[name], children=_own(below)) for name, below in wanted.items()
    )


def _kind(inner: type) -> Kind:
    kinds: dict[str, Kind] = {
        "str": "text",
        "Decimal": "decimal",
        "bool": "boolean",
        "XmlDate": "date",
        "XmlDateTime": "datetime",
    }
    return kinds[inner.__name__]


def _with_facts(rule: Rule, facts: typing.Mapping[str, object]) -> Rule:
    unread = facts.keys() - {
        "name", "type", "namespace", "required", "min_occurs", "max_occurs", "min_length",
        "max_length", "pattern", "total_digits", "fraction_digits", "min_inclusive",
    }  # fmt: skip
    if unread:
        raise ValueError(f"{rule.name}: facts that nobody reads: {sorted(unread)}")
    minimum = facts.get("min_inclusive")
    return msgspec.structs.replace(
        rule,
        min_length=_number(facts.get("min_length"), rule.min_length),
        max_length=_number(facts.get("max_length"), rule.max_length),
        pattern=str(facts["pattern"]) if "pattern" in facts else rule.pattern,
        total_digits=_number(facts.get("total_digits"), rule.total_digits),
        fraction_digits=_number(facts.get("fraction_digits"), rule.fraction_digits),
        minimum=str(minimum) if isinstance(minimum, Decimal) else rule.minimum,
    )


def _number(value: object, otherwise: int | None) -> int | None:
    return value if isinstance(value, int) else otherwise


def text_of(rule: Rule) -> str:
    """The file of a profile."""
    return msgspec.json.format(msgspec.json.encode(rule), indent=1).decode() + "\n"


def main() -> None:
    """Write all profiles."""
    FOLDER.mkdir(exist_ok=True)
    for message in PATHS:
        (FOLDER / f"{message}.json").write_text(text_of(made(message)))
        sys.stdout.write(f"{message}\n")


if __name__ == "__main__":
    main()
