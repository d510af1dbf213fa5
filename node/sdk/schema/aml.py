"""travel_*, report_*: data of sender and receiver, reports to the financial intelligence unit."""

import datetime as dt

import msgspec

from node.sdk.schema.common import Cursor, Limit
from tokens.types import Address, Count, Hash


class TravelParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which one; of a ramp: the ramp's id."""

    travel: Hash


class TravelListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Whose: one of the three."""

    originator: Address | None = None
    """Institution that sends."""
    beneficiary: Address | None = None
    """Institution that answers."""
    account: Address | None = None
    """Account that pays."""
    cursor: Cursor = None
    limit: Limit = 50


class ReportParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which report of an institution."""

    institution: Address
    number: Count


class ReportListParams(msgspec.Struct, frozen=True, kw_only=True):
    """Reports or anchors of an institution."""

    institution: Address
    cursor: Cursor = None
    limit: Limit = 50


class ReportAnchorParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which business date of an institution."""

    institution: Address
    date: dt.date
