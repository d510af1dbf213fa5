"""An auction from its announcement to its settlement: what each party sees."""

from tests.tokens.ops.auction_world import (
    ID,
    SECURITY,
    SETTLES,
    allotments,
    allotted,
    auction,
    close,
    cut_at,
    ncb,
    ncb_of,
    opened,
    publish,
    result,
    reveal,
    sheet,
    sheet_of,
)
from tests.tokens.ops.build import FACE, ISIN, go_to
from tests.tokens.ops.world import CBM, World, address
from tokens.context import Actors
from tokens.records.auctions import AuctionMethod, AuctionStatus
from tokens.records.bids import AllotmentStatus
from tokens.records.holdings import POSITION
from tokens.records.instruments import ASSET
from tokens.results import Code
from tokens.types import AssetStatus

SHEETS = {
    "dealer_a": ((995_000, 10), (990_000, 20)),
    "dealer_b": ((992_500, 30),),
    "dealer_c": ((985_000, 40),),
}


def held(world: World, account: str, asset: str = CBM) -> int:
    position = world.state.get(POSITION, asset, address(account))
    return 0 if position is None else position.held


def test_an_auction_from_announcement_to_settlement() -> None:
    world = allotted(SHEETS, 990_000)
    assert auction(world).status is AuctionStatus.ALLOTTED
    assert [(a.price_e4, a.face) for a in allotments(world)] == [
        (995_000, 10 * FACE),
        (990_000, 20 * FACE),
        (992_500, 30 * FACE),
    ]
    assert held(world, "dealer_c/main") == 0, "who won nothing is released"
    assert world.supply(ISIN) == 0, "supply rises inside a settled batch only"
    before = world.balance(CBM, "dealer_a/main")
    go_to(world, SETTLES)
    world.finish_agenda()
    assert auction(world).status is AuctionStatus.SETTLED
    assert world.supply(ISIN) == 60 * FACE == auction(world).settled_face
    assert world.balance(ISIN, "dealer_a/main") == 30 * FACE
    paid = before - world.balance(CBM, "dealer_a/main")
    assert paid == 10 * FACE * 995_000 // 10**6 + 20 * FACE * 990_000 // 10**6
    assert held(world, "dealer_a/main") == held(world, "dealer_b/main") == 0
    asset = world.state.get(ASSET, ISIN)
    assert asset is not None
    assert asset.status is AssetStatus.OUTSTANDING


def test_the_result_prints_averages_and_related_bidders() -> None:
    world = allotted(SHEETS, 990_000)
    found = result(world)
    weighted = 10 * 995_000 + 20 * 990_000 + 30 * 992_500
    assert found.average == (2 * weighted + 60) // 120
    assert (found.competitive_face, found.offered_face) == (60 * FACE, 100 * FACE)
    assert [(r.control_group, len(r.bidders)) for r in found.related] == [("twins", 2)]


def test_a_uniform_auction_is_paid_at_the_cut_off() -> None:
    world = allotted(SHEETS, 990_000, method=AuctionMethod.UNIFORM)
    assert {a.price_e4 for a in allotments(world)} == {990_000}
    assert result(world).average == 990_000


def test_a_sealed_bid_whose_hold_tells_nothing() -> None:
    """Whatever is bid, the hold, the bytes on the wire and the record are alike."""
    worlds = [opened(), opened()]
    worlds[0].act("dealer_a", sheet("dealer_a", (995_000, 1)))
    worlds[1].act("dealer_a", sheet("dealer_a", *[(1_000 + n, 900) for n in range(64)]))
    small, large = (sheet_of(world, "dealer_a") for world in worlds)
    assert small.hold == large.hold == SECURITY
    assert held(worlds[0], "dealer_a/main") == held(worlds[1], "dealer_a/main") == SECURITY
    assert len(small.sealed) == len(large.sealed)
    assert small.lines == large.lines == ()


def test_replaced_sheets() -> None:
    """The last one before the close counts; the hold stays the same; its turn is the last."""
    world = opened()
    world.act("dealer_a", sheet("dealer_a", (990_000, 5)))
    world.act("dealer_b", sheet("dealer_b", (990_000, 7)))
    lien = sheet_of(world, "dealer_a").lien
    world.act("dealer_a", sheet("dealer_a", (991_000, 3)))
    assert sheet_of(world, "dealer_a").lien == lien
    assert held(world, "dealer_a/main") == SECURITY
    assert sheet_of(world, "dealer_a").number > sheet_of(world, "dealer_b").number
    assert auction(world).sheets == auction(world).unopened == 2
    close(world)
    publish(world)
    world.refuse(Code.COMMITMENT_MISMATCH, "central", reveal("dealer_a", (990_000, 5)))
    world.act("central", reveal("dealer_a", (991_000, 3)))


def saver(world: World, name: str) -> Actors:
    return Actors(address(name), (), (address(name),))


def test_non_competitive_bids_pay_the_average() -> None:
    world = opened()
    for name, pairs in SHEETS.items():
        world.act(name, sheet(name, *pairs))
    for name, count in (("saver", 4), ("saver_b", 2)):
        world._run(saver(world, name), (ncb(name, count),))
    world.end_block()
    close(world)
    publish(world)
    for name, pairs in SHEETS.items():
        world.act("treasury", reveal(name, *pairs))
    world.act("treasury", cut_at(990_000))
    world.finish_agenda()
    found = result(world)
    assert (found.ncb_offered, found.ncb_face) == (6 * FACE, 6 * FACE)
    assert [a.price_e4 for a in allotments(world) if a.person] == [found.average] * 2
    go_to(world, SETTLES)
    world.finish_agenda()
    assert world.balance(ISIN, "saver") == 4 * FACE
    assert {a.status for a in allotments(world)} == {AllotmentStatus.SETTLED}
    assert ncb_of(world, "saver").is_done
    assert auction(world).terms.auction_id == ID
