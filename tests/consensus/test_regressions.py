"""Bugs of the core that the campaign found, each reduced to what is needed to see it."""

import msgspec

from consensus import actions as act
from consensus import events as ev
from consensus.types import VALIDATORS_MAX
from consensus.validator_set import FailureWindow, window_heights
from tests.consensus import fakes
from tests.consensus.cluster import Cluster
from tests.consensus.solo import Solo
from tests.consensus.wiring import names_of


def test_a_node_that_is_behind_by_one_wants_no_tick_without_end() -> None:
    """Campaign seed 44: after a CatchUp by two, the wake-up lay in the past for ever (R14)."""
    solo = Solo("b", block_interval_empty_ms=1_000)
    first = solo.block()
    certificate = solo.certificate(first)
    solo.status("c", certificate=certificate)
    second = Solo("b")
    second.advance(first, certificate)
    block = second.block()
    solo.status("a", certificate=second.certificate(block))
    assert solo.count(act.CatchUp) == 1
    solo.advance(first, certificate)
    assert solo.replica.is_behind
    ticks = 0
    end = solo.now_ms + 5_000
    while solo.now_ms < end:
        wake = solo.replica.next_wakeup_ms()
        assert wake is not None
        solo.now_ms = max(solo.now_ms, wake)
        solo.feed(ev.Tick(now=solo.now()))
        ticks += 1
        assert ticks < 100
    assert solo.count(act.CatchUp) > 1


def test_blocks_that_everybody_refuses_change_views_at_the_pace_of_the_timer() -> None:
    """R2 leaves a refused proposal's view at once: with all refused, 100 views a second."""
    cluster = Cluster()
    for name in "abcd":
        cluster.peers[name].refuse = lambda proposal: "a bug that all have"
    cluster.submit(1)
    cluster.run_for(60_000)
    replica = cluster.peers["a"].replica
    assert replica is not None
    assert 4 <= replica.view <= 20
    for name in "abcd":
        cluster.peers[name].refuse = None
    cluster.run_until(lambda: min(cluster.heights().values()) == 1, 15_000)


def test_a_restart_before_the_set_grows_leaves_the_primaries_the_same() -> None:
    """The window of suspension grows with n, into heights that n = 4 did not need."""
    header = Solo("b").block().proposal.header
    headers = [
        msgspec.structs.replace(header, height=height, failed=("a",) if height == 45 else ())
        for height in range(1, 1_001)
    ]
    seven = fakes.make_set(names_of(7))
    running = FailureWindow(1, headers[:102])
    too_short = FailureWindow(1, headers[100 - window_heights(1, 4) - 1 : 102])
    restarted = FailureWindow(1, headers[max(0, 100 - window_heights(1, VALIDATORS_MAX) - 1) : 102])
    assert running.suspended(103, seven) == ("a",)
    assert too_short.suspended(103, seven) == ()
    assert restarted.suspended(103, seven) == running.suspended(103, seven)


def test_blocks_that_take_longer_than_t0_after_an_idle_time_change_the_view_a_few_times_only() -> (
    None
):
    """Samples of view 0 alone left T0 at its floor: every height of a burst changed the view."""
    solo = Solo("b", auto_execute=False, timeout_min_ms=250, timeout_max_ms=2_000)
    core = solo.replica._core
    for _ in range(21):
        core.sample_decision(5)
    assert core.t0_ms == 250
    seen = []
    for _ in range(4):
        core.note_slow()
        seen.append(core.t0_ms)
    assert seen == [500, 1_000, 2_000, 2_000]
    for _ in range(20):
        core.sample_decision(5)
    assert core.t0_ms == 250


def test_a_view_that_ends_with_its_block_accepted_gives_the_next_height_more_time() -> None:
    solo = Solo("b", auto_execute=False, timeout_min_ms=250, timeout_max_ms=2_000)
    core = solo.replica._core
    for _ in range(21):
        core.sample_decision(5)
    block = solo.block()
    solo.receive(solo.pre_prepare(block))
    solo.pass_ms(249)
    assert core.t0_ms == 250
    solo.pass_ms(2)
    assert solo.replica.view == 1
    assert core.t0_ms == 500
