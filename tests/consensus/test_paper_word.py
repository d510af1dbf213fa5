"""R12 of docs/spec/consensus.md: the operators' word for a node that lost its sign guard."""

from consensus import actions as act
from consensus import events as ev
from consensus.messages import Step
from consensus.signed import signed_part
from consensus.types import ValidatorId
from tests.consensus.cluster import Cluster
from tests.consensus.solo import Solo, own_part


def test_r12_the_operator_may_take_the_risk() -> None:
    solo = Solo("b", voting=False, restored={"guard_stale": "missing"})
    solo.feed(ev.MayVote(now=solo.now(), from_height=1))
    votes = [solo.replica.is_voting]
    solo.status("a")
    solo.status("c")
    assert [*votes, solo.replica.is_voting] == [False, True]


def lost() -> Solo:
    """A node without its guard, for which the operators gave their word from height 1 on."""
    solo = Solo("b", voting=False, restored={"guard_stale": "missing"})
    for name in solo.others():
        solo.feed(ev.PeerUp(now=solo.now(), peer=ValidatorId(name)))
    solo.feed(ev.MayVote(now=solo.now(), from_height=1))
    return solo


def test_r12_the_word_covers_what_was_signed_of_the_height_and_forgotten() -> None:
    solo = lost()
    solo.status("a", seen=own_part(solo, 0))
    solo.status("c")
    assert (solo.replica.is_voting, solo.replica.halted) == (True, None)
    solo.receive(solo.pre_prepare(solo.block()))
    assert solo.count(act.Sign) == 0
    solo.receive(solo.view_change("c", 1, solo.prepared(solo.block(), names="abc")))
    solo.receive(solo.view_change("d", 1))
    assert solo.replica.halted is None
    assert [signed_part(message).view for message in solo.signed(Step.VIEW_CHANGE)] == [1]


def test_r12_a_forgotten_view_is_passed_whole() -> None:
    solo = lost()
    solo.status("a", seen=own_part(solo, 0))
    solo.status("c", seen=own_part(solo, 3))
    assert solo.replica.view == 3
    solo.receive(solo.view_change("c", 3), solo.view_change("d", 3), solo.view_change("a", 3))
    assert solo.count(act.Sign) == 0
    solo.pass_ms(60_000)
    assert min(signed_part(message).view for message in solo.guard.messages()) == 4


def test_r12_the_word_covers_the_height_after_it_and_no_more() -> None:
    views = []
    for height in (2, 3):
        solo = lost()
        solo.status("a", seen=own_part(solo, 0, height))
        solo.status("c")
        block = solo.block()
        solo.advance(block, solo.certificate(block))
        solo.receive(solo.pre_prepare(solo.block()))
        views.append((solo.replica.is_voting, solo.count(act.Sign)))
    assert views == [(True, 0), (False, 0)]


def test_r12_the_word_does_not_cover_another_node_with_the_key() -> None:
    solo = lost()
    solo.status("a", seen=own_part(solo, 0))
    solo.status("c")
    solo.status("d", seen=own_part(solo, 1))
    assert solo.replica.halted == "TWO_NODES_ONE_KEY"


def test_r12_a_lost_site_goes_on_by_the_operators_word_wherever_it_was_lost() -> None:
    """Two of four lose their guards in the middle of a height; one votes again by the word."""
    for moment in range(2, 40):
        cluster = Cluster(n=4, timeout_max_ms=500, block_interval_empty_ms=300)
        cluster.submit(1)
        cluster.run_for(moment)
        for name in "ab":
            cluster.crash(name)
            cluster.lose_guard(name)
        cluster.run_for(2_000)
        tip = max(cluster.height(name) for name in "cd")
        first, second = cluster.peers["a"], cluster.peers["b"]
        first.start()
        first.feed(ev.MayVote(now=first.now(), from_height=tip + 1))
        cluster.run_until(lambda: cluster.height("c") >= tip + 2)  # noqa: B023
        second.start()
        cluster.run_until(lambda: bool(second.replica and second.replica.is_voting))  # noqa: B023
        assert not first.halts, moment
