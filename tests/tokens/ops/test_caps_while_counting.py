"""Caps of amount and share while the register is counted: a person is summed over its accounts."""

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import HealthCheck, event, given, settings

from tests.tokens.ops.build import transfer
from tests.tokens.ops.test_holder_caps import CLIENTS, NAMES, by_holder, people, places
from tests.tokens.ops.test_rules import RULERS, rule_of
from tests.tokens.ops.world import CBM, World, address
from tokens import holders
from tokens.lookup import require
from tokens.posting import balance_of
from tokens.records.instruments import ASSET
from tokens.records.parties import ACCOUNT
from tokens.records.persons import HOLDER_BOOK
from tokens.records.rules import HolderCapRule
from tokens.results import Code

CAP = 20
"""Minor units."""
CAPS = {
    "amount": HolderCapRule(amount_max=CAP, share_e6=None, holders_max=None),
    "share": HolderCapRule(amount_max=None, share_e6=CAP, holders_max=None),
}
"""The same number of units: the largest supply of `counting` is 10^6."""
KINDS = sorted(CAPS)

moves = st.lists(
    st.tuples(places, places, st.sampled_from([1, 4, 11, 20]), st.booleans()),
    min_size=5,
    max_size=25,
)
"""Giver, receiver, minor units, and whether a block ends: it counts one position more."""


def counting(kind: str) -> World:
    """Everybody holds some, the cap is set, and nothing is counted yet."""
    world = people()
    asset = require(world.state, ASSET, CBM)
    world.state.put(ASSET, msgspec.structs.replace(asset, max_supply=10**6))
    for name in CLIENTS:
        world.act("bank_a", transfer(CBM, "a/main", name, 4))
    world.act("bank_a", transfer(CBM, "a/main", "a/second", 60))
    world.act(RULERS, rule_of("cap", body=CAPS[kind]))
    assert is_counting(world)
    return world


def is_counting(world: World) -> bool:
    return require(world.state, HOLDER_BOOK, CBM).counted is not None


def owner(world: World, name: str) -> bytes:
    return require(world.state, ACCOUNT, address(name)).owner


def held(world: World) -> dict[bytes, int]:
    """Minor units of each person over all its accounts, added up anew."""
    sums: dict[bytes, int] = {}
    for name in NAMES:
        person = owner(world, name)
        sums[person] = sums.get(person, 0) + balance_of(world.state, CBM, address(name))
    return sums


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(kind=st.sampled_from(KINDS), made=moves)
def test_a_person_gets_what_its_cap_leaves_and_no_more_at_any_place_of_the_count(
    kind: str, made: list[tuple[int, int, int, bool]]
) -> None:
    """Whoever was above a cap when it came gets nothing, and keeps what it has."""
    world = counting(kind)
    for giver, receiver, amount, ends in made:
        source, target = NAMES[giver], NAMES[receiver]
        if source == target:
            continue
        before = held(world)
        has = balance_of(world.state, CBM, address(source)) >= amount
        same = owner(world, source) == owner(world, target)
        fits = same or before[owner(world, target)] + amount <= CAP
        code = by_holder(world, source, transfer(CBM, source, target, amount))
        event(f"counting {is_counting(world)}, fits {fits}, has {has}")
        assert (code is Code.OK) == (fits and has), code
        assert all(now <= max(CAP, before[person]) for person, now in held(world).items())
        if ends:
            world.end_block()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_counted_yet_counts_against_the_cap(kind: str) -> None:
    """The count was at nothing, so each of them could receive up to the cap once more."""
    world = counting(kind)
    over = Code.HOLDER_CAP_EXCEEDED
    assert world.attempt("bank_a", transfer(CBM, "a/main", "c/0", CAP - 3)) is over
    assert world.attempt("bank_a", transfer(CBM, "a/main", "c/0", CAP - 4)) is Code.OK
    assert world.attempt("bank_a", transfer(CBM, "a/main", "c/0", 1)) is over
    hidden = world.attempt("bank_b", transfer(CBM, "b/main", "a/second", 1))
    assert hidden is Code.COUNTERPARTY_NOT_ELIGIBLE
    assert is_counting(world)


def test_who_has_too_many_accounts_to_sum_waits_for_the_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = counting("amount")
    monkeypatch.setattr(holders, "PERSON_ACCOUNTS_MAX", 1)
    over = Code.HOLDER_CAP_EXCEEDED
    assert world.attempt("bank_a", transfer(CBM, "a/main", "c/2", 1)) is over
    assert world.attempt("bank_a", transfer(CBM, "a/main", "c/0", 1)) is Code.OK
    assert world.attempt("bank_a", transfer(CBM, "a/main", "a/second", 1)) is Code.OK
    world.finish_agenda()
    assert world.attempt("bank_a", transfer(CBM, "a/main", "c/2", 1)) is Code.OK
