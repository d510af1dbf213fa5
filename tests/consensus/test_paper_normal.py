"""Rules of docs/spec/consensus.md for the normal case: R1 R3 R4 R5 R7 R8."""

import msgspec
import pytest

from consensus import actions as act
from consensus import events as ev
from consensus.messages import Commit, Step
from consensus.rejects import Reject
from consensus.types import Verified
from tests.consensus.cluster import Cluster
from tests.consensus.solo import Block, Solo


def kinds(actions: list[act.Action]) -> list[type]:
    return [type(action) for action in actions]


# --- R1 ------------------------------------------------------------------------------------------


def test_r1_the_primary_proposes_at_once_at_the_first_transaction() -> None:
    solo = Solo("a")
    assert act.BuildProposal not in kinds(solo.pass_ms(1_000))
    assert act.BuildProposal in kinds(solo.pool(1))


def test_r1_a_due_agenda_is_a_reason_to_propose() -> None:
    assert act.BuildProposal in kinds(Solo("a").pool(0, agenda=True))


def test_r1_an_empty_block_after_the_empty_interval_and_not_before() -> None:
    solo = Solo("a", block_interval_empty_ms=5_000)
    assert act.BuildProposal not in kinds(solo.pass_ms(4_999))
    assert act.BuildProposal in kinds(solo.pass_ms(1))


def propose_and_decide(solo: Solo) -> None:
    """The own next block, of one transaction, proposed and durable."""
    block = solo.block()
    built = ev.ProposalBuilt(now=solo.now(), view=0, digest=block.digest, proposal=block.proposal)
    solo.pool(1_000)
    solo.feed(built)
    solo.advance(block, solo.certificate(block))


def test_r1_a_gap_after_the_last_decision_unless_the_pool_is_full() -> None:
    solo = Solo("a", block_gap_ms=10, batch_min=300, idle_size_max=0)
    propose_and_decide(solo)
    assert act.BuildProposal not in kinds(solo.pool(299))
    assert act.BuildProposal not in kinds(solo.pass_ms(9))
    assert act.BuildProposal in kinds(solo.pass_ms(1))
    propose_and_decide(solo)
    assert act.BuildProposal in kinds(solo.pool(300))


def test_r1_no_gap_after_a_block_of_an_idle_network() -> None:
    solo = Solo("a", block_gap_ms=10, idle_size_max=1)
    propose_and_decide(solo)
    assert act.BuildProposal in kinds(solo.pool(1))


def test_r1_a_backup_never_builds() -> None:
    solo = Solo("b")
    assert act.BuildProposal not in kinds(solo.pool(1_000))


def test_r1_a_block_is_asked_for_once() -> None:
    solo = Solo("a")
    solo.pool(1)
    solo.pool(2)
    solo.pass_ms(100)
    assert solo.count(act.BuildProposal) == 1


# --- R3 ------------------------------------------------------------------------------------------


def test_r3_execution_comes_before_the_prepare() -> None:
    solo = Solo("b", auto_execute=False)
    block = solo.block()
    assert act.Execute in kinds(solo.receive(solo.pre_prepare(block)))
    assert not solo.signed(Step.PREPARE)
    solo.feed(solo.executed(block.digest))
    assert len(solo.signed(Step.PREPARE)) == 1


def test_r3_the_prepare_carries_the_block_for_the_guard() -> None:
    solo = Solo("b")
    block = solo.block()
    signs = [a for a in solo.receive(solo.pre_prepare(block)) if isinstance(a, act.Sign)]
    assert [sign.proposal for sign in signs] == [block.proposal]


def test_r3_one_pre_prepare_is_accepted_in_a_view() -> None:
    solo = Solo("b")
    solo.receive(solo.pre_prepare(solo.block()), solo.pre_prepare(solo.block(salt=1)))
    assert solo.count(act.Execute) == 1
    assert solo.replica.drops == {Reject.CONFLICT: 1}


def test_r3_only_the_primary_of_the_view_proposes() -> None:
    solo = Solo("b")
    by_c = solo.pre_prepare(solo.block(proposer="c"), view=2)
    solo.receive(msgspec.structs.replace(by_c, view=0))
    assert solo.replica.drops == {Reject.NOT_PRIMARY: 1}
    assert solo.replica.view == 0


