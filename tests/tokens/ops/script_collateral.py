"""The part of the vectors' run that sets marks, pledges and lends against collateral (5.6)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tests.tokens.ops.build import terms
from tests.tokens.ops.world import World
from tokens.finance.isin import isin_check_digit
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.marks import MarkEntry, SetMarks

Step = tuple[str, msgspec.Struct]

OTHER = "PK000000004" + isin_check_digit("PK000000004")


def collateral(world: World) -> Iterator[Step]:
    """A bond of its own: the one of the run has been redeemed."""
    made = terms(isin=OTHER, issue_date=dt.date(2026, 1, 17), dated_date=dt.date(2026, 1, 17))
    yield "treasury", CreateInstrument(terms=made)
    yield "treasury+central", ApproveInstrument(asset=OTHER, terms_digest=terms_digest(made))
    entry = MarkEntry(asset=OTHER, price_e4=985_000, dirty=True)
    yield "marker", SetMarks(for_date=dt.date(2026, 1, 19), marks=(entry,))
