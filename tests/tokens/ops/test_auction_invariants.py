"""A damaged auction is found: each invariant of auctions, broken on purpose."""

from collections.abc import Callable, Iterator

import msgspec
import pytest

from tests.tokens.ops.auction_world import ID, allotments, allotted, auction, result, sheet_of
from tests.tokens.ops.build import FACE
from tests.tokens.ops.world import CBM, World, address
from tokens import liens
from tokens.auctions import address_of
from tokens.context import Actors
from tokens.invariants import Snapshot
from tokens.invariants_auctions import (
    AUCTION_INVARIANTS,
    validate_allotments,
    validate_auction_counts,
    validate_bid_holds,
)
from tokens.records.auctions import AUCTION, AUCTION_RESULT, AuctionStatus
from tokens.records.bids import ALLOTMENT, BID_SHEET, AllotmentStatus
from tokens.types import NO_ADDRESS

SHEETS = {"dealer_a": ((995_000, 10),), "dealer_b": ((990_000, 30),), "dealer_c": ((1, 1),)}


def change_auction(**changes: object) -> Callable[[World], None]:
    def damage(world: World) -> None:
        world.state.put(AUCTION, msgspec.structs.replace(auction(world), **changes))

    return damage


def change_result(**changes: object) -> Callable[[World], None]:
    def damage(world: World) -> None:
        world.state.put(AUCTION_RESULT, msgspec.structs.replace(result(world), **changes))

    return damage


def change_allotment(**changes: object) -> Callable[[World], None]:
    def damage(world: World) -> None:
        first = allotments(world)[0]
        world.state.put(ALLOTMENT, msgspec.structs.replace(first, **changes))

    return damage


def lose_a_sheet(world: World) -> None:
    world.state.delete(BID_SHEET, ID, sheet_of(world, "dealer_c").bidder)


def hold_for_nobody(world: World) -> None:
    context = world.context(Actors(NO_ADDRESS, ()))
    liens.hold(context, 0, CBM, address("a/main"), FACE, address_of(ID), None, "")


@pytest.mark.parametrize(
    ("invariant", "damage"),
    [
        (validate_auction_counts, change_auction(sheets=9)),
        (validate_auction_counts, change_auction(pending=9)),
        (validate_auction_counts, change_auction(ncb_face=FACE)),
        (validate_auction_counts, change_auction(settled_face=FACE)),
        (validate_auction_counts, change_auction(keys_at=0, unopened=1)),
        (validate_auction_counts, lose_a_sheet),
        (validate_allotments, change_result(cut_off=995_001)),
        (validate_allotments, change_result(competitive_face=FACE)),
        (validate_allotments, change_allotment(status=AllotmentStatus.SETTLED)),
        (validate_bid_holds, hold_for_nobody),
        (validate_bid_holds, change_auction(status=AuctionStatus.SETTLED)),
    ],
)
def test_a_damaged_auction_is_found(
    invariant: Callable[[Snapshot], Iterator[str]], damage: Callable[[World], None]
) -> None:
    world = allotted(SHEETS, 990_000)
    assert invariant in AUCTION_INVARIANTS
    assert list(invariant(snapshot(world))) == []
    damage(world)
    world.write()
    assert list(invariant(snapshot(world)))


def snapshot(world: World) -> Snapshot:
    return Snapshot(world.store)
