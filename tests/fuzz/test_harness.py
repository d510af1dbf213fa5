"""The harness finds what it is for: planted faults of each kind, by number, and repeats them."""

from collections.abc import Callable
from random import Random

import msgspec
import pytest

from tests.fuzz import budget, engine
from tests.fuzz.mutate import Mutator
from tests.fuzz.target import Act, Form, require
from tests.fuzz.targets.transaction import TransactionTarget

SEEDS = tuple(msgspec.msgpack.encode([1, "name", bytes(16), [number, 2, 3]]) for number in range(9))


def work(count: int) -> int:
    """Some CPU time."""
    return sum(range(count))


class Planted:
    """A target that does what a test says with each input."""

    form = Form.MSGPACK
    input_bytes_max = 64 * 1024
    inputs_per_life = 4
    must_see = frozenset({"fine"})

    def __init__(self, parse: Callable[[bytes], str | Act]) -> None:
        self.parse = parse
        self.lives: list[int] = []

    def seeds(self) -> tuple[bytes, ...]:
        return SEEDS

    def repair(self, data: bytes) -> bytes:
        return data

    def reset(self, life: int = 0) -> None:
        self.lives.append(life)

    def close(self) -> None:
        self.lives.clear()


def fails(parse: Callable[[bytes], str | Act], runs: int = 3_000) -> engine.Failed:
    with pytest.raises(engine.Failed) as caught:
        engine.run(Planted(parse), "planted", 1, 0, runs)
    return caught.value


def test_a_run_counts_its_executions_and_outcomes() -> None:
    totals = engine.run(Planted(lambda data: "fine"), "planted", 1, 0, 300)
    assert totals.executions == totals.outcomes["fine"] == 300
    assert totals.measured >= 300 // budget.MEMORY_EVERY


def test_an_error_that_the_target_does_not_name_is_found_with_its_bytes() -> None:
    def parse(data: bytes) -> str:
        msgspec.msgpack.decode(data)
        return "fine"

    found = fails(parse)
    assert isinstance(found.__cause__, msgspec.DecodeError | UnicodeDecodeError | RecursionError)
    again = list(engine.inputs(Planted(parse), "planted", 1, [found.number]))
    assert again == [found.data]


def test_a_broken_property_of_what_was_accepted_is_found() -> None:
    def act() -> str:
        require(False, "broken")
        return "fine"

    assert "Fault: broken" in str(fails(lambda data: act))


def test_one_deep_value_is_enough_to_be_found() -> None:
    def parse(data: bytes) -> str:
        if len(data) > 4_096:
            return (
                "fine"  # a tree of a large input costs more memory than the budget: another fault
            )
        try:
            tree = msgspec.msgpack.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return "fine"
        inner = tree[3] if isinstance(tree, list) and len(tree) == 4 else []
        bad = isinstance(inner, list) and len(inner) == 3 and inner[1] is True
        require(not bad, "a bool passed for an integer")
        return "fine"

    assert "a bool passed" in str(fails(parse, runs=20_000))


def test_time_above_the_budget_is_found_only_if_it_repeats() -> None:
    def slow(data: bytes) -> str:
        work(3_000_000)
        return "fine"

    assert "ms of CPU" in str(fails(slow))
    calls: list[int] = []

    def slow_once(data: bytes) -> str:
        calls.append(work(3_000_000 if not calls else 1))
        return "fine"

    assert engine.run(Planted(slow_once), "planted", 1, 0, 8).executions == 8


def test_memory_above_the_budget_is_found() -> None:
    def greedy(data: bytes) -> str | Act:
        kept = bytearray(600_000)
        return lambda: f"fine {len(kept)}"

    assert "bytes of memory" in str(fails(greedy))


def test_the_budget_grows_with_each_started_64_kib() -> None:
    sizes = [(0, 1), (1, 1), (65_536, 1), (65_537, 2), (4 * 1024 * 1024, 64)]
    assert [budget.units(bytes(size)) for size, _ in sizes] == [units for _, units in sizes]


def test_a_run_begins_at_the_beginning_of_a_life() -> None:
    target = Planted(lambda data: "fine")
    assert engine.run(target, "planted", 1, 6, 2).executions == 2
    assert target.lives[0] == 1


def test_an_outcome_that_never_came_is_named() -> None:
    target = Planted(lambda data: "other")
    assert engine.unseen(target, engine.run(target, "planted", 1, 0, 100)) == []
    assert engine.unseen(target, engine.run(target, "planted", 1, 0, 2_000)) == ["fine"]


def test_mutants_are_a_function_of_seed_and_number() -> None:
    target = TransactionTarget()
    once = list(engine.inputs(target, "transaction", 7, range(50)))
    assert once == list(engine.inputs(target, "transaction", 7, range(50)))
    assert once != list(engine.inputs(target, "transaction", 8, range(50)))
    assert list(engine.inputs(target, "transaction", 7, [33])) == [once[33]]


def test_mutants_of_bytes_that_do_not_decode_are_bytes() -> None:
    mutator = Mutator(SEEDS, Form.MSGPACK, 64)
    assert isinstance(mutator.of(b"\xc1\xff", Random(1)), bytes)
