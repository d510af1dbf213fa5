"""The close of an auction in real blocks: a sheet in the same block is in, whatever the order."""

import pytest

from tests.tokens.adversary_values import FACE
from tests.tokens.support import addr
from tests.tokens.test_adversary_auctions import AuctionAdversary
from tokens.ops.auctions import CloseAuction
from tokens.records.auctions import AUCTION, AuctionStatus, AuctionType
from tokens.records.bids import BID_SHEET, BidLine

BIDS = (BidLine(bid=950_000, face=FACE),)
CLOSE = CloseAuction(auction_id="A-1")


@pytest.mark.parametrize("close_first", [True, False])
def test_a_sheet_in_the_block_of_the_close_is_in(close_first: bool) -> None:
    machine = AuctionAdversary()
    world = machine.world
    machine.announce(AuctionType.REOPEN, 0, False, 1)
    world.end_block()
    if close_first:
        world.submit("central-bank", CLOSE)
    machine.bid("bank-a-cash", BIDS, 1)
    if not close_first:
        world.submit("central-bank", CLOSE)
    world.end_block()
    found = world.ledger.state.get(AUCTION, "A-1")
    assert found is not None
    assert found.status is AuctionStatus.CLOSED
    assert world.ledger.state.get(BID_SHEET, "A-1", addr("bank-a")) is not None
    machine.bid("client-a1", BIDS, 1)
    world.end_block()
    assert world.ledger.state.get(BID_SHEET, "A-1", addr("client-a1")) is None
    assert world.codes["AUCTION_NOT_OPEN"] == 1
