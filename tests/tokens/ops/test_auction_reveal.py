"""Auctions after the close: opening sheets, keys, the cut-off, and its every code."""

import msgspec
import pytest

from tests.tokens.ops.auction_world import (
    BOTH,
    CENTRAL_SECRET,
    ID,
    SECURITY,
    SETTLES,
    TREASURY_SECRET,
    allotments,
    allotted,
    auction,
    close,
    cut_at,
    investor_sheet,
    opened,
    publish,
    result,
    reveal,
    revealed,
    sheet,
    sheet_of,
)
from tests.tokens.ops.build import FACE, ISIN, go_to
from tests.tokens.ops.world import CBM, World, address
from tokens.ops.auction_cut_off import CutAuction, RejectAuction
from tokens.ops.auction_reveal import EndReveal, PublishAuctionKey, RevealBid
from tokens.ops.auctions import CancelAuction
from tokens.ops.business_day import CloseDay
from tokens.records.auctions import AuctionStatus
from tokens.records.bids import SheetStatus
from tokens.records.holdings import LIEN, POSITION, SUPPLY, Supply
from tokens.records.instruments import ASSET
from tokens.records.system import PARAMETER, Parameter
from tokens.results import Code

SHEETS = {"dealer_a": ((995_000, 10),), "dealer_b": ((990_000, 30),)}
A = SHEETS["dealer_a"]
B = SHEETS["dealer_b"]
END = EndReveal(auction_id=ID)
OF_TREASURY = PublishAuctionKey(auction_id=ID, private_key=TREASURY_SECRET)
OF_CENTRAL = PublishAuctionKey(auction_id=ID, private_key=CENTRAL_SECRET)


def closed() -> World:
    """Both have bid, nothing is open."""
    world = opened()
    for name, pairs in SHEETS.items():
        world.act(name, sheet(name, *pairs))
    close(world)
    return world


def set_reveal_blocks(world: World, value: int) -> None:
    world.state.put(PARAMETER, Parameter(name="auction_reveal_blocks", value=value))


def held(world: World, account: str) -> int:
    position = world.state.get(POSITION, CBM, address(account))
    return 0 if position is None else position.held


def test_selective_reveal() -> None:
    """The auctioneer leaves one sheet out. It cannot cut off, and anybody opens what it hid."""
    world = closed()
    world.act("central", reveal("dealer_b", *B))
    world.refuse(Code.WRONG_STATUS, "treasury", cut_at(990_000))
    world.refuse(Code.KEYS_NOT_PUBLISHED, "central", END)
    publish(world)
    world.refuse(Code.REVEAL_NOT_OVER, "central", END)
    world.refuse(Code.WRONG_STATUS, "treasury", cut_at(990_000))
    world.act("bank_b", reveal("dealer_a", *A))
    assert auction(world).status is AuctionStatus.REVEALED
    world.act("treasury", cut_at(990_000))
    assert result(world).offered_face == 40 * FACE


def test_selective_reveal_without_keys_rejects_all_and_costs_no_bidder_anything() -> None:
    """Who hides a sheet and the keys sells nothing: all or none."""
    world = closed()
    world.act("central", reveal("dealer_b", *B))
    go_to(world, SETTLES)
    world.act("central", CloseDay(date=SETTLES))
    world.finish_agenda()
    assert auction(world).status is AuctionStatus.REJECTED_ALL
    assert auction(world).reason == Code.KEYS_NOT_PUBLISHED
    for name in SHEETS:
        assert held(world, f"{name}/main") == 0
        assert world.balance(CBM, f"{name}/main") == 1_000 * FACE


def test_the_bidder_opens_its_own_sheet_against_an_auctioneer_that_does_not() -> None:
    world = closed()
    world.refuse(Code.NOT_FOUND, "dealer_b", reveal("dealer_a", *A))
    world.act("dealer_a", reveal("dealer_a", *A))
    assert sheet_of(world, "dealer_a").status is SheetStatus.OPENED


def test_void_sheets() -> None:
    """What nobody could open is void when its time is over; the security is the Treasury's."""
    world = closed()
    world.act("dealer_b", reveal("dealer_b", *B))
    publish(world)
    set_reveal_blocks(world, 2)
    world.height += 2  # blocks go by
    world.act("central", END)
    world.finish_agenda()
    assert sheet_of(world, "dealer_a").status is SheetStatus.VOID_UNOPENED
    assert world.balance(CBM, "treasury/main") == SECURITY
    assert world.balance(CBM, "dealer_a/main") == 1_000 * FACE - SECURITY
    world.act("treasury", cut_at(990_000))
    world.finish_agenda()
    assert [a.bidder for a in allotments(world)] == [address("dealer_b")]


