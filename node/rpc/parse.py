"""Strict JSON: what two parsers could read differently is refused before anything acts on it.

Rules of this file:
1. Depth is checked on the bytes before parsing; nothing is allocated for a bomb.
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

_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_PLAIN_STRING = re.compile(rb'"[^"]*"')
_TO_BRACKET = bytes.maketrans(b"{}", b"[]")
_NO_STRUCTURE = bytes(set(range(256)) - set(b'{}[]"'))

NOT_A_NUMBER = object()
"""Stands where a number has a fraction, an exponent, or more than 20 digits."""


class BadJson(ValueError):
    """The body is not JSON as this server reads it."""


def parse(body: bytes) -> object:
    """The values of a JSON text. Raises BadJson."""
    if body.count(b"{") + body.count(b"[") > DEPTH_MAX:
        _check_depth(body)
    try:
        return _DECODER.decode(body.decode())
    except UnicodeDecodeError:
        raise BadJson("the body is not UTF-8") from None
    except json.JSONDecodeError:
        raise BadJson("the body is not JSON") from None
    except RecursionError:
        raise BadJson(f"nested deeper than {DEPTH_MAX}") from None


def _check_depth(body: bytes) -> None:
    """Strip strings, then peel one level of brackets at a time: C speed, whatever is sent."""
    if b"\\" in body:
        marks = _STRING.sub(b"", body).translate(_TO_BRACKET, _NO_STRUCTURE)
    else:
        marks = _PLAIN_STRING.sub(b"", body.translate(_TO_BRACKET, _NO_STRUCTURE))
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
