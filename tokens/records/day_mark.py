"""When each business date began: what turns a range of dates into a range of blocks."""

import datetime as dt

import msgspec

from tokens.records.kind import Index, RecordKind
from tokens.types import BlockHeight


class DayMark(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The block in which a business date was opened; one for each date that ever was."""

    date: dt.date
    opened_at: BlockHeight
    """Height of the `open_day`; 0 for the date of genesis."""


DAY_MARK = RecordKind(
    152,
    "day_mark",
    DayMark,
    lambda r: (r.date.toordinal(),),
    (Index(152, "day_marks", lambda r: (r.date.toordinal(),), static=True),),
)
DAY_MARKS = DAY_MARK.indexes[0]
