"""The part of the vectors' run that reports: a payment that waits, a ramp's data, reports."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tests.tokens.ops.build import fund, instruct, leg, transfer
from tests.tokens.ops.test_reports import ACCEPTED, SUBMIT, A, file
from tests.tokens.ops.travel_world import SEALED_HASH, accept, govern, reject, send
from tests.tokens.ops.world import CBM, World, address
from tokens import reports
from tokens.events.travel import TravelRequired
from tokens.lookup import require
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.reports import AnchorReports
from tokens.ops.settlement import ApproveBatch, LegAccount, instruction_digest
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
    yield from told_batch(world)
    yield "bank_a", file()
    yield "bank_a", SUBMIT
    yield "fiu", ACCEPTED
    date: dt.date = require(world.state, BUSINESS_DAY).date
    root = reports.root_of(reports.filed_on(world.state, A, date))
    yield "bank_a", AnchorReports(institution=A, date=date, root=root)


def told_batch(world: World) -> Iterator[Step]:
    """bank_a pays the client in a batch: its leg carries the hash of the data."""
    a = address("bank_a")
    pays = leg(CBM, 100, "bank_a", "bank_b", "a/second", None)
    batch = instruct(world, "TOLD", msgspec.structs.replace(pays, travel_hash=SEALED_HASH))
    yield "bank_a", batch
    account = LegAccount(leg=0, gives=False, account=address("payee"))
    digest = instruction_digest(a, batch)
    yield (
        "bank_b",
        ApproveBatch(initiator=a, batch_id="TOLD", digest=digest, accounts=(account,)),
    )
    yield "bank_a", AllocateBatch(initiator=a, batch_id="TOLD")
    yield "bank_b", SettleBatch(initiator=a, batch_id="TOLD")
