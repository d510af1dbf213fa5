"""Rules of docs/spec/consensus.md for when to leave a view: R2."""

import pytest

from consensus import actions as act
from consensus import events as ev
from consensus.messages import Status, Step, ViewChange
from consensus.types import ValidatorId
from tests.consensus.solo import Solo

T0 = 250


def impatient(n: int = 4, me: str = "b") -> Solo:
    """T0 is 250 ms from the start."""
    return Solo(me, n, timeout_min_ms=T0, timeout_max_ms=T0, block_interval_empty_ms=5_000)


def changes(solo: Solo) -> list[ViewChange]:
    return [draft for draft in solo.signed(Step.VIEW_CHANGE) if isinstance(draft, ViewChange)]


def test_r2_an_idle_node_waits_for_the_empty_interval_and_t0() -> None:
    solo = impatient()
    solo.pass_ms(5_000 + T0 - 1)
    assert not changes(solo)
    solo.pass_ms(1)
    assert [change.head.view for change in changes(solo)] == [1]


@pytest.mark.parametrize("reason", ["transaction", "agenda", "pre_prepare"])
def test_r2_work_starts_the_timer_of_view_0(reason: str) -> None:
    solo = impatient()
    if reason == "transaction":
        solo.pool(1)
    elif reason == "agenda":
        solo.pool(0, agenda=True)
    else:
        solo.receive(solo.pre_prepare(solo.block()))
    solo.pass_ms(T0 - 1)
    assert not changes(solo)
    solo.pass_ms(1)
    assert [change.head.view for change in changes(solo)] == [1]


def test_r2_one_view_change_starts_nothing_w_start_the_timer() -> None:
    solo = impatient(7)
    solo.receive(solo.view_change("c", 1))
    solo.receive(solo.view_change("d", 9))
    solo.pass_ms(4_000)
    assert not changes(solo)


def test_r2_in_view_1_the_timer_waits_for_q_view_changes() -> None:
    solo = impatient()
    solo.pool(1)
    solo.pass_ms(T0)
    assert solo.replica.view == 1
    solo.receive(solo.view_change("c", 1))
    solo.pass_ms(3_600_000)
    assert solo.replica.view == 1
    solo.receive(solo.view_change("d", 1))
    solo.pass_ms(T0 - 1)
    assert solo.replica.view == 1
    solo.pass_ms(1)
    assert solo.replica.view == 2


def test_r2_timeouts_double_from_view_3_on_and_are_capped() -> None:
    solo = Solo("b", timeout_min_ms=T0, timeout_max_ms=T0, timeout_cap_ms=1_500)
    waits = []
    for view in range(1, 7):
        solo.receive(*(solo.view_change(name, view) for name in "acd"))
        assert solo.replica.view == view
        waits.append(solo.replica.timeout_ms)
    assert waits == [250, 250, 500, 1_000, 1_500, 1_500]


def test_r2_t0_is_four_times_the_median_within_its_bounds() -> None:
    solo = Solo("b", timeout_min_ms=250, timeout_max_ms=2_000)
    assert solo.replica.timeout_ms == 2_000
    for took, expected in (
        (100, 400),
        (10_000, 2_000),
        # View 0 ended by its timer with the block accepted: a floor of 800, a quarter less a time.
        (100, 450),
        (1, 400),
        (1, 400),
        (1, 400),
        (1, 250),
    ):
        block = solo.block()
        solo.receive(solo.pre_prepare(block))
        solo.now_ms += took
        solo.receive(*(solo.commit(name, block) for name in "acd"))
        solo.advance(block, solo.certificate(block))
        assert solo.replica.timeout_ms == expected


def test_r2_a_block_that_was_decided_in_a_later_view_is_no_sample() -> None:
    solo = Solo("b", timeout_min_ms=250, timeout_max_ms=2_000)
    block = solo.block()
    solo.receive(solo.pre_prepare(block))
    solo.now_ms += 100
    done = solo.receive(*(solo.commit(name, block, view=1) for name in "acd"))
    assert any(isinstance(action, act.Decide) for action in done)
    assert solo.replica.timeout_ms == 2_000


def test_r2_a_lost_primary_needs_the_word_of_w_minus_1_others() -> None:
    solo = impatient()
    solo.feed(ev.PeerDown(now=solo.now(), peer=ValidatorId("a")))
    assert solo.replica.view == 0
    solo.status("c", view=1, lost_primary=True)
    assert solo.replica.view == 0
    solo.status("c", lost_primary=True)
    assert solo.replica.view == 1


def test_r2_a_lost_primary_is_told_to_all_at_once() -> None:
    """The others wait for that word: on the interval it would cost them a second."""
    solo = impatient()
    told = [
        (action.peer, action.message.lost_primary)
        for action in solo.feed(ev.PeerDown(now=solo.now(), peer=ValidatorId("a")))
        if isinstance(action, act.SendTo) and isinstance(action.message, Status)
    ]
    assert told == [("c", True), ("d", True)]


def test_r2_the_word_of_others_alone_unseats_nobody() -> None:
    solo = impatient()
    for name in "cd":
        solo.status(name, lost_primary=True)
    assert solo.replica.view == 0


def test_r2_without_a_quorum_in_later_views_a_lost_primary_turns_no_view() -> None:
    """Alone in view 1 it would run through the views of all who are lost, and nobody with it."""
    solo = impatient(me="d")
    solo.pool(1)
    solo.pass_ms(T0)
    assert solo.replica.view == 1
    solo.feed(ev.PeerDown(now=solo.now(), peer=ValidatorId("b")))
    solo.status("c", view=1, lost_primary=True)
    assert solo.replica.view == 1
    solo.receive(solo.view_change("a", 1), solo.view_change("c", 1))
    solo.status("c", view=1, lost_primary=True)
    assert solo.replica.view == 2


def test_r2_views_7_7_and_9_come_together_again() -> None:
    solo = impatient()
    solo.receive(solo.view_change("c", 7), solo.view_change("c", 9), solo.view_change("a", 7))
    assert solo.replica.view == 7
    solo.pass_ms(T0)
    assert solo.replica.view == 8
    solo.receive(solo.view_change("a", 8))
    # Each view left early doubles the wait, or messages slower than T0 would never find anybody.
    solo.pass_ms(2 * T0 - 1)
    assert solo.replica.view == 8
    solo.pass_ms(1)
    assert solo.replica.view == 9
