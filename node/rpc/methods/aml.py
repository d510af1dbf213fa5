"""travel_*, report_*: data of sender and receiver, reports to the financial intelligence unit.

Rules of this file:
1. What a report is about is in no answer: the ledger does not know it.
"""

from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema import aml as schema
from node.sdk.schema.common import Page
from tokens.records.kind import Key, Kind
from tokens.records.reports import (
    REPORT,
    REPORT_ANCHOR,
    REPORT_ANCHORS,
    REPORTS,
    Report,
    ReportAnchor,
)
from tokens.records.travel import (
    TRAVEL,
    TRAVELS_OF_BENEFICIARY,
    TRAVELS_OF_ORIGINATOR,
    TRAVELS_OF_SOURCE,
    Travel,
)


def get_travel(call: Call, params: schema.TravelParams) -> Travel:
    """One transfer's or ramp's."""
    record = call.state.get(TRAVEL, params.travel)
    if record is None:
        raise not_found("travel")
    return record


def list_travels(call: Call, params: schema.TravelListParams) -> Page[Travel]:
    """In the order of being required."""
    asked = (
        (TRAVELS_OF_ORIGINATOR, params.originator),
        (TRAVELS_OF_BENEFICIARY, params.beneficiary),
        (TRAVELS_OF_SOURCE, params.account),
    )
    given = [(index, who) for index, who in asked if who is not None]
    if len(given) != 1:
        raise RpcError(RpcCode.INVALID_INPUT, "params: one of originator, beneficiary and account")
    index, who = given[0]
    records, following, pinned = page_of(
        call, TRAVEL, index, (who,), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_report(call: Call, params: schema.ReportParams) -> Report:
    """One report: a hash and a state."""
    record = call.state.get(REPORT, params.institution, params.number)
    if record is None:
        raise not_found("report")
    return record


def list_reports(call: Call, params: schema.ReportListParams) -> Page[Report]:
    """In the order of filing."""
    records, following, pinned = page_of(
        call, REPORT, REPORTS, (params.institution,), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_anchor(call: Call, params: schema.ReportAnchorParams) -> ReportAnchor:
    """The root over the reports of one date."""
    record = call.state.get(REPORT_ANCHOR, params.institution, params.date.toordinal())
    if record is None:
        raise not_found("anchor")
    return record


def list_anchors(call: Call, params: schema.ReportListParams) -> Page[ReportAnchor]:
    """Ascending by date: a gap is a date that the institution has not closed."""
    records, following, pinned = page_of(
        call,
        REPORT_ANCHOR,
        REPORT_ANCHORS,
        (params.institution,),
        cursor=params.cursor,
        limit=params.limit,
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def _travel_key(params: schema.TravelParams) -> tuple[Kind, Key]:
    return TRAVEL, (params.travel,)


def _report_key(params: schema.ReportParams) -> tuple[Kind, Key]:
    return REPORT, (params.institution, params.number)


def _anchor_key(params: schema.ReportAnchorParams) -> tuple[Kind, Key]:
    return REPORT_ANCHOR, (params.institution, params.date.toordinal())


METHODS = (
    method(
        "travel_get",
        schema.TravelParams,
        Travel,
        Tier.READ,
        get_travel,
        "The travel rule of a transfer or ramp: institutions, state, hash of the sealed payload.",
        reads=Reads.STATE,
        proves=_travel_key,
    ),
    method(
        "travel_list",
        schema.TravelListParams,
        Page[Travel],
        Tier.READ,
        list_travels,
        "Those of one institution or one paying account, in the order of being required.",
        reads=Reads.STATE,
    ),
    method(
        "report_get",
        schema.ReportParams,
        Report,
        Tier.READ,
        get_report,
        "A report of an institution: a hash and a state, not what it is about.",
        reads=Reads.STATE,
        proves=_report_key,
    ),
    method(
        "report_list",
        schema.ReportListParams,
        Page[Report],
        Tier.READ,
        list_reports,
        "Reports of one institution, in the order of filing.",
        reads=Reads.STATE,
    ),
    method(
        "report_getAnchor",
        schema.ReportAnchorParams,
        ReportAnchor,
        Tier.READ,
        get_anchor,
        "The Merkle root over the reports of one institution and business date.",
        reads=Reads.STATE,
        proves=_anchor_key,
    ),
    method(
        "report_listAnchors",
        schema.ReportListParams,
        Page[ReportAnchor],
        Tier.READ,
        list_anchors,
        "Anchors of one institution, ascending by business date.",
        reads=Reads.STATE,
    ),
)
