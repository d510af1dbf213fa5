"""Sealed sheets of dealers, and results computed again from what is public."""

import msgspec
import pytest

from node.sdk.auction_bid import parse_line, sealed_bid
from node.sdk.auction_check import differences
from node.sdk.sealing import Binding, Unopened, new_key, seal, unseal
from tests.tokens.ops.auction_world import (
    CHAIN_ID,
    ID,
    allotments,
    auction,
    close,
    cut_at,
    ncb,
    opened,
    result,
    salt,
)
from tests.tokens.ops.build import FACE
from tests.tokens.ops.world import World, address
from tokens import auctions
from tokens.context import Actors
from tokens.execution import RUNNER
from tokens.ops.auction_bids import PlaceBid
from tokens.ops.auction_reveal import EndReveal, PublishAuctionKey, RevealBid
from tokens.records.bids import LINES_MAX, NCB, NCBS, SEALED_BYTES, BidLine, BidSheet
from tokens.records.system import PARAMETER, Parameter
from tokens.results import Code
from tokens.types import AssetKind

TREASURY, CENTRAL = new_key(), new_key()
BINDING = Binding(CHAIN_ID, ID, address("dealer_a"))
ONE = (BidLine(bid=990_000, face=FACE),)
MANY = tuple(BidLine(bid=10**7 - n, face=2**50) for n in range(LINES_MAX))


@pytest.mark.parametrize("lines", [ONE, MANY, ()])
def test_both_keys_open_a_sheet_and_its_size_tells_nothing(lines: tuple[BidLine, ...]) -> None:
    sealed = seal(BINDING, lines, salt("x"), TREASURY.public, CENTRAL.public)
    assert len(sealed) == SEALED_BYTES
    found = unseal(BINDING, sealed, TREASURY.private, CENTRAL.private)
    assert (found.lines, found.salt) == (lines, salt("x"))


def test_one_key_alone_another_bidder_or_damage_open_nothing() -> None:
    sealed = seal(BINDING, ONE, salt("x"), TREASURY.public, CENTRAL.public)
    with pytest.raises(Unopened):
        unseal(BINDING, sealed, CENTRAL.private, CENTRAL.private)
    with pytest.raises(Unopened):
        unseal(BINDING, sealed, TREASURY.private, TREASURY.private)
    other = BINDING._replace(bidder=address("dealer_b"))
    with pytest.raises(Unopened):
        unseal(other, sealed, TREASURY.private, CENTRAL.private)
    damaged = sealed[:-1] + bytes([sealed[-1] ^ 1])
    with pytest.raises(Unopened):
        unseal(BINDING, damaged, TREASURY.private, CENTRAL.private)


def test_a_sheet_that_is_too_long_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="64 lines"):
        seal(BINDING, (*MANY, *ONE), salt("x"), TREASURY.public, CENTRAL.public)


@pytest.mark.parametrize(
    ("text", "bid"),
    [("98.3815:5", 983_815), ("98:5", 980_000), ("101.5:5", 1_015_000), ("0.0001:5", 1)],
)
def test_a_line_is_read_exactly(text: str, bid: int) -> None:
    assert parse_line(text, priced=True) == BidLine(bid=bid, face=5)


@pytest.mark.parametrize("text", ["98.38155:5", "98", "98:", "-1:5", "98:5.5", "1e2:5"])
def test_a_line_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text.split(":", maxsplit=1)[0]):
        parse_line(text, priced=True)


def held() -> World:
    """Two dealers sealed their sheets; the keys of the announcement are real ones."""
    world = opened(
        treasury_key=TREASURY.public,
        central_bank_key=CENTRAL.public,
        treasury_key_hash=auctions.key_hash(TREASURY.private),
        central_bank_key_hash=auctions.key_hash(CENTRAL.private),
    )
    for name, bid in (("dealer_a", 990_000), ("dealer_b", 985_000)):
        lines = (BidLine(bid=bid, face=20 * FACE), BidLine(bid=995_000, face=5 * FACE))
        account = address(name + "/main")
        placed, _ = sealed_bid(CHAIN_ID, auction(world), address(name), account, lines, salt(name))
        operation = RUNNER.decode(placed)
        assert isinstance(operation, PlaceBid)
        world.act(name, operation)
    saver = Actors(address("saver"), (), (address("saver"),))
    assert world._run(saver, (ncb("saver", 2),)) is Code.OK
    close(world)
    world.act("treasury", PublishAuctionKey(auction_id=ID, private_key=TREASURY.private))
    world.act("central", PublishAuctionKey(auction_id=ID, private_key=CENTRAL.private))
    return world


