r"""Text from the chain as a person may safely look at it.

Rules of this file:
1. A character that shows nothing, or that changes how others stand (controls, bidi marks, zero
   widths, odd blanks), is spelled out as \u{202E}: what is read is what is there.
2. Letters of every language stay; a template isolates each value, so that right-to-left text does
   not reorder its neighbours.
"""

import datetime as dt
import unicodedata

_CAPITALS = {
    **{
        each.lower(): each
        for each in ("CFI", "ID", "ISIN", "KYC", "LEI", "NCB", "RTGS", "URI", "UTI")
    },
    "bdc": "business day convention",
    "freq": "coupons a year",
    "isd": "intended date",
    "daycount": "day count",
    "rfq": "request for quote",
}
"""Parts of names of code that are no words."""
_SPELLED_OUT = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
"""Categories of Unicode; the ordinary blank is let through."""


def plain(text: str) -> str:
    """The text with nothing invisible in it."""
    if text.isascii() and text.isprintable():
        return text
    return "".join([_shown(character) for character in text])


def _shown(character: str) -> str:
    if character == " " or unicodedata.category(character) not in _SPELLED_OUT:
        return character
    return f"\\u{{{ord(character):X}}}"


def lines(text: str) -> str:
    """The same of a text whose line breaks are ours."""
    return "\n".join([plain(line) for line in text.split("\n")])


def grouped(minor: int, digits: int) -> str:
    """Minor units as a decimal number with commas: 1234567 with 2 digits -> 12,345.67."""
    sign, text = ("-" if minor < 0 else ""), str(abs(minor)).rjust(digits + 1, "0")
    whole, fraction = (text, "") if digits == 0 else (text[:-digits], text[-digits:])
    return f"{sign}{int(whole):,}" + (f".{fraction}" if fraction else "")


def scaled(value: int, digits: int, *, least: int = 0) -> str:
    """An integer of 10^-digits, with at least so many decimals: (115000, 4) -> 11.5."""
    sign, text = ("-" if value < 0 else ""), str(abs(value)).rjust(digits + 1, "0")
    whole, fraction = text[: len(text) - digits], text[len(text) - digits :]
    fraction = fraction.rstrip("0").ljust(least, "0")
    return sign + whole + (f".{fraction}" if fraction else "")


def shortened(text: str, head: int = 10, tail: int = 6) -> str:
    """Beginning and end of a long name of bytes."""
    return text if len(text) <= head + tail + 1 else f"{text[:head]}…{text[-tail:]}"


def utc(milliseconds: int) -> str:
    """Time of a block: 2026-11-30 01:02:03 UTC. Its number where no calendar has such a year."""
    try:
        moment = dt.datetime.fromtimestamp(milliseconds // 1_000, tz=dt.UTC)
    except (OverflowError, OSError, ValueError):
        return f"{milliseconds} ms"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def inside(label: str) -> str:
    """A label within a sentence: `Isin` would be wrong, `ISIN` stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def words(name: str) -> str:
    """A name of code as words: `intended_settlement_date` -> Intended settlement date."""
    parts = [_CAPITALS.get(part, part) for part in name.split("_") if part]
    text = " ".join(parts)
    return text[:1].upper() + text[1:]
