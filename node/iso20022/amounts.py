"""Minor units and decimal numbers. No float, no rounding: what does not fit is refused."""

import re
from collections.abc import Mapping

from node.iso20022.refusal import MessageRefused, NotSayable
from tokens.types import AMOUNT_LIMIT

WHOLE_DIGITS_MAX = 18
_NUMBER_RE = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,5}))?")


Digits = Mapping[str, int]
"""Currency -> decimals of its minor unit."""


def number_of(amount: int, currency: str, known: Digits) -> str:
    """Minor units as a decimal number with all decimals of the currency: 12345 -> 123.45.

    NotSayable for a currency whose decimals are not known, and for too many digits.
    """
    if currency not in known:
        raise NotSayable(f"the decimals of the currency {currency} are not known here")
    digits = known[currency]
    text = str(amount).rjust(digits + 1, "0")
    if len(text) > WHOLE_DIGITS_MAX:
        raise NotSayable(f"{amount} minor units have more than {WHOLE_DIGITS_MAX} digits")
    return text if digits == 0 else f"{text[:-digits]}.{text[-digits:]}"


def amount_of(text: str, currency: str, known: Digits, path: str) -> int:
    """A decimal number as minor units, 1 and more. MessageRefused for a part of a minor unit."""
    found = _NUMBER_RE.fullmatch(text)
    if found is None or currency not in known:
        raise MessageRefused(path, f"{text!r} {currency} is no amount that is understood")
    digits = known[currency]
    fraction = (found[2] or "").ljust(digits, "0")
    if fraction[digits:].strip("0"):
        raise MessageRefused(path, f"{text} has a part of a minor unit of {currency}")
    amount = int(found[1] + fraction[:digits])
    if not 1 <= amount <= AMOUNT_LIMIT:
        raise MessageRefused(path, f"{text} is not between 1 and 2^64-1 minor units")
    return amount
