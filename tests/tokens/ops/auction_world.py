"""A world with dealers and an auction of the bond of build.py, and the acts that move it on."""

import datetime as dt
from collections.abc import Mapping

import msgspec

from tests.tokens.ops.build import FACE, ISIN, bond, fund, go_to, transfer
from tests.tokens.ops.world import CBM, World, address
from tokens import auctions
from tokens.codec import tagged_hash
from tokens.ops.auction_bids import PlaceBid
from tokens.ops.auction_cut_off import CutAuction
from tokens.ops.auction_ncbs import PlaceNcb
from tokens.ops.auction_reveal import PublishAuctionKey, RevealBid
from tokens.ops.auctions import AnnounceAuction, CloseAuction, OpenAuction
from tokens.records.auctions import (
    AUCTION,
    AUCTION_RESULT,
    Auction,
    AuctionMethod,
    AuctionResult,
    AuctionStatus,
    AuctionTerms,
    AuctionType,
    BidUnit,
    NcbMethod,
    NcbTerms,
)
from tokens.records.bids import (
    ALLOTMENT,
    ALLOTMENTS,
    BID_SHEET,
    NCB,
    SEALED_BYTES,
    Allotment,
    BidLine,
    BidSheet,
    NonCompetitiveBid,
)
from tokens.records.parties import ACCOUNT, PARTICIPANT, KeyPolicy
from tokens.records.proposals import APPROVAL_POLICY, ApprovalPolicy
from tokens.records.system import CHAIN, Chain
from tokens.types import Role

CHAIN_ID = "mohur-auctions"
ID = "PIB-3Y-2025-07-16"
BOTH = "treasury+central"
AUCTION_DAY = dt.date(2025, 7, 16)
SETTLES = dt.date(2025, 7, 17)
"""A Thursday, one business date after AUCTION_DAY; the bond is dated on it."""
SECURITY = 5 * FACE
DEALERS = ("dealer_a", "dealer_b", "dealer_c")
TREASURY_SECRET = tagged_hash(b"test/secret", b"treasury")
CENTRAL_SECRET = tagged_hash(b"test/secret", b"central")
NCB_TERMS = NcbTerms(
    cap_bps=50,
    cap_min=4 * FACE,
    cap_max=10 * FACE,
    total_max=20 * FACE,
    method=NcbMethod.ASCENDING,
    excluded_classes=("bank",),
)


def auction_terms(**changes: object) -> AuctionTerms:
    """A new bond at multiple prices."""
    values: dict[str, object] = {
        "auction_id": ID,
        "asset": ISIN,
        "auction_type": AuctionType.NEW,
        "method": AuctionMethod.MULTIPLE,
        "bid_unit": BidUnit.PRICE_E4,
        "target_face": 1_000 * FACE,
        "settlement_date": SETTLES,
        "isin_in": None,
        "in_price_e4": 0,
        "bid_security": SECURITY,
        "min_bid": FACE,
        "multiple": FACE,
        "tick": 1,
        "fill_first": 5 * FACE,
        "prorata_step": 5 * FACE,
        "ncb": NCB_TERMS,
        "benchmark": None,
        "treasury_key": bytes([1]) * 32,
        "central_bank_key": bytes([2]) * 32,
        "treasury_key_hash": auctions.key_hash(TREASURY_SECRET),
        "central_bank_key_hash": auctions.key_hash(CENTRAL_SECRET),
    }
    return AuctionTerms(**(values | changes))  # type: ignore[arg-type]


def populate(world: World) -> None:
    """Three dealers, a custodian's client with a key, a name for the chain, the policy."""
    state = world.state
    chain = Chain(
        chain_id=CHAIN_ID,
        is_dev=True,
        protocol_version=1,
        genesis_timestamp_ms=0,
        genesis=bytes(32),
    )
    state.put(CHAIN, chain)
    slots = ((Role.TREASURY,), (Role.CENTRAL_BANK,))
    state.put(
        APPROVAL_POLICY,
        ApprovalPolicy(
            name="auction",
            required=slots,
            approvals_min=2,
            validator_quorum=False,
            threshold_min=1,
        ),
    )
    bank = state.get(PARTICIPANT, address("bank_a"))
    assert bank is not None
    for name in DEALERS:
        keys = KeyPolicy(threshold=1, keys=(tagged_hash(b"test/key", name.encode()),))
        dealer = msgspec.structs.replace(
            bank,
            id=address(name),
            name=name,
            control_group="twins" if name != "dealer_c" else name,
            roles=(Role.PRIMARY_DEALER,),
            policy=keys,
        )
        state.put(PARTICIPANT, dealer)
        world.account(name + "/main", name, name)
    for name in ("client", "saver", "saver_b"):
        world.account(name, None, "bank_a")
    give_key(world, "saver")
    give_key(world, "saver_b")


