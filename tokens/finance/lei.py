"""LEI, the identifier of a legal entity (ISO 17442-1:2020).

Eighteen letters or digits and two check digits. Every letter is written as 10..35; the number that
arises leaves the remainder 1 when divided by 97 (ISO 7064, MOD 97-10).

ISO 7064 computes the check digits as 98 minus a remainder, so they are 02..98. The remainder test
alone also accepts 00, 01 and 99, which would give one entity two spellings. They are refused here.
"""

from enum import StrEnum
from typing import Final

LEI_LENGTH: Final = 20
"""Characters in an LEI."""

_DIGITS: Final = "0123456789"
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MODULUS: Final = 97


class LeiFault(StrEnum):
    """Why a text is not an LEI, in the order of the checks."""

    BAD_LENGTH = "BAD_LENGTH"
    BAD_CHARACTER = "BAD_CHARACTER"
    BAD_CHECK_DIGIT = "BAD_CHECK_DIGIT"


def lei_check_digits(body: str) -> str:
    """Return the check digits, "02".."98", of the first eighteen characters.

    Raises:
        ValueError: a character is outside 0-9 and A-Z.
    """
    return f"{98 - _number(body + '00') % _MODULUS:02d}"


def check_lei(text: str) -> LeiFault | None:
    """Return why ``text`` is not an LEI, or None if it is one. Upper case only, no blanks."""
    if len(text) != LEI_LENGTH:
        return LeiFault.BAD_LENGTH
    if any(character not in _ALPHABET for character in text):
        return LeiFault.BAD_CHARACTER
    if any(character not in _DIGITS for character in text[-2:]):
        return LeiFault.BAD_CHARACTER
    if text[-2:] != lei_check_digits(text[:-2]):
        return LeiFault.BAD_CHECK_DIGIT
    return None


def is_lei(text: str) -> bool:
    """Say whether ``text`` is an LEI (ISO 17442-1:2020)."""
    return check_lei(text) is None


def _number(text: str) -> int:
    """Write every letter as 10..35 and read the whole as one number."""
    return int("".join(str(_ALPHABET.index(character)) for character in text))
