"""The two cores may not import each other, and both count validators: they must count alike."""

import pytest

from consensus import quorum as consensus
from consensus.types import VALIDATORS_MAX
from tokens import validators as ledger


@pytest.mark.parametrize("count", range(1, VALIDATORS_MAX + 1))
def test_ledger_and_consensus_count_the_same_quorum(count: int) -> None:
    assert ledger.quorum(count) == consensus.quorum(count)


@pytest.mark.parametrize("count", range(1, VALIDATORS_MAX + 1))
def test_one_operator_alone_is_never_more_than_may_be_faulty(count: int) -> None:
    assert ledger.per_operator_max(count) == max(1, consensus.max_faulty(count))