def test_r3_each_header_rule_makes_a_proposal_invalid_and_the_view_is_left_at_once() -> None:
    base = Solo("b")
    too_late = base.now().wall_ms + 10_001
    for change in (
        {"version": 2},
        {"chain_id": "other"},
        {"parent": bytes(32)},
        {"parent_state_root": bytes(32)},
        {"validators_hash": bytes(32)},
        {"next_validators_hash": bytes(32)},
        {"proposer": "c"},
        {"failed": ("b",)},
        {"timestamp_ms": base.tip.timestamp_ms},
        {"timestamp_ms": too_late},
    ):
        solo = Solo("b")
        solo.receive(solo.pre_prepare(solo.block(**change)))
        assert not solo.signed(Step.PREPARE), change
        assert solo.replica.drops == {Reject.BAD_PROPOSAL: 1}, change
        assert solo.replica.view == 1, change


def test_r3_no_block_is_of_a_later_view_than_the_one_it_is_proposed_in() -> None:
    """Also with a certificate that more than f liars made."""
    solo = Solo("b")
    block = solo.block(view=3)
    certificate = solo.prepared(block, view=1, names="acd")
    solo.receive(solo.pre_prepare(block, 2, solo.justification(2, "acd", certificate)))
    assert not solo.signed(Step.PREPARE)
    assert solo.replica.drops[Reject.BAD_PROPOSAL] == 1


@pytest.mark.parametrize(("count", "is_taken"), [(2_000, True), (2_001, False)])
def test_r3_a_block_has_no_more_ids_than_the_parent_state_allows(
    count: int, *, is_taken: bool
) -> None:
    solo = Solo("b")
    plain = solo.block()
    ids = tuple(number.to_bytes(32, "big") for number in range(count))
    proposal = msgspec.structs.replace(plain.proposal, wire_ids=ids)
    solo.receive(solo.pre_prepare(Block(digest=plain.digest, proposal=proposal)))
    assert bool(solo.signed(Step.PREPARE)) == is_taken
    assert solo.replica.view == (0 if is_taken else 1)


def test_r3_a_timestamp_ten_seconds_ahead_is_accepted() -> None:
    solo = Solo("b")
    ahead = solo.now().wall_ms + 10_000
    solo.receive(solo.pre_prepare(solo.block(timestamp_ms=ahead)))
    assert solo.signed(Step.PREPARE)


def test_r3_an_internal_error_means_no_prepare_and_a_report_but_no_view_change() -> None:
    solo = Solo("b", auto_execute=False)
    block = solo.block()
    solo.receive(solo.pre_prepare(block))
    failed = ev.ExecutionFailed(now=solo.now(), height=1, digest=block.digest, reason="disk")
    reports = [a for a in solo.feed(failed) if isinstance(a, act.Report)]
    assert [report.kind for report in reports] == [act.ReportKind.EXECUTION_FAILED]
    assert not solo.signed(Step.PREPARE)
    assert solo.replica.view == 0


def test_r5_a_decided_block_whose_execution_failed_here_is_executed_again() -> None:
    """The fault may have passed, and nobody else's view change can help this node."""
    solo = Solo("b", auto_execute=False, timeout_min_ms=250, timeout_max_ms=250)
    block = solo.block()
    solo.receive(solo.pre_prepare(block))
    failed = ev.ExecutionFailed(now=solo.now(), height=1, digest=block.digest, reason="memory")
    solo.feed(failed)
    solo.receive(*(solo.commit(name, block) for name in "acd"))
    assert solo.count(act.Execute) == 1
    solo.pass_ms(300)
    assert solo.count(act.Execute) == 2
    done = solo.feed(solo.executed(block.digest))
    assert [action.digest for action in done if isinstance(action, act.Decide)] == [block.digest]


def test_r3_a_result_is_kept_over_views() -> None:
    solo = Solo("b", auto_execute=False)
    block = solo.block()
    solo.receive(solo.pre_prepare(block))
    solo.feed(solo.executed(block.digest))
    certificate = solo.prepared(block, names="acd")
    justification = solo.justification(2, "acd", certificate)
    solo.receive(solo.pre_prepare(block, 2, justification))
    assert [draft.view for draft in solo.signed(Step.PREPARE)] == [0, 2]  # type: ignore[union-attr]
    assert solo.count(act.Execute) == 1


# --- R4 ------------------------------------------------------------------------------------------


def test_r4_a_commit_needs_q_prepares_and_the_pre_prepare_of_that_very_view() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(*(solo.prepare(name, block) for name in "acd"))
    assert not solo.signed(Step.COMMIT)
    solo.receive(solo.pre_prepare(block))
    assert len(solo.signed(Step.COMMIT)) == 1


def test_r4_prepares_of_different_views_are_not_added() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(solo.pre_prepare(block), solo.prepare("a", block), solo.prepare("c", block, 1))
    assert not solo.signed(Step.COMMIT)
    solo.receive(solo.prepare("c", block))
    assert len(solo.signed(Step.COMMIT)) == 1


