"""Governed rules reach every operation that moves units, and each operation says so.

The world of these tests accepts only codes that an operation declares. Here each operation that
declares the codes of rules is refused by some, in a state in which it passes without them.
"""

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest

from tests.tokens.ops import ramp_world as ramps
from tests.tokens.ops.auction_world import ncb, opened, sheet
from tests.tokens.ops.book import PAR, UNTIL, buy, placed, trading_world
from tests.tokens.ops.build import FACE, ISIN, fund, transfer
from tests.tokens.ops.commodity_world import GOLD, confirm, receipts, request, vault_world
from tests.tokens.ops.enforcement_world import SELLER, TAKER, noticed, sale, title
from tests.tokens.ops.ramp_world import credit, open_in, open_out, ramp_world, send
from tests.tokens.ops.repo_build import OTHER, accept, market, open_repo, propose, repo_terms
from tests.tokens.ops.reserve_world import BILL, add, reserve_world, swap, take
from tests.tokens.ops.reserve_world import BOTH as SWAPPERS
from tests.tokens.ops.standing import recover, suspend
from tests.tokens.ops.test_auction_told import settle, winner
from tests.tokens.ops.test_cash import cb_issue, mint, redeem, start
from tests.tokens.ops.test_hash_locks import LOCK, REVEAL
from tests.tokens.ops.test_on_ramps import cleared
from tests.tokens.ops.test_repo_margin import add as more
from tests.tokens.ops.test_repo_margin import swap as exchange
from tests.tokens.ops.test_repo_margin import take as less
from tests.tokens.ops.test_repo_out import defaulted
from tests.tokens.ops.test_rules import RULERS, rule_of
from tests.tokens.ops.test_sanctions import LISTERS, update
from tests.tokens.ops.test_settlement import A, allocate, match
from tests.tokens.ops.test_settlement import start as two_banks
from tests.tokens.ops.travel_world import accept as accept_data
from tests.tokens.ops.travel_world import sent, travel_world
from tests.tokens.ops.world import CBM, PKRS, World, address, person_of
from tokens.context import Actors
from tokens.eligibility import ENTRY_RULE_CODES
from tokens.ops import OPERATIONS, SPEC_OF
from tokens.ops.auction_bids import PlaceBid
from tokens.ops.auction_cut_off import SettleAllotment
from tokens.ops.auction_ncbs import PlaceNcb
from tokens.ops.batch_steps import RevealBatch, SettleBatch
from tokens.ops.cash import CashMint, CashRedeem
from tokens.ops.central_bank_money import CbIssue, CbWithdraw
from tokens.ops.commodities import MintReceipts
from tokens.ops.deliveries import ConfirmDelivery, RequestDelivery
from tokens.ops.enforcement_steps import AppropriatePledge, SellPledge
from tokens.ops.off_ramps import OpenOffRamp, SendRamp
from tokens.ops.on_ramp_ends import CreditRamp
from tokens.ops.on_ramps import OpenOnRamp
from tokens.ops.order_changes import ReplaceOrder
from tokens.ops.orders import PlaceOrder
from tokens.ops.repo_margin import AddCollateral, SubstituteCollateral, TakeExcess
from tokens.ops.repo_steps import CloseOutRepo, CloseRepo
from tokens.ops.repos import AcceptRepo
from tokens.ops.reserves import ReserveAdd, ReserveSwap, ReserveTake
from tokens.ops.transfer import Transfer
from tokens.ops.travel import AcceptTravel
from tokens.records.day import BUSINESS_DAY
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.records.repos import RepoMode
from tokens.records.rules import (
    CredentialRule,
    HolderCapRule,
    JurisdictionRow,
    JurisdictionRule,
    LicenceRule,
    LockUpRule,
    TierLimit,
    VelocityRule,
)
from tokens.results import Code
from tokens.types import Role

Case = tuple[World, str, msgspec.Struct]
"""A state, who acts (participants, or one account's own key), what passes in it."""
Make = Callable[[], Case]


