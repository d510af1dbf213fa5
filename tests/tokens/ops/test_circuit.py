"""The closed circuit of non-residents (page 04, SCRA / NRVA): in and out by its own ways only."""

import msgspec
import pytest

from tests.tokens.ops.build import FACE, bond, fund, instruct, issue, leg, trade, transfer
from tests.tokens.ops.test_cash import DEFINE, GRANT_OF_A, mint, redeem
from tests.tokens.ops.test_rules import ALL, RULERS, end_of, rule_of
from tests.tokens.ops.world import CBM, PKRS, START, World, address, person_of
from tokens import liens, posting
from tokens.eligibility import Channel, Movement, movement_refusals
from tokens.lookup import require, require_account, require_asset
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.central_bank_money import CbIssue
from tokens.ops.persons import IssueCredential
from tokens.ops.unclaimed import PayUnclaimed
from tokens.records.cash import CASH_ASSET
from tokens.records.control import UNCLAIMED, Unclaimed
from tokens.records.proposals import GRANT
from tokens.records.rules import CredentialRule, JurisdictionRow, JurisdictionRule
from tokens.reserve import wake_queues_of
from tokens.results import Code
from tokens.types import OperationClass
from tokens.unclaimed import unclaimed_account_of

change = msgspec.structs.replace
END_MATRIX = end_of("matrix")

EVERYTHING = JurisdictionRow(source="ANY", target="ANY", classes=ALL)
CIRCUIT = JurisdictionRule(rows=(EVERYTHING,), closed=("NRVA", "SCRA"))


@pytest.fixture
def world() -> World:
    made = World()
    fund(made, "a/main", 300 * FACE)
    fund(made, "b/main", 300 * FACE)
    for name, person, residency in (
        ("scra", "abroad", "SCRA"),
        ("scra/second", "abroad", "SCRA"),
        ("nrva", "abroad", "NRVA"),
        ("scra/other", "other", "SCRA"),
        ("home", "abroad", "RESIDENT"),
    ):
        made.account(name, None, "bank_a", residency=residency, person=person)
    made.act("bank_a", transfer(CBM, "a/main", "scra", 100 * FACE))
    made.act("bank_a", transfer(CBM, "a/main", "home", FACE))
    made.act(RULERS, rule_of("matrix", body=CIRCUIT))
    return made


def ramp(world: World, source: str | None, target: str | None, channel: Channel) -> list[Code]:
    """What the order of checks says of a ramp: the ramps' own checks come on top."""
    state = world.state
    movement = Movement(
        asset=require_asset(state, CBM),
        source=None if source is None else require_account(state, address(source)),
        target=None if target is None else require_account(state, address(target)),
        amount=1,
        operation_class=OperationClass.MOVE,
        channel=channel,
    )
    actors = world.actors("bank_a")
    return [refusal.code for refusal in movement_refusals(world.context(actors), movement)]


def batch(world: World, name: str, *legs: msgspec.Struct) -> SettleBatch:
    """A batch of bank_a alone, allocated."""
    world.act("bank_a", instruct(world, name, *legs))  # type: ignore[arg-type]
    world.act("bank_a", AllocateBatch(initiator=address("bank_a"), batch_id=name))
    return SettleBatch(initiator=address("bank_a"), batch_id=name)


def test_transfers_stay_with_the_same_person_and_class(world: World) -> None:
    world.act("bank_a", transfer(CBM, "scra", "scra/second", FACE))
    for target in ("a/main", "nrva", "scra/other", "home"):
        world.refuse(Code.JURISDICTION_REFUSED, "bank_a", transfer(CBM, "scra", target, 1))
    world.refuse(Code.JURISDICTION_REFUSED, "bank_a", transfer(CBM, "a/main", "scra", 1))
    world.refuse(Code.JURISDICTION_REFUSED, "bank_a", transfer(CBM, "home", "scra", 1))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_b", transfer(CBM, "b/main", "scra", 1))


