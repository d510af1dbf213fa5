"""The part of the vectors' run that reports: a payment that waits, a ramp's data, reports."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tests.tokens.ops.build import fund, transfer
from tests.tokens.ops.test_reports import ACCEPTED, SUBMIT, A, file
from tests.tokens.ops.travel_world import accept, govern, reject, send
from tests.tokens.ops.world import CBM, World
from tokens import reports
from tokens.events.travel import TravelRequired
from tokens.lookup import require
from tokens.ops.reports import AnchorReports
from tokens.records.day import BUSINESS_DAY

Step = tuple[str, msgspec.Struct]


def aml(world: World) -> Iterator[Step]:
    """bank_a pays a client of bank_b, twice; then it files what nobody may know."""
    world.account("payee", None, "bank_b")
    fund(world, "a/second", 1_000)
    govern(world, travel_threshold=100)
    for answer in (accept, reject):
        yield "bank_a", transfer(CBM, "a/second", "payee", 100)
        asked = world.last(TravelRequired)
        if not isinstance(asked, TravelRequired):
            raise TypeError("nothing waits")
        yield "bank_a", send(asked.travel)
        yield "bank_b", answer(asked.travel)
    yield "bank_a", file()
    yield "bank_a", SUBMIT
    yield "fiu", ACCEPTED
    date: dt.date = require(world.state, BUSINESS_DAY).date
    root = reports.root_of(reports.filed_on(world.state, A, date))
    yield "bank_a", AnchorReports(institution=A, date=date, root=root)
