"""The anchor of a business date: the root over an institution's reports of it (A10, A11)."""

import datetime as dt

from node.sdk.client import Client
from node.sdk.schema.aml import ReportListParams
from node.sdk.schema.common import PAGE_MAX, Page
from tokens.ops.reports import AnchorReports
from tokens.records.reports import Report
from tokens.reports import root_of

PAGES_MAX = 1_000
"""Of an institution's reports, from its first: 100,000."""


class TooManyReports(Exception):
    """More than are read."""


async def anchor_of(client: Client, institution: bytes, date: dt.date) -> AnchorReports:
    """The operation that closes a date, also when nothing was filed on it. TooManyReports."""
    found: list[Report] = []
    cursor: str | None = None
    for _ in range(PAGES_MAX):
        params = ReportListParams(institution=institution, cursor=cursor, limit=PAGE_MAX)
        page = (await client.read("report_list", params, of=Page[Report])).value
        found += [report for report in page.items if report.filed_on == date]
        cursor = page.next
        if cursor is None or (page.items and page.items[-1].filed_on > date):
            return AnchorReports(institution=institution, date=date, root=root_of(found))
    raise TooManyReports(f"more than {PAGES_MAX * PAGE_MAX} reports")
