"""The scenarios of docs/spec/consensus.md that need no full simulator: restarts and partitions.

More of them are in test_page_scenarios_liars.py. Left to the full simulator, because they need the
real ledger, executor, pool or wire: a 2-of-3 transaction in two signature versions with its key
revoked in the same block; key rotation between admission at two nodes; the same (sender,
client_ref) at the edges of the window; fields of a snapshot; real bytes of a body (here the fake
verifier stands for node/wire).
"""

import msgspec
import pytest

from consensus import actions as act
from consensus import events as ev
from consensus.actions import ReportKind
from consensus.messages import Commit, Prepare, PrePrepare, Status, Step, ViewChange
from consensus.quorum import set_change_allowed
from consensus.signed import signed_part
from consensus.types import Verified
from consensus.validator_set import FailureWindow, Schedule
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
    heights = [signed_part(m).height for m in cluster.peers["b"].disk.guard.messages()]  # type: ignore[union-attr]
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


# --- partitions, bodies, set changes -------------------------------------------------------------


def test_a_bridge_between_two_halves_decides() -> None:
    cluster = Cluster(n=5)
    cluster.partition({"a", "b"}, {"d", "e"})
    cluster.submit(1)
    cluster.run_for(5_000)
    cluster.heal()
    level(cluster, 1, "abcde", 20_000)


@pytest.mark.parametrize("silent", [True, False])
def test_three_broken_links_among_seven_do_not_stop_it(silent: bool) -> None:
    cluster = Cluster(n=7)
    for one, other in ("ab", "cd", "ef"):
        cluster.cut(one, other, silent=silent)
    cluster.submit(1)
    level(cluster, 1, "abcdefg", 20_000)


def test_two_certificates_of_the_parent_with_other_signers_and_views_are_both_good() -> None:
    solo = Solo("b")
    first = solo.block()
    other = solo.certificate(first, view=2, names="bcd")
    solo.advance(first, solo.certificate(first, view=0, names="abc"))
    block = solo.block(parent_certificate=fakes.digest_of(other), failed=tuple(solo.names[:2]))
    proposal = type(block.proposal)(
        header=block.proposal.header, wire_ids=block.proposal.wire_ids, parent_certificate=other
    )
    block = type(block)(digest=fakes.digest_of(proposal.header), proposal=proposal)
    solo.receive(solo.pre_prepare(block))
    assert [draft.digest for draft in solo.signed(Step.PREPARE)] == [block.digest]  # type: ignore[union-attr]


def test_six_with_two_down_may_not_lose_a_live_one() -> None:
    assert not set_change_allowed(3, 5)
    assert set_change_allowed(4, 5)


def test_growing_from_four_to_five_with_one_down() -> None:
    cluster = Cluster(sets={4: ("a", "b", "c", "d", "e")}, block_interval_empty_ms=200)
    cluster.crash("b")
    level(cluster, 8, "acde")


def test_a_late_joiner_reaches_voting_under_load() -> None:
    cluster = Cluster(sets={30: ("a", "b", "c", "d", "e")}, block_gap_ms=1)
    cluster.crash("e")
    for _ in range(40):
        cluster.submit(5)
        cluster.run_for(20)
    cluster.peers["e"].start()
    for _ in range(60):
        cluster.submit(5)
        cluster.run_for(20)
    cluster.crash("d")
    cluster.submit(5)
    level(cluster, cluster.height("a") + 2, "abce")


def test_a_node_that_is_always_one_height_behind_sends_no_view_change() -> None:
    cluster = Cluster(block_interval_empty_ms=100)
    changes: list[Packet] = []

    def late(source: str, target: str, packet: Packet) -> bool:
        if source == "d" and isinstance(packet, ViewChange):
            changes.append(packet)
        return target == "d" and not isinstance(packet, Status)

    cluster.delay(late, 150)
    level(cluster, 30, "abc")
    assert not changes
    assert cluster.height("d") >= 25


def test_the_primaries_after_a_snapshot_and_a_shrinking_set_are_the_same() -> None:
    """A set of 7 with two suspended shrinks to 4: f = 1, so only the last failed one stays out."""
    sets: dict[int, tuple[str, ...]] = {45: ("a", "b", "c", "d")}
    cluster = Cluster(n=7, sets=sets, rotation=1, block_interval_empty_ms=50)
    cluster.crash("b")
    level(cluster, 20, "acdefg")
    cluster.crash("c")
    level(cluster, 40, "adefg")
    for name in "bc":
        cluster.peers[name].start()
    level(cluster, 50, "abcd")
    disk = cluster.peers["a"].disk
    headers = disk.headers(1_000)
    before = FailureWindow(1, headers[:40])
    assert set(before.suspended(41, cluster.validators[41])) == {"b", "c"}
    height = disk.height() + 1
    validators = cluster.validators[height]
    whole, cut = FailureWindow(1, headers), FailureWindow(1, headers[-(10 * 7 + 1) :])
    assert whole.suspended(height, validators) == ("c",)
    primaries = [Schedule(height, validators, window, 1).active for window in (whole, cut)]
    assert primaries == [("a", "b", "d")] * 2


def test_any_altered_byte_of_a_body_under_the_same_header_is_not_taken() -> None:
    cluster = Cluster()
    altered: list[bool] = []

    def swap(source: str, target: str, packet: Packet) -> bool:
        if isinstance(packet, PrePrepare) and target == "b" and packet.view == 0:
            proposal = packet.proposal
            wrong = type(proposal)(
                header=proposal.header,
                wire_ids=(bytes(32), *proposal.wire_ids),
                parent_certificate=proposal.parent_certificate,
            )
            altered.append(True)
            copy = msgspec.structs.replace(packet, proposal=wrong)
            cluster.inject(source, target, copy)
            return True
        return False

    cluster.drop(swap)
    cluster.submit(1)
    level(cluster, 1)
    assert altered
    assert cluster.peers["b"].rejected_packets >= 1
    assert cluster.peers["b"].disk.chain[0].proposal == cluster.peers["a"].disk.chain[0].proposal


def test_a_received_block_is_verified_by_its_type() -> None:
    solo = Solo("b")
    block = solo.block()
    event = ev.BlockFetched(now=solo.now(), digest=block.digest, proposal=Verified(block.proposal))
    solo.feed(event)
    assert not solo.signed(Step.PREPARE)
