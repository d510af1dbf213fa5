"""Price and yield of a bond: a VIEW, never called by the transition.

A yield to maturity needs powers with fractional exponents, so it cannot be an exact integer. No
state may depend on it: what is fixed on the ledger are prices and faces. Here it is computed in
``decimal`` with 34 digits and answered as text, rounded once, half up on the magnitude. Averages
are made of unrounded yields.
"""

from decimal import (
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from typing import Final

from tokens.finance.daycount import YearFraction
from tokens.finance.yield_basis import LastPeriod, YieldBasis, periods_a_year

CONTEXT: Final = Context(
    prec=34, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow]
)
"""Precision of IEEE 754 decimal128; an undefined result raises."""

ITERATIONS_MAX: Final = 200
"""Steps of the search for a yield. Bisection alone needs 120."""

YIELD_MIN: Final = Decimal("-0.99")
"""Smallest yield that is searched for, an annual fraction."""

YIELD_MAX: Final = Decimal(100)
"""Largest yield that is searched for, an annual fraction."""

_TOLERANCE: Final = Decimal("1e-28")
_ONE: Final = Decimal(1)


class YieldOutOfRange(ArithmeticError):
    """No yield between YIELD_MIN and YIELD_MAX gives the price, or a price is not positive."""


def clean_price(basis: YieldBasis, annual_yield: Decimal) -> Decimal:
    """Return the clean price of 100 of face at a yield, unrounded.

    Args:
        basis: the bond.
        annual_yield: a fraction, 0.07 is 7 percent.

    Raises:
        YieldOutOfRange: the yield is -100 percent or less in one of its periods.
    """
    with localcontext(CONTEXT):
        return _dirty(basis, annual_yield)[0] - _decimal(basis.accrued)


def yield_to_maturity(basis: YieldBasis, price: Decimal) -> Decimal:
    """Return the annual yield of a clean price of 100 of face, a fraction, unrounded.

    Newton's method inside of a bracket: the price falls with the yield and is convex.

    Raises:
        YieldOutOfRange: no yield between YIELD_MIN and YIELD_MAX gives the price.
    """
    with localcontext(CONTEXT):
        target = price + _decimal(basis.accrued)
        low, high = _lowest(basis), YIELD_MAX
        if _dirty(basis, low)[0] < target or _dirty(basis, high)[0] > target:
            raise YieldOutOfRange(f"no yield between {low} and {high} gives the price {price}")
        guess = Decimal(0)
        for _ in range(ITERATIONS_MAX):
            value, slope = _dirty(basis, guess)
            if value > target:
                low = guess
            else:
                high = guess
            step = CONTEXT.divide(target - value, slope)
            previous, guess = guess, guess + step
            if not low <= guess <= high:
                guess = CONTEXT.divide(low + high, Decimal(2))
            if abs(guess - previous) < _TOLERANCE:
                break
        return guess


def accrued_interest(basis: YieldBasis) -> Decimal:
    """Return the accrued interest of 100 of face in the calendar of the yield, unrounded."""
    return _decimal(basis.accrued)


def decimal_text(value: Decimal, places: int) -> str:
    """Return a decimal string with a fixed number of places, half up on the magnitude."""
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=CONTEXT)
    # str writes a zero of many places as 0E-12; and a zero has no sign here
    return format(rounded or rounded.copy_abs(), "f")


def percent_text(fraction: Decimal, places: int = 4) -> str:
    """Return a fraction as percent: 0.089934 is "8.9934"."""
    return decimal_text(fraction.scaleb(2, context=CONTEXT), places)


def _freq(basis: YieldBasis) -> int:
    if basis.last_period is LastPeriod.SIMPLE and len(basis.flows) == 1:
        return 0
    return periods_a_year(basis.compounding)


def _decimal(fraction: YearFraction) -> Decimal:
    return CONTEXT.divide(Decimal(fraction[0]), Decimal(fraction[1]))


def _lowest(basis: YieldBasis) -> Decimal:
    """Return the lower end of the search: simple interest over years turns negative earlier."""
    if _freq(basis):
        return YIELD_MIN
    years = sum((_decimal(flow.wait) for flow in basis.flows), Decimal(0))
    return CONTEXT.divide(YIELD_MIN, max(years, _ONE))


def _dirty(basis: YieldBasis, rate: Decimal) -> tuple[Decimal, Decimal]:
    """Return the dirty price of 100 of face at a yield, and its derivative."""
    freq = _freq(basis)
    return _dirty_compound(basis, rate, freq) if freq else _dirty_simple(basis, rate)


def _dirty_simple(basis: YieldBasis, rate: Decimal) -> tuple[Decimal, Decimal]:
    price = slope = time = Decimal(0)
    for flow in basis.flows:
        time += _decimal(flow.wait)
        growth = _ONE + rate * time
        if growth <= 0:
            raise YieldOutOfRange(f"a yield of {rate} leaves nothing after {time} years")
        value = CONTEXT.divide(_decimal(flow.amount), growth)
        price += value
        slope -= CONTEXT.divide(value * time, growth)
    return price, slope


def _dirty_compound(basis: YieldBasis, rate: Decimal, freq: int) -> tuple[Decimal, Decimal]:
    growth = _ONE + CONTEXT.divide(rate, Decimal(freq))
    if growth <= 0:
        raise YieldOutOfRange(f"a yield of {rate} leaves nothing after a period")
    price = slope = time = Decimal(0)
    discount = _ONE
    factors: dict[YearFraction, Decimal] = {}
    for flow in basis.flows:
        wait = _decimal(flow.wait)
        if flow.wait not in factors:
            factors[flow.wait] = CONTEXT.power(growth, -wait * freq)
        discount *= factors[flow.wait]
        time += wait
        value = _decimal(flow.amount) * discount
        price += value
        slope -= CONTEXT.divide(value * time, growth)
    return price, slope
