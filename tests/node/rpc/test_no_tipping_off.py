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
from tests.node.rpc.conformance import FOLDER, exchanges
from tests.node.rpc.fake_genesis import BUSINESS_DATE, digest_of
from tests.node.rpc.fake_node import FakeNode
from tests.node.rpc.small_ledger import BANK, small_node
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
