"""Amounts are integers 0..2**64-1 in minor units; this file holds the only arithmetic on them.

Rules of the file:

1. A result that has to be rounded is rounded once, on the exact rational, and the rounding is in
   the name of the function. Never round an intermediate.
2. Products are Python integers, so they do not overflow; the result is checked against its range.
3. ``half_up`` means half up on the magnitude: 5.5 gives 6 and -5.5 gives -6 (RHU in the docs). It
   is what a person with a pencil does, and what published bid sheets show (docs/conformance.md).

A check in an operation keeps its arguments inside these ranges, so an exception raised here is
either a value at the edge of the system or an error of ours, never the answer to a user.
"""

from typing import Final

AMOUNT_MAX: Final = 2**64 - 1
"""Largest amount, in minor units: the largest integer of the wire format."""


class AmountOverflow(ArithmeticError):
    """A result is outside 0..AMOUNT_MAX; where signs are allowed, its magnitude is."""


def mul_div_floor(value: int, numerator: int, denominator: int) -> int:
    """Return ``value * numerator / denominator`` rounded down.

    Args:
        value: 0 or more.
        numerator: 0 or more.
        denominator: 1 or more.

    Raises:
        AmountOverflow: the result is outside 0..AMOUNT_MAX.
        ValueError: the denominator is not positive.
    """
    if denominator <= 0:
        raise ValueError(f"denominator {denominator} is not positive")
    quotient = value * numerator // denominator
    if not 0 <= quotient <= AMOUNT_MAX:
        raise AmountOverflow(f"floor({value} * {numerator} over {denominator}) is not an amount")
    return quotient


def mul_div_half_up(value: int, numerator: int, denominator: int) -> int:
    """Return ``value * numerator / denominator`` rounded half up on the magnitude.

    Args:
        value: any sign.
        numerator: any sign.
        denominator: 1 or more.

    Returns:
        A signed integer: negative for ex-coupon accrued interest and negative yields.

    Raises:
        AmountOverflow: the magnitude of the result exceeds AMOUNT_MAX.
        ValueError: the denominator is not positive.
    """
    if denominator <= 0:
        raise ValueError(f"denominator {denominator} is not positive")
    product = value * numerator
    magnitude = (2 * abs(product) + denominator) // (2 * denominator)
    if magnitude > AMOUNT_MAX:
        raise AmountOverflow(f"half_up({value} * {numerator} over {denominator}) is too large")
    return magnitude if product >= 0 else -magnitude
