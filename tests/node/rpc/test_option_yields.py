"""Current yield, yields to calls and puts, yield to worst: figures by hand."""

import datetime as dt
from decimal import Decimal

from node.rpc.option_yields import yields_beside
from node.rpc.quotes import yield_of
from tests.tokens.ops.build import FACE, ISIN, bond, fund, issue
from tests.tokens.ops.world import World
from tokens.lookup import require
from tokens.ops.calls import CallInstrument
from tokens.records.instruments import INSTRUMENT, OptionDate

BEGIN, FIRST = dt.date(2025, 7, 17), dt.date(2026, 1, 17)
CALL = OptionDate(date=FIRST, price_e4=1_010_000, notice_bd=5)
PUT = OptionDate(date=FIRST, price_e4=990_000, notice_bd=1)


def world() -> World:
    made = World()
    fund(made, "a/main", 100 * FACE)
    bond(made, cfi="DBFTDR", calls=(CALL,), puts=(PUT,))
    issue(made, ISIN, "bank_a", "a/main", 10 * FACE, 10 * FACE)
    return made


def asked(made: World, price: str, on: dt.date = BEGIN) -> tuple[object, ...]:
    instrument = require(made.state, INSTRUMENT, ISIN)
    quote = yield_of(made.state, instrument, on, Decimal(price))
    found = yields_beside(made.state, instrument, on, quote)
    to = [(one.kind, round(one.annual or Decimal(0), 20)) for one in found.options]
    return found.current_percent, to, found.worst_percent, found.worst_on


def test_a_half_year_to_an_option_is_one_division() -> None:
    """At 100: 106.75 after a half-year is 13.5 %, 104.75 is 9.5 %; to maturity the coupon."""
    current, to, worst, on = asked(world(), "100")
    assert current == "11.500000000000"
    assert to == [("CALL", Decimal("0.135")), ("PUT", Decimal("0.095"))]
    assert (worst, on) == ("11.500000000000", dt.date(2028, 7, 17))


def test_the_call_is_the_worst_at_a_high_price() -> None:
    """At 106.75 the issuer's call leaves nothing: 0 %."""
    current, to, worst, on = asked(world(), "106.75")
    assert current == "10.772833723653"  # 1150 / 106.75
    assert to[0] == ("CALL", Decimal(0))  # type: ignore[index]
    assert (worst, on) == ("0.000000000000", FIRST)


def test_an_option_counts_while_notice_is_in_time() -> None:
    """Five business days before Monday 19 January for the call, one for the put."""
    for day, kinds in ((12, ["CALL", "PUT"]), (13, ["PUT"]), (16, ["PUT"])):
        made = world()
        made.quota = 1
        _, to, _, _ = asked(made, "100", dt.date(2026, 1, day))
        assert [kind for kind, _ in to] == kinds  # type: ignore[attr-defined]


def test_what_was_called_has_one_end() -> None:
    made = world()
    call = CallInstrument(asset=ISIN, date=FIRST, face=None)
    made.act("treasury+central", call)
    _, to, worst, on = asked(made, "100")
    assert to == [("CALL", Decimal("0.135"))]
    assert (worst, on) == ("13.500000000000", FIRST)
