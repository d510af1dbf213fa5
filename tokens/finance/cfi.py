"""CFI, the classification of a financial instrument (ISO 10962:2021), checked for shape.

Six letters: category, group, four attributes; X says that an attribute does not apply. The category
and the group are checked against the standard's table. The meaning of the attributes depends on the
group and changes from edition to edition: here only A-Z is asked. What a debt instrument's group,
interest and redemption must say is in tokens/kind_terms.py.
"""

from enum import StrEnum
from typing import Final

CFI_LENGTH: Final = 6
"""Characters in a CFI code."""

CFI_GROUPS: Final = {
    "C": "BEFHIMPS",  # collective investment vehicles
    "D": "ABCDEGMNSTWY",  # debt
    "E": "CDFLMPSY",  # equities
    "F": "CF",  # futures
    "H": "CEFMRT",  # non-listed and complex listed options
    "I": "FT",  # spot
    "J": "CEFRT",  # forwards
    "K": "CEFMRTY",  # strategies
    "L": "LRS",  # financing
    "M": "CM",  # others
    "O": "CMP",  # listed options
    "R": "ADFMPSW",  # entitlements
    "S": "CEFMRT",  # swaps
    "T": "BCDIMRT",  # referential instruments
}
"""Category letter to the letters of its groups."""

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class CfiFault(StrEnum):
    """Why a text is not a CFI code, in the order of the checks."""

    BAD_LENGTH = "BAD_LENGTH"
    BAD_CHARACTER = "BAD_CHARACTER"
    BAD_CATEGORY = "BAD_CATEGORY"
    BAD_GROUP = "BAD_GROUP"


def check_cfi(text: str) -> CfiFault | None:
    """Return why ``text`` is not a CFI code, or None if its shape is right. Upper case only."""
    if len(text) != CFI_LENGTH:
        return CfiFault.BAD_LENGTH
    if any(character not in _LETTERS for character in text):
        return CfiFault.BAD_CHARACTER
    groups = CFI_GROUPS.get(text[0])
    if groups is None:
        return CfiFault.BAD_CATEGORY
    if text[1] not in groups:
        return CfiFault.BAD_GROUP
    return None


def is_cfi(text: str) -> bool:
    """Say whether ``text`` has the shape of a CFI code (ISO 10962:2021)."""
    return check_cfi(text) is None
