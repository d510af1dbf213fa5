"""Accrued interest of a trade: signed, by the day, and booked apart from the principal."""

import datetime as dt

from tests.tokens.ops.build import FACE, ISIN, bond, fund, issue, terms
from tests.tokens.ops.world import World
from tokens.coupon_rates import accrued_at, consideration_at
from tokens.lookup import require
from tokens.records.instruments import INSTRUMENT
from tokens.terms import Consideration


def world_with_bond() -> World:
    world = World()
    for account in ("a/main", "b/main", "treasury/main"):
        fund(world, account, 200 * FACE)
    bond(world)
    issue(world, ISIN, "bank_a", "a/main", 100 * FACE, 100 * FACE)
    return world


def test_accrued_counts_up_and_is_negative_after_the_record() -> None:
    """184 days from 17 Jul 2025 to 17 Jan 2026; 11.5 percent of PKR 100,000 is 5,750 a period."""
    state = world_with_bond().state
    found = require(state, INSTRUMENT, ISIN)
    days = {0: dt.date(2025, 7, 17), 91: dt.date(2025, 10, 16), 182: dt.date(2026, 1, 15)}
    for count, day in days.items():
        exact = (2 * 575_000 * count + 184) // (2 * 184)
        assert accrued_at(state, found, FACE, day) == exact
    assert accrued_at(state, found, FACE, dt.date(2026, 1, 16)) == -(575_000 // 184)
    assert accrued_at(state, found, FACE, dt.date(2026, 1, 17)) == 0
    assert accrued_at(state, found, FACE, dt.date(2025, 7, 16)) is None
    assert accrued_at(state, found, FACE, terms().maturity_date) is None


def test_consideration_books_principal_and_accrued_apart() -> None:
    state = world_with_bond().state
    found = require(state, INSTRUMENT, ISIN)
    day = dt.date(2025, 10, 16)
    price = consideration_at(state, found, FACE, 985_004, day)
    assert price == Consideration(9_850_040, 284_375)
    assert price.total == 10_134_415