def _funded() -> World:
    world = World()
    fund(world, "a/main", 100)
    return world


def _withdraw() -> Case:
    order = CbWithdraw(asset=CBM, source=address("a/main"), amount=2, rtgs_ref="W")
    return _funded(), "bank_a", order


def _replace_order() -> Case:
    world = trading_world()
    order = placed(world, "bank_a", buy("a/main", PAR, 2))
    smaller = ReplaceOrder(order=order, price_e4=PAR, face=FACE, expires_on=UNTIL)
    return world, "bank_a", smaller


def matched(**changes: object) -> World:
    world = two_banks()
    match(world, **changes)
    return world


def _settling(operation: SettleBatch | RevealBatch) -> Case:
    world = matched(hash_lock=LOCK if isinstance(operation, RevealBatch) else None)
    allocate(world)
    return world, "bank_b", operation


def _off_ramp() -> Case:
    world = ramp_world()
    world.act("bank_a", transfer(PKRS, "a/main", "b/main", 100))
    return world, "bank_b", open_out(account=address("b/main"))


def _send() -> Case:
    world, who, operation = _off_ramp()
    assert isinstance(operation, OpenOffRamp)
    return world, "bank_a", send(ramps.opened(world, operation, who))


def _redeem() -> Case:
    world = start()
    world.act("bank_a", mint(2))
    return world, "bank_a", redeem(2, target=address("b/main"))


def _confirm() -> Case:
    world = vault_world()
    world.act("bank_a", request(2_000))
    return world, "vault", confirm()


def _credit() -> Case:
    world = ramp_world()
    return world, "bank_a", credit(cleared(world))


def _covered() -> World:
    """The reserve has more than it needs."""
    world = reserve_world()
    world.act("issuer", add(200_000))
    return world


def _accept() -> Case:
    world = market()
    world.act("bank_a", propose(repo_terms()))
    return world, "bank_b", accept(repo_terms())


def _repo(make: Callable[[bytes], msgspec.Struct]) -> Case:
    """A step of a repo whose collateral is the buyer's in the meantime."""
    world = market()
    return world, "bank_a+bank_b", make(open_repo(world, mode=RepoMode.TITLE))


def _close_out() -> Case:
    world, repo = defaulted(mode=RepoMode.PLEDGE)
    return world, "bank_b", CloseOutRepo(repo=repo)


def _accept_data() -> Case:
    world = travel_world()
    return world, "bank_b", accept_data(sent(world))


def _enforcing(who: str, step: Callable[[World], msgspec.Struct]) -> Case:
    """At a mark at which something is left over for the pledgor."""
    world = noticed(price_e4=980_000)
    return world, who, step(world)


MOVES: dict[type[msgspec.Struct], Make] = {
    Transfer: lambda: (_funded(), "bank_a", transfer(CBM, "a/main", "b/main", 2)),
    CbIssue: lambda: (World(), "central", cb_issue(2, "R")),
    CbWithdraw: _withdraw,
    CashMint: lambda: (start(), "bank_a", mint(2)),
    MintReceipts: lambda: (vault_world(), "issuer", receipts(2)),
    ReserveSwap: lambda: (_covered(), SWAPPERS, swap()),
    ReserveAdd: lambda: (reserve_world(), "issuer", add(2)),
    ReserveTake: lambda: (_covered(), "issuer+central", take(2)),
    OpenOnRamp: lambda: (ramp_world(), "bank_b", open_in()),
    OpenOffRamp: _off_ramp,
    SendRamp: _send,
    CashRedeem: _redeem,
    RequestDelivery: lambda: (vault_world(), "bank_a", request(2_000)),
    ConfirmDelivery: _confirm,
    CreditRamp: _credit,
    PlaceOrder: lambda: (trading_world(), "bank_a", buy("a/main", PAR, 1)),
    ReplaceOrder: _replace_order,
    SettleBatch: lambda: _settling(SettleBatch(initiator=A, batch_id="T")),
    RevealBatch: lambda: _settling(REVEAL),
    PlaceBid: lambda: (opened(), "dealer_a", sheet("dealer_a", (PAR, 5))),
    PlaceNcb: lambda: (opened(), "saver", ncb("saver", 1)),
    SettleAllotment: lambda: (winner(), "dealer_a", settle(1)),
    AcceptRepo: _accept,
    CloseRepo: lambda: _repo(lambda repo: CloseRepo(repo=repo)),
    CloseOutRepo: _close_out,
    AddCollateral: lambda: _repo(lambda repo: more(repo, FACE)),
    TakeExcess: lambda: _repo(lambda repo: less(repo, FACE)),
    SubstituteCollateral: lambda: _repo(lambda repo: exchange(repo, FACE, 2 * FACE)),
    AcceptTravel: _accept_data,
    SellPledge: lambda: _enforcing(SELLER, lambda world: sale(world, FACE, FACE)),
    AppropriatePledge: lambda: _enforcing(TAKER, title),
}
"""Every operation that asks the governed rules."""

