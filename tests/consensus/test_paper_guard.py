"""Rules of docs/spec/consensus.md about who may vote: R12 (R13 is in test_quorum)."""

import msgspec
import pytest

from consensus import actions as act
from consensus import events as ev
from consensus.messages import (
    Commit,
    Evidence,
    Prepare,
    Step,
    ViewChange,
)
from consensus.signed import signed_part
from consensus.types import ValidatorId, Verified
from consensus.voting import Voting
from tests.consensus import fakes
from tests.consensus.cluster import Cluster
from tests.consensus.solo import Solo, own_part

# --- R12: the start ------------------------------------------------------------------------------


def test_r12_no_vote_before_q_minus_1_others_showed_what_they_hold() -> None:
    solo = Solo("b", voting=False)
    solo.receive(solo.pre_prepare(solo.block()))
    votes = []
    for name in ("a", "a", "c"):
        solo.status(name)
        votes.append((solo.replica.is_voting, len(solo.signed(Step.PREPARE))))
    assert votes == [(False, 0), (False, 0), (True, 1)]


@pytest.mark.parametrize("guard_height", [0, 1])
def test_r12_a_signature_that_the_guard_lacks_makes_an_observer(guard_height: int) -> None:
    solo = Solo("b", voting=False, restored={"guard_height": guard_height})
    solo.status("a", seen=own_part(solo, 0))
    solo.status("c")
    solo.status("d")
    solo.receive(solo.pre_prepare(solo.block()))
    assert not solo.replica.is_voting
    assert solo.replica.halted is None
    assert solo.count(act.Sign) == 0


@pytest.mark.parametrize("way", ["status", "message", "certificate", "evidence"])
def test_r12_seen_later_it_stops_the_vote(way: str) -> None:
    solo = Solo("b")
    block = solo.block()
    if way == "status":
        solo.status("a", seen=own_part(solo, 0))
    elif way == "message":
        solo.receive(solo.prepare("b", block))
    elif way == "certificate":
        solo.receive(solo.view_change("c", 1, solo.prepared(block, names="abc")))
    else:
        first, second = solo.prepare("b", block), solo.prepare("b", solo.block(salt=1))
        pair = Evidence(accused="b", height=1, first=first, second=second)
        solo.feed(ev.EvidenceReceived(now=solo.now(), evidence=Verified(pair)))
    assert [a.reason for a in solo.actions if isinstance(a, act.Halt)] == ["TWO_NODES_ONE_KEY"]
    solo.receive(solo.pre_prepare(block))
    solo.pool(1)
    solo.pass_ms(60_000)
    assert solo.count(act.Sign) == 0


def test_r12_own_signatures_shown_by_others_are_recognised() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(solo.pre_prepare(block), *(solo.prepare(name, block) for name in "ac"))
    for message in solo.guard.messages():
        solo.status("a", seen=signed_part(message))
    solo.advance(block, solo.certificate(block))
    for message in solo.guard.messages():
        solo.status("a", seen=signed_part(message))
    assert solo.replica.halted is None
    assert solo.replica.is_voting


def test_r12_a_stale_node_votes_above_m_plus_2() -> None:
    solo = Solo("b", restored={"guard_stale": "missing"})
    votes = []
    for _ in range(3):
        block = solo.block()
        solo.receive(solo.pre_prepare(block))
        votes.append((solo.replica.height, solo.replica.is_voting, solo.count(act.Sign)))
        solo.advance(block, solo.certificate(block))
    assert votes == [(1, False, 0), (2, False, 0), (3, True, 1)]


def test_r12_m_is_the_highest_tip_among_q_others() -> None:
    solo = Solo("b", voting=False, restored={"guard_stale": "missing"})
    block = solo.block()
    certificate = msgspec.structs.replace(solo.certificate(block), height=1)
    solo.status("a")
    solo.status("c", certificate=certificate)
    voting = solo.replica._core.voting
    before = (voting.stale, voting.trusted_from)
    solo.status("d")
    assert [before, (voting.stale, voting.trusted_from)] == [("missing", 0), (None, 4)]


