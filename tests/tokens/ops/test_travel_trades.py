"""The travel rule of what is no batch of its parties: orders, quotes, repos, mint, redemption."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.book import PAR, TODAY, buy, order_of, placed, sell, trading_world
from tests.tokens.ops.build import FACE, ISIN, transfer
from tests.tokens.ops.repo_build import OTHER, accept, line, market, propose, repo_terms
from tests.tokens.ops.repo_build import mark as marked
from tests.tokens.ops.reserve_world import BOTH, reserve_world, swap
from tests.tokens.ops.reserve_world import add as cover
from tests.tokens.ops.test_cash import GRANT_OF_A, mint, redeem, start
from tests.tokens.ops.test_repo_margin import add
from tests.tokens.ops.test_repo_margin import swap as substitute
from tests.tokens.ops.travel_world import SEALED_HASH, govern
from tests.tokens.ops.world import CBM, PKRS, World, address
from tokens.events import OrderEnded
from tokens.ops import OPERATIONS
from tokens.ops.batch_steps import RevealBatch, SettleBatch
from tokens.ops.cash import CashMint, CashRedeem
from tokens.ops.order_changes import ReplaceOrder
from tokens.ops.orders import PlaceOrder
from tokens.ops.quote_answers import AcceptQuote, Quote
from tokens.ops.quotes import RequestQuote
from tokens.ops.repo_margin import AddCollateral, SubstituteCollateral
from tokens.ops.repos import AcceptRepo, repo_id
from tokens.ops.reserves import ReserveSwap
from tokens.ops.settlement import ApproveBatch, InstructBatch
from tokens.records.market import OrderStatus, Side
from tokens.records.proposals import GRANT
from tokens.records.repos import MarginTerms, RepoKind, RepoMode, Substitution
from tokens.records.settlement import BATCH, CASH_ROUTE, CashRoute
from tokens.results import Code

MISSING = Code.TRAVEL_HASH_MISSING
LOT = FACE
HASH = SEALED_HASH


@pytest.fixture
def world() -> World:
    """A client of bank A with 20 lots, one of bank B with money; two lots are the threshold."""
    made = trading_world()
    made.account("seller", None, "bank_a")
    made.account("buyer", None, "bank_b")
    made.write()
    made.act("bank_a", transfer(ISIN, "a/main", "seller", 20 * LOT))
    made.act("bank_b", transfer(CBM, "b/main", "buyer", 50 * FACE))
    govern(made, travel_threshold=2 * LOT, travel_days=5)
    return made


def status(world: World, order: bytes) -> OrderStatus:
    return order_of(world, order).status


def test_a_clients_order_carries_its_hash_from_the_threshold_on(world: World) -> None:
    for who, order in (
        ("bank_a", sell("seller", PAR, 2)),
        ("bank_b", buy("buyer", PAR, 2)),
        ("bank_a", sell("seller", 2 * PAR, 1)),  # worth the threshold in money
    ):
        world.refuse(MISSING, who, order)
        told = msgspec.structs.replace(order, travel_hash=HASH)
        assert world.attempt(who, told) is Code.OK
    world.act("bank_a", sell("a/main", PAR, 3))


def test_an_order_without_a_hash_does_not_grow_to_where_it_needs_one(world: World) -> None:
    order = placed(world, "bank_a", sell("seller", PAR, 1))
    found = order_of(world, order)
    grown = ReplaceOrder(order=order, price_e4=PAR, face=2 * LOT, expires_on=found.expires_on)
    world.refuse(MISSING, "bank_a", grown)


def test_orders_with_their_hashes_trade(world: World) -> None:
    sale = placed(world, "bank_a", sell("seller", PAR, 2, travel_hash=HASH))
    buying = placed(world, "bank_b", buy("buyer", PAR, 2, travel_hash=bytes(32)))
    assert status(world, sale) is status(world, buying) is OrderStatus.FILLED
    assert world.balance(ISIN, "buyer") == 2 * LOT


def test_a_client_trades_with_an_institution_under_its_own_hash(world: World) -> None:
    sale = placed(world, "bank_a", sell("seller", PAR, 2, travel_hash=HASH))
    buying = placed(world, "bank_b", buy("b/main", PAR, 2))
    assert status(world, sale) is status(world, buying) is OrderStatus.FILLED


def test_a_threshold_that_came_later_ends_an_order_without_a_hash(world: World) -> None:
    govern(world, travel_threshold=0)
    sale = placed(world, "bank_a", sell("seller", PAR, 2))
    govern(world, travel_threshold=LOT)
    placed(world, "bank_b", buy("b/main", PAR, 2))
    ended = order_of(world, sale)
    assert (ended.status, ended.reason) == (OrderStatus.CANCELLED, int(MISSING))
    assert any(isinstance(event, OrderEnded) for event in world.events)
    assert world.balance(ISIN, "b/main") == 0


def test_a_price_that_reaches_the_threshold_ends_the_order_that_has_no_hash(world: World) -> None:
    """Face and limit of the sale are below it; what the book pays is not."""
    govern(world, travel_threshold=LOT + LOT // 2)
    world.act("bank_b", buy("b/main", 2 * PAR, 3))
    sale = placed(world, "bank_a", sell("seller", PAR, 1))
    ended = order_of(world, sale)
    assert (ended.status, ended.reason) == (OrderStatus.CANCELLED, int(MISSING))
    assert world.balance(CBM, "seller") == 0


def test_money_of_an_order_that_is_routed_is_still_of_the_client(world: World) -> None:
    """One lot is below the threshold, its price is not; both cash accounts are of the banks."""
    for account, through in (("seller", "a/main"), ("buyer", "b/main")):
        made = CashRoute(account=address(account), asset=CBM, cash_account=address(through))
        world.state.put(CASH_ROUTE, made)
    world.write()
    world.refuse(MISSING, "bank_b", buy("buyer", 2 * PAR, 1))
    world.act("bank_b", buy("buyer", 2 * PAR, 1, travel_hash=HASH))
    sale = placed(world, "bank_a", sell("seller", PAR, 1))
    assert status(world, sale) is OrderStatus.FILLED


def ask(world: World, **changes: object) -> RequestQuote:
    made = RequestQuote(
        rfq_id="R-1",
        maker=address("bank_a"),
        asset=ISIN,
        side=Side.BUY,
        face=2 * LOT,
        isd=TODAY,
        expires_on=TODAY + dt.timedelta(days=1),
        account=address("buyer"),
    )
    assert world.balance(CBM, "buyer")
    return msgspec.structs.replace(made, **changes)


def quote(price_e4: int = PAR, **changes: object) -> Quote:
    made = Quote(
        taker=address("bank_b"), rfq_id="R-1", price_e4=price_e4, account=address("seller")
    )
    return msgspec.structs.replace(made, **changes)


def test_each_side_of_a_quote_carries_the_hash_of_its_client(world: World) -> None:
    world.refuse(MISSING, "bank_b", ask(world))
    world.act("bank_b", ask(world, travel_hash=HASH))
    world.act("bank_a", quote())
    world.act("bank_b", AcceptQuote(rfq_id="R-1", price_e4=PAR))
    batch = world.state.get(BATCH, address("bank_b"), "R-1")
    assert batch is not None
    assert [leg.travel_hash for leg in batch.legs] == [HASH, HASH]
    assert world.balance(ISIN, "buyer") == 2 * LOT


def test_a_maker_that_quotes_for_a_client_is_asked(world: World) -> None:
    world.act("bank_b", ask(world, account=address("b/main")))
    world.refuse(MISSING, "bank_a", quote())
    world.act("bank_a", quote(travel_hash=HASH))
    govern(world, travel_threshold=LOT)
    world.act("bank_b", AcceptQuote(rfq_id="R-1", price_e4=PAR))


def test_what_a_quote_costs_is_asked_beside_its_face(world: World) -> None:
    """One lot passes the request; at twice its face the price does not."""
    world.act("bank_b", ask(world, face=LOT))
    world.refuse(MISSING, "bank_a", quote(2 * PAR))
    world.act("bank_a", quote(PAR))
    govern(world, travel_threshold=LOT)
    world.refuse(MISSING, "bank_b", AcceptQuote(rfq_id="R-1", price_e4=PAR))


def test_a_request_of_a_seller_counts_its_face(world: World) -> None:
    mine = ask(world, maker=address("bank_b"), side=Side.SELL, account=address("seller"))
    world.refuse(MISSING, "bank_a", mine)
    world.act("bank_a", msgspec.structs.replace(mine, travel_hash=HASH))


@pytest.fixture
def lent() -> World:
    """The client of bank A has bonds, and wants money of bank B."""
    made = market()
    made.account("client", None, "bank_a")
    made.write()
    for isin in (ISIN, OTHER):
        made.act("bank_a", transfer(isin, "a/main", "client", 100 * FACE))
    made.act("bank_a", transfer(CBM, "a/main", "client", 50 * FACE))
    govern(made, travel_threshold=91 * FACE, travel_days=5)
    return made


SMALL = {"cash": 80 * FACE, "collateral": (line(90 * FACE),)}


@pytest.mark.parametrize(
    "changes",
    [
        {},  # the collateral reaches it, pledged
        {"mode": RepoMode.TITLE},
        {"cash": 90 * FACE, "rate_e6": 10**9, "collateral": (line(90 * FACE, haircut_bps=0),)},
        {"kind": RepoKind.OPEN, "end": None, **SMALL},  # no end, so nobody knows the price
    ],
)
def test_a_repo_of_a_client_carries_one_hash_for_its_life(
    lent: World, changes: dict[str, object]
) -> None:
    made = repo_terms(**changes)
    lent.act("bank_a", propose(made, "client"))
    lent.refuse(MISSING, "bank_b", accept(made))
    told = repo_terms(**changes, travel_hash=HASH)
    lent.act("bank_a", propose(told, "client"))
    lent.act("bank_b", accept(told))


def test_a_repo_of_two_institutions_is_asked_nothing(lent: World) -> None:
    made = repo_terms(reference="own")
    lent.act("bank_a", propose(made))
    lent.act("bank_b", accept(made))


@pytest.mark.parametrize("mode", list(RepoMode))
def test_collateral_in_parts_is_one_sum(lent: World, mode: RepoMode) -> None:
    made = repo_terms(
        **SMALL,
        mode=mode,
        rate_e6=0,
        margin=MarginTerms(frequency_bd=0, threshold_bps=0, deadline_bd=0),
        substitutions=(Substitution(out=ISIN, into=OTHER, haircut_bps=0),),
    )
    lent.act("bank_a", propose(made, "client"))
    lent.act("bank_b", accept(made))
    repo = repo_id(address("bank_a"), made)
    lent.refuse(MISSING, "bank_a", add(repo, FACE))
    lent.refuse(MISSING, "bank_a", substitute(repo, 90 * FACE, 91 * FACE))
    lent.act("bank_a", substitute(repo, 90 * FACE, 90 * FACE))
    marked(lent, PAR)


def test_redemption_into_anothers_account_is_no_way_around_the_rule() -> None:
    world = start()
    for name, bank in (("mine", "bank_a"), ("theirs", "bank_b")):
        world.account(name, None, bank)
    world.write()
    world.act("bank_a", mint(500))
    world.act("bank_a", transfer(PKRS, "a/main", "mine", 300))
    govern(world, travel_threshold=100)
    away = redeem(100, source=address("mine"), target=address("theirs"))
    world.refuse(MISSING, "bank_a", away)
    world.act("bank_a", msgspec.structs.replace(away, amount=99))
    world.act("bank_a", redeem(100, source=address("mine"), target=address("mine")))
    world.act("bank_a", msgspec.structs.replace(away, travel_hash=HASH))
    assert world.balance(CBM, "theirs") == 199


def test_minting_into_anothers_client_is_asked() -> None:
    world = start()
    world.account("theirs", None, "bank_b")
    world.state.put(GRANT, msgspec.structs.replace(GRANT_OF_A, targets=()))
    govern(world, travel_threshold=100)
    away = mint(100, target=address("theirs"))
    world.refuse(MISSING, "bank_a", away)
    world.act("bank_a", mint(100))
    world.act("bank_a", msgspec.structs.replace(away, travel_hash=HASH))


def test_a_reserve_that_deals_with_a_client_of_another_institution_is_asked() -> None:
    world = reserve_world()
    world.account("client", None, "bank_b")
    world.write()
    bill = swap().into
    world.act("bank_b", transfer(bill, "b/main", "client", 5_000_000))
    govern(world, travel_threshold=4_900_000)
    made = swap(account=address("client"))
    world.refuse(MISSING, BOTH, made)
    world.act("issuer", cover(100_000))
    world.act(BOTH, msgspec.structs.replace(made, travel_hash=HASH))
    assert world.balance(bill, "reserve") == 5_000_000


def test_these_operations_are_asked_and_no_others() -> None:
    """Whoever adds an operation that moves a client's units between institutions adds it here."""
    asked = {spec.operation for spec in OPERATIONS if MISSING in spec.codes}
    assert asked == {
        AcceptQuote,
        AcceptRepo,
        AddCollateral,
        ApproveBatch,
        CashMint,
        CashRedeem,
        InstructBatch,
        PlaceOrder,
        Quote,
        ReplaceOrder,
        RequestQuote,
        ReserveSwap,
        RevealBatch,
        SettleBatch,
        SubstituteCollateral,
    }
