"""No tipping-off: every answer about holders is the same with and without a case (A12).

Proofs and the context name the root of the whole state, which a filing changes like any other
transaction; the values may not differ by one byte.
"""

import datetime as dt
from pathlib import Path

import aiohttp
import msgspec
import pytest

from tests.node.rpc.caller import serving
from tests.node.rpc.closed import STRANGER, closed_node, headers_of
from tests.node.rpc.conformance import FOLDER, exchanges
from tests.node.rpc.fake_genesis import BUSINESS_DATE, address_of, digest_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_ledger import ALICE, BANK, participant, small_node
from tests.node.rpc.small_money import ramp
from tokens.bech32m import encode
from tokens.jsonform import PREFIX_MAIN
from tokens.records.parties import PARTICIPANT
from tokens.records.ramps import RAMP, RampDirection, RampStatus
from tokens.records.reports import (
    REPORT,
    REPORT_ANCHOR,
    REPORT_BOOK,
    REPORTS_BY_DATE,
    Report,
    ReportAnchor,
    ReportBook,
    ReportStatus,
)
from tokens.reports import root_of
from tokens.types import Role

FAMILIES = (
    "account_",
    "asset_",
    "cash_",
    "commodity_",
    "participant_",
    "pledge_",
    "ramp_",
    "settle_",
    "tax_",
    "travel_",
    "tx_",
)
"""What holders, their institutions and anybody ask about holders."""
OF_THE_ROOT = {"context", "proof", "stateRoot", "blockHash", "certificate", "pinnedHeight", "path"}
STATUSES = (ReportStatus.DRAFT, ReportStatus.DRAFT, ReportStatus.ACCEPTED)


def with_a_case() -> FakeNode:
    """The bank filed an alert, a case and a report, and anchored the date."""
    node = small_node()
    overlay = node.state()
    for number, status in enumerate(STATUSES, 2):
        known = overlay.scan(REPORT, REPORTS_BY_DATE, (BANK,), limit=9)[0]
        report: Report = msgspec.structs.replace(
            known, number=number, status=status, sealed_hash=digest_of(f"case {number}")
        )
        overlay.put(REPORT, report)
    book = ReportBook(institution=BANK, count=4, filed_on=BUSINESS_DATE, today=4)
    overlay.put(REPORT_BOOK, book)
    found = overlay.scan(REPORT, REPORTS_BY_DATE, (BANK,), limit=9)
    later = BUSINESS_DATE + dt.timedelta(days=1)
    overlay.put(REPORT_ANCHOR, ReportAnchor(institution=BANK, date=later, root=root_of(found)))
    node.write(overlay)
    return node


def values(reply: object) -> object:
    """Without what names the root of the whole state."""
    if isinstance(reply, dict):
        return {name: values(value) for name, value in reply.items() if name not in OF_THE_ROOT}
    return [values(value) for value in reply] if isinstance(reply, list) else reply


async def answers(node: FakeNode, requests: list[str]) -> list[object]:
    """Of one server, in order."""
    async with serving(node=node) as served:
        url = f"http://127.0.0.1:{served.port}"
        async with aiohttp.ClientSession(url) as session:
            found = []
            for request in requests:
                headers = {"Content-Type": "application/json"}
                async with session.post("/", data=request, headers=headers) as reply:
                    found.append(values(await reply.json()))
            return found


def requests_of(path: Path) -> list[str]:
    """Of a conformance file."""
    return [request for request, _ in exchanges(path.read_text())]


FILES = sorted(path for path in FOLDER.glob("*/*.io") if path.parent.name.startswith(FAMILIES))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_an_answer_is_the_same_with_and_without_a_case(path: Path) -> None:
    requests = requests_of(path)
    assert requests
    quiet, case = small_node(), with_a_case()
    assert await answers(quiet, requests) == await answers(case, requests)


async def test_the_two_nodes_do_differ() -> None:
    """Or the comparison would prove nothing."""
    requests = requests_of(FOLDER / "report_list" / "good.io")
    assert await answers(small_node(), requests) != await answers(with_a_case(), requests)


HELD = msgspec.structs.replace(
    ramp(),
    account=ALICE,
    bank=STRANGER,
    direction=RampDirection.IN,
    status=RampStatus.ON_HOLD,
    lien=None,
)
"""What came in for Alice at a bank that is not her own, and is held."""


async def told_of_a_hold(reader: str, by: bytes) -> list[object]:
    """Every answer about a held ramp, to a reader of a closed network."""
    node = closed_node()
    overlay = node.state()
    overlay.put(PARTICIPANT, participant("fiu", (Role.FIU,)))
    overlay.put(RAMP, msgspec.structs.replace(HELD, held_by=by))
    node.write(overlay)
    key = "0x" + RAMP.key_hash((HELD.id,)).hex()
    name = "0x" + HELD.id.hex()
    asked: tuple[tuple[str, dict[str, object]], ...] = (
        ("ramp_get", {"ramp": name}),
        ("ramp_get", {"ramp": name, "prove": True}),
        ("ramp_list", {"account": encode(PREFIX_MAIN, ALICE)}),
        ("ramp_list", {"bank": encode(PREFIX_MAIN, STRANGER)}),
        ("chain_getProof", {"kind": "ramp", "keyHash": key}),
    )
    async with serving(node=node) as served:
        url = f"http://127.0.0.1:{served.port}"
        headers = {"Content-Type": "application/json"} | headers_of(node, reader)
        async with aiohttp.ClientSession(url, headers=headers) as session:
            found: list[object] = []
            for method, params in asked:
                body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
                async with session.post("/", json=body) as reply:
                    found.append(values(await reply.json()))
    return found


@pytest.mark.parametrize("reader", ["alice", "stranger"])
async def test_nobody_but_the_clients_institution_learns_who_holds_what_came_in(
    reader: str,
) -> None:
    """The unit stood in the record that its client reads: a hold of the unit is a case."""
    by_the_unit = await told_of_a_hold(reader, address_of("fiu"))
    assert by_the_unit == await told_of_a_hold(reader, BANK)
    assert encode(PREFIX_MAIN, address_of("fiu")) not in str(by_the_unit)
    assert "ON_HOLD" in str(by_the_unit)


@pytest.mark.parametrize("reader", ["bank", "regulator"])
async def test_the_clients_institution_and_supervisors_know_who_holds_it(reader: str) -> None:
    unit = encode(PREFIX_MAIN, address_of("fiu"))
    assert unit in str(await told_of_a_hold(reader, address_of("fiu")))
