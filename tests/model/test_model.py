"""The judgement over SPIN's verdicts, on recorded ones, and the constants of the models.

The searches themselves are `make model`.
"""

import re
from pathlib import Path

import pytest

from consensus.quorum import max_faulty, quorum, weak_quorum
from tests.model.cases import PROPERTIES, all_cases
from tests.model.pan import Expectation, Unreadable, judge, parse
from tests.model.run import flags

HERE = Path(__file__).parent
N = 4
HOLDS = Expectation(breaks=None, states_min=4_000)


def recorded(name: str) -> str:
    """What a verifier of SPIN 6.5.2 printed."""
    return (HERE / "outputs" / f"{name}.txt").read_text(encoding="utf-8")


def constant(model: str, name: str) -> int:
    """The value that a model defines."""
    text = (HERE / f"{model}.pml").read_text(encoding="utf-8")
    found = re.findall(rf"^#define {name} (\d+)\b", text, re.MULTILINE)
    assert len(found) == 1, f"{name} in {model}.pml"
    return int(found[0])


@pytest.mark.parametrize("model", PROPERTIES)
def test_the_models_count_as_the_product_does(model: str) -> None:
    assert constant(model, "QUORUM") == quorum(N)
    assert constant(model, "WEAK_QUORUM") == weak_quorum(N)
    assert constant(model, "CORRECT") == N - max_faulty(N)


@pytest.mark.parametrize("model", PROPERTIES)
def test_each_property_has_the_bit_that_the_cases_use(model: str) -> None:
    text = (HERE / f"{model}.pml").read_text(encoding="utf-8")
    for name, bit in PROPERTIES[model].items():
        assert constant(model, name.upper()) == bit
        assert f"PROPERTY({name.upper()}, {name}," in text
    assert constant(model, "CHECK") == sum(PROPERTIES[model].values())


def test_each_switch_of_a_case_is_known_to_its_model() -> None:
    for case in all_cases():
        text = (HERE / f"{case.model}.pml").read_text(encoding="utf-8")
        for name in case.defines():
            assert re.search(rf"^#.*\b{name}\b", text, re.MULTILINE), (case.name, name)


def test_each_bug_of_a_model_has_a_case_and_each_case_its_name() -> None:
    cases = all_cases()
    used = {(case.model, name) for case in cases if case.breaks for name in case.defines()}
    for model in PROPERTIES:
        text = (HERE / f"{model}.pml").read_text(encoding="utf-8")
        for name in re.findall(r"\bBUG_[A-Z_]*[A-Z]\b", text):
            assert (model, name) in used, name
    assert len({case.name for case in cases}) == len(cases)


def test_a_bug_is_searched_against_its_property_alone() -> None:
    lowest = next(case for case in all_cases() if case.name == "lowest claim wins")
    assert flags(lowest) == ["-DREDUCE", "-DBUG_LOWEST_CLAIM", "-DVIEWS=3", "-DCHECK=1"]


def test_a_whole_search_is_read_and_holds() -> None:
    outcome = parse(recorded("holds"))
    assert (outcome.errors, outcome.broken, outcome.states) == (0, None, 4_551)
    assert outcome.depth == 61
    assert outcome.exhaustive
    assert judge(HOLDS, outcome) == []


def test_an_error_is_a_failure_where_all_must_hold() -> None:
    outcome = parse(recorded("breaks"))
    assert (outcome.errors, outcome.broken) == (1, "agreement")
    assert "agreement does not hold" in judge(HOLDS, outcome)


def test_a_seeded_bug_has_to_break_the_property_named() -> None:
    outcome = parse(recorded("breaks"))
    assert judge(Expectation(breaks="agreement", states_min=1), outcome) == []
    assert judge(Expectation(breaks="no_evidence", states_min=1), outcome) == [
        "no_evidence had to break, but agreement did"
    ]
    assert judge(Expectation(breaks="agreement", states_min=1), parse(recorded("holds"))) == [
        "agreement had to break, but nothing did"
    ]


@pytest.mark.parametrize("name", ["depth", "memory", "bitstate", "hash_compact"])
def test_a_search_that_may_have_missed_states_is_a_failure(name: str) -> None:
    outcome = parse(recorded(name))
    assert outcome.errors == 0
    assert not outcome.exhaustive
    assert "the search was not exhaustive" in judge(HOLDS, outcome)


def test_a_search_of_few_states_is_vacuous() -> None:
    outcome = parse(recorded("holds"))
    assert judge(Expectation(breaks=None, states_min=5_000), outcome) == [
        "4551 states are fewer than 5000"
    ]


def test_counts_in_powers_of_ten_are_read() -> None:
    text = recorded("holds").replace("     4551 states, stored", "1.2345e+08 states, stored")
    assert parse(text).states == 123_450_000


@pytest.mark.parametrize(
    "lost", ["errors: 0", "states, stored", "total actual memory usage", "elapsed time"]
)
def test_an_output_that_is_not_whole_is_unreadable(lost: str) -> None:
    with pytest.raises(Unreadable):
        parse(recorded("holds").replace(lost, ""))
    with pytest.raises(Unreadable):
        parse("")