def test_r12_tips_of_who_has_left_the_set_do_not_make_q() -> None:
    """Their keys are in anybody's hands; M must not be taken too low."""
    before, after = fakes.make_set(tuple("abcd")), fakes.make_set(tuple("bcde"))
    tip = fakes.genesis_tip(after)
    voting = Voting(ValidatorId("b"), 0, "missing")
    voting.heard(ValidatorId("a"), 1, before, tip)
    for name in "cd":
        voting.heard(ValidatorId(name), 5, after, tip)
    assert voting.trusted_from == 0
    voting.heard(ValidatorId("e"), 7, after, tip)
    assert voting.trusted_from == 10


def test_r12_an_unproved_tip_does_not_count_for_m() -> None:
    solo = Solo("b", voting=False, restored={"guard_stale": "missing"})
    solo.status("a")
    solo.status("c")
    solo.status("d", height=900)
    voting = solo.replica._core.voting
    assert (voting.stale, voting.cleared) == ("missing", True)


def test_r12_a_guard_above_the_store_waits_for_the_store() -> None:
    solo = Solo("b", restored={"guard_height": 2})
    votes = [solo.replica.is_voting]
    block = solo.block()
    solo.advance(block, solo.certificate(block))
    assert [*votes, solo.replica.is_voting] == [False, True]


def test_r12_a_restart_resumes_the_highest_view_and_sends_the_same_bytes() -> None:
    first = Solo("b")
    first.receive(first.view_change("c", 2), first.view_change("d", 2))
    stored = tuple(first.guard.messages())
    assert [type(message) for message in stored] == [ViewChange]
    again = Solo("b", voting=False, restored={"signed": stored, "guard_height": 1})
    assert again.replica.view == 2
    assert [a.message for a in again.started if isinstance(a, act.Broadcast)] == list(stored)
    block = again.block()
    again.receive(*(again.prepare(name, block) for name in "acd"))
    again.status("a")
    again.status("c")
    again.pass_ms(10_000)
    sends = [a.message for a in again.actions if isinstance(a, act.Broadcast)]
    assert sends
    assert all(message == stored[0] for message in sends)
    assert again.count(act.Sign) == 0


def test_r12_a_restart_between_certificate_and_commit_commits() -> None:
    first = Solo("b")
    block = first.block()
    first.receive(first.pre_prepare(block))
    restored = {
        "signed": tuple(first.guard.messages()),
        "guard_height": 1,
        "proposals": ((block.digest, block.proposal),),
    }
    again = Solo("b", restored=restored)
    assert not again.signed(Step.PREPARE)
    again.receive(again.prepare("a", block), again.prepare("c", block))
    assert len(again.signed(Step.COMMIT)) == 1


def test_r12_another_root_after_a_restart_is_refused_and_reported() -> None:
    first = Solo("b")
    block = first.block()
    first.receive(first.pre_prepare(block), *(first.prepare(name, block) for name in "ac"))
    messages = tuple(first.guard.messages())
    assert isinstance(messages[-1], Commit)
    restored = {
        "signed": messages,
        "guard_height": 1,
        "proposals": ((block.digest, block.proposal),),
        "certificates": (first.prepared(block, names="abc"),),
    }
    again = Solo("b", auto_execute=False, restored=restored)
    done = again.feed(again.executed(block.digest, root=bytes(32)))
    assert [a.reason for a in done if isinstance(a, act.Halt)] == ["ROOT_CONFLICT"]
    assert again.count(act.Sign) == 0


def test_r12_what_the_guard_refuses_is_not_asked_again() -> None:
    solo = Solo("b")
    refused = ev.SignRefused(
        now=solo.now(), height=1, view=0, step=Step.COMMIT, reason="root", root_conflict=True
    )
    done = solo.feed(refused)
    assert [a.reason for a in done if isinstance(a, act.Halt)] == ["ROOT_CONFLICT"]


