"""ISIN, the identifier of a security (ISO 6166:2021).

Twelve characters: a country or agency prefix of two letters, nine letters or digits, a check digit.
The check digit is the Luhn digit over the number that arises when each letter is written as 10..35.
The prefix is checked for shape only: the list of prefixes grows outside of the standard (XA, XS, EU
and the like), and a state that is not yet on the list must be able to issue.
"""

from enum import StrEnum
from typing import Final

ISIN_LENGTH: Final = 12
"""Characters in an ISIN."""

_DIGITS: Final = "0123456789"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALPHABET: Final = _DIGITS + _LETTERS


class IsinFault(StrEnum):
    """Why a text is not an ISIN, in the order of the checks."""

    BAD_LENGTH = "BAD_LENGTH"
    BAD_CHARACTER = "BAD_CHARACTER"
    BAD_PREFIX = "BAD_PREFIX"
    BAD_CHECK_DIGIT = "BAD_CHECK_DIGIT"


def isin_check_digit(body: str) -> str:
    """Return the check digit, "0".."9", of the first eleven characters.

    Raises:
        ValueError: a character is outside 0-9 and A-Z.
    """
    digits = "".join(str(_ALPHABET.index(character)) for character in body)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return str(-total % 10)


def check_isin(text: str) -> IsinFault | None:
    """Return why ``text`` is not an ISIN, or None if it is one. Upper case only, no blanks."""
    if len(text) != ISIN_LENGTH:
        return IsinFault.BAD_LENGTH
    if any(character not in _ALPHABET for character in text):
        return IsinFault.BAD_CHARACTER
    if text[0] in _DIGITS or text[1] in _DIGITS:
        return IsinFault.BAD_PREFIX
    if text[-1] != isin_check_digit(text[:-1]):
        return IsinFault.BAD_CHECK_DIGIT
    return None


def is_isin(text: str) -> bool:
    """Say whether ``text`` is an ISIN (ISO 6166:2021)."""
    return check_isin(text) is None