def test_money_comes_in_by_inward_remittance_and_out_by_repatriation(world: World) -> None:
    assert ramp(world, "a/main", "scra", Channel.INWARD) == []
    assert ramp(world, "a/main", "scra", Channel.ORDINARY) == [Code.JURISDICTION_REFUSED]
    assert ramp(world, "scra", "a/main", Channel.REPATRIATE) == []
    assert ramp(world, "scra", "a/main", Channel.OFF_RAMP) == [Code.JURISDICTION_REFUSED]
    assert ramp(world, "home", "a/main", Channel.REPATRIATE) == [Code.JURISDICTION_REFUSED]
    assert ramp(world, "scra", None, Channel.REPATRIATE) == []
    assert ramp(world, None, "scra", Channel.INWARD) == []


def test_nothing_is_issued_into_a_closed_circuit_without_payment(world: World) -> None:
    world.account("bank/abroad", "bank_a", "bank_a", residency="SCRA")
    money = CbIssue(asset=CBM, target=address("bank/abroad"), amount=1, rtgs_ref="R1")
    world.refuse(Code.JURISDICTION_REFUSED, "central", money)
    world.act("central", change(money, target=address("a/main")))


def test_a_batch_that_pays_nothing_is_refused_however_often_an_account_stands_in_it(
    world: World,
) -> None:
    """Free of payment, out and in; a leg back and forth of the same money pays nothing."""
    out = leg(CBM, FACE, "bank_a", "bank_a", "scra", "a/main")
    back = leg(CBM, FACE // 2, "bank_a", "bank_a", "a/second", "scra/second")
    world.act("bank_a", transfer(CBM, "a/main", "a/second", FACE))
    world.refuse(Code.JURISDICTION_REFUSED, "bank_a", batch(world, "OUT", out))
    world.refuse(Code.JURISDICTION_REFUSED, "bank_a", batch(world, "BOTH", out, back))
    into = leg(CBM, FACE, "bank_a", "bank_a", "a/main", "scra")
    world.refuse(Code.JURISDICTION_REFUSED, "bank_a", batch(world, "IN", into))


def test_a_non_resident_repatriates_only_what_came_in_or_was_earned(world: World) -> None:
    """Buys at issue, gets a bond, sells it for more: all of it may leave, and nothing else."""
    isin = bond(world)
    issue(world, isin, "bank_a", "scra", 10 * FACE, 10 * FACE)
    assert world.balance(isin, "scra") == 10 * FACE
    world.refuse(Code.JURISDICTION_REFUSED, "bank_a", transfer(isin, "scra", "a/main", FACE))
    trade(
        world, "SALE", ("bank_a", "scra", "scra"), ("bank_b", "b/main"), isin, 10 * FACE, 11 * FACE
    )
    assert world.balance(CBM, "scra") == 101 * FACE
    assert ramp(world, "scra", "a/main", Channel.REPATRIATE) == []
    world.refuse(Code.JURISDICTION_REFUSED, "bank_a", transfer(CBM, "home", "scra", FACE))
    assert ramp(world, "home", "a/main", Channel.REPATRIATE) == [Code.JURISDICTION_REFUSED]
    world.refuse(Code.JURISDICTION_REFUSED, "bank_a", transfer(CBM, "scra", "home", 1))


def test_a_circuit_of_one_asset_is_asked_wherever_it_stands_in_a_batch() -> None:
    """A rule about the bond alone: a leg of money before it does not hide it."""
    world = World()
    fund(world, "a/main", 300 * FACE)
    world.account("scra", None, "bank_a", residency="SCRA", person="abroad")
    world.act("bank_a", transfer(CBM, "a/main", "scra", 20 * FACE))
    isin = bond(world)
    issue(world, isin, "bank_a", "scra", 10 * FACE, 10 * FACE)
    world.act(RULERS, rule_of("matrix", body=CIRCUIT, asset=isin))
    money = leg(CBM, 1, "bank_a", "bank_a", "a/main", "a/second")
    free = leg(isin, FACE, "bank_a", "bank_a", "scra", "a/main")
    for name, legs in (("BEFORE", (money, free)), ("AFTER", (free, money))):
        world.refuse(Code.JURISDICTION_REFUSED, "bank_a", batch(world, name, *legs))
    paid = leg(CBM, FACE, "bank_a", "bank_a", "a/main", "scra")
    world.act("bank_a", batch(world, "PAID", money, free, paid))
    # who stands in the batch with money alone is none of its business
    world.account("scra/other", None, "bank_a", residency="SCRA", person="other")
    world.act("bank_a", transfer(CBM, "scra", "scra/other", FACE))
    other = leg(CBM, FACE, "bank_a", "bank_a", "scra/other", "a/second")
    world.act("bank_a", batch(world, "OTHER", free, paid, other))


def coins(world: World) -> None:
    """The same circuit with a stablecoin in it: 100 for `scra`, 100 for `home`."""
    world.act("issuer+central", DEFINE)
    world.act(RULERS, END_MATRIX)
    world.state.put(GRANT, GRANT_OF_A)
    world.act("bank_a", mint(600))
    for name in ("scra", "home"):
        world.act("bank_a", transfer(PKRS, "a/main", name, 100))
    world.act(RULERS, rule_of("matrix", body=CIRCUIT))


def test_a_redemption_leaves_no_circuit_and_enters_none(world: World) -> None:
    """It is a payment of tokens to whom the money goes."""
    coins(world)
    for source, target in (
        ("scra", "b/main"),
        ("scra", "home"),
        ("scra", "nrva"),
        ("home", "scra"),
    ):
        order = redeem(10, source=address(source), target=address(target))
        code = world.attempt("bank_a", order)
        assert code in (Code.JURISDICTION_REFUSED, Code.COUNTERPARTY_NOT_ELIGIBLE), (source, target)
    world.act("bank_a", redeem(10, source=address("scra"), target=address("scra/second")))
    world.act("bank_a", redeem(10, source=address("home"), target=address("b/main")))


def test_a_redemption_is_asked_the_rules_of_the_money_too(world: World) -> None:
    """Who may not receive money at all gets none for tokens either."""
    coins(world)
    body = CredentialRule(credential="money-user", gives=False, receives=True)
    world.act(RULERS, change(rule_of("matrix"), id="money", asset=CBM, body=body))
    order = redeem(10, source=address("home"), target=address("b/main"))
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "bank_a", order)
    given = IssueCredential(person=person_of("bank_b"), kind="money-user", valid_until=START)
    world.act("central", given)
    world.act("bank_a", order)