def test_void_sheets_of_a_reveal_date_that_has_ended() -> None:
    """T+1: the reveal date is the settlement date; the sheet is void and all bids are rejected."""
    world = closed()
    world.act("dealer_b", reveal("dealer_b", *B))
    publish(world)
    go_to(world, SETTLES)
    world.act("central", CloseDay(date=SETTLES))
    world.finish_agenda()
    assert sheet_of(world, "dealer_a").status is SheetStatus.VOID_UNOPENED
    assert world.balance(CBM, "treasury/main") == SECURITY
    assert auction(world).status is AuctionStatus.REJECTED_ALL
    assert auction(world).reason == Code.TOO_LATE
    assert held(world, "dealer_b/main") == 0
    assert world.balance(CBM, "dealer_b/main") == 1_000 * FACE


@pytest.mark.parametrize(
    ("pairs", "status"),
    [
        (((990_000, 5), (0, 1)), SheetStatus.VOID_LINES),
        (((10_000_001, 5),), SheetStatus.VOID_LINES),
        ((), SheetStatus.VOID_LINES),
    ],
)
def test_void_sheets_with_lines_that_the_auction_does_not_take(
    pairs: tuple[tuple[int, int], ...], status: SheetStatus
) -> None:
    world = opened()
    world.act("dealer_a", sheet("dealer_a", *pairs))
    close(world)
    world.act("dealer_a", reveal("dealer_a", *pairs))
    assert sheet_of(world, "dealer_a").status is status
    assert world.balance(CBM, "treasury/main") == SECURITY
    assert auction(world).status is AuctionStatus.REVEALED


def test_void_sheets_that_bid_more_than_they_hold() -> None:
    world = opened()
    made = investor_sheet("client", (990_000, 9), hold=8 * FACE)
    world.act("bank_a", made)
    close(world)
    world.act("bank_a", reveal("client", (990_000, 9)))
    assert sheet_of(world, "client").status is SheetStatus.VOID_FUNDS
    assert world.balance(CBM, "treasury/main") == SECURITY
    assert held(world, "client") == 0


def test_void_sheets_whose_hold_was_seized() -> None:
    world = closed()
    world.state.delete(LIEN, sheet_of(world, "dealer_a").lien)
    position = world.state.get(POSITION, CBM, address("dealer_a/main"))
    assert position is not None
    world.state.put(POSITION, msgspec.structs.replace(position, held=0))
    world.act("dealer_a", reveal("dealer_a", *A))
    assert sheet_of(world, "dealer_a").status is SheetStatus.VOID_FUNDS
    assert world.balance(CBM, "treasury/main") == 0


def test_reveal_bid_is_refused() -> None:
    world = opened()
    world.act("dealer_a", sheet("dealer_a", *A))
    world.refuse(Code.NOT_FOUND, "central", reveal("dealer_b", *B))
    world.refuse(Code.WRONG_STATUS, "central", reveal("dealer_a", *A))
    world.act("dealer_b", sheet("dealer_b", *B))
    close(world)
    wrong: RevealBid = reveal("dealer_a", (995_000, 11))
    world.refuse(Code.COMMITMENT_MISMATCH, "central", wrong)
    world.refuse(Code.NOT_FOUND, "bank_b", reveal("dealer_a", *A))
    world.act("central", reveal("dealer_a", *A))
    world.refuse(Code.ALREADY_REVEALED, "central", reveal("dealer_a", *A))


def test_publish_auction_key_is_refused() -> None:
    world = opened()
    nowhere = PublishAuctionKey(auction_id="none", private_key=TREASURY_SECRET)
    world.refuse(Code.NOT_FOUND, "treasury", nowhere)
    world.refuse(Code.WRONG_STATUS, "treasury", OF_TREASURY)
    close(world)
    world.refuse(Code.NOT_AUTHORISED, "bank_a", OF_TREASURY)
    world.refuse(Code.KEY_MISMATCH, "treasury", OF_CENTRAL)
    world.refuse(Code.KEY_MISMATCH, "central", OF_TREASURY)
    world.act("treasury", OF_TREASURY)
    world.refuse(Code.ALREADY_REVEALED, "treasury", OF_TREASURY)
    assert auction(world).keys_at == 0
    world.act("central", OF_CENTRAL)
    assert auction(world).keys_at == world.height


