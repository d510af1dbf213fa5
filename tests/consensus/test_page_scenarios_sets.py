"""The scenarios of docs/spec/consensus.md about partitions, certificates and changing sets."""

import msgspec
import pytest

from consensus import events as ev
from consensus.messages import PrePrepare, Status, Step, ViewChange
from consensus.signed import signed_part
from consensus.types import Verified
from consensus.validator_set import FailureWindow, Schedule
from tests.consensus import fakes
from tests.consensus.cluster import Cluster
from tests.consensus.packets import Packet
from tests.consensus.solo import Solo
from tests.consensus.test_page_scenarios import level

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
    assert [signed_part(d).view for d in solo.signed(Step.PREPARE)] == [0]


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
