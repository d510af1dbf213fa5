"""The scenarios of docs/spec/consensus.md with a liar, a slow part or a bad clock."""

import msgspec
import pytest

from consensus import actions as act
from consensus import events as ev
from consensus.actions import ReportKind
from consensus.messages import (
    Commit,
    Evidence,
    Prepare,
    PrePrepare,
    Step,
    ViewChange,
)
from consensus.types import Proposal, Verified
from tests.consensus import fakes
from tests.consensus.cluster import Cluster
from tests.consensus.packets import BlockReply, BlockRequest, BodyReply
from tests.consensus.solo import Solo
from tests.consensus.test_page_scenarios import level, reports

FAR = 2**62


# --- votes of several views ----------------------------------------------------------------------


def test_commits_of_views_zero_and_two_and_a_liars_decide_nothing() -> None:
    """D has Commits in 0 and 2, and a liar's in both; d' is prepared in 1 and 3."""
    solo = Solo("e", n=7)
    d, other = solo.block(salt=1), solo.block(view=1, salt=2)
    for name in "abd":
        solo.receive(solo.commit(name, d, 0))
    for name in "cfd":
        solo.receive(solo.commit(name, d, 2))
    for view in (1, 3):
        solo.receive(*(solo.prepare(name, other, view) for name in "abcfg"))
    assert solo.replica._core.hs.certificate is None
    assert not solo.count(act.Decide)
    assert not solo.count(act.FetchBlock)
    solo.receive(*(solo.commit(name, d, 2) for name in "ab"))
    assert solo.replica._core.hs.certificate is not None


def test_commits_for_one_block_with_two_roots_are_never_added() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(solo.pre_prepare(block))
    solo.receive(solo.commit("a", block), solo.commit("c", block))
    solo.receive(solo.commit("d", block, root=bytes(32)))
    assert not solo.count(act.Decide)
    assert solo.replica._core.hs.certificate is None
    assert solo.replica.halted is None


# --- liars ---------------------------------------------------------------------------------------


def test_idle_network_and_one_liars_view_change_at_each_height() -> None:
    """Nothing happens: no timer, no view, no evidence against anybody honest."""
    cluster = Cluster(block_interval_empty_ms=1_000)
    cluster.byzantine.add("d")
    for height in range(1, 6):
        for name in "abc":
            for view in (1, 5, FAR):
                draft = change(height, view)
                cluster.inject("d", name, draft)
        level(cluster, height, "abc", 1_500)
    assert not any(reports(cluster, name, ReportKind.ENTERED_VIEW) for name in "abcd")


def change(height: int, view: int) -> ViewChange:
    head = msgspec.structs.replace(Solo("b").view_change("d", view).head, height=height)
    signed = msgspec.structs.replace(head, signature=fakes.signature_of("d", head))
    return ViewChange(head=signed, certificate=None)


def test_a_primary_that_lets_one_node_prepare_is_suspended_all_the_same() -> None:
    """The block with its prepared certificate is decided in view 1: the next `failed` names a."""
    cluster = Cluster(rotation=1, block_interval_empty_ms=100)
    cluster.byzantine.add("a")
    cluster.drop(lambda s, t, p: s == "a" and not (isinstance(p, PrePrepare) and t in "bc"))
    cluster.drop(lambda s, t, p: isinstance(p, Prepare) and t in "cd" and p.view == 0)
    level(cluster, 12, "bcd", 120_000)
    headers = cluster.peers["b"].disk.headers(100)
    assert any("a" in header.failed for header in headers)
    late = [header for header in headers if header.height > 6]
    assert all(header.proposer != "a" for header in late)