def test_end_reveal_is_refused() -> None:
    world = opened()
    world.refuse(Code.NOT_FOUND, "central", EndReveal(auction_id="none"))
    world.refuse(Code.NOT_AUTHORISED, "treasury", END)
    world.refuse(Code.WRONG_STATUS, "central", END)


def test_cut_auction_is_refused() -> None:
    world = revealed(SHEETS)
    world.refuse(
        Code.NOT_FOUND, "treasury", CutAuction(auction_id="none", cut_off=1, quantity=None)
    )
    world.refuse(Code.NOT_AUTHORISED, "central", cut_at(990_000))
    world.refuse(Code.BAD_CUT_OFF, "treasury", cut_at(991_000))
    world.refuse(Code.BAD_CUT_OFF, "treasury", cut_at(990_000, 31))
    odd = CutAuction(auction_id=ID, cut_off=990_000, quantity=1)
    world.refuse(Code.BAD_CUT_OFF, "treasury", odd)
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    small = msgspec.structs.replace(asset, max_supply=39 * FACE)
    world.state.put(ASSET, small)
    world.refuse(Code.MAX_SUPPLY_EXCEEDED, "treasury", cut_at(990_000))
    # what is outstanding already leaves less
    world.state.put(ASSET, msgspec.structs.replace(asset, max_supply=40 * FACE))
    world.state.put(SUPPLY, Supply(asset=ISIN, amount=2 * FACE))
    world.refuse(Code.MAX_SUPPLY_EXCEEDED, "treasury", cut_at(990_000, 29))
    world.state.delete(SUPPLY, ISIN)
    world.act("treasury", cut_at(990_000, 29))
    world.refuse(Code.WRONG_STATUS, "treasury", cut_at(990_000))


def test_no_cut_off_before_both_keys_are_public() -> None:
    world = closed()
    for name, pairs in SHEETS.items():
        world.act("central", reveal(name, *pairs))
    assert auction(world).status is AuctionStatus.REVEALED
    world.refuse(Code.KEYS_NOT_PUBLISHED, "treasury", cut_at(990_000))


def test_rejected_auction() -> None:
    world = revealed(SHEETS)
    none = RejectAuction(auction_id="none")
    no = RejectAuction(auction_id=ID)
    world.refuse(Code.NOT_FOUND, "treasury", none)
    world.refuse(Code.NOT_AUTHORISED, "central", no)
    world.act("treasury", no)
    world.finish_agenda()
    assert auction(world).status is AuctionStatus.REJECTED_ALL
    assert auction(world).reason == 0
    world.refuse(Code.WRONG_STATUS, "treasury", no)
    for name in SHEETS:
        assert held(world, f"{name}/main") == 0
        assert world.balance(CBM, f"{name}/main") == 1_000 * FACE
    assert world.balance(CBM, "treasury/main") == 0


def test_an_auction_without_bids_can_only_be_rejected() -> None:
    world = opened()
    close(world)
    assert auction(world).status is AuctionStatus.REVEALED
    publish(world)
    world.refuse(Code.BAD_CUT_OFF, "treasury", cut_at(990_000))
    world.act("treasury", RejectAuction(auction_id=ID))


def test_volume_at_the_cut_off_is_shared_exactly() -> None:
    """5.2, point 3: 30 for bids of 4, 20 and 40: the small one whole, then in steps of 5."""
    sheets = {
        "dealer_a": ((990_000, 4), (995_000, 6)),
        "dealer_b": ((990_000, 20),),
        "dealer_c": ((990_000, 40),),
    }
    world = allotted(sheets, 990_000, 30)
    found = [(a.bidder, a.bid, a.face // FACE) for a in allotments(world)]
    assert found == [
        (address("dealer_a"), 990_000, 4),
        (address("dealer_a"), 995_000, 6),
        (address("dealer_b"), 990_000, 10),
        (address("dealer_c"), 990_000, 16),
    ]
    assert result(world).cut_off_face == 30 * FACE


def test_a_cut_off_is_the_treasurys_and_nobody_cancels_afterwards() -> None:
    world = allotted(SHEETS, 990_000)
    world.refuse(Code.WRONG_STATUS, BOTH, CancelAuction(auction_id=ID))
