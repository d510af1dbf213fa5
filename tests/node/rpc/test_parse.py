"""Strict JSON: depth before parsing, one meaning for a text, no floats."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.rpc.parse import DEPTH_MAX, NOT_A_NUMBER, BadJson, parse

BAD = [
    b"",
    b"{",
    b"[1,]",
    b"{'a':1}",
    b'{"a":1,"a":2}',
    b'{"a":{"b":1,"b":1}}',
    b"NaN",
    b"[Infinity]",
    b"\xff",
    b'"\x01"',
    b"1 2",
    b"[" * 33 + b"]" * 33,
    b'{"a":' * 33 + b"1" + b"}" * 33,
    b"[" * 100_000,
    b"[]" * 100,
    b"]" * 100 + b"[" * 100,
    b'["\\""' + b"[" * 40,
]


@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
def test_bad_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadJson):
        parse(body)


def test_depth_at_the_limit_is_read() -> None:
    assert parse(b"[" * DEPTH_MAX + b"]" * DEPTH_MAX) is not None


def test_brackets_in_strings_do_not_count() -> None:
    body = json.dumps({"a": "[" * 100 + '"' + "{" * 100, "b": "\\", "c": "]\\"}).encode()
    assert parse(body) == json.loads(body)


@pytest.mark.parametrize("number", [b"1.0", b"1e3", b"1E-2", b"-0.0", b"9" * 21])
def test_what_is_no_plain_integer_becomes_a_value_that_no_field_takes(number: bytes) -> None:
    assert parse(b"[" + number + b"]") == [NOT_A_NUMBER]


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=30,
)


@given(values)
def test_honest_documents_are_read_as_they_are(value: object) -> None:
    assert parse(json.dumps([value] * 20).encode()) == [value] * 20
    assert parse(json.dumps([value] * 20, ensure_ascii=False).encode()) == [value] * 20


@given(st.binary(max_size=200))
def test_anything_else_is_refused_by_name(body: bytes) -> None:
    try:
        parse(body)
    except BadJson:
        return