def test_new_primary_without_the_prepared_block_whose_holders_are_liars_but_one() -> None:
    """N = 4: a and c hold it, a lies and answers nothing; b has to get it from c."""
    cluster = Cluster()
    cluster.byzantine.add("a")
    cluster.drop(lambda s, t, p: isinstance(p, PrePrepare) and p.view == 0 and t == "b")
    cluster.drop(lambda s, t, p: isinstance(p, Commit) and p.view == 0)
    cluster.drop(lambda s, t, p: isinstance(p, BlockRequest) and t != "c")
    cluster.submit(1)
    cluster.run_until(lambda: bool(reports(cluster, "c", ReportKind.ENTERED_VIEW)))
    cluster.crash("a")
    level(cluster, 1, "bcd")
    assert cluster.peers["b"].disk.chain[0].proposal.header.proposer == "a"


def test_bodies_that_only_the_primary_has_end_its_view() -> None:
    cluster = Cluster()
    cluster.byzantine.add("a")
    cluster.drop(lambda s, t, p: s == "a" and isinstance(p, BodyReply))
    cluster.submit(3, to="a")
    cluster.submit(1, to="bcd")
    cluster.run_for(200)
    level(cluster, 2, "bcd", 30_000)


def test_bodies_that_come_one_a_second_cost_a_view_and_not_the_chain() -> None:
    cluster = Cluster()
    cluster.byzantine.add("a")
    slow = cluster.delay(lambda s, t, p: s == "a" and isinstance(p, BodyReply), 1_000)
    cluster.submit(1, to="a")
    level(cluster, 3, "bcd", 30_000)
    assert slow.count


def test_views_of_two_to_the_62_in_every_kind_leave_memory_flat() -> None:
    solo = Solo("b")
    block = solo.block()
    for view in range(FAR - 300, FAR):
        solo.receive(
            solo.prepare("c", block, view),
            solo.commit("c", block, view),
            solo.view_change("c", view),
            msgspec.structs.replace(solo.prepare("c", block, view), height=FAR),
        )
        sender = solo.names[view % 4]
        message = msgspec.structs.replace(solo.pre_prepare(block), view=view, sender=sender)
        if sender != "b":
            solo.receive(message)
    core = solo.replica._core
    for book in (core.hs.prepares, core.hs.commits, core.hs.view_changes, core.hs.pre_prepares):
        assert len(book.all()) <= 2 * 4
    assert len(core.future) <= 16
    assert solo.replica.view == 0
    assert solo.replica.timeout_ms <= 10_000


def test_evidence_without_end_leaves_memory_flat() -> None:
    """One per accused and height, heights near the tip only."""
    solo = Solo("b")
    blocks = [solo.block(salt=i) for i in range(40)]
    for height in range(200):
        for other in blocks[1:6]:
            first = msgspec.structs.replace(solo.prepare("c", blocks[0]), height=height)
            second = msgspec.structs.replace(solo.prepare("c", other), height=height)
            evidence = Evidence(accused="c", height=height, first=first, second=second)
            solo.feed(ev.EvidenceReceived(now=solo.now(), evidence=Verified(evidence)))
    assert len(solo.replica._core.evidence) <= 3


# --- clocks and executors ------------------------------------------------------------------------


@pytest.mark.parametrize("skew_ms", [9_000, 9_999])
def test_a_timestamp_ten_seconds_ahead_at_the_fastest_clock(skew_ms: int) -> None:
    """What was prepared is re-proposed and taken, whatever the clocks say by then (R7)."""
    cluster = Cluster(block_interval_empty_ms=500)
    cluster.peers["a"].skew_ms = skew_ms
    cluster.drop(lambda s, t, p: isinstance(p, Commit) and (p.height, p.view) == (1, 0))
    cluster.submit(1)
    cluster.run_until(lambda: bool(reports(cluster, "b", ReportKind.ENTERED_VIEW)))
    for name in "bcd":
        cluster.peers[name].skew_ms = -120_000
    level(cluster, 3)
    assert cluster.peers["b"].disk.chain[0].proposal.header.proposer == "a"


