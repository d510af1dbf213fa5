"""Auctions of the primary market: terms, sheets once they are open, the cut-off, allotments."""

from node.explorer.ask import Ask
from node.explorer.describe import choice, code_text, rows_of
from node.explorer.page import Cell, Column, Facts, Note, Page, Section, Table
from node.explorer.pages.parts import columns, listed, reference_part
from node.explorer.route import Query
from node.explorer.show import NOTHING, number, path, text
from node.explorer.text import scaled
from node.sdk.errors import RpcFailed
from tokens.records.auctions import Auction, AuctionResult, AuctionStatus, AuctionTerms, BidUnit
from tokens.records.bids import Allotment, BidSheet

_BAD = (AuctionStatus.REJECTED_ALL, AuctionStatus.CANCELLED)


async def auctions(ask: Ask, query: Query) -> Page:
    """The page `/auctions`."""
    found = await ask.page("auction_list", of=Auction, cursor=query.cursor("auctions"))
    titles = ("Auction", "Instrument", "Type", "Status", "$Target", "Settlement date", "#Sheets")
    return Page(
        title="Auctions",
        sections=(
            listed(
                "auctions",
                "Primary auctions",
                columns(*titles),
                found,
                lambda each: _row(ask, each),
                empty="None.",
            ),
        ),
    )


def _row(ask: Ask, each: Auction) -> tuple[Cell, ...]:
    terms = each.terms
    return (
        Cell(terms.auction_id, path("auctions", terms.auction_id)),
        ask.show.asset(terms.asset),
        text(f"{choice(terms.auction_type)}, {choice(terms.method)}"),
        Cell(choice(each.status), tone="bad" if each.status in _BAD else ""),
        ask.show.face(terms.target_face, terms.asset),
        text(terms.settlement_date.isoformat()),
        number(each.sheets),
    )


async def auction(ask: Ask, query: Query) -> Page:
    """The page `/auctions/{auction}`."""
    name = reference_part(query, "auction")
    params = {"auctionId": name}
    found = await ask.read("auction_get", params, of=Auction)
    result = await ask.try_read("auction_getResult", params, of=AuctionResult)
    sections: list[Section] = []
    if isinstance(result, RpcFailed):
        sections.append(Note("No cut-off is set yet: no bid is accepted.", "quiet"))
    else:
        sections.append(_result(ask, found.terms, result))
    sections += [await _allotments(ask, query, found.terms), await _sheets(ask, query, found.terms)]
    sections.append(Facts("Auction as recorded", tuple(rows_of(ask.show, found))))
    lead = f"{choice(found.terms.auction_type)} auction of"
    return Page(
        title=f"Auction {name}",
        lead=(text(lead), ask.show.asset(found.terms.asset), text(f"is {choice(found.status)}.")),
        sections=tuple(sections),
    )


def _bid(terms: AuctionTerms, value: int) -> Cell:
    if terms.bid_unit is BidUnit.PRICE_E4:
        return text(scaled(value, 4, least=4))
    return text(f"{scaled(value, 4, least=2)} %")


def _result(ask: Ask, terms: AuctionTerms, found: AuctionResult) -> Facts:
    def face(amount: int) -> Cell:
        return ask.show.face(amount, terms.asset)

    way = NOTHING if found.way_e6 is None else text(f"{scaled(found.way_e6, 4, least=4)} %")
    return Facts(
        "Result",
        (
            ("Cut-off", _bid(terms, found.cut_off)),
            ("Weighted average", _bid(terms, found.average)),
            ("Weighted average yield", way),
            ("Target", face(terms.target_face)),
            ("Offered", face(found.offered_face)),
            ("Accepted, competitive", face(found.competitive_face)),
            ("At the cut-off", face(found.cut_off_face)),
            ("Non-competitive", face(found.ncb_face)),
            ("Accepted lines", number(found.accepted_lines)),
            ("Digest of all sheets", Cell("0x" + found.sheets_digest.hex(), mono=True)),
        ),
    )


async def _allotments(ask: Ask, query: Query, terms: AuctionTerms) -> Section:
    found = await ask.try_page(
        "auction_getAllotments",
        {"auctionId": terms.auction_id},
        of=Allotment,
        cursor=query.cursor("allotments"),
    )

    def row(each: Allotment) -> tuple[Cell, ...]:
        status = choice(each.status) + (f": {code_text(each.reason)}" if each.reason else "")
        return (
            number(each.number),
            ask.show.party(each.bidder),
            _bid(terms, each.bid),
            text(scaled(each.price_e4, 4, least=4)),
            ask.show.face(each.face, terms.asset),
            ask.show.money_of(each.money, terms.asset),
            text(status),
        )

    titles = ("#No", "Bidder", "#Bid", "#Price paid", "$Face", "$Money", "Status")
    return listed("allotments", "Allotments", columns(*titles), found, row)


async def _sheets(ask: Ask, query: Query, terms: AuctionTerms) -> Section:
    found = await ask.try_page(
        "auction_getSheets",
        {"auctionId": terms.auction_id},
        of=BidSheet,
        cursor=query.cursor("sheets"),
    )
    titles = ("#Sheet", "Bidder", "Status", "#Line", "#Bid")
    heads = (*columns(*titles), Column("Face", "amount"))
    if isinstance(found, RpcFailed):
        return listed("sheets", "Bid sheets", heads, found, lambda _: ())
    rows: list[tuple[Cell, ...]] = []
    for sheet in found.items:
        first = (number(sheet.number), ask.show.party(sheet.bidder), text(choice(sheet.status)))
        if not sheet.lines:
            rows.append((*first, NOTHING, text("sealed", "quiet"), NOTHING))
        for index, line in enumerate(sheet.lines, start=1):
            face = ask.show.face(line.face, terms.asset)
            rows.append((*first, number(index), _bid(terms, line.bid), face))
    return Table(
        "sheets",
        "Bid sheets",
        heads,
        tuple(rows),
        next=found.next,
        note="A sheet is sealed until the reveal; then whoever may see it sees each line.",
        empty="None that you may see.",
    )
