"""Non-competitive bids: every code, and who may bid so."""

import msgspec
import pytest

from tests.tokens.ops.auction_world import (
    ID,
    NCB_TERMS,
    SETTLES,
    allotments,
    auction,
    close,
    cut_at,
    give_key,
    ncb,
    ncb_of,
    opened,
    publish,
    result,
    reveal,
    sheet,
)
from tests.tokens.ops.build import FACE, go_to
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
from tests.tokens.ops.world import CBM, address
from tokens.events import NonCompetitiveBidPlaced
from tokens.ops.auction_ncbs import PlaceNcb
from tokens.records.auctions import AUCTION, NcbMethod
from tokens.records.bids import NCBS_MAX
from tokens.records.holdings import POSITION
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
    told = NonCompetitiveBidPlaced(
        auction_id=ID, person=account.owner, amount=2 * FACE, is_void=False
    )
    assert world._run(of("saver"), (ncb("saver", 2),)) is Code.OK
    assert world.last(NonCompetitiveBidPlaced) == told
    assert held_anywhere(world)
    assert world._run(of("saver_b"), (ncb("saver_b", 1),)) is Code.OK
    voided = msgspec.structs.replace(told, amount=FACE, is_void=True)
    assert world.last(NonCompetitiveBidPlaced) == voided
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


@pytest.mark.parametrize(
    ("method", "faces"),
    [
        (NcbMethod.ASCENDING, {"saver_b": 2, "saver": 1}),
        (NcbMethod.PRO_RATA, {"saver": 2, "saver_b": 1}),
    ],
)
def test_non_competitive_bids_that_ask_for_too_much(
    method: NcbMethod, faces: dict[str, int]
) -> None:
    """Bids of 4 and 2 for 3: smallest first, or in proportion; what is left over is not sold."""
    terms = msgspec.structs.replace(NCB_TERMS, method=method, total_max=3 * FACE)
    world = opened(ncb=terms)
    world.act("dealer_a", sheet("dealer_a", (990_000, 10)))
    for name, count in (("saver", 4), ("saver_b", 2)):
        assert world._run(of(name), (ncb(name, count),)) is Code.OK
    close(world)
    publish(world)
    world.act("central", reveal("dealer_a", (990_000, 10)))
    world.act("treasury", cut_at(990_000))
    world.finish_agenda()
    found = {a.account: a.face // FACE for a in allotments(world) if a.person is not None}
    assert found == {address(name): face for name, face in faces.items()}
    assert result(world).ncb_face == sum(faces.values()) * FACE
    go_to(world, SETTLES)
    world.finish_agenda()
    assert not held_anywhere(world)


def test_a_non_competitive_bid_that_gets_nothing_is_released() -> None:
    terms = msgspec.structs.replace(NCB_TERMS, total_max=0)
    world = opened(ncb=terms)
    world.act("dealer_a", sheet("dealer_a", (990_000, 10)))
    assert world._run(of("saver"), (ncb("saver", 4),)) is Code.OK
    close(world)
    publish(world)
    world.act("central", reveal("dealer_a", (990_000, 10)))
    world.act("treasury", cut_at(990_000))
    world.finish_agenda()
    assert ncb_of(world, "saver").is_done
    position = world.state.get(POSITION, CBM, address("saver"))
    assert position is not None
    assert position.held == 0
