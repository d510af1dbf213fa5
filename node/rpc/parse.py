"""Strict JSON: what two parsers could read differently is refused before anything acts on it.

Rules of this file:
1. Depth and number of values are checked on the bytes before parsing; nothing is allocated for a
   bomb.
2. No NaN, no duplicate names. A float or an endless integer becomes `NOT_A_NUMBER`, which no
   reader takes, so that the error can name the field.
3. Errors say what is wrong, never what was sent.
"""

import json
import re

DEPTH_MAX = 32
"""Nested arrays and objects of a request."""
DIGITS_MAX = 20
"""Characters of an integer."""
VALUES_ALWAYS = 2_048
BYTES_PER_VALUE = 24
"""A body has at most as many commas and opening brackets as the larger of both allows: `{},{},…`
would take 25 times its size in memory. A transaction of 100 transfers has 29 bytes a value."""
WIDE_BYTES_MAX = 32 * 1024
"""A body with characters above U+FFFF: one of them makes four bytes of each letter of its text."""

_WIDE = tuple(bytes([lead]) for lead in range(0xF0, 0xF5))
_PLAIN_STRING = re.compile(rb'"[^"]*"')
_TO_BRACKET = bytes.maketrans(b"{}", b"[]")
_NO_STRUCTURE = bytes(set(range(256)) - set(b'{}[]"'))

NOT_A_NUMBER = object()
"""Stands where a number has a fraction, an exponent, or more than 20 digits."""


class BadJson(ValueError):
    """The body is not JSON as this server reads it."""


def parse(body: bytes) -> object:
    """The values of a JSON text. Raises BadJson."""
    brackets = body.count(b"{") + body.count(b"[")
    if brackets + body.count(b",") > max(VALUES_ALWAYS, len(body) // BYTES_PER_VALUE):
        raise BadJson("too many values for the size of the body")
    if brackets > DEPTH_MAX:
        _check_depth(body)
    if len(body) > WIDE_BYTES_MAX and any(lead in body for lead in _WIDE):
        raise BadJson(f"characters above U+FFFF only in a body of at most {WIDE_BYTES_MAX} B")
    try:
        return _DECODER.decode(body.decode())
    except UnicodeDecodeError:
        raise BadJson("the body is not UTF-8") from None
    except json.JSONDecodeError:
        raise BadJson("the body is not JSON") from None
    except RecursionError:
        raise BadJson(f"nested deeper than {DEPTH_MAX}") from None


def _check_depth(body: bytes) -> None:
    """Strip strings, then peel one level of brackets at a time: C speed, whatever is sent.

    Pairs of backslashes go first, then escaped quotes: what is left begins or ends a string. A
    regular expression that reads escapes keeps 140 bytes for each one on its stack.
    """
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in body else body
    marks = _PLAIN_STRING.sub(b"", plain.translate(_TO_BRACKET, _NO_STRUCTURE))
    for _ in range(DEPTH_MAX):
        if not marks:
            return
        marks = marks.replace(b"[]", b"")
    if marks:
        raise BadJson(f"nested deeper than {DEPTH_MAX}, or brackets that do not match")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise BadJson("a name appears twice in one object")
    return out


def _integer(digits: str) -> object:
    return int(digits) if len(digits) <= DIGITS_MAX else NOT_A_NUMBER


def _float(digits: str) -> object:
    return NOT_A_NUMBER


def _constant(name: str) -> object:
    raise BadJson("the body is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_float,
    parse_constant=_constant,
)
