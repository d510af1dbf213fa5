"""The history of states against a naive model that kept every state, over crashes and restarts."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.api import LimitReached
from node.storage.kv import Batch, KeyValueStore
from node.storage.leveldb import open_store
from node.storage.memory import MemoryStore
from node.storage.past_store import PastStore
from node.storage.state_history import (
    ALL,
    CHANGED_PREFIX,
    HISTORY_KEY,
    PAST_PREFIX,
    SWEPT_PER_BLOCK_MAX,
    HistoryRow,
    StateHistory,
)

RECORDS = [b"s" + bytes([high, low]) for high in (0, 1, 255) for low in (0, 1, 255)]
LISTED = [b"o\x07" + name + b"\x00" for name in (b"a", b"ab", b"b", b"\x01", b"")]
KEYS = sorted([*RECORDS, *LISTED])
"""As in the state: of one length, or text with a zero byte behind it."""
RANGES = [
    (start, stop)
    for first, last, keys in ((b"o", b"p", LISTED), (b"s", b"t", RECORDS))
    for start in (first, *keys, *[key + b"\x00" for key in keys])
    for stop in (last, *keys)
]
"""A range may begin at a key or right behind it, and end at one."""

State = dict[bytes, bytes]
Changes = dict[bytes, bytes | None]
Step = tuple[str, object]

CHANGES = st.dictionaries(
    st.sampled_from(KEYS), st.one_of(st.none(), st.binary(min_size=1, max_size=3)), max_size=6
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("block"), CHANGES),
        st.tuples(st.just("crash before"), CHANGES),
        st.tuples(st.just("crash after"), CHANGES),
        st.tuples(st.just("restart"), st.none()),
        st.tuples(st.just("retain"), st.sampled_from([0, 1, 3, ALL])),
    ),
    max_size=24,
)


class World:
    """A store with a history, and every state that it ever had."""

    def __init__(
        self, reopen: Callable[[KeyValueStore | None], KeyValueStore], retain: int
    ) -> None:
        self._reopen = reopen
        self.store = reopen(None)
        self.states: list[State] = [{}]
        self.retain = retain
        self.floor = 0
        self.history = self._begin()

    @property
    def tip(self) -> int:
        return len(self.states) - 1

    def _begin(self) -> StateHistory:
        history = StateHistory(self.store, self.tip)
        history.retain = self.retain
        return history

    def step(self, step: Step) -> None:
        name, given = step
        match given:
            case dict() if name == "block":
                self.history.written(self._block(given, is_written=True))
            case dict():
                self._block(given, is_written=name == "crash after")
                self._restart()
            case int():
                self.retain = self.history.retain = given
            case _:
                self._restart()

    def _restart(self) -> None:
        self.store = self._reopen(self.store)
        self.history = self._begin()

    def _block(self, changes: Changes, *, is_written: bool) -> HistoryRow:
        """One batch with the state's rows and the history's."""
        now, height = self.states[-1], self.tip + 1
        batch = Batch()
        for key, value in changes.items():
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        overwritten = [(key, now.get(key)) for key in changes if changes[key] != now.get(key)]
        row = self.history.extend(batch, height, overwritten)
        if is_written:
            self.store.write(batch)
            after = now | {key: value for key, value in changes.items() if value is not None}
            self.states.append({k: v for k, v in after.items() if changes.get(k, v) is not None})
            self.floor = max(self.floor, height - self.retain) if self.retain else height
        return row

    def check(self, *ranges: tuple[bytes, bytes]) -> None:
        """What is kept of the past is what was."""
        oldest = self.history.oldest(self.tip)
        assert oldest == (self.floor if self.retain else self.tip)
        view = self.store.view()
        for height in range(oldest, self.tip + 1):
            state, past = self.states[height], PastStore(view, height)
            for start, stop in ((b"o", b"p"), (b"s", b"t"), *ranges):
                assert list(past.iterate(start, stop)) == sorted(
                    pair for pair in state.items() if start <= pair[0] < stop
                )
            assert {key: past.get(key) for key in KEYS} == {key: state.get(key) for key in KEYS}
        view.close()


def in_memory(store: KeyValueStore | None) -> KeyValueStore:
    return MemoryStore() if store is None else store


SOME = st.lists(st.sampled_from(RANGES), min_size=2, max_size=2)


@given(STEPS, STEPS, st.sampled_from([0, 1, 3, ALL]), SOME)
def test_every_kept_state_is_the_one_that_was(
    steps: list[Step], more: list[Step], retain: int, ranges: list[tuple[bytes, bytes]]
) -> None:
    world = World(in_memory, retain)
    for part in (steps, more):
        for step in part:
            world.step(step)
        world.check(*ranges)


@given(STEPS, SOME)
@settings(max_examples=15)
def test_the_same_on_disk(steps: list[Step], ranges: list[tuple[bytes, bytes]]) -> None:
    with TemporaryDirectory() as folder:

        def reopened(store: KeyValueStore | None) -> KeyValueStore:
            if store is not None:
                store.close()
            return open_store(Path(folder) / "store", create=store is None)

        world = World(reopened, ALL)
        for step in steps:
            world.step(step)
        world.check(*ranges)
        world.store.close()


def rows(store: KeyValueStore) -> dict[bytes, int]:
    """How many rows of the history there are of each kind."""
    prefixes = [key[:1] for key in store.iterate_keys(b"", b"\xff")]
    return {prefix: prefixes.count(prefix) for prefix in (PAST_PREFIX, CHANGED_PREFIX)}


def lived(retain: int, blocks: int) -> World:
    """Two keys change with each block, one of which comes and goes, and one is put as it was."""
    world = World(in_memory, retain)
    for _ in range(blocks):
        blink = b"1" if world.tip % 2 == 0 else None
        changes = {KEYS[0]: bytes([world.tip + 1]), KEYS[1]: blink, KEYS[2]: b"same"}
        world.step(("block", changes))
    return world


def test_rows_of_what_is_not_retained_are_removed() -> None:
    world = lived(5, 40)
    assert world.history.oldest(world.tip) == 35
    assert rows(world.store) == {PAST_PREFIX: 10, CHANGED_PREFIX: 5}


def test_a_row_that_is_put_as_it_was_has_no_history() -> None:
    world = lived(ALL, 3)
    changed = world.history.changed(3)
    assert changed is not None
    assert sorted(changed) == sorted(KEYS[:2])


def test_a_shorter_retention_is_worked_off_a_few_blocks_at_a_time() -> None:
    world = lived(ALL, 40)
    world.step(("retain", 2))
    left = []
    for _ in range(14):
        world.step(("block", {KEYS[0]: b"x" * (world.tip + 1)}))
        left.append(rows(world.store)[CHANGED_PREFIX])
    assert [before - after for before, after in pairwise(left)][:9] == [SWEPT_PER_BLOCK_MAX - 1] * 9
    assert left[-1] == 2


def test_switched_off_it_goes_and_leaves_nothing_to_do() -> None:
    world = lived(ALL, 10)
    world.step(("retain", 0))
    for _ in range(5):
        world.step(("block", {KEYS[0]: bytes([world.tip])}))
    assert rows(world.store) == {PAST_PREFIX: 0, CHANGED_PREFIX: 0}
    told = world.store.get(HISTORY_KEY)
    world.step(("block", {KEYS[0]: b"last"}))
    assert world.store.get(HISTORY_KEY) == told


@pytest.mark.parametrize("unseen", [1, 2, 5])
def test_it_begins_anew_after_blocks_that_it_has_not_seen(unseen: int) -> None:
    world = lived(ALL, 6)
    world.step(("retain", 0))
    for number in range(unseen):
        world.step(("block", {KEYS[0]: bytes([100 + number])}))
    world.step(("restart", None))
    world.step(("retain", ALL))
    assert world.history.oldest(world.tip) == 6 + unseen
    world.step(("block", {KEYS[0]: b"seen"}))
    world.check()
    assert world.history.oldest(world.tip) == 6 + unseen


def test_a_range_behind_a_key_does_not_have_the_key() -> None:
    """The rows of a key lie behind the key and a zero byte, where the next page begins."""
    world = lived(2, 9)
    world.check(*[(key + b"\x00", b"p" if key < b"p" else b"t") for key in KEYS])


def test_without_retention_nothing_is_read_or_written() -> None:
    world = World(in_memory, 0)

    asked = iter([(KEYS[0], None)])
    batch = Batch()
    world.history.extend(batch, 1, asked)
    assert len(batch) == 0
    assert next(asked) == (KEYS[0], None)


@pytest.mark.parametrize("prefix", [b"s", b"o\x07"])
def test_a_range_over_too_many_changes_is_refused(prefix: bytes) -> None:
    world = World(in_memory, ALL)
    for number in range(30):
        step = ("block", {prefix + bytes([at]) + b"\x00": bytes([number]) for at in range(5)})
        world.step(step)
    view = world.store.view()
    whole = PastStore(view, 0, 5 * 30)
    assert list(whole.iterate(prefix, prefix + b"\xff")) == []
    with pytest.raises(LimitReached):
        list(PastStore(view, 0, 4).iterate(prefix, prefix + b"\xff"))


def test_a_key_that_changes_often_is_passed_by_a_seek() -> None:
    """A hundred changes of one key cost a range a few rows, not a hundred."""
    world = World(in_memory, ALL)
    for number in range(100):
        world.step(("block", {RECORDS[1]: bytes([number])}))
    view = world.store.view()
    for height in (0, 50, 99):
        found = list(PastStore(view, height, 20).iterate(b"s", b"t"))
        assert found == sorted(world.states[height].items())
