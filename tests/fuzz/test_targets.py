"""Every door under hypothesis: blind bytes, odd trees, and mutants that it shrinks.

The campaign (`make fuzz`) tries far more; what fails here comes with its smallest form.
"""

from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import engine
from tests.fuzz.mutate import Mutator
from tests.fuzz.target import Form, Target
from tests.fuzz.targets import TARGETS

EXAMPLES = 40
MUTANTS = 256
few = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(),
    st.binary(max_size=70),
    st.text(max_size=40),
)
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=60,
)


def feed(target: Target, data: bytes) -> None:
    """One input in a life of its own."""
    target.reset()
    parsed = target.parse(data[: target.input_bytes_max])
    if not isinstance(parsed, str):
        parsed()


@pytest.mark.parametrize("name", TARGETS)
def test_any_bytes_and_any_tree_end_in_a_named_outcome(name: str) -> None:
    target = TARGETS[name]()

    @few
    @given(st.binary(max_size=400))
    def any_bytes(data: bytes) -> None:
        feed(target, data)
        feed(target, target.repair(data))

    @few
    @given(trees)
    def any_tree(tree: object) -> None:
        form = msgspec.json.encode if target.form is Form.JSON else msgspec.msgpack.encode
        feed(target, form(tree))

    try:
        any_bytes()
        any_tree()
    finally:
        target.close()


@pytest.mark.parametrize("name", TARGETS)
def test_mutants_that_hypothesis_draws_and_shrinks(name: str) -> None:
    target = TARGETS[name]()
    seeds = tuple(seed for seed in target.seeds() if len(seed) < 2_048)
    mutator = Mutator(seeds, target.form, target.input_bytes_max)

    @few
    @given(st.randoms(use_true_random=False), st.booleans())
    def mutant(rng: Random, repaired: bool) -> None:
        data = mutator.mutant(rng)
        feed(target, target.repair(data) if repaired else data)

    try:
        mutant()
    finally:
        target.close()


@pytest.mark.parametrize("name", TARGETS)
def test_the_first_mutants_of_the_campaign(name: str) -> None:
    target = TARGETS[name]()
    try:
        totals = engine.run(target, name, 1, 0, MUTANTS)
    finally:
        target.close()
    assert totals.executions == MUTANTS
    assert len(totals.outcomes) > 1, "a target that answers everything alike tests nothing"


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_is_valid_in_its_own_life(name: str) -> None:
    target = TARGETS[name]()
    try:
        outcomes = set()
        for seed in target.seeds():
            target.reset()
            parsed = target.parse(seed)
            outcomes.add(parsed if isinstance(parsed, str) else parsed())
    finally:
        target.close()
    refused = {"BadMessage", "BadJson", "FormError", "GuardDamaged", "FrameTooLarge"}
    assert not outcomes & (refused | {"MALFORMED"} if name == "transaction" else refused)