ASSETS = (CBM, PKRS, GOLD, ISIN, OTHER, BILL)
LISTED = ("bank_a", "bank_b", "issuer", "dealer_a", "saver", "client", "sender")

each_move = pytest.mark.parametrize("move", MOVES, ids=lambda move: move.__name__)


def attempt(case: Case) -> Code:
    world, who, operation = case
    if who == "saver":
        return world._run(Actors(address(who), (), (address(who),)), (operation,))
    return world.attempt(who, operation)


def _owners() -> tuple[bytes, ...]:
    return tuple(sorted(person_of(name) for name in LISTED))


def test_the_table_holds_every_operation_that_declares_the_codes_of_rules() -> None:
    always = {spec.operation for spec in OPERATIONS if set(ENTRY_RULE_CODES) <= set(spec.codes)}
    assert always == set(MOVES)
    sums = {Code.HOLDER_CAP_EXCEEDED, Code.VELOCITY_EXCEEDED}
    summed = {spec.operation for spec in OPERATIONS if sums & set(spec.codes)}
    assert summed == set(MOVES) - {*PARTY_ONLY}


def declares(move: type[msgspec.Struct], code: Code) -> bool:
    return code in SPEC_OF[move].codes


@each_move
def test_it_passes_without_a_rule(move: type[msgspec.Struct]) -> None:
    case = MOVES[move]()
    assert type(case[2]) is move
    assert attempt(case) is Code.OK


@each_move
def test_a_missing_credential_stops_it(move: type[msgspec.Struct]) -> None:
    case = MOVES[move]()
    _ruled(case, CredentialRule(credential="kyc", gives=True, receives=True))
    assert attempt(case) in (Code.CREDENTIAL_MISSING, Code.COUNTERPARTY_NOT_ELIGIBLE)


@each_move
def test_a_sanctions_list_stops_it_and_does_not_say_so(move: type[msgspec.Struct]) -> None:
    case = MOVES[move]()
    assert case[0].attempt(LISTERS, update(1, add=_owners())) is Code.OK
    assert attempt(case) is Code.UNDER_REVIEW


PARTY_ONLY = (OpenOnRamp, PlaceBid, PlaceNcb, SendRamp, ConfirmDelivery)
"""Sums are asked when the units move, or were when they were held."""
OFF = (OpenOffRamp, SendRamp, RequestDelivery, ConfirmDelivery)
TAKEN = (CloseOutRepo,)
"""What was pledged is taken, whatever has become of the account; sums count it."""
OF_OTHERS = (SendRamp, ConfirmDelivery, SettleBatch, RevealBatch, AcceptTravel)
"""Who acts neither is nor services the giver: it is not told why."""
ONE_SIDED = (OpenOnRamp, *OFF, PlaceOrder, ReplaceOrder, AppropriatePledge, *TAKEN)
"""The other side is outside the ledger, not known yet, or not asked: only a closed circuit is."""


