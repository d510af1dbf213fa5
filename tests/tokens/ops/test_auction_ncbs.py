"""Non-competitive bids: every code, and who may bid so."""

import msgspec
import pytest

from tests.tokens.ops.auction_world import (
    ID,
    auction,
    close,
    give_key,
    ncb,
    ncb_of,
    opened,
)
from tests.tokens.ops.build import FACE
from tests.tokens.ops.test_auction_refusals import (
    change_account,
    crowd,
    freeze,
    held_anywhere,
    of,
    pause_bids,
    poor,
    reserve,
    shut,
    stop,
    unknown_customer,
)
from tests.tokens.ops.world import address
from tokens.ops.auction_ncbs import PlaceNcb
from tokens.records.auctions import AUCTION
from tokens.records.bids import NCBS_MAX
from tokens.records.parties import ACCOUNT
from tokens.results import Code


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        (Code.ASSET_PAUSED, pause_bids),
        (Code.ACCOUNT_CLOSED, shut),
        (Code.ACCOUNT_FROZEN, freeze),
        (Code.CREDIT_STOPPED, stop),
        (Code.ACCOUNT_RESERVED, reserve),
        (Code.KYC_TIER_TOO_LOW, unknown_customer),
        (Code.INSUFFICIENT_AVAILABLE, poor),
        (Code.LIENS_FULL, crowd),
    ],
)
def test_an_account_that_cannot_bid_non_competitively(code: Code, spoil: object) -> None:
    world = opened()
    assert callable(spoil)
    spoil(world, "saver")
    assert world._run(of("saver"), (ncb("saver", 2),)) is code


def test_second_ncb() -> None:
    """It voids all of the person's, through whatever account; a third has nothing to void."""
    world = opened()
    account = world.state.get(ACCOUNT, address("saver"))
    assert account is not None
    change_account(world, "saver_b", owner=account.owner)
    assert world._run(of("saver"), (ncb("saver", 2),)) is Code.OK
    assert held_anywhere(world)
    assert world._run(of("saver_b"), (ncb("saver_b", 1),)) is Code.OK
    world.end_block()
    assert ncb_of(world, "saver").is_void
    assert auction(world).ncb_face == 0
    assert not held_anywhere(world)
    assert world._run(of("saver"), (ncb("saver", 2),)) is Code.BID_VOID


def test_nobody_can_void_a_rivals_bid() -> None:
    """Not the custodian of a client without a key, and not another account's key."""
    world = opened()
    world.refuse(Code.NOT_AUTHORISED, "bank_a", ncb("client", 2))
    world.refuse(Code.NOT_AUTHORISED, "bank_a", ncb("saver", 2))
    give_key(world, "client")
    assert world._run(of("saver"), (ncb("client", 2),)) is Code.NOT_AUTHORISED
    assert world._run(of("client"), (ncb("client", 2),)) is Code.OK


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (Code.NOT_FOUND, {"auction_id": "none"}),
        (Code.UNKNOWN_ACCOUNT, {"account": address("nobody")}),
        (Code.DENOM_NOT_MULTIPLE, {"amount": FACE + 1}),
        (Code.NCB_CAP_EXCEEDED, {"amount": 6 * FACE}),
    ],
)
def test_place_ncb_is_refused(code: Code, change: dict[str, object]) -> None:
    """The cap is min(10, max(4, 0.5 percent of 1,000)) = 5."""
    made = msgspec.structs.replace(ncb("saver", 5), **change)
    assert opened()._run(of("saver"), (made,)) is code


def test_banks_do_not_bid_non_competitively() -> None:
    world = opened()
    of_dealer = PlaceNcb(auction_id=ID, account=address("dealer_a/main"), amount=FACE)
    world.refuse(Code.NOT_A_BIDDER, "dealer_a", of_dealer)
    change_account(world, "saver", tax_class="bank")
    assert world._run(of("saver"), (ncb("saver", 2),)) is Code.NOT_A_BIDDER
    assert opened(ncb=None)._run(of("saver"), (ncb("saver", 2),)) is Code.NOT_A_BIDDER
    closed = opened()
    close(closed)
    assert closed._run(of("saver"), (ncb("saver", 2),)) is Code.AUCTION_NOT_OPEN


def test_there_are_too_many_persons() -> None:
    world = opened()
    world.state.put(AUCTION, msgspec.structs.replace(auction(world), ncbs=NCBS_MAX))
    assert world._run(of("saver"), (ncb("saver", 2),)) is Code.AUCTION_FULL
