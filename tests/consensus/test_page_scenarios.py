"""The scenarios of docs/spec/consensus.md that need no full simulator: restarts and partitions.

More of them are in test_page_scenarios_liars.py. Left to the full simulator, because they need the
real ledger, executor, pool or wire: a 2-of-3 transaction in two signature versions with its key
revoked in the same block; key rotation between admission at two nodes; the same (sender,
client_ref) at the edges of the window; fields of a snapshot; real bytes of a body (here the fake
verifier stands for node/wire).
"""

import pytest

from consensus import actions as act
from consensus import events as ev
from consensus.actions import ReportKind
from consensus.messages import Commit, Prepare, PrePrepare, Step, ViewChange
from consensus.signed import signed_part
from consensus.view_change import change_view
from tests.consensus import fakes
from tests.consensus.cluster import Cluster
from tests.consensus.packets import Packet
from tests.consensus.solo import Solo


def level(cluster: Cluster, height: int, names: str = "abcd", limit_ms: int = 60_000) -> int:
    """Run until all of these have that tip; the virtual milliseconds that it took."""
    return cluster.run_until(
        lambda: all(cluster.height(name) >= height for name in names), limit_ms
    )


def reports(cluster: Cluster, name: str, kind: ReportKind) -> list[act.Report]:
    return [report for report in cluster.peers[name].reports if report.kind == kind]


# --- views that drift ----------------------------------------------------------------------------


@pytest.mark.parametrize("t0_ms", [250, 1_000])
def test_one_dead_and_one_cut_off_for_a_minute_then_a_block_within_two_seconds(t0_ms: int) -> None:
    cluster = Cluster(timeout_min_ms=t0_ms, timeout_max_ms=t0_ms)
    cluster.submit(1)
    level(cluster, 1)
    cluster.crash("d")
    cluster.partition({"c"}, {"a", "b"})
    cluster.submit(1)
    cluster.run_for(60_000)
    cluster.heal()
    assert level(cluster, 2, "abc") <= 2_000
    views = [report.view for name in "abc" for report in cluster.peers[name].reports]
    assert max(views) <= 3


def test_views_seven_seven_and_nine_set_by_hand_meet_within_a_view() -> None:
    cluster = Cluster(timeout_min_ms=250, timeout_max_ms=250)
    cluster.crash("d")
    for name, view in (("a", 7), ("b", 7), ("c", 9)):
        peer = cluster.peers[name]
        assert peer.replica is not None
        cluster.run_for(50)
        change_view(peer.replica._core, view, "set by hand")
        peer.feed(ev.Tick(now=peer.now()))
    cluster.submit(1)
    assert level(cluster, 1, "abc") <= 10_000


# --- crashes between two effects -----------------------------------------------------------------

POINTS = ("guard-append", "guard-synced", "looped-back", "sent")
DRAFTS = (PrePrepare, Prepare, Commit, ViewChange)


@pytest.mark.parametrize("draft", DRAFTS)
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("name", ["a", "b"])
def test_crash_between_guard_and_send_of_every_vote(point: str, draft: type, name: str) -> None:
    cluster = Cluster()
    cluster.run_for(10)
    cluster.crash_at(
        name,
        point,
        when=lambda action: isinstance(action, act.Sign) and isinstance(action.draft, draft),
    )
    if draft is ViewChange:
        cluster.partition({"a"}, {"b", "c", "d"}, silent=True)
    late = cluster.hold(
        lambda s, t, packet: isinstance(packet, Prepare) and (draft is not Commit or t == "d")
    )
    cluster.submit(1)
    cluster.run_until(lambda: not cluster.crash_rules, 15_000)
    cluster.heal()
    cluster.start_all()
    cluster.run_for(300)
    late.release()
    level(cluster, 1)
    assert not any(cluster.peers[n].halts for n in "abcd")


@pytest.mark.parametrize("point", ["block-append", "block-synced"])
def test_crash_between_decide_and_the_next_vote(point: str) -> None:
    cluster = Cluster()
    cluster.crash_at("b", point)
    cluster.submit(1)
    level(cluster, 1, "acd")
    cluster.restart("b")
    cluster.submit(1)
    level(cluster, 2)


def test_restart_after_a_view_change_with_none_resends_the_same_bytes() -> None:
    cluster = Cluster()
    cluster.run_for(10)
    held = cluster.hold(lambda s, t, packet: t == "b" and isinstance(packet, Prepare | Commit))
    sent: list[ViewChange] = []

    def listen(source: str, target: str, packet: Packet) -> bool:
        if source == "b" and isinstance(packet, ViewChange):
            sent.append(packet)
        return False

    cluster.drop(listen)
    cluster.drop(lambda s, t, packet: isinstance(packet, Commit))
    cluster.submit(1)
    cluster.run_until(lambda: bool(sent))
    assert sent[0].head.prepared_view is None
    cluster.crash("b")
    cluster.peers["b"].start()
    held.release()
    cluster.run_for(200)
    first = [change for change in sent if change.head.view == sent[0].head.view]
    assert len(first) > 3
    assert all(change == first[0] for change in first)


