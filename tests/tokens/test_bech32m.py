"""Bech32m against the vectors that BIP-350 publishes, and round trips of addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokens.bech32m import CHARSET, CHECKSUM, decode, decode_text, encode, polymod

# BIP-350, "Test vectors for Bech32m": valid strings, in lower case as this system reads them.
VALID = [
    "a1lqfn3a",
    "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
    "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
    "11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8",
    "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
    "?1v759aa",
]
# BIP-350, the same section: strings with an invalid part, and why.
TOO_LONG = "an84characterslonghumanreadablepartthatcontainsthe"
TOO_LONG += "theexcludedcharactersbioandnumber11d6pts4"
INVALID = [
    ("\x201xj0phk", "prefix character out of range"),
    ("\x7f1g6xzxy", "prefix character out of range"),
    ("\x801vctc34", "prefix character out of range"),
    (TOO_LONG, "too long"),
    ("qyrz8wqd2c9m", "no separator"),
    ("1qyrz8wqd2c9m", "empty prefix"),
    ("y1b0jsk6g", "invalid data character"),
    ("lt1igcx5c0", "invalid data character"),
    ("in1muywd", "too short checksum"),
    ("mm1crxm3i", "invalid character in checksum"),
    ("au1s5cgom", "invalid character in checksum"),
    ("M1VUXWEZ", "checksum over the upper-case prefix"),
    ("16plkw9", "empty prefix"),
    ("1p2gdwpf", "empty prefix"),
]


@pytest.mark.parametrize("text", VALID)
def test_the_valid_strings_of_the_bip_are_read(text: str) -> None:
    assert decode_text(text) is not None


@pytest.mark.parametrize(("text", "reason"), INVALID)
def test_the_invalid_strings_of_the_bip_are_refused(text: str, reason: str) -> None:
    assert decode_text(text) is None, reason


def test_upper_case_is_refused_although_the_bip_allows_it() -> None:
    assert decode_text("A1LQFN3A") is None


def test_bech32_without_m_is_refused() -> None:
    assert decode_text("a12uel5l") is None  # a valid string of BIP-173


@given(st.binary(min_size=16, max_size=16))
def test_an_address_comes_back(data: bytes) -> None:
    text = encode("tmhr", data)
    assert decode("tmhr", text) == data
    assert decode("mhr", text) is None
    assert len(text) == 4 + 1 + 26 + 6


@given(st.binary(min_size=16, max_size=16), st.integers(5, 36), st.sampled_from(CHARSET))
def test_one_wrong_letter_is_always_noticed(data: bytes, at: int, letter: str) -> None:
    text = encode("tmhr", data)
    wrong = text[:at] + letter + text[at + 1 :]
    assert wrong == text or decode("tmhr", wrong) is None


def test_padding_bits_are_zero() -> None:
    values = [0] * 25 + [1]  # 130 bits: two of padding, not zero
    expanded = [ord(letter) >> 5 for letter in "tmhr"] + [0] + [ord(x) & 31 for x in "tmhr"]
    check = polymod([*expanded, *values, 0, 0, 0, 0, 0, 0]) ^ CHECKSUM
    checksum = [check >> 5 * index & 31 for index in range(5, -1, -1)]
    text = "tmhr1" + "".join(CHARSET[value] for value in values + checksum)
    assert decode_text(text) is not None
    assert decode("tmhr", text) is None