def test_a_clock_that_is_too_fast_costs_its_own_views_only() -> None:
    cluster = Cluster(rotation=1, block_interval_empty_ms=500)
    cluster.peers["a"].skew_ms = 60_000
    level(cluster, 10, "abcd", 60_000)
    proposers = [h.proposer for h in cluster.peers["b"].disk.headers(100)]
    assert set(proposers) >= {"b", "c"}


def test_execution_of_three_caps_still_decides() -> None:
    """Each view halves the block, so that one of them is short enough; then the rest follows."""
    cluster = Cluster(start=False, timeout_min_ms=250, timeout_max_ms=250, timeout_cap_ms=1_000)
    cluster.block_transactions_max = 64
    cluster.execute_body_ms = 47
    cluster.start_all()
    wire_ids = cluster.submit(64)
    level(cluster, 1, "abcd", 120_000)
    assert 0 < len(cluster.peers["a"].disk.chain[0].proposal.wire_ids) < len(wire_ids)


def test_execution_that_breaks_everywhere_decides_once_it_is_mended() -> None:
    """No Prepare, a report, and no view is lost for ever: the next primaries get their turn."""
    cluster = Cluster()
    for name in "abcd":
        cluster.peers[name].fail = lambda proposal: "out of something"
    cluster.submit(1)
    cluster.run_for(20_000)
    assert cluster.heights() == {"a": 0, "b": 0, "c": 0, "d": 0}
    assert all(reports(cluster, name, ReportKind.EXECUTION_FAILED) for name in "abcd")
    for name in "abcd":
        cluster.peers[name].fail = None
    level(cluster, 1, "abcd", 30_000)


def test_a_block_that_all_executors_refuse_ends_the_view_at_once() -> None:
    cluster = Cluster()

    def refuse(proposal: Proposal) -> str | None:
        return "not includable" if proposal.header.proposer == "a" else None

    for name in "bcd":
        cluster.peers[name].refuse = refuse
    cluster.byzantine.add("a")
    cluster.submit(1)
    assert level(cluster, 1, "bcd") < 250


@pytest.mark.parametrize("share", [9])
def test_a_primary_at_nine_tenths_of_the_timeout_for_its_whole_turn(share: int) -> None:
    """T0 follows a slow primary up to its bound and no further; it comes back down afterwards."""
    cluster = Cluster(rotation=30, block_gap_ms=1, timeout_max_ms=1_000)
    delayed = cluster.delay(lambda s, t, p: s == "a" and isinstance(p, PrePrepare), 225)
    replica = cluster.peers["b"].replica
    assert replica is not None
    for _ in range(25):
        cluster.submit(1)
        level(cluster, cluster.height("b") + 1, "abcd", 5_000)
        delayed.ms = min(1_000, replica.timeout_ms) * share // 10
        assert replica.timeout_ms <= 1_000
    delayed.stop()
    for _ in range(40):
        cluster.submit(1)
        level(cluster, cluster.height("b") + 1, "abcd", 5_000)
    assert replica.timeout_ms == 250


def test_a_lying_block_reply_is_asked_elsewhere() -> None:
    """A reply under a digest that is not its own is not taken."""
    cluster = Cluster()
    wrong = Solo("b").block(salt=9)
    cluster.inject("c", "b", BlockReply(digest=bytes(32), proposal=wrong.proposal))
    assert cluster.peers["b"].replica is not None
    cluster.submit(1)
    level(cluster, 1)


def test_a_vote_is_not_given_by_a_node_that_is_behind() -> None:
    """R14: a certificate of the open height is known: no Prepare, no ViewChange, no timer."""
    solo = Solo("b")
    block = solo.block()
    solo.receive(solo.pre_prepare(solo.block(salt=2)))
    votes = len(solo.signed(Step.PREPARE))
    solo.status("c", certificate=solo.certificate(block))
    solo.pool(5)
    solo.pass_ms(60_000)
    assert len(solo.signed(Step.PREPARE)) == votes
    assert not solo.signed(Step.COMMIT)
    assert not solo.signed(Step.VIEW_CHANGE)
