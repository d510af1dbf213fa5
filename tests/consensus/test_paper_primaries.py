"""Who proposes (docs/spec/consensus.md, Primaries), and sets that change."""

import msgspec
import pytest

from consensus.types import Header
from consensus.validator_set import FailureWindow, Schedule, failed_primaries, window_heights
from tests.consensus import fakes
from tests.consensus.cluster import Cluster
from tests.consensus.solo import Solo
from tests.consensus.wiring import names_of

FOUR = fakes.make_set(names_of(4))
SEVEN = fakes.make_set(names_of(7))


def header(height: int, failed: str) -> Header:
    plain = Solo("b", voting=False).block().proposal.header
    return msgspec.structs.replace(plain, height=height, failed=tuple(failed))


def window(rotation: int = 1, **failed: str) -> FailureWindow:
    """With h3="ab", the header of height 3 names a, then b."""
    return FailureWindow(rotation, [header(int(at[1:]), names) for at, names in failed.items()])


def test_the_primary_is_sticky_for_a_rotation_and_moves_with_the_view() -> None:
    empty = window()
    at = [Schedule(height, FOUR, empty, 100).primary(0) for height in (1, 99, 100, 199, 200, 400)]
    assert at == ["a", "a", "b", "b", "c", "a"]
    assert [Schedule(1, FOUR, empty, 100).primary(view) for view in range(5)] == list("abcda")


def test_at_most_f_are_suspended_the_last_named_first() -> None:
    failed = window(h1="a", h2="bc", h3="b")
    assert failed.suspended(4, FOUR) == ("b",)
    assert failed.suspended(4, SEVEN) == ("b", "c")
    assert Schedule(4, FOUR, failed, 100).active == ("a", "c", "d")


def test_only_members_of_the_set_count() -> None:
    assert window(h1="b", h2="g").suspended(3, FOUR) == ("b",)


def test_a_set_that_shrinks_from_7_to_4_with_two_suspended() -> None:
    failed = window(h1="fc", h2="gb")
    assert failed.suspended(3, SEVEN) == ("b", "g")
    assert failed.suspended(4, FOUR) == ("b",)
    assert Schedule(4, FOUR, failed, 1).active == ("a", "c", "d")


def test_a_suspension_ends_with_its_window() -> None:
    failed = window(h5="a")
    last = 5 + window_heights(1, 4)
    assert failed.suspended(last, FOUR) == ("a",)
    assert failed.suspended(last + 1, FOUR) == ()


def test_headers_of_later_heights_do_not_change_an_earlier_schedule() -> None:
    assert window(h1="a", h5="b").suspended(5, FOUR) == ("a",)


def test_failed_names_each_once_in_order_and_is_bounded() -> None:
    parent, own = Schedule(1, FOUR, window(), 100), Schedule(2, FOUR, window(), 100)
    assert failed_primaries(parent, 0, own, 0) == ()
    assert failed_primaries(parent, 2, own, 3) == ("a", "b", "c")
    before, after = (Schedule(height, FOUR, window(), 100) for height in (199, 200))
    assert failed_primaries(before, 1, after, 2) == ("b", "c", "d")
    assert failed_primaries(after, 2, before, 1) == ("c", "d", "b")
    assert failed_primaries(parent, 2**62, own, 2**62) == tuple("abcd")


def test_a_node_from_a_snapshot_computes_the_same_primaries() -> None:
    cluster = Cluster(n=7, rotation=2, timeout_max_ms=300, block_interval_empty_ms=100)
    cluster.run_until(lambda: cluster.height("g") == 3)
    cluster.partition("c", "abdefg", silent=True)
    cluster.run_until(lambda: cluster.height("g") >= 20)
    for name in "abg":
        peer = cluster.peers[name]
        assert peer.replica is not None
        headers = peer.disk.headers(1_000)
        short = headers[-(window_heights(2, 7) + 1) :]
        height = peer.replica.height
        seen = [
            Schedule(height, SEVEN, FailureWindow(2, some), 2).active for some in (headers, short)
        ]
        assert seen == [peer.replica._core.hs.schedule.active] * 2
        assert "c" not in seen[0]


def test_a_primary_that_lets_one_node_prepare_does_not_evade_suspension() -> None:
    cluster = Cluster(n=4, timeout_max_ms=300)
    cluster.run_for(50)
    cluster.byzantine.add("a")
    rule = cluster.drop(lambda source, target, packet: source == "a" and target != "b")
    cluster.submit(1)
    cluster.run_until(lambda: cluster.height("b") >= 2)
    rule.stop()
    headers = [block.proposal.header for block in cluster.peers["b"].disk.chain[:2]]
    named = [name for one in headers for name in one.failed]
    assert "a" in named
    assert headers[1].proposer != "a"


@pytest.mark.parametrize(
    ("first", "second"), [("abcd", "abcde"), ("abcdefg", "abcd"), ("abcd", "bcde")]
)
def test_a_set_change_takes_effect_at_its_height(first: str, second: str) -> None:
    cluster = Cluster(
        names=tuple(first), sets={6: tuple(second)}, block_interval_empty_ms=200, timeout_max_ms=400
    )
    cluster.run_until(lambda: all(cluster.height(name) >= 12 for name in second))
    blocks = cluster.peers[second[-1]].disk.chain
    assert {block.certificate.height: len(block.certificate.signatures) for block in blocks[:5]}
    assert all(block.proposal.header.proposer in second for block in blocks[5:])
    for name in cluster.names:
        replica = cluster.peers[name].replica
        assert replica is not None
        assert replica.is_voting is (name in second)
