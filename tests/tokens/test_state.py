"""The overlay against a dictionary, and the store state against its own store."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens.support import addr
from tokens.records.holdings import POSITION, Position
from tokens.records.kind import encode_key
from tokens.records.proposals import PROPOSAL, Proposal, ProposalStatus
from tokens.state import Overlay, prefix_end
from tokens.store import DamagedState, MemoryStore, StoreState

NAMES = ("a", "b", "c", "d", "e")
HOLDERS = POSITION.indexes[0]
OPEN = PROPOSAL.indexes[1]


def position(name: str, balance: int, asset: str = "PKR") -> Position:
    return Position(
        asset=asset,
        account=addr(name),
        balance=balance,
        held=0,
        pledged=0,
        frozen=0,
        record_no=0,
        record_quantity=0,
    )


def proposal(number: int, status: ProposalStatus) -> Proposal:
    return Proposal(
        id=bytes([number]) * 32,
        proposer=addr("a"),
        operations=(),
        operations_digest=bytes(32),
        approvers=(),
        approvals=(addr("a"),),
        expires_on=datetime.date(2026, 7, 1),
        status=status,
        proposed_at=number,
        closed_at=0,
        code=0,
    )


def written(*names: str) -> tuple[MemoryStore, StoreState]:
    """A store that holds positions of 10 units."""
    store = MemoryStore()
    overlay = Overlay(StoreState(store))
    for name in names:
        overlay.put(POSITION, position(name, 10))
    store.write(overlay.changes().writes())
    return store, StoreState(store)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from(NAMES), st.integers(0, 2**64 - 1)),
        st.tuples(st.just("delete"), st.sampled_from(NAMES), st.just(0)),
        st.tuples(st.just("mark"), st.just("a"), st.just(0)),
        st.tuples(st.just("rollback"), st.just("a"), st.just(0)),
    ),
    max_size=40,
)


@given(steps)
def test_overlay_behaves_as_a_dictionary_with_undo(
    program: list[tuple[str, str, int]],
) -> None:
    store, base = written("a", "b")
    overlay = Overlay(base)
    model = {"a": 10, "b": 10}
    marks = [(overlay.savepoint(), dict(model))]
    for action, name, balance in program:
        if action == "put":
            overlay.put(POSITION, position(name, balance))
            model[name] = balance
        elif action == "delete":
            overlay.delete(POSITION, "PKR", addr(name))
            model.pop(name, None)
        elif action == "mark":
            marks.append((overlay.savepoint(), dict(model)))
        else:
            savepoint, model = marks.pop() if len(marks) > 1 else marks[0]
            model = dict(model)
            overlay.rollback(savepoint)
        expected = sorted((addr(key), amount) for key, amount in model.items())
        listed = overlay.scan(POSITION, HOLDERS, ("PKR",), limit=10)
        assert [(entry.account, entry.balance) for entry in listed] == expected
        for name in NAMES:
            record = overlay.get(POSITION, "PKR", addr(name))
            assert (None if record is None else record.balance) == model.get(name)
    changes = overlay.changes()
    store.write(changes.writes())
    base.absorb(changes)
    for fresh in (Overlay(base), Overlay(StoreState(store))):
        listed = fresh.scan(POSITION, HOLDERS, ("PKR",), limit=10)
        assert sorted((e.account, e.balance) for e in listed) == sorted(
            (addr(key), amount) for key, amount in model.items()
        )


@given(st.permutations(NAMES))
def test_changes_do_not_depend_on_the_order_of_writes(order: list[str]) -> None:
    overlay = Overlay(StoreState(MemoryStore()))
    for name in order:
        overlay.put(POSITION, position(name, 5))
    reference = Overlay(StoreState(MemoryStore()))
    for name in NAMES:
        reference.put(POSITION, position(name, 5))
    assert list(overlay.changes().writes()) == list(reference.changes().writes())


def test_pages_of_a_scan_join_without_gap_or_double() -> None:
    _, base = written(*NAMES)
    overlay = Overlay(base)
    overlay.delete(POSITION, "PKR", addr("c"))
    overlay.put(POSITION, position("f", 1))
    overlay.put(POSITION, position("z", 1, "USD"))
    seen: list[bytes] = []
    after: tuple[str, bytes] | None = None
    while page := overlay.scan(POSITION, HOLDERS, ("PKR",), after=after, limit=2):
        seen.extend(entry.account for entry in page)
        after = ("PKR", page[-1].account)
    assert seen == sorted(addr(name) for name in ("a", "b", "d", "e", "f"))
    assert overlay.scan(POSITION, HOLDERS, ("PKR",), limit=0) == []


def test_a_record_leaves_a_partial_index_when_its_status_changes() -> None:
    overlay = Overlay(StoreState(MemoryStore()))
    overlay.put(PROPOSAL, proposal(1, ProposalStatus.OPEN))
    overlay.put(PROPOSAL, proposal(2, ProposalStatus.OPEN))
    savepoint = overlay.savepoint()
    overlay.put(PROPOSAL, proposal(1, ProposalStatus.FAILED))
    assert [p.proposed_at for p in overlay.scan(PROPOSAL, OPEN, limit=9)] == [2]
    overlay.rollback(savepoint)
    assert [p.proposed_at for p in overlay.scan(PROPOSAL, OPEN, limit=9)] == [1, 2]


def test_cache_is_bounded_and_knows_absence() -> None:
    store, _ = written(*NAMES)
    base = StoreState(store, cache_records_max=2)
    for name in (*NAMES, "x", *NAMES):
        record = base.read(POSITION, ("PKR", addr(name)))
        assert (record is None) == (name == "x")
        assert len(base._cache) <= 2


def test_damaged_bytes_stop_the_node() -> None:
    store, _ = written("a")
    key = next(raw for raw, _ in store.iterate(b"s", b"t"))
    store.write([(key, b"\x0a\xff")])
    with pytest.raises(DamagedState, match="does not decode"):
        StoreState(store).read(POSITION, ("PKR", addr("a")))
    store.write([(key, b"\x0b\x90")])
    with pytest.raises(DamagedState, match="under kind 11"):
        StoreState(store).read(POSITION, ("PKR", addr("a")))


@given(st.lists(st.binary(max_size=4), max_size=8), st.binary(max_size=3))
def test_prefix_end_bounds_exactly_the_prefix(keys: list[bytes], prefix: bytes) -> None:
    for entry in keys:
        inside = prefix <= entry < prefix_end(prefix)
        assert inside == entry.startswith(prefix)


@given(
    st.lists(st.tuples(st.text("AB-", min_size=1, max_size=3), st.integers(0, 2**63)), min_size=2)
)
def test_encoded_keys_keep_the_order_of_their_parts(keys: list[tuple[str, int]]) -> None:
    assert sorted(keys) == sorted(keys, key=encode_key)
