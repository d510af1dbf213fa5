"""The pool: what it takes, what it refuses and by which name, who goes first, what leaves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from node.mempool import AHEAD_MARGIN, Mempool, PoolLimits
from node.pool_entry import reference_of, sender_of
from node.sender_load import SenderLoad
from tests.node.transactions import KEYS, transaction
from tokens.results import Code
from tokens.transaction import DecodedTransaction

SIZE = len(transaction().data)


def anything(_: DecodedTransaction) -> Code | None:
    return None


def pool(**limits: int) -> Mempool:
    return Mempool(PoolLimits(**limits), height=10)


def refs(transactions: list[DecodedTransaction]) -> list[int]:
    return [int.from_bytes(reference_of(each)[1], "big") for each in transactions]


def test_an_admitted_transaction_is_found_by_each_of_its_names() -> None:
    waiting, one = pool(), transaction()
    assert waiting.admit(one) is Code.OK
    assert waiting.get(one.tx_id) is one
    assert waiting.body(one.wire_id) is one
    assert waiting.holds(one)
    assert [waiting.body(each) for each in (bytes(32), one.wire_id)] == [None, one]
    assert waiting.tx_ids(10) == [one.tx_id]
    assert (len(waiting), waiting.bytes) == (1, len(one.data))


def test_the_same_bytes_again_are_already_known() -> None:
    waiting = pool()
    assert waiting.admit(transaction()) is Code.OK
    assert waiting.admit(transaction()) is Code.ALREADY_KNOWN
    assert len(waiting) == 1
    assert waiting.counters["refused_already_known"] == 1


def test_another_signature_version_is_known_too_but_its_body_is_held() -> None:
    waiting = pool()
    first, second = transaction(keys=KEYS[:2]), transaction(keys=KEYS[1:])
    assert first.tx_id == second.tx_id
    assert first.wire_id != second.wire_id
    assert waiting.admit(first) is Code.OK
    assert waiting.admit(second) is Code.ALREADY_KNOWN
    assert waiting.body(second.wire_id) is second
    assert waiting.get(first.tx_id) is first
    assert waiting.select(anything, 10, 10**6) == [first]


def test_a_client_ref_is_good_for_one_transaction() -> None:
    waiting = pool()
    assert waiting.admit(transaction(7)) is Code.OK
    assert waiting.admit(transaction(7, memo="other")) is Code.CLIENT_REF_REUSED
    assert waiting.admit(transaction(7, sender=2)) is Code.OK


@pytest.mark.parametrize(
    ("valid_until", "code"),
    [
        (9, Code.EXPIRED),
        (10, Code.OK),
        (10 + 1_000 + AHEAD_MARGIN, Code.OK),
        (11 + 1_000 + AHEAD_MARGIN, Code.TOO_FAR_AHEAD),
    ],
)
def test_valid_until_may_be_from_now_to_the_window_and_a_margin(
    valid_until: int, code: Code
) -> None:
    assert pool(window=1_000).admit(transaction(valid_until=valid_until)) is code


@pytest.mark.parametrize("verdict", [Code.UNKNOWN_SENDER, Code.WRONG_KEYS, Code.WRONG_CHAIN])
def test_what_the_ledger_refuses_is_refused_with_its_code(verdict: Code) -> None:
    waiting = pool()
    assert waiting.admit(transaction(), verdict=verdict) is verdict
    assert waiting.counters[f"refused_{verdict.name.lower()}"] == 1
    assert len(waiting) == 0


def test_what_is_too_far_ahead_for_a_block_is_kept() -> None:
    waiting = pool()
    assert waiting.admit(transaction(), verdict=Code.TOO_FAR_AHEAD) is Code.OK
    assert waiting.select(lambda _: Code.TOO_FAR_AHEAD, 10, 10**6) == []
    assert len(waiting) == 1


def test_what_is_too_far_ahead_is_passed_over_without_asking_the_ledger() -> None:
    """One bank may hold 20,000 of them, and the pool is looked through after every batch."""
    waiting = pool(window=20)
    asked: list[bytes] = []

    def ask(each: DecodedTransaction) -> Code | None:
        asked.append(each.wire_id)
        return None

    ahead, due = transaction(1, valid_until=31), transaction(2, valid_until=30)
    assert [waiting.admit(ahead), waiting.admit(due)] == [Code.OK, Code.OK]
    assert (waiting.count_includable(ask, 10), waiting.select(ask, 10, 10**6)) == (1, [due])
    assert asked == [due.wire_id, due.wire_id]
    waiting.drop_expired(11)
    assert waiting.count_includable(ask, 10) == 2


def test_one_sender_has_a_limit_in_count_and_in_bytes() -> None:
    by_count = pool(sender_transactions_max=2)
    assert [by_count.admit(transaction(index)) for index in range(3)] == [
        Code.OK,
        Code.OK,
        Code.SENDER_LIMIT,
    ]
    by_bytes = pool(sender_bytes_max=2 * SIZE + 1)
    assert [by_bytes.admit(transaction(index)) for index in range(3)] == [
        Code.OK,
        Code.OK,
        Code.SENDER_LIMIT,
    ]
    assert by_count.admit(transaction(sender=2)) is Code.OK


def test_a_full_pool_takes_room_from_the_sender_that_holds_most() -> None:
    waiting = pool(transactions_max=4)
    for index in range(4):
        assert waiting.admit(transaction(index, sender=1)) is Code.OK
    for index in range(2):
        assert waiting.admit(transaction(index, sender=2)) is Code.OK
    assert waiting.counters["evicted"] == 2
    # Both hold two now: nobody holds more than the newcomer would.
    assert waiting.admit(transaction(9, sender=2)) is Code.MEMPOOL_FULL
    assert waiting.admit(transaction(9, sender=1)) is Code.MEMPOOL_FULL
    # The oldest stay.
    assert refs(waiting.select(anything, 10, 10**6)) == [0, 1, 0, 1]
    assert waiting.admit(transaction(0, sender=3)) is Code.OK


def test_a_pool_full_in_bytes_is_full() -> None:
    waiting = pool(bytes_max=2 * SIZE + 10)
    assert [waiting.admit(transaction(index)) for index in range(3)] == [
        Code.OK,
        Code.OK,
        Code.MEMPOOL_FULL,
    ]
    assert waiting.bytes <= 2 * SIZE + 10


def test_a_block_takes_the_oldest_first() -> None:
    waiting = pool()
    for index in range(6):
        waiting.admit(transaction(index, sender=1 + index % 2))
    assert refs(waiting.select(anything, 100, 10**6)) == [0, 1, 2, 3, 4, 5]


def test_senders_take_turns_when_not_all_fit() -> None:
    waiting = pool()
    for index in range(10):
        waiting.admit(transaction(index, sender=1))
    waiting.admit(transaction(100, sender=2))
    waiting.admit(transaction(101, sender=3))
    assert refs(waiting.select(anything, 4, 10**6)) == [0, 1, 100, 101]
    assert refs(waiting.select(anything, 100, 4 * SIZE)) == [0, 1, 100, 101]


def test_a_decided_block_takes_out_every_version_and_every_rival() -> None:
    waiting = pool()
    mine, other_version = transaction(1, keys=KEYS[:2]), transaction(1, keys=KEYS[1:])
    rival = transaction(2, memo="rival")
    for each in (mine, rival, transaction(3)):
        waiting.admit(each)
    assert waiting.remove_decided([other_version, transaction(2), transaction(99)]) == 2
    assert refs(waiting.select(anything, 10, 10**6)) == [3]
    assert waiting.counters["decided"] == 2


def test_what_expires_leaves_with_its_height() -> None:
    waiting = pool()
    for until in (10, 11, 12):
        waiting.admit(transaction(until, valid_until=until))
    assert waiting.drop_expired(12) == 2
    assert refs(waiting.select(anything, 10, 10**6)) == [12]
    assert waiting.admit(transaction(1, valid_until=11)) is Code.EXPIRED
    assert waiting.counters["expired"] == 2


def test_spare_bodies_are_bounded_and_the_oldest_goes_first() -> None:
    waiting = pool(spare_transactions_max=2)
    spares = [transaction(index) for index in range(3)]
    for each in spares:
        waiting.keep_spare(each)
    assert [waiting.body(each.wire_id) for each in spares] == [None, spares[1], spares[2]]
    assert waiting.counters["spare_evicted"] == 1
    tight = pool(spare_bytes_max=SIZE)
    for each in spares:
        tight.keep_spare(each)
    assert [tight.body(each.wire_id) for each in spares] == [None, None, spares[2]]


def test_a_spare_that_is_admitted_or_decided_is_spare_no_more() -> None:
    waiting = pool()
    one, two = transaction(1), transaction(2)
    for each in (one, two):
        waiting.keep_spare(each)
    assert waiting.admit(one) is Code.OK
    waiting.remove_decided([one, two])
    assert [waiting.body(each.wire_id) for each in (one, two)] == [None, None]
    assert waiting._spare.bytes == 0


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(1, 100)), max_size=200))
def test_the_heaviest_sender_is_that_of_a_dumb_count(
    steps: list[tuple[bool, int, int]],
) -> None:
    load = SenderLoad()
    dumb: dict[bytes, list[int]] = {}
    for comes, index, size in steps:
        sender = bytes([index])
        if comes:
            dumb.setdefault(sender, []).append(size)
            load.add(sender, size)
        elif dumb.get(sender):
            load.remove(sender, dumb[sender].pop())
        totals = {sender: sum(sizes) for sender, sizes in dumb.items() if sizes}
        heaviest = load.heaviest()
        if heaviest is None:
            assert totals == {}
        else:
            assert totals[heaviest[0]] == heaviest[1] == max(totals.values())
        assert len(load) == len(totals)
        assert len(load._heap) <= 4 * 6 + 65


SAMPLES = [
    transaction(reference, sender=sender, valid_until=until, memo=memo, keys=keys)
    for reference in range(3)
    for sender in (1, 2, 3)
    for until, memo, keys in ((12, "", KEYS[:1]), (14, "", KEYS[:1]), (14, "m", KEYS[:2]))
]


class PoolMachine(RuleBasedStateMachine):
    """Any order of calls: the indices agree and the bounds hold."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = pool(transactions_max=6, sender_transactions_max=4, spare_transactions_max=3)

    @rule(index=st.integers(0, len(SAMPLES) - 1))
    def admit(self, index: int) -> None:
        self.pool.admit(SAMPLES[index])

    @rule(index=st.integers(0, len(SAMPLES) - 1))
    def keep_spare(self, index: int) -> None:
        self.pool.keep_spare(SAMPLES[index])

    @rule(indices=st.lists(st.integers(0, len(SAMPLES) - 1), max_size=3))
    def decide(self, indices: list[int]) -> None:
        self.pool.remove_decided([SAMPLES[index] for index in indices])

    @rule(by=st.integers(0, 2))
    def advance(self, by: int) -> None:
        self.pool.drop_expired(self.pool.height + by)

    @rule(count=st.integers(0, 8))
    def select(self, count: int) -> None:
        chosen = self.pool.select(anything, count, 10**6)
        assert len(chosen) == min(count, len(self.pool))
        assert len({reference_of(each) for each in chosen}) == len(chosen)

    @invariant()
    def indices_agree(self) -> None:
        held = [entry.transaction for entry in self.pool.entries()]
        assert self.pool.bytes == sum(len(each.data) for each in held)
        assert set(self.pool._by_tx_id) == {each.tx_id for each in held}
        assert set(self.pool._by_reference) == {reference_of(each) for each in held}
        for sender, line in self.pool._by_sender.items():
            assert line
            mine = [each for each in held if sender_of(each) == sender]
            assert set(line) == {each.wire_id for each in mine}
            assert self.pool._load.of(sender) == sum(len(each.data) for each in mine)
        assert sum(map(len, self.pool._by_sender.values())) == len(held)
        assert sum(map(len, self.pool._by_expiry.values())) == len(held)
        assert not set(self.pool._spare._held) & set(self.pool._entries)

    @invariant()
    def bounds_hold(self) -> None:
        assert len(self.pool) <= 6
        assert len(self.pool._spare) <= 3
        spare = self.pool._spare._held.values()
        assert self.pool._spare.bytes == sum(len(each.data) for each in spare)
        for entry in self.pool.entries():
            assert entry.transaction.signed.transaction.valid_until >= self.pool.height


def test_any_order_of_calls_keeps_the_pool_whole() -> None:
    run_state_machine_as_test(PoolMachine, settings=settings(max_examples=60))
