"""Which elements of a message Mohur writes and understands, and the check of a message by it.

A profile is a part of the official schema: the elements that docs/iso20022.md names, in the order,
with the occurrence, choices, lengths, patterns, digits and code lists of the schema. What is valid
here is valid there; what is not here is refused. The files below profiles/ are made from the
dataclasses of python-iso20022 by `python -m tests.node.iso20022.library`, and a test compares.
"""

import datetime as dt
import functools
import re
from decimal import Decimal
from importlib import resources
from typing import Literal

import msgspec

from node.iso20022.element import Element
from node.iso20022.refusal import MessageRefused

DECIMAL_RE = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")
DATE_RE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DATE_TIME_RE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
CONTROL_RE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""XML has no way to write some of them, and reads others as blanks."""
OCCURS_MAX = 1_000
"""Of an element that the schema does not bound."""

Kind = Literal["group", "choice", "text", "decimal", "boolean", "date", "datetime", "code"]


class Rule(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One element, or one attribute, of a profile."""

    name: str
    kind: Kind
    least: int = 0
    """Fewest times that it stands."""
    most: int = 1
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    """Of the whole text."""
    codes: tuple[str, ...] = ()
    total_digits: int | None = None
    fraction_digits: int | None = None
    minimum: str | None = None
    attributes: tuple["Rule", ...] = ()
    children: tuple["Rule", ...] = ()


@functools.lru_cache(maxsize=16)
def profile_of(message: str) -> Rule | None:
    """The profile of a message, or None if Mohur does not know it."""
    if re.fullmatch(r"[a-z]{4}\.[0-9]{3}\.[0-9]{3}\.[0-9]{2}", message) is None:
        return None
    file = resources.files("node.iso20022").joinpath("profiles", f"{message}.json")
    if not file.is_file():
        return None
    return msgspec.json.decode(file.read_bytes(), type=Rule)


def check(message: str, root: Element) -> None:
    """Nothing, if the message follows its profile. MessageRefused with the first breach."""
    rule = profile_of(message)
    if rule is None:
        raise MessageRefused("Document", f"Mohur does not know the message {message!r}")
    if root.name != rule.name:
        raise MessageRefused(root.name, f"expected {rule.name}")
    _check_element(rule, root, root.name)


def _check_element(rule: Rule, element: Element, path: str) -> None:
    _check_attributes(rule, element, path)
    if rule.kind not in ("group", "choice"):
        if element.children:
            raise MessageRefused(f"{path}/{element.children[0].name}", "not understood")
        _check_text(rule, element.text, path)
        return
    if element.text.strip():
        raise MessageRefused(path, "text where elements are expected")
    _check_children(rule, element, path)


def _check_children(rule: Rule, element: Element, path: str) -> None:
    """Order and number of the children. Of a choice exactly one is there."""
    place = 0
    counts = dict.fromkeys([entry.name for entry in rule.children], 0)
    for child in element.children:
        below = f"{path}/{child.name}"
        if child.name not in counts:
            raise MessageRefused(below, "not understood")
        while rule.children[place].name != child.name:
            place += 1
            if place == len(rule.children):
                raise MessageRefused(below, "out of order")
        counts[child.name] += 1
        if counts[child.name] > rule.children[place].most:
            raise MessageRefused(below, "too many times")
        _check_element(rule.children[place], child, below)
    if rule.kind == "choice":
        if sum(counts.values()) != 1:
            raise MessageRefused(path, f"exactly one of {', '.join(counts)}")
        return
    for entry in rule.children:
        if counts[entry.name] < entry.least:
            raise MessageRefused(f"{path}/{entry.name}", "missing")


def _check_attributes(rule: Rule, element: Element, path: str) -> None:
    known = {entry.name: entry for entry in rule.attributes}
    for name, value in element.attributes:
        if name not in known:
            raise MessageRefused(f"{path}/@{name}", "not understood")
        _check_text(known[name], value, f"{path}/@{name}")
    for name, entry in known.items():
        if entry.least and name not in dict(element.attributes):
            raise MessageRefused(f"{path}/@{name}", "missing")


def _check_text(rule: Rule, text: str, path: str) -> None:
    if CONTROL_RE.search(text) is not None:
        raise MessageRefused(path, "a control character, or one that XML does not have")
    match rule.kind:
        case "code" if text not in rule.codes:
            raise MessageRefused(path, f"{text!r} is not understood")
        case "boolean" if text not in ("true", "false", "1", "0"):
            raise MessageRefused(path, f"{text!r} is neither true nor false")
        case "date" | "datetime" if not _is_date(rule.kind, text):
            raise MessageRefused(path, f"{text!r} is no {rule.kind}")
        case "decimal":
            _check_decimal(rule, text, path)
        case _:
            pass
    if rule.min_length is not None and len(text) < rule.min_length:
        raise MessageRefused(path, f"shorter than {rule.min_length}")
    if rule.max_length is not None and len(text) > rule.max_length:
        raise MessageRefused(path, f"longer than {rule.max_length}")
    if rule.pattern is not None and re.fullmatch(rule.pattern, text) is None:
        raise MessageRefused(path, f"{text!r} does not match {rule.pattern}")


def _is_date(kind: str, text: str) -> bool:
    """A date without time zone; a time with one. Years 1 to 9999."""
    if (DATE_RE if kind == "date" else DATE_TIME_RE).fullmatch(text) is None:
        return False
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check_decimal(rule: Rule, text: str, path: str) -> None:
    if DECIMAL_RE.fullmatch(text) is None:
        raise MessageRefused(path, f"{text!r} is no decimal number")
    whole, _, fraction = text.lstrip("+-").partition(".")
    whole, fraction = whole.lstrip("0"), fraction.rstrip("0")
    if rule.fraction_digits is not None and len(fraction) > rule.fraction_digits:
        raise MessageRefused(path, f"more than {rule.fraction_digits} decimals")
    if rule.total_digits is not None and len(whole) + len(fraction) > rule.total_digits:
        raise MessageRefused(path, f"more than {rule.total_digits} digits")
    if rule.minimum is not None and Decimal(text) < Decimal(rule.minimum):
        raise MessageRefused(path, f"less than {rule.minimum}")