def open_with_public_keys(world: World, *names: str) -> None:
    """Anybody: from what is on the ledger alone."""
    found = auction(world)
    assert found.treasury_secret is not None
    assert found.central_bank_secret is not None
    for sheet in auctions.sheets_of(world.state, ID):
        if sheet.bidder not in [address(name) for name in names]:
            continue
        content = unseal(
            Binding(CHAIN_ID, ID, sheet.bidder),
            sheet.sealed,
            found.treasury_secret,
            found.central_bank_secret,
        )
        world.act(
            "bank_b",
            RevealBid(auction_id=ID, bidder=sheet.bidder, lines=content.lines, salt=content.salt),
        )


def check(world: World, sheets: list[BidSheet] | None = None) -> list[str]:
    found = auctions.sheets_of(world.state, ID) if sheets is None else sheets
    ncbs = world.state.scan(NCB, NCBS, (ID,), limit=10)
    return differences(
        CHAIN_ID, AssetKind.FIXED, auction(world), found, result(world), allotments(world), ncbs
    )


def test_any_bidder_computes_the_result_again() -> None:
    world = held()
    open_with_public_keys(world, "dealer_a", "dealer_b")
    world.act("treasury", cut_at(985_000, 10))
    world.finish_agenda()
    assert check(world) == []


def test_what_differs_is_named_line_by_line() -> None:
    world = held()
    open_with_public_keys(world, "dealer_a", "dealer_b")
    world.act("treasury", cut_at(990_000))
    world.finish_agenda()
    sheets = auctions.sheets_of(world.state, ID)
    better = (BidLine(bid=991_000, face=20 * FACE), sheets[1].lines[1])
    sheets[1] = msgspec.structs.replace(sheets[1], lines=better)
    found = check(world, sheets)
    assert [line.split(":")[0] for line in found] == [
        "result sheets_digest",
        "result competitive_face",
        "result accepted_lines",
        "result average",
        "sheet 2 line 0",
    ]
    assert f"the ledger says nothing, the sheets say face {20 * FACE} at 991000" in found[-1]


def test_selective_reveal_is_proven_afterwards() -> None:
    """A sheet was voided although it opens: everybody can see it for ever."""
    world = held()
    open_with_public_keys(world, "dealer_b")
    world.state.put(PARAMETER, Parameter(name="auction_reveal_blocks", value=1))
    world.act("central", EndReveal(auction_id=ID))
    world.act("treasury", cut_at(985_000))
    world.finish_agenda()
    assert check(world) == ["sheet 1: left out: it opens to 2 lines, but was voided"]


def test_a_published_key_that_is_not_the_announced_one_is_named() -> None:
    world = held()
    open_with_public_keys(world, "dealer_a", "dealer_b")
    world.act("treasury", cut_at(985_000))
    world.finish_agenda()
    false = msgspec.structs.replace(auction(world), treasury_secret=CENTRAL.private)
    found = differences(
        CHAIN_ID,
        AssetKind.FIXED,
        false,
        auctions.sheets_of(world.state, ID),
        result(world),
        allotments(world),
        [],
    )
    assert "the published key of the Treasury does not belong to the announced one" in found


def test_a_non_competitive_bid_that_got_another_face_is_named() -> None:
    world = held()
    open_with_public_keys(world, "dealer_a", "dealer_b")
    world.act("treasury", cut_at(985_000))
    world.finish_agenda()
    assert check(world) == []
    bid = world.state.scan(NCB, NCBS, (ID,), limit=1)[0]
    world.state.put(NCB, msgspec.structs.replace(bid, amount=FACE))
    assert [line.split(":")[0] for line in check(world)] == [
        "result ncb_offered",
        f"non-competitive bid {bid.number}",
    ]
