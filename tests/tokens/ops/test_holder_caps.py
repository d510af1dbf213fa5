"""Holder caps: in any order of what moves an asset, the count is what it is and keeps its cap."""

import hypothesis.strategies as st
from hypothesis import HealthCheck, event, given, settings

from tests.tokens.ops.build import fund, transfer
from tests.tokens.ops.test_paging import keys
from tests.tokens.ops.test_rules import RULERS, rule_of
from tests.tokens.ops.world import CBM, World, address
from tokens.authority import replace_keys
from tokens.ops.central_bank_money import CbIssue, CbWithdraw
from tokens.ops.recovery import RecoverAccount
from tokens.posting import balance_of
from tokens.records.parties import ACCOUNT
from tokens.records.persons import HOLDER_BOOK
from tokens.records.rules import HolderCapRule
from tokens.results import Code

BANKS = {"a/main": "bank_a", "a/second": "bank_a", "b/main": "bank_b"}
"""Own accounts of two persons; two of them are of one."""
CLIENTS = ("c/0", "c/1", "c/2", "c/3")
"""Clients of the first bank; the last two accounts are of one person."""
NAMES = (*BANKS, *CLIENTS)
MOVES = ("transfer", "transfer", "transfer", "issue", "redeem", "recover", "pass_on")

places = st.integers(0, len(NAMES) - 1)
steps = st.tuples(st.sampled_from(MOVES), places, places, st.sampled_from([1, 2, 5, 20]))


def people() -> World:
    """Both banks hold 100; what is counted is counted position by position."""
    world = World()
    for name in CLIENTS:
        person = "c/2" if name == "c/3" else name
        world.account(name, None, "bank_a", person=person, policy=keys(name))
        replace_keys(world.state, address(name), None, keys(name))
    fund(world, "a/main", 100)
    fund(world, "b/main", 100)
    world.quota = 1
    return world


def world_of(cap: int) -> World:
    """The cap is set and the register counted."""
    world = people()
    body = HolderCapRule(amount_max=None, share_e6=None, holders_max=cap)
    world.act(RULERS, rule_of("cap", body=body))
    world.finish_agenda()
    return world


def holders(world: World) -> int:
    """Persons that hold some, counted anew."""
    found = set()
    for name in NAMES:
        account = world.state.get(ACCOUNT, address(name))
        assert account is not None
        if balance_of(world.state, CBM, account.id):
            found.add(account.owner)
    return len(found)


def step(world: World, what: str, source: str, target: str, amount: int) -> Code:
    """One move by whoever may; its code."""
    pay = transfer(CBM, source, target, amount)
    match what:
        case "issue":
            reference = f"I-{world.height}"
            bank = target if target in BANKS else "a/main"
            made = CbIssue(asset=CBM, target=address(bank), amount=amount, rtgs_ref=reference)
            return world.attempt("central", made)
        case "redeem":
            bank = source if source in BANKS else "b/main"
            reference = f"W-{world.height}"
            back = CbWithdraw(asset=CBM, source=address(bank), amount=amount, rtgs_ref=reference)
            return world.attempt(BANKS[bank], back)
        case "recover":
            name = source if source in CLIENTS else CLIENTS[0]
            fresh = keys(f"{name}/{world.height}")
            lost = RecoverAccount(account=address(name), policy=fresh, evidence=bytes(32))
            return world.attempt("bank_a+central", lost)
        case "pass_on":
            first = by_holder(world, source, pay)
            onward = NAMES[(NAMES.index(target) + 1) % len(NAMES)]
            return first or by_holder(world, target, transfer(CBM, target, onward, amount))
        case _:
            return by_holder(world, source, pay)


def by_holder(world: World, source: str, pay: object) -> Code:
    """A bank pays from its own account; a client signs with its key."""
    if source in BANKS:
        return world.attempt(BANKS[source], pay)  # type: ignore[arg-type]
    return world.attempt_account(source, pay)  # type: ignore[arg-type]


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(cap=st.integers(1, 4), moves=st.lists(steps, min_size=5, max_size=25))
def test_the_number_of_holders_is_what_it_is_and_never_rises_above_its_cap(
    cap: int, moves: list[tuple[str, int, int, int]]
) -> None:
    """A cap below what there is takes nothing from anybody: the number then only falls."""
    world = world_of(cap)
    before = holders(world)
    for what, source, target, amount in moves:
        code = step(world, what, NAMES[source], NAMES[target], amount)
        event(f"{what} {code.name}")
        world.end_block()
        now = holders(world)
        book = world.state.get(HOLDER_BOOK, CBM)
        assert book is not None
        assert book.holders == now
        assert now <= max(cap, before), f"{what}: {now} holders, at most {cap}"
        before = now


def test_nobody_new_comes_in_while_the_register_is_counted() -> None:
    """The count was behind, and as many came in as liked to: four beyond a cap of two."""
    world = World()
    for name in CLIENTS:
        world.account(name, None, "bank_a")
    fund(world, "a/main", 100)
    fund(world, "b/main", 100)
    world.quota = 1
    body = HolderCapRule(amount_max=None, share_e6=None, holders_max=3)
    world.act(RULERS, rule_of("cap", body=body))
    book = world.state.get(HOLDER_BOOK, CBM)
    assert book is not None
    assert book.counted is not None
    for name in CLIENTS:
        assert step(world, "transfer", "a/main", name, 1) is not Code.OK
    assert step(world, "transfer", "a/main", "b/main", 1) is Code.OK
    assert holders(world) == 2
    world.finish_agenda()
    assert step(world, "transfer", "a/main", "c/0", 1) is Code.OK
    assert step(world, "transfer", "a/main", "c/1", 1) is not Code.OK
    assert holders(world) == 3