def test_primary_crashes_after_one_peer_has_its_block_and_returns_with_another_pool() -> None:
    cluster = Cluster()
    cluster.run_for(10)
    cluster.crash_at("a", "sent", lambda action: isinstance(action, act.Sign), peer="b")
    cluster.submit(1)
    cluster.run_until(lambda: not cluster.up("a"))
    cluster.peers["a"].start()
    cluster.submit(3, to="a")
    level(cluster, 1)
    assert not any(cluster.peers[name].evidence for name in "abcd")
    proposals = [
        record.message
        for record in cluster.peers["a"].disk.guard.records()  # type: ignore[union-attr]
        if isinstance(record.message, PrePrepare) and record.message.height == 1
    ]
    assert len(proposals) <= 1


def test_another_root_after_a_restart_is_refused_and_reported() -> None:
    cluster = Cluster()
    cluster.run_for(10)
    held = cluster.drop(lambda s, t, packet: isinstance(packet, Commit))
    cluster.submit(1)
    cluster.run_until(lambda: "Commit" in kinds_in_guard(cluster, "b"))
    cluster.crash("b")
    cluster.peers["b"].root_hook = lambda height, root: fakes.digest_of(("bad", height))
    cluster.peers["b"].start()
    cluster.run_for(1_000)
    held.stop()
    level(cluster, 1, "acd")
    assert [halt.reason for halt in cluster.peers["b"].halts] == ["ROOT_CONFLICT"]


def kinds_in_guard(cluster: Cluster, name: str) -> list[str]:
    guard = cluster.peers[name].disk.guard
    return [] if guard is None else [type(message).__name__ for message in guard.messages()]


def test_two_roots_against_two_halt_with_a_report() -> None:
    cluster = Cluster()
    for name in "cd":
        cluster.peers[name].root_hook = lambda height, root: fakes.digest_of(("bad", height))
    cluster.submit(1)
    cluster.run_for(10_000)
    assert cluster.heights() == {"a": 0, "b": 0, "c": 0, "d": 0}
    for name in "abcd":
        assert [halt.reason for halt in cluster.peers[name].halts] == ["ROOT_CONFLICT"]


@pytest.mark.parametrize("step", ["PrePrepare", "Prepare", "Commit", "ViewChange"])
@pytest.mark.parametrize("point", ["guard-append", "guard-synced", "sent"])
def test_power_cut_of_the_whole_cluster_in_each_phase(step: str, point: str) -> None:
    cluster = Cluster()
    cluster.run_for(10)
    for name in "abcd":
        cluster.crash_at(
            name,
            point,
            lambda action: isinstance(action, act.Sign) and type(action.draft).__name__ == step,
        )
    if step == "ViewChange":
        cluster.drop(lambda s, t, packet: isinstance(packet, PrePrepare) and packet.view == 0)
    cluster.submit(1)
    cluster.run_for(3_000)
    cluster.power_cut()
    cluster.crash_rules.clear()
    cluster.start_all()
    cluster.submit(1)
    level(cluster, 1)
    for name in "abcd":
        replica = cluster.peers[name].replica
        assert replica is not None
        assert replica.is_voting
        assert not reports(cluster, name, ReportKind.SIGN_REFUSED)


def test_sync_of_a_hundred_blocks_killed_before_the_first_vote_votes() -> None:
    cluster = Cluster(block_interval_empty_ms=20, block_gap_ms=1)
    cluster.crash("d")
    level(cluster, 100, "abc")
    cluster.crash_at("d", "guard-append")
    cluster.peers["d"].start()
    cluster.run_until(lambda: not cluster.up("d"))
    cluster.crash("c")
    cluster.peers["d"].start()
    level(cluster, cluster.height("a") + 5, "abd")


# --- guards --------------------------------------------------------------------------------------


def test_a_missing_guard_observes_and_votes_again_above_m_plus_two() -> None:
    cluster = Cluster(block_interval_empty_ms=200)
    level(cluster, 3)
    cluster.crash("b")
    cluster.lose_guard("b")
    cluster.peers["b"].start()
    tip = cluster.height("a")
    assert reports(cluster, "b", ReportKind.OBSERVING)
    level(cluster, tip + 5)
    assert reports(cluster, "b", ReportKind.VOTING)
    guard = cluster.peers["b"].disk.guard
    assert guard is not None
    heights = [signed_part(message).height for message in guard.messages()]
    assert min(heights) > tip + 2


def test_a_guard_of_one_height_before_is_no_reason_to_observe() -> None:
    cluster = Cluster(block_interval_empty_ms=200)
    level(cluster, 3)
    held = cluster.drop(lambda s, t, packet: s == "b" and isinstance(packet, Prepare | Commit))
    cluster.run_for(400)
    held.stop()
    cluster.restart("b")
    level(cluster, cluster.height("a") + 2)
    replica = cluster.peers["b"].replica
    assert replica is not None
    assert replica.is_voting


def test_two_nodes_with_one_key_stop_voting() -> None:
    solo = Solo("b")
    block, other = solo.block(), solo.block(salt=1)
    solo.receive(solo.pre_prepare(block))
    assert solo.signed(Step.PREPARE)
    solo.status("c", seen=solo.prepare("b", other))
    assert solo.replica.halted == "TWO_NODES_ONE_KEY"
    solo.receive(solo.prepare("c", block), solo.prepare("d", block))
    assert not solo.signed(Step.COMMIT)
