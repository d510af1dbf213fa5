"""Quorum arithmetic and certificate structure against brute force, n = 1..31."""

from itertools import combinations

import msgspec
import pytest

from consensus.messages import PreparedCertificate
from consensus.quorum import (
    commit_certificate_fits,
    max_faulty,
    prepared_certificate_fits,
    quorum,
    weak_quorum,
)
from consensus.types import CommitCertificate, CommitSignature
from tests.consensus.solo import Solo

SIZES = range(1, 32)


def dumb_max_faulty(n: int) -> int:
    """The largest f with n > 3f, by counting."""
    return max(f for f in range(n) if n > 3 * f)


def dumb_quorum(n: int) -> int:
    """The smallest size of which any two groups share more than f members."""
    f = dumb_max_faulty(n)
    return min(size for size in range(1, n + 1) if 2 * size - n > f)


@pytest.mark.parametrize("n", SIZES)
def test_against_the_definition(n: int) -> None:
    assert max_faulty(n) == dumb_max_faulty(n)
    assert quorum(n) == dumb_quorum(n)
    assert weak_quorum(n) == dumb_max_faulty(n) + 1


@pytest.mark.parametrize("n", SIZES)
def test_correct_validators_alone_are_a_quorum(n: int) -> None:
    assert quorum(n) <= n - max_faulty(n)


@pytest.mark.parametrize("n", range(1, 9))
def test_two_quorums_share_a_correct_validator_whoever_is_faulty(n: int) -> None:
    groups = list(combinations(range(n), quorum(n)))
    shared = min(len(frozenset(a) & frozenset(b)) for a in groups for b in groups)
    assert shared >= max_faulty(n) + 1


def test_the_table_of_the_specification() -> None:
    assert [quorum(n) for n in (4, 5, 6, 7, 10, 31)] == [3, 4, 4, 5, 7, 21]


def test_no_set_is_empty() -> None:
    with pytest.raises(ValueError, match="at least one member"):
        max_faulty(0)


def commit_certificate(indices: tuple[int, ...]) -> CommitCertificate:
    return CommitCertificate(
        height=1,
        view=0,
        digest=bytes(32),
        root=bytes(32),
        signatures=tuple(CommitSignature(index=i, signature=bytes(64)) for i in indices),
    )


@pytest.mark.parametrize(
    ("indices", "fits"),
    [
        ((0, 1, 2), True),
        ((1, 2, 3), True),
        ((0, 1, 2, 3), True),
        ((0, 1), False),
        ((0, 1, 1), False),
        ((0, 2, 1), False),
        ((1, 2, 4), False),
        ((0, 1, 2, 3, 4), False),
        ((), False),
    ],
)
def test_commit_certificate_of_four(indices: tuple[int, ...], *, fits: bool) -> None:
    assert commit_certificate_fits(commit_certificate(indices), 4) is fits


def test_prepared_certificate_of_four() -> None:
    solo = Solo()
    block, other = solo.block(), solo.block(salt=1)
    good = solo.prepared(block, names="abc")
    stranger = msgspec.structs.replace(good.prepares[2], sender="x")
    later = solo.prepare("c", block, view=1)
    foreign = solo.prepare("c", other)
    a, b, c = good.prepares

    def fits(*prepares: object) -> bool:
        broken = msgspec.structs.replace(good, prepares=prepares)
        assert isinstance(broken, PreparedCertificate)
        return prepared_certificate_fits(broken, solo.validators)

    assert fits(a, b, c)
    assert not fits(a, b)
    assert not fits(a, b, b)
    assert not fits(b, a, c)
    assert not fits(a, b, stranger)
    assert not fits(a, b, later)
    assert not fits(a, b, foreign)
    assert not fits(a, b, c, solo.prepare("d", block))
