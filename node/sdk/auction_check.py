"""Computing the result of an auction again from public data, and naming what differs (5.2).

Rules of this file:
1. Everything comes from the sheets: awards, prices, averages, digest. What the ledger says is only
   compared.
2. With both keys public each sealed sheet is opened too: one that was voided although it opens is
   named, and so is an announcement whose keys do not belong together.
"""

from collections.abc import Iterator, Sequence

from node.sdk.sealing import Binding, Unopened, public_of, unseal
from tokens import auction_cut, auctions
from tokens.records.auctions import Auction, AuctionResult
from tokens.records.bids import Allotment, BidSheet, NonCompetitiveBid, SheetStatus
from tokens.types import AssetKind


def differences(
    chain_id: str,
    kind: AssetKind,
    auction: Auction,
    sheets: Sequence[BidSheet],
    result: AuctionResult,
    allotments: Sequence[Allotment],
    ncbs: Sequence[NonCompetitiveBid],
) -> list[str]:
    """One sentence for each line that differs; empty = the result is what the sheets say."""
    return [
        *_keys(auction),
        *_sealed(chain_id, auction, sheets),
        *_result(kind, auction, sheets, result),
        *_allotments(auction, sheets, result, allotments),
        *_non_competitive(auction, result, allotments, ncbs),
    ]


def _keys(auction: Auction) -> Iterator[str]:
    terms = auction.terms
    pairs = (
        ("Treasury", auction.treasury_secret, terms.treasury_key),
        ("central bank", auction.central_bank_secret, terms.central_bank_key),
    )
    for name, secret, public in pairs:
        if secret is None:
            yield f"the {name} has not published its key"
        elif public_of(secret) != public:
            yield f"the published key of the {name} does not belong to the announced one"


def _sealed(chain_id: str, auction: Auction, sheets: Sequence[BidSheet]) -> Iterator[str]:
    """Sheets that were voided although they open, or opened as something else than was sealed."""
    if auction.treasury_secret is None or auction.central_bank_secret is None:
        return
    auction_id = auction.terms.auction_id
    for sheet in sheets:
        binding = Binding(chain_id, auction_id, sheet.bidder)
        name = f"sheet {sheet.number}"
        try:
            content = unseal(
                binding, sheet.sealed, auction.treasury_secret, auction.central_bank_secret
            )
        except Unopened:
            if sheet.status is SheetStatus.OPENED:
                yield f"{name}: its seal does not open; the bidder has opened it itself"
            continue
        found = auctions.commitment(chain_id, auction_id, sheet.bidder, content.lines, content.salt)
        if sheet.status is SheetStatus.VOID_UNOPENED and found == sheet.commit:
            yield f"{name}: left out: it opens to {len(content.lines)} lines, but was voided"


def _result(
    kind: AssetKind, auction: Auction, sheets: Sequence[BidSheet], result: AuctionResult
) -> Iterator[str]:
    outcome = auction_cut.cut(auction, sheets, result.cut_off, result.cut_off_face)
    fills = auction_cut.paid_fills(auction, result.cut_off, outcome)
    expected: dict[str, object] = {
        "sheets_digest": auctions.sheets_digest(list(sheets)),
        "offered_face": sum(entry.offered for entry in outcome.awards),
        "competitive_face": outcome.face,
        "accepted_lines": len(fills),
        "average": auction_cut.average_of(auction, fills) if fills else None,
        "way_e6": auction_cut.way_of(kind, fills, result.days) if fills else None,
    }
    for name, value in expected.items():
        found = getattr(result, name)
        if found != value:
            yield f"result {name}: the ledger says {_text(found)}, the sheets say {_text(value)}"


def _text(value: object) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)


def _allotments(
    auction: Auction,
    sheets: Sequence[BidSheet],
    result: AuctionResult,
    allotments: Sequence[Allotment],
) -> Iterator[str]:
    """Line by line: who won what at which price."""
    outcome = auction_cut.cut(auction, sheets, result.cut_off, result.cut_off_face)
    told = {(a.bid_number, a.line): (a.face, a.price_e4) for a in allotments if a.person is None}
    for award in outcome.awards:
        price = auction_cut.price_of(auction, result.cut_off, award.bid)
        expected = (award.face, price) if award.face else None
        found = told.pop((award.sheet.number, award.line), None)
        if found != expected:
            yield (
                f"sheet {award.sheet.number} line {award.line}: "
                f"the ledger says {_won(found)}, the sheets say {_won(expected)}"
            )
    for number, line in sorted(told):
        yield f"sheet {number} line {line}: allotted, but no such line was opened"


def _non_competitive(
    auction: Auction,
    result: AuctionResult,
    allotments: Sequence[Allotment],
    ncbs: Sequence[NonCompetitiveBid],
) -> Iterator[str]:
    """Bid by bid, smallest first: what each gets, at the average."""
    price = auction_cut.ncb_price_of(auction, result.average)
    told = {a.bid_number: (a.face, a.price_e4) for a in allotments if a.person is not None}
    valid = [bid for bid in ncbs if not bid.is_void]
    offered = sum(bid.amount for bid in valid)
    if offered != result.ncb_offered:
        yield f"result ncb_offered: the ledger says {result.ncb_offered}, the bids say {offered}"
    given = 0
    for bid in sorted(valid, key=lambda entry: (entry.amount, entry.number)):
        face = auction_cut.ncb_face(auction, result, given, bid.amount)
        given += face
        expected = (face, price) if face else None
        found = told.pop(bid.number, None)
        if found != expected:
            yield (
                f"non-competitive bid {bid.number}: "
                f"the ledger says {_won(found)}, the bids say {_won(expected)}"
            )
    for number in sorted(told):
        yield f"non-competitive bid {number}: allotted, but there is no such valid bid"


def _won(entry: tuple[int, int] | None) -> str:
    return "nothing" if entry is None else f"face {entry[0]} at {entry[1]}"
