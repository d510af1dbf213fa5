"""A scan begins where entries are, and gives what it would give from the beginning."""

from hypothesis import given
from hypothesis import strategies as st

from node.storage.kv import Batch
from tests.tombs import Tombs
from tokens.codec import encode
from tokens.fronts import FRONTS_MAX, Fronts
from tokens.records.kind import Key
from tokens.state import INDEX_PREFIX, TAG_BYTE, Changes, prefix_end
from tokens.store import StoreState

QUEUE = 7
"""Tag of some index."""


class World:
    """A state over a store that keeps what was deleted."""

    def __init__(self) -> None:
        self.store = Tombs()
        self.state = StoreState(self.store)
        self.there: dict[bytes, Key] = {}

    def block(self, *entries: tuple[bytes, bool], tag: int = QUEUE) -> None:
        """(order key, whether it is there from now on)."""
        listed = dict(entries)
        index = tuple((tag, order, (order,) if put else None) for order, put in listed.items())
        changes = Changes(records=(), index=index)
        batch = Batch()
        for raw, value in changes.writes():
            if value is None:
                batch.delete(raw)
            else:
                batch.put(raw, value)
        self.store.write(batch)
        self.state.absorb(changes)
        for order, put in listed.items():
            if put:
                self.there[order] = (order,)
            else:
                self.there.pop(order, None)

    def first(self, prefix: bytes = b"", count: int = 1) -> list[bytes]:
        """The first order keys that begin with a prefix."""
        found = []
        for order, key in self.state.scan(QUEUE, prefix, prefix_end(prefix)):
            assert key == (order,)
            found.append(order)
            if len(found) == count:
                break
        return found

    def expected(self, prefix: bytes, count: int) -> list[bytes]:
        return sorted(order for order in self.there if order.startswith(prefix))[:count]


def number(at: int) -> bytes:
    return at.to_bytes(4, "big")


def test_a_queue_that_was_worked_off_costs_what_is_new() -> None:
    """Each scan stepped over everything that had ever stood in the queue."""
    world = World()
    for at in range(500):
        world.block((number(at + 1), True), (number(at), False))
        assert world.first() == [number(at + 1)]
    assert world.store.stepped < 1_000


def test_an_empty_index_is_known_to_be_empty() -> None:
    world = World()
    for at in range(100):
        world.block((number(at), True))
        world.block((number(at), False))
    assert world.first() == []
    stepped = world.store.stepped
    assert world.first() == []
    assert world.store.stepped == stepped == 100


def test_an_entry_before_the_front_is_found() -> None:
    world = World()
    world.block((number(9), True))
    assert world.first() == [number(9)]
    world.block((number(4), True))
    assert world.first() == [number(4)]
    world.block((number(4), False), (number(5), True))
    assert world.first() == [number(5)]


def test_an_entry_of_another_index_moves_nothing() -> None:
    world = World()
    world.block((number(9), True))
    assert world.first() == [number(9)]
    world.block((number(4), True), tag=QUEUE + 1)
    assert world.first() == [number(9)]


def test_what_is_forgotten_is_scanned_from_the_beginning() -> None:
    fronts = Fronts()
    for at in range(FRONTS_MAX + 1):
        fronts.found(QUEUE, number(at), number(at) + b"x")
    assert fronts.of(QUEUE, number(0)) == number(0)
    assert fronts.of(QUEUE, number(1)) == number(1) + b"x"
    fronts.written(QUEUE, number(1) + b"a")
    assert fronts.of(QUEUE, number(1)) == number(1) + b"a"


ORDERS = st.binary(min_size=1, max_size=3).map(lambda data: bytes(byte % 4 for byte in data))
STEPS = st.lists(
    st.one_of(
        st.lists(st.tuples(ORDERS, st.booleans()), min_size=1, max_size=4),
        st.tuples(st.one_of(st.just(b""), ORDERS), st.integers(1, 5)),
    ),
    max_size=40,
)


@given(STEPS)
def test_it_gives_what_is_there(
    steps: list[list[tuple[bytes, bool]] | tuple[bytes, int]],
) -> None:
    world = World()
    for step in steps:
        if isinstance(step, list):
            world.block(*step)
        else:
            assert world.first(*step) == world.expected(*step)
    for prefix in (b"", b"\x00", b"\x03\x03"):
        assert world.first(prefix, 100) == world.expected(prefix, 100)


def test_rows_are_those_of_the_store() -> None:
    world = World()
    world.block((number(1), True))
    assert world.store.get(INDEX_PREFIX + TAG_BYTE[QUEUE] + number(1)) == encode((number(1),))
