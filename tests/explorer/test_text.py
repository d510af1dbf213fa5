"""Text and numbers as they are shown, against the standard library."""

import unicodedata
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from node.explorer.text import grouped, inside, lines, plain, scaled, shortened, utc, words

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


@given(st.text())
def test_nothing_invisible_is_left(text: str) -> None:
    for character in plain(text):
        category = unicodedata.category(character)
        assert character == " " or not category.startswith(("C", "Z")), hex(ord(character))


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "M"])))
def test_letters_of_every_language_stay(text: str) -> None:
    assert plain(text) == text


def test_bidi_controls_are_spelled_out() -> None:
    assert plain("pay \u202eknab\u202c") == r"pay \u{202E}knab\u{202C}"
    assert plain("a\u200bb\u00a0c\nd\te") == r"a\u{200B}b\u{A0}c\u{A}d\u{9}e"
    assert not set(BIDI) & set(plain(BIDI))


def test_own_line_breaks_stay() -> None:
    assert lines("a\nb\u202e") == "a\nb\\u{202E}"


@given(st.integers(-(2**70), 2**70), st.integers(0, 6))
def test_an_amount_is_the_same_number(minor: int, digits: int) -> None:
    shown = grouped(minor, digits)
    assert Decimal(shown.replace(",", "")) == Decimal(minor).scaleb(-digits)
    assert len(shown.partition(".")[2]) == digits
    assert shown.replace(",", "") == f"{Decimal(minor).scaleb(-digits):f}"
    assert shown == f"{Decimal(shown.replace(',', '')):,f}"


@given(st.integers(-(10**12), 10**12), st.integers(0, 6), st.integers(0, 4))
def test_a_scaled_number_is_the_same_number(value: int, digits: int, least: int) -> None:
    shown = scaled(value, digits, least=min(least, digits))
    assert Decimal(shown) == Decimal(value).scaleb(-digits)
    assert len(shown.partition(".")[2]) >= min(least, digits)


def test_rates_and_prices() -> None:
    assert scaled(115_000, 4) == "11.5"
    assert scaled(1_000_000, 4, least=2) == "100.00"
    assert scaled(-5, 4) == "-0.0005"
    assert grouped(123_456_789, 2) == "1,234,567.89"
    assert grouped(5, 2) == "0.05"
    assert grouped(5, 0) == "5"


def test_times() -> None:
    assert utc(0) == "1970-01-01 00:00:00 UTC"
    assert utc(1_751_500_000_999) == "2025-07-02 23:46:40 UTC"
    assert utc(2**62) == f"{2**62} ms"


def test_names_of_code_become_words() -> None:
    assert words("settlement_asset") == "Settlement asset"
    assert words("kyc_tier_min") == "KYC tier min"
    assert words("issuer_lei") == "Issuer LEI"
    assert inside("ISIN") == "ISIN"
    assert inside("KYC tier min") == "KYC tier min"
    assert inside("Settlement asset") == "settlement asset"
    assert shortened("0x" + "ab" * 32) == "0xabababab…ababab"
    assert shortened("short") == "short"
