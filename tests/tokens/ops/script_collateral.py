"""The part of the vectors' run that sets marks, pledges and lends against collateral (5.6)."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from tests.tokens.ops.build import terms
from tests.tokens.ops.world import CBM, World, address
from tokens.finance.isin import isin_check_digit
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.marks import MarkEntry, SetMarks
from tokens.ops.pledges import CreatePledge, ReleasePledge, SubstitutePledge
from tokens.records.holdings import LIEN, PLEDGES

Step = tuple[str, msgspec.Struct]

OTHER = "PK000000004" + isin_check_digit("PK000000004")


def collateral(world: World) -> Iterator[Step]:
    """A bond of its own: the one of the run has been redeemed."""
    made = terms(isin=OTHER, issue_date=dt.date(2026, 1, 17), dated_date=dt.date(2026, 1, 17))
    yield "treasury", CreateInstrument(terms=made)
    yield "treasury+central", ApproveInstrument(asset=OTHER, terms_digest=terms_digest(made))
    entry = MarkEntry(asset=OTHER, price_e4=985_000, dirty=True)
    yield "marker", SetMarks(for_date=dt.date(2026, 1, 19), marks=(entry,))
    pledge = CreatePledge(
        account=address("b/main"),
        asset=CBM,
        amount=1_000,
        pledgee=address("bank_a"),
        expires_on=None,
        reference="LOAN-1",
    )
    yield "bank_b+bank_a", pledge
    lien = _pledge_of(world, "bank_a")
    yield "bank_a", ReleasePledge(pledge=lien, amount=400)
    yield "bank_b+bank_a", SubstitutePledge(pledge=lien, asset=CBM, amount=700)
    yield "bank_a", ReleasePledge(pledge=_pledge_of(world, "bank_a"), amount=None)


def _pledge_of(world: World, pledgee: str) -> bytes:
    return world.state.scan(LIEN, PLEDGES, (address(pledgee),), limit=1)[0].id
