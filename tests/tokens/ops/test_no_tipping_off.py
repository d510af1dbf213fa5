"""No tipping-off: with and without a case, a client sees the same bytes (page 04, AML).

The same life of a client is run twice. In the second its bank files an alert, a case and a report,
submits it, hears the unit's answer and anchors the date, after every step of the client.
"""

from collections.abc import Callable, Iterator

import msgspec

from tests.tokens.ops.build import go_to, transfer
from tests.tokens.ops.ramp_world import open_out
from tests.tokens.ops.test_cash import mint, start
from tests.tokens.ops.test_reports import ACCEPTED, SUBMIT, A, anchor, file
from tests.tokens.ops.travel_world import accept, govern, reject, send
from tests.tokens.ops.world import CBM, PKRS, START, World, address
from tokens.codec import encode
from tokens.events.travel import ReportChanged, ReportFiled, ReportsAnchored, TravelRequired
from tokens.invariants import Snapshot
from tokens.records import KINDS
from tokens.records.kind import RecordKind
from tokens.records.reports import REPORT, REPORT_ANCHOR, REPORT_BOOK
from tokens.results import Code

OF_REPORTS = (ReportFiled, ReportChanged, ReportsAnchored)
SECRET = (REPORT, REPORT_BOOK, REPORT_ANCHOR)
DATES = (START.replace(day=2), START.replace(day=3))

Bank = Callable[[World, int], None]


def silent(world: World, step: int) -> None:
    """A bank that suspects nothing."""
    del world, step


def suspicious(world: World, step: int) -> None:
    """A bank with a case; its transactions take no number from those of the client."""
    height = world.height
    for name in ("alert", "case", "report"):
        world.act("bank_a", file(f"{name} {step}"))
    number = 3 * step + 3
    world.act("bank_a", msgspec.structs.replace(SUBMIT, number=number))
    world.act("fiu", msgspec.structs.replace(ACCEPTED, number=number))
    world.height = height


def life(world: World, bank: Bank) -> Iterator[tuple[Code, bytes]]:
    """What the client does, each with its code and the events of its receipt."""
    paid = transfer(CBM, "client", "b/client", 200)
    steps: tuple[tuple[str, msgspec.Struct], ...] = (
        ("bank_a", paid),
        ("bank_a", transfer(CBM, "client", "a/main", 20)),
        ("bank_a", transfer(CBM, "client", "a/main", 10_000)),
        ("bank_a", transfer(CBM, "client", "nobody", 1)),
        ("bank_a", open_out(bank=address("bank_b"), amount=150)),
        ("bank_a", paid),
    )
    for step, (who, operation) in enumerate(steps):
        before = len(world.events)
        code = world.attempt(who, operation)
        told = tuple(e for e in world.events[before:] if not isinstance(e, OF_REPORTS))
        world.end_block()
        yield code, encode(told)
        bank(world, step)
    asked = [event for event in world.events if isinstance(event, TravelRequired)]
    for event, answer in zip(asked[::2], (accept, reject), strict=True):
        world.act("bank_a", send(event.travel))
        world.act("bank_b", answer(event.travel))
    if bank is suspicious:
        height = world.height
        world.act("bank_a", anchor(world))
        world.height = height
    for date in DATES:
        go_to(world, date)


def begin() -> World:
    """The client has money and coins at bank_a, and a friend at bank_b."""
    world = start()
    world.act("bank_a", mint(600))
    govern(world, travel_threshold=100, travel_days=2)
    world.account("client", None, "bank_a")
    world.account("b/client", None, "bank_b")
    world.write()
    world.act("bank_a", transfer(CBM, "a/main", "client", 1_000))
    world.act("bank_a", transfer(PKRS, "a/main", "client", 300))
    return world


def rows(world: World, kinds: tuple[RecordKind[msgspec.Struct], ...]) -> dict[str, list[bytes]]:
    """Every record of the kinds, as bytes."""
    snapshot = Snapshot(world.store)
    return {kind.name: [encode(record) for record in snapshot.all(kind)] for kind in kinds}


def test_receipts_balances_and_records_are_identical_with_and_without_a_case() -> None:
    worlds = begin(), begin()
    seen = [
        list(life(world, bank)) for world, bank in zip(worlds, (silent, suspicious), strict=True)
    ]
    assert seen[0] == seen[1]
    assert {code for code, _ in seen[0]} >= {Code.OK, Code.INSUFFICIENT_AVAILABLE}
    quiet, case = worlds
    others = tuple(kind for kind in KINDS if kind.tag not in {kind.tag for kind in SECRET})
    assert rows(quiet, others) == rows(case, others)  # type: ignore[arg-type]
    secret = rows(case, SECRET)  # type: ignore[arg-type]
    assert len(secret["report"]) == 18
    assert rows(quiet, SECRET)["report"] == []  # type: ignore[arg-type]


def test_the_events_that_anybody_gets_differ_by_filings_only() -> None:
    quiet, case = begin(), begin()
    for world, bank in ((quiet, silent), (case, suspicious)):
        list(life(world, bank))
    told = [event for event in case.events if not isinstance(event, OF_REPORTS)]
    assert told == quiet.events
    filings = [event for event in case.events if isinstance(event, OF_REPORTS)]
    client = {address("client"), address("b/client")}
    for event in filings:
        assert not any(who in encode(event) for who in client)


def test_a_filing_names_nobody_and_has_one_size() -> None:
    sizes = {len(encode(file(name))) for name in ("alert", "case", "report", "cash")}
    assert len(sizes) == 1
    for event_or_operation in (*OF_REPORTS, type(file()), type(SUBMIT), type(ACCEPTED)):
        named = {name for name in event_or_operation.__struct_fields__ if "account" in name}
        assert named == set()
    assert file().institution == A