def give_key(world: World, name: str) -> None:
    """The account is moved by a key of its own from now on."""
    account = world.state.get(ACCOUNT, address(name))
    assert account is not None
    keys = KeyPolicy(threshold=1, keys=(tagged_hash(b"test/key", name.encode()),))
    world.state.put(ACCOUNT, msgspec.structs.replace(account, policy=keys))


def announced(world: World | None = None, **changes: object) -> World:
    """The auction day, everybody funded, the auction ANNOUNCED."""
    made = World() if world is None else world
    populate(made)
    for name in DEALERS:
        fund(made, name + "/main", 1_000 * FACE)
    fund(made, "a/main", 1_000 * FACE)
    for name in ("client", "saver", "saver_b"):
        made.act("bank_a", transfer(CBM, "a/main", name, 200 * FACE))
    if world is None:
        bond(made)
    go_to(made, AUCTION_DAY)
    made.act(BOTH, AnnounceAuction(terms=auction_terms(**changes)))
    return made


def opened(**changes: object) -> World:
    """The same, OPEN."""
    world = announced(None, **changes)
    world.act("central", OpenAuction(auction_id=ID))
    return world


def bid_lines(*pairs: tuple[int, int]) -> tuple[BidLine, ...]:
    """(bid, number of FACE)."""
    return tuple(BidLine(bid=bid, face=count * FACE) for bid, count in pairs)


def salt(name: str) -> bytes:
    return tagged_hash(b"test/salt", name.encode())


def sheet(name: str, *pairs: tuple[int, int], **changes: object) -> PlaceBid:
    """A dealer's sheet; its seal is opened by nobody, the ledger only looks at its size."""
    lines = bid_lines(*pairs)
    values: dict[str, object] = {
        "auction_id": ID,
        "bidder": address(name),
        "account": address(name + "/main"),
        "commit": auctions.commitment(CHAIN_ID, ID, address(name), lines, salt(name)),
        "sealed": bytes(SEALED_BYTES),
        "hold": SECURITY,
    }
    return PlaceBid(**(values | changes))  # type: ignore[arg-type]


def investor_sheet(name: str, *pairs: tuple[int, int], **changes: object) -> PlaceBid:
    """A sheet under the address of an account; the full face is held."""
    face = sum(count for _, count in pairs) * FACE
    made: dict[str, object] = {"account": address(name), "hold": face}
    return sheet(name, *pairs, **(made | changes))


def reveal(name: str, *pairs: tuple[int, int]) -> RevealBid:
    return RevealBid(auction_id=ID, bidder=address(name), lines=bid_lines(*pairs), salt=salt(name))


def ncb(name: str, count: int) -> PlaceNcb:
    return PlaceNcb(auction_id=ID, account=address(name), amount=count * FACE)


def publish(world: World) -> None:
    """Both keys."""
    central = PublishAuctionKey(auction_id=ID, private_key=CENTRAL_SECRET)
    treasury = PublishAuctionKey(auction_id=ID, private_key=TREASURY_SECRET)
    world.act("central", central)
    world.act("treasury", treasury)


def close(world: World) -> None:
    world.act("central", CloseAuction(auction_id=ID))


def cut_at(bid: int, count: int | None = None) -> CutAuction:
    quantity = None if count is None else count * FACE
    return CutAuction(auction_id=ID, cut_off=bid, quantity=quantity)


Sheets = Mapping[str, tuple[tuple[int, int], ...]]


def revealed(sheets: Sheets, **changes: object) -> World:
    """These dealers have bid, everything is open, both keys are public."""
    world = opened(**changes)
    for name, pairs in sheets.items():
        world.act(name, sheet(name, *pairs))
    close(world)
    publish(world)
    for name, pairs in sheets.items():
        world.act("central", reveal(name, *pairs))
    assert auction(world).status is AuctionStatus.REVEALED
    return world


def allotted(sheets: Sheets, bid: int, count: int | None = None, **changes: object) -> World:
    """The same, and cut."""
    world = revealed(sheets, **changes)
    world.act("treasury", cut_at(bid, count))
    world.finish_agenda()
    return world


def auction(world: World) -> Auction:
    found = world.state.get(AUCTION, ID)
    assert found is not None
    return found


def result(world: World) -> AuctionResult:
    found = world.state.get(AUCTION_RESULT, ID)
    assert found is not None
    return found


def sheet_of(world: World, name: str) -> BidSheet:
    found = world.state.get(BID_SHEET, ID, address(name))
    assert found is not None
    return found


def ncb_of(world: World, name: str) -> NonCompetitiveBid:
    account = world.state.get(ACCOUNT, address(name))
    assert account is not None
    found = world.state.get(NCB, ID, account.owner)
    assert found is not None
    return found


def allotments(world: World) -> list[Allotment]:
    return world.state.scan(ALLOTMENT, ALLOTMENTS, (ID,), limit=10_000)
