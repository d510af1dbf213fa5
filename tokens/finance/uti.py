"""UTI, the identifier of a transaction (ISO 23897:2020).

The LEI of the entity that made it, then 1 to 32 letters or digits that are its own.
"""

from typing import Final

from tokens.finance.lei import LEI_LENGTH, check_lei

UTI_LENGTH_MAX: Final = 52
"""Characters in a UTI: an LEI and 32 more."""

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def is_uti(text: str) -> bool:
    """Whether a text is a UTI. Upper case only, no blanks."""
    own = text[LEI_LENGTH:]
    if check_lei(text[:LEI_LENGTH]) is not None or not 1 <= len(own) <= UTI_LENGTH_MAX - LEI_LENGTH:
        return False
    return all(character in _ALPHABET for character in own)