def test_r12_a_signature_that_comes_back_after_its_height_ended_is_no_second_node() -> None:
    solo = Solo("b")
    block = solo.block()
    message = ev.Received(now=solo.now(), message=Verified(solo.pre_prepare(block)))
    solo.replica.handle(message)
    drafts = solo.replica.handle(solo.executed(block.digest))
    late = [fakes.sign(a.draft) for a in drafts if isinstance(a, act.Sign)]
    solo.advance(block, solo.certificate(block))
    solo.advance(solo.block(), solo.certificate(solo.block()))
    solo.receive(*late)
    assert len(late) == 1
    assert solo.replica.halted is None
    solo.status("a", seen=signed_part(late[0]))
    assert solo.replica.halted is None


def test_r12_nothing_is_signed_twice_before_it_comes_back() -> None:
    solo = Solo("b")
    block = solo.block()
    message = ev.Received(now=solo.now(), message=Verified(solo.pre_prepare(block)))
    signs = [a for a in solo.replica.handle(message) if isinstance(a, act.Sign)]
    signs += [
        a for a in solo.replica.handle(solo.executed(block.digest)) if isinstance(a, act.Sign)
    ]
    signs += [a for a in solo.replica.handle(message) if isinstance(a, act.Sign)]
    assert [type(sign.draft) for sign in signs] == [Prepare]


# --- R12 in a network ----------------------------------------------------------------------------

POINTS = ("guard-append", "guard-synced", "looped-back", "sent", "block-append", "block-synced")


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("step", list(Step))
def test_r12_a_crash_at_any_point_makes_nobody_an_observer(point: str, step: Step) -> None:
    cluster = Cluster(n=4, timeout_max_ms=500, block_interval_empty_ms=300)
    cluster.run_until(lambda: min(cluster.heights().values()) == 2)
    name = "a" if step == Step.PRE_PREPARE else "b"

    def fits(action: act.Action) -> bool:
        if isinstance(action, act.Sign):
            return type(action.draft).__name__.upper() == step.name.replace("_", "")
        return isinstance(action, act.Decide)

    cluster.crash_at(name, point, fits)
    if step == Step.VIEW_CHANGE:
        cluster.partition("a", "bcd", silent=True)
    cluster.run_for(2_000)
    cluster.heal()
    if not cluster.up(name):
        cluster.peers[name].start()
    target = max(cluster.heights().values()) + 3
    cluster.run_until(lambda: min(cluster.heights().values()) >= target)
    replica = cluster.peers[name].replica
    assert replica is not None
    assert replica.is_voting


def test_r12_a_power_cut_in_each_phase_costs_nobody_the_vote() -> None:
    for moment in range(5, 25):
        cluster = Cluster(n=4, timeout_max_ms=500, block_interval_empty_ms=300)
        cluster.submit(1)
        cluster.run_for(moment)
        cluster.power_cut()
        cluster.start_all()
        target = max(cluster.heights().values()) + 1
        cluster.run_until(lambda: min(cluster.heights().values()) >= target, 60_000)  # noqa: B023
        assert all(peer.replica and peer.replica.is_voting for peer in cluster.peers.values())


def test_r12_two_nodes_with_one_key_stop() -> None:
    cluster = Cluster(n=4, block_interval_empty_ms=300)
    cluster.run_until(lambda: min(cluster.heights().values()) == 2)
    cluster.byzantine.add("d")
    twin = Solo("d")
    block = twin.block(salt=9)
    vote = msgspec.structs.replace(twin.prepare("d", block), height=3)
    vote = msgspec.structs.replace(vote, signature=fakes.signature_of("d", vote))
    for name in "abcd":
        cluster.inject("a", name, vote)
    cluster.run_for(3_000)
    assert [halt.reason for halt in cluster.peers["d"].halts] == ["TWO_NODES_ONE_KEY"]
    assert min(cluster.height(name) for name in "abc") > 4


def test_r12_a_lost_guard_makes_an_observer_that_comes_back() -> None:
    cluster = Cluster(n=4, block_interval_empty_ms=300)
    cluster.run_until(lambda: min(cluster.heights().values()) == 2)
    cluster.crash("d")
    cluster.lose_guard("d")
    cluster.peers["d"].start()
    height = cluster.height("a")
    replica = cluster.peers["d"].replica
    assert replica is not None
    cluster.run_until(lambda: cluster.height("d") == height + 1)
    assert not replica.is_voting
    cluster.run_until(lambda: replica.is_voting)
    assert cluster.height("d") <= height + 4