def _ruled(case: Case, body: object, *, asset: str | None = None) -> None:
    """A rule about all assets, or about one, in force today."""
    day = case[0].state.get(BUSINESS_DAY)
    assert day is not None
    name = "rule" if asset is None else asset.lower()
    rule = rule_of("kyc", id=name, asset=asset, body=body, effective_on=day.date)
    code = case[0].attempt(RULERS, rule)
    assert code is Code.OK


def _ruled_each(case: Case, body: object) -> None:
    for asset in ASSETS:
        if case[0].state.get(ASSET, asset) is not None:
            _ruled(case, body, asset=asset)


@each_move
def test_a_missing_licence_stops_it(move: type[msgspec.Struct]) -> None:
    case = MOVES[move]()
    everybody = tuple(role for role in Role)
    _ruled(case, LicenceRule(roles=everybody, rows=()))
    assert attempt(case) in (Code.LICENCE_REQUIRED, Code.COUNTERPARTY_NOT_ELIGIBLE)


@each_move
def test_a_matrix_that_allows_nothing_stops_it(move: type[msgspec.Struct]) -> None:
    case = MOVES[move]()
    none = JurisdictionRow(source="ANY", target="ANY", classes=0)
    _ruled(case, JurisdictionRule(rows=(none,), closed=()))
    told = (Code.JURISDICTION_REFUSED, Code.COUNTERPARTY_NOT_ELIGIBLE)
    assert attempt(case) in ((Code.OK,) if move in ONE_SIDED else told)


@each_move
def test_a_lock_up_of_the_asset_stops_it(move: type[msgspec.Struct]) -> None:
    case = MOVES[move]()
    _ruled_each(case, LockUpRule(until=dt.date(2026, 1, 1)))
    told = (Code.LOCKED_UP, Code.COUNTERPARTY_NOT_ELIGIBLE)
    stops = declares(move, Code.LOCKED_UP) and move not in TAKEN
    assert attempt(case) in (told if stops else (Code.OK,))


@each_move
def test_a_cap_on_holders_stops_it(move: type[msgspec.Struct]) -> None:
    case = MOVES[move]()
    _ruled_each(case, HolderCapRule(amount_max=1, share_e6=None, holders_max=None))
    told = (Code.HOLDER_CAP_EXCEEDED, Code.COUNTERPARTY_NOT_ELIGIBLE)
    assert attempt(case) in (told if declares(move, Code.HOLDER_CAP_EXCEEDED) else (Code.OK,))


@each_move
def test_a_limit_on_a_day_stops_it(move: type[msgspec.Struct]) -> None:
    case = MOVES[move]()
    _ruled_each(case, VelocityRule(limits=(TierLimit(tier=3, day_max=1),)))
    told = (Code.VELOCITY_EXCEEDED, Code.COUNTERPARTY_NOT_ELIGIBLE)
    assert attempt(case) in (told if declares(move, Code.VELOCITY_EXCEEDED) else (Code.OK,))


@each_move
def test_a_suspended_institution_only_leaves(move: type[msgspec.Struct]) -> None:
    case = MOVES[move]()
    suspend(case[0], "bank_a", "bank_b", "issuer", "dealer_a")
    assert attempt(case) in (Code.EXIT_ONLY, Code.COUNTERPARTY_NOT_ELIGIBLE)


@each_move
def test_an_account_whose_keys_are_recovered_gives_nothing(move: type[msgspec.Struct]) -> None:
    case = MOVES[move]()
    for name in ("a/main", "b/main", "dealer_a/main", "saver", "issuer/main", "sender"):
        if case[0].state.get(ACCOUNT, address(name)) is not None:
            recover(case[0], name)
    told = Code.COUNTERPARTY_NOT_ELIGIBLE if move in OF_OTHERS else Code.RECOVERY_OPEN
    stops = declares(move, Code.RECOVERY_OPEN) and move not in TAKEN
    assert attempt(case) is (told if stops else Code.OK)
