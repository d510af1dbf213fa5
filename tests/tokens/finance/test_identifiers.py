"""ISIN, LEI and CFI: published examples, damaged ones, and python-stdnum as another reader."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import cfi as stdnum_cfi
from stdnum import isin as stdnum_isin
from stdnum import lei as stdnum_lei

from tests.tokens.finance.vectors import load, table
from tokens.finance.cfi import CFI_GROUPS, CfiFault, check_cfi, is_cfi
from tokens.finance.isin import check_isin, is_isin, isin_check_digit
from tokens.finance.lei import check_lei, is_lei, lei_check_digits

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COUNTRIES = ["PK", "US", "GB", "DE", "FR", "AU", "XS", "EU"]


def ids(row: dict[str, str]) -> str:
    return f"{row['text'].encode('ascii', 'replace').decode()}-{row['source'][:20]}"


@pytest.mark.parametrize("row", table(load("isin.json")), ids=ids)
def test_isin_vectors(row: dict[str, str]) -> None:
    fault = check_isin(row["text"])
    assert (fault or "") == row["fault"]
    assert is_isin(row["text"]) is (fault is None)


@pytest.mark.parametrize("row", table(load("lei.json")), ids=ids)
def test_lei_vectors(row: dict[str, str]) -> None:
    fault = check_lei(row["text"])
    assert (fault or "") == row["fault"]
    assert is_lei(row["text"]) is (fault is None)


@settings(max_examples=500)
@given(st.sampled_from(COUNTRIES), st.text(ALPHABET, min_size=9, max_size=9))
def test_isin_check_digit_is_that_of_stdnum(country: str, body: str) -> None:
    digit = isin_check_digit(country + body)
    assert digit == stdnum_isin.calc_check_digit(country + body)
    for last in "0123456789":
        text = country + body + last
        assert is_isin(text) is (last == digit) is stdnum_isin.is_valid(text)


@settings(max_examples=500)
@given(st.text(ALPHABET, min_size=18, max_size=18))
def test_lei_check_digits_agree_with_stdnum(body: str) -> None:
    digits = lei_check_digits(body)
    assert stdnum_lei.is_valid(body + digits)
    assert is_lei(body + digits)


def test_lei_has_exactly_one_spelling() -> None:
    """The remainder test of stdnum lets 00, 01 and 99 stand for 97, 98 and 02; ours does not."""
    seen = set()
    for number in range(97):
        body = f"54930000000000{number:04d}"
        accepted = [f"{n:02d}" for n in range(100) if is_lei(f"{body}{n:02d}")]
        by_remainder = [f"{n:02d}" for n in range(100) if stdnum_lei.is_valid(f"{body}{n:02d}")]
        assert len(accepted) == 1
        assert set(accepted) <= set(by_remainder)
        seen |= set(by_remainder) - set(accepted)
    assert seen == {"00", "01", "99"}


@given(st.text(ALPHABET, min_size=12, max_size=12), st.integers(0, 11), st.sampled_from(ALPHABET))
def test_isin_detects_each_single_wrong_digit(text: str, place: int, other: str) -> None:
    """Luhn sees any single digit; one letter for another it may miss, two digits change then."""
    valid = text[:11] + isin_check_digit(text[:11])
    if valid[place].isdigit() and other.isdigit() and other != valid[place]:
        damaged = valid[:place] + other + valid[place + 1 :]
        assert isin_check_digit(damaged[:11]) != damaged[11]


@settings(max_examples=500)
@given(st.sampled_from(sorted(CFI_GROUPS)), st.text(ALPHABET[10:], min_size=5, max_size=5))
def test_what_stdnum_reads_as_a_cfi_has_its_shape(category: str, rest: str) -> None:
    text = category + rest
    if stdnum_cfi.is_valid(text):
        assert is_cfi(text)


@pytest.mark.parametrize("category", sorted(CFI_GROUPS))
def test_each_group_is_known_to_stdnum(category: str) -> None:
    """The table is complete in both directions: a group is ours if and only if stdnum names it."""
    for group in ALPHABET[10:]:
        try:
            known = "group" in stdnum_cfi.info(f"{category}{group}XXXX")
        except stdnum_cfi.ValidationError:
            known = False
        assert (group in CFI_GROUPS[category]) is known, category + group


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("DBFTFB", None),
        ("DBZTFR", None),
        ("DYZTXR", None),
        ("TCXXXX", None),
        ("DBFTF", CfiFault.BAD_LENGTH),
        ("DBFTF1", CfiFault.BAD_CHARACTER),
        ("dbftfb", CfiFault.BAD_CHARACTER),
        ("ABFTFB", CfiFault.BAD_CATEGORY),
        ("DZFTFB", CfiFault.BAD_GROUP),
    ],
)
def test_cfi(text: str, fault: CfiFault | None) -> None:
    assert check_cfi(text) is fault
    assert is_cfi(text) is (fault is None)