def test_r4_the_certificate_goes_with_the_commit() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(solo.pre_prepare(block), solo.prepare("a", block))
    signs = [a for a in solo.receive(solo.prepare("c", block)) if isinstance(a, act.Sign)]
    assert [sign.certificate for sign in signs] == [solo.prepared(block, names="abc")]


def test_r4_a_late_certificate_is_kept_but_not_committed_on() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(solo.pre_prepare(block), solo.prepare("a", block))
    solo.receive(solo.view_change("c", 1), solo.view_change("d", 1))
    assert solo.replica.view == 1
    late = solo.receive(solo.prepare("c", block))
    kept = [a.certificate for a in late if isinstance(a, act.KeepCertificate)]
    assert kept == [solo.prepared(block, names="abc")]
    assert not solo.signed(Step.COMMIT)
    solo.receive(solo.view_change("c", 2), solo.view_change("d", 2))
    last = solo.signed(Step.VIEW_CHANGE)[-1]
    assert getattr(last, "certificate", None) == kept[0]


# --- R5 ------------------------------------------------------------------------------------------


def test_r5_q_equal_commits_decide_whatever_view_the_node_is_in() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(solo.pre_prepare(block))
    solo.receive(solo.view_change("c", 3), solo.view_change("d", 3))
    assert solo.replica.view == 3
    done = solo.receive(*(solo.commit(name, block) for name in "acd"))
    decided = [a for a in done if isinstance(a, act.Decide)]
    assert [d.certificate for d in decided] == [solo.certificate(block, names="acd")]


def test_r5_commits_of_different_views_are_never_added() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(solo.pre_prepare(block))
    solo.receive(solo.commit("a", block, 0), solo.commit("c", block, 0), solo.commit("d", block, 2))
    assert solo.count(act.Decide) == 0


def test_r5_a_decided_block_that_is_missing_is_fetched_and_executed_first() -> None:
    solo = Solo("b")
    block = solo.block()
    done = solo.receive(*(solo.commit(name, block) for name in "acd"))
    assert [a.peers for a in done if isinstance(a, act.FetchBlock)] == [("a", "c", "d")]
    fetched = ev.BlockFetched(
        now=solo.now(), digest=block.digest, proposal=Verified(block.proposal)
    )
    assert kinds(solo.feed(fetched)) == [act.Execute, act.Decide]


def test_r5_w_commits_with_another_root_stop_the_vote() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(solo.pre_prepare(block), solo.commit("a", block, root=bytes(32)))
    assert solo.replica.halted is None
    done = solo.receive(solo.commit("c", block, root=bytes(32)))
    assert [a.reason for a in done if isinstance(a, act.Halt)] == ["ROOT_CONFLICT"]
    solo.receive(solo.prepare("a", block), solo.prepare("c", block))
    assert not solo.signed(Step.COMMIT)


def test_r5_two_against_two_roots_halt_without_a_fork() -> None:
    cluster = Cluster(n=4)
    for name in "ab":
        cluster.peers[name].root_hook = lambda height, root: bytes(32)
    cluster.submit(1)
    cluster.run_for(5_000)
    assert cluster.heights() == dict.fromkeys("abcd", 0)
    assert all(peer.halts for peer in cluster.peers.values())


# --- R7, R8 --------------------------------------------------------------------------------------


def test_r7_a_block_with_a_certificate_skips_the_clock_and_nothing_else() -> None:
    ahead = Solo("b").now().wall_ms + 1_000_000
    for change, accepted in (({"timestamp_ms": ahead}, True), ({"failed": ("c",)}, False)):
        solo = Solo("b")
        block = solo.block(**change)
        certificate = solo.prepared(block, names="acd")
        solo.receive(solo.pre_prepare(block, 2, solo.justification(2, "acd", certificate)))
        assert bool(solo.signed(Step.PREPARE)) is accepted


def test_r8_a_block_that_the_executor_refuses_gets_no_prepare_and_ends_the_view() -> None:
    solo = Solo("b", auto_execute=False)
    block = solo.block()
    solo.receive(solo.pre_prepare(block))
    refused = ev.ExecutionRefused(now=solo.now(), height=1, digest=block.digest, reason="expired")
    solo.feed(refused)
    assert not solo.signed(Step.PREPARE)
    assert solo.replica.view == 1


def test_a_block_of_the_normal_case_takes_three_message_delays() -> None:
    cluster = Cluster(n=4, delay_ms=7)
    cluster.run_for(100)
    cluster.submit(1)
    assert cluster.run_until(lambda: min(cluster.heights().values()) == 1) == 21
    commits = [p.disk.guard.messages()[-1] for p in cluster.peers.values() if p.disk.guard]
    assert all(isinstance(message, Commit) for message in commits)