def test_a_redemption_that_waits_pays_nobody_whom_a_rule_refuses_by_then(world: World) -> None:
    """A circuit that is set while it waits: it leaves the queue, and the tokens stay."""
    coins(world)
    world.act(RULERS, END_MATRIX)
    context = world.context(world.actors("issuer"))
    lien = liens.hold(context, 0, CBM, address("reserve"), 600, bytes(16), None, "")
    world.act("bank_a", redeem(10, source=address("scra"), target=address("b/main")))
    world.act(RULERS, rule_of("matrix", body=CIRCUIT))
    context = world.context(world.actors("issuer"))
    liens.lift(context, lien)
    wake_queues_of(context, address("reserve"))
    world.end_block()
    assert require(world.state, CASH_ASSET, PKRS).queued == 0
    assert world.balance(PKRS, "scra") == 100


def test_a_mint_leaves_no_circuit(world: World) -> None:
    """Money of one side, tokens for another: a payment too."""
    coins(world)
    world.state.put(GRANT, change(GRANT_OF_A, targets=()))
    world.refuse(Code.JURISDICTION_REFUSED, "bank_a", mint(10, source=address("scra")))
    world.act("bank_a", mint(10, source=address("home")))


def test_unclaimed_money_goes_into_no_other_circuit(world: World) -> None:
    """What a resident account earned is not to be repatriated, and the reverse."""
    for name, targets in (("home", ("scra", "nrva")), ("scra", ("home", "nrva"))):
        account = require_account(world.state, address(name))
        keeper = unclaimed_account_of(world.state, account)
        context = world.context(world.actors("bank_a"))
        source = require_account(world.state, address("a/main"))
        posting.move(context, require_asset(world.state, CBM), source, keeper, 7)
        entry = Unclaimed(
            account=account.id,
            asset=CBM,
            security="X",
            payment=1,
            amount=7,
            since=START,
            keeper=keeper.id,
        )
        world.state.put(UNCLAIMED, entry)
        paid = PayUnclaimed(account=account.id, security="X", payment=1, target=account.id)
        for target in targets:
            world.refuse(Code.JURISDICTION_REFUSED, "bank_a", change(paid, target=address(target)))
        own = "scra/second" if name == "scra" else name
        world.act("bank_a", change(paid, target=address(own)))
