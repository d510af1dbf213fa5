"""Token bucket: the burst is free, then the rate holds; time is an argument."""

from hypothesis import given
from hypothesis import strategies as st

from node.p2p.budget import NAMES_MAX, NamedBuckets, TokenBucket


def test_the_burst_is_free_and_debt_is_waited_off() -> None:
    bucket = TokenBucket(rate=10, burst=5, now=0)
    assert bucket.take(5, now=0) == 0
    assert bucket.take(1, now=0) == 0.1
    assert bucket.take(0, now=0.1) == 0


def test_no_more_than_the_burst_is_saved_up() -> None:
    bucket = TokenBucket(rate=10, burst=5, now=0)
    assert bucket.take(5, now=1_000) == 0
    assert bucket.take(10, now=1_000) == 1


@given(st.lists(st.integers(1, 20), min_size=1, max_size=50))
def test_who_waits_as_told_stays_within_rate_and_burst(amounts: list[int]) -> None:
    now, used = 0.0, 0
    bucket = TokenBucket(rate=10, burst=7, now=now)
    for amount in amounts:
        now += bucket.take(amount, now)
        used += amount
        assert used <= 7 + 10 * now + 1e-6


def test_tokens_that_are_not_enough_stay() -> None:
    bucket = TokenBucket(rate=10, burst=5, now=0)
    assert not bucket.try_take(6, now=0)
    assert bucket.try_take(5, now=0)
    assert not bucket.try_take(1, now=0.05)
    assert bucket.try_take(1, now=0.1)


def test_each_address_has_a_budget_of_its_own() -> None:
    budgets = NamedBuckets(rate=1, burst=2)
    assert [budgets.allows("10.0.0.1", 0.0) for _ in range(3)] == [True, True, False]
    assert budgets.allows("10.0.0.2", 0.0)
    assert [budgets.allows("10.0.0.1", 1.0) for _ in range(2)] == [True, False]


def test_the_addresses_that_are_remembered_are_bounded() -> None:
    budgets = NamedBuckets(rate=1, burst=1)
    for number in range(NAMES_MAX + 5):
        assert budgets.allows(str(number), 0.0)
    assert len(budgets._buckets) == NAMES_MAX
    assert budgets.allows("0", 0.0)  # forgotten: a new one
    assert not budgets.allows(str(NAMES_MAX + 4), 0.0)
