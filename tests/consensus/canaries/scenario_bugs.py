"""Seeded bugs that a named scenario finds at once; the same rules as bugs.py."""

from collections.abc import Callable

import msgspec
import pytest

from consensus import (
    deciding,
    header_rules,
    height_state,
    normal,
    pacemaker,
    replica,
    validator_set,
    view_change,
)
from consensus.core import Core
from consensus.height_state import HeightState
from consensus.messages import PrePrepare
from consensus.rejects import HeaderFault
from consensus.restore import ReplicaConfig
from consensus.types import Proposal, ValidatorId, ValidatorSet
from consensus.validator_set import FailureWindow
from consensus.votes import VoteBook
from tests.consensus import test_misbehaving as misbehaving
from tests.consensus import test_page_scenarios as page
from tests.consensus import test_page_scenarios_liars as page_liars
from tests.consensus import test_page_scenarios_sets as page_sets
from tests.consensus import test_regressions as regressions

Patch = pytest.MonkeyPatch


class ScenarioBug(msgspec.Struct, frozen=True, kw_only=True):
    """One seeded bug and the scenario that has to fail with it."""

    name: str
    rule: str
    plant: Callable[[Patch], None]
    scenario: Callable[[], None]


def timer_by_own_view_change(patch: Patch) -> None:
    """Celo's network stalled so: each node runs away from the others."""
    runs = pacemaker.timer_runs
    patch.setattr(
        pacemaker, "timer_runs", lambda core: runs(core) or (core.may_sign() and core.hs.view > 0)
    )


def timestamp_on_reproposal(patch: Patch) -> None:
    """Plenum 1488: freshness is asked again of a block that was prepared (R7)."""
    fault = header_rules.header_fault

    def strict(
        config: ReplicaConfig, hs: HeightState, proposal: Proposal, view: int, wall_ms: int | None
    ) -> HeaderFault | None:
        found = fault(config, hs, proposal, view, wall_ms)
        stamp = proposal.header.timestamp_ms
        ahead = stamp > max(clock[0] + config.clock_drift_max_ms, hs.tip.timestamp_ms + 1)
        if found is None and ahead:
            return HeaderFault.TIMESTAMP_TOO_FAR_AHEAD
        return found

    clock = [0]
    accept = normal._accept

    def watched(core: Core, message: PrePrepare) -> None:
        clock[0] = core.now.wall_ms
        accept(core, message)

    patch.setattr(normal, "header_fault", strict)
    patch.setattr(normal, "_accept", watched)


def one_voice_is_joined(patch: Patch) -> None:
    """The join rule follows a single sender (R6)."""
    patch.setattr(height_state, "weak_quorum", lambda n: 1)


def behind_votes(patch: Patch) -> None:
    """A node that knows a certificate of the open height goes on voting (R14)."""

    def may_sign(core: Core) -> bool:
        hs = core.hs
        return hs.member and not hs.decided and core.voting.permitted(hs.height)

    patch.setattr(Core, "may_sign", may_sign)


def votes_kept_without_end(patch: Patch) -> None:
    """Plenum's unbounded stash: out of memory after 3 hours (R10)."""

    def add(book: VoteBook[object], index: int, view: int, vote: object) -> bool:
        book.senders += 1
        book._rows[index].append((view, vote))
        return True

    patch.setattr(VoteBook, "add", add)


def roots_added(patch: Patch) -> None:
    """Commits with other roots count for a quorum (R5)."""
    patch.setattr(
        HeightState,
        "commits_equal",
        lambda hs, commit: [v for v in hs.commits.at(commit.view) if v.digest == commit.digest],
    )


def claim_not_compared(patch: Patch) -> None:
    """J is well formed, but the block need not be the one that it proves."""
    fits = view_change.justification_fits

    def without_digest(hs: HeightState, message: PrePrepare) -> bool:
        justification = message.justification
        best = None if justification is None else view_change.highest_claim(justification.heads)
        if best is None or best.prepared_digest is None:
            return fits(hs, message)
        return fits(hs, msgspec.structs.replace(message, digest=best.prepared_digest))

    patch.setattr(normal, "justification_fits", without_digest)


def certificate_of_anything(patch: Patch) -> None:
    """Prepares of a certificate need not be for the block that it names."""
    patch.setattr(
        view_change,
        "prepared_certificate_fits",
        lambda certificate, validators: len(certificate.prepares) >= 3,
    )


def rivals_ignored(patch: Patch) -> None:
    """Two blocks claimed for the highest view of a J are no reason to drop it."""
    fits = view_change.justification_fits

    def lenient(hs: HeightState, message: PrePrepare) -> bool:
        justification = message.justification
        if justification is None:
            return fits(hs, message)
        best = view_change.highest_claim(justification.heads)
        digest = None if best is None else best.prepared_digest
        same = [
            head
            if head.prepared_digest in (None, digest)
            else msgspec.structs.replace(head, prepared_digest=digest)
            for head in justification.heads
        ]
        changed = msgspec.structs.replace(justification, heads=tuple(same))
        return fits(hs, msgspec.structs.replace(message, justification=changed))

    patch.setattr(normal, "justification_fits", lenient)


def woken_in_the_past(patch: Patch) -> None:
    """The first bug that the campaign found."""
    patch.setattr(Core, "needs_blocks", Core.behind)
    patch.setattr(replica.Replica, "_progress", _progress_before)


def _progress_before(self: replica.Replica) -> None:
    core = self._core
    if deciding.advance(core):
        return
    if core.known_height > core.hs.height:
        core.catch_up()
    pacemaker.update_retransmit(core)


def all_suspended(patch: Patch) -> None:
    """Every primary that ever failed is suspended, not only the last f."""

    def everyone(
        window: FailureWindow, height: int, validators: ValidatorSet
    ) -> tuple[ValidatorId, ...]:
        names = [name for at, failed in window._entries if at < height for name in failed]
        return tuple(ValidatorId(n) for n in dict.fromkeys(names) if n in validators)

    patch.setattr(FailureWindow, "suspended", everyone)
    patch.setattr(validator_set, "max_faulty", lambda n: n)


SCENARIO_BUGS = (
    ScenarioBug(
        name="suspension of all",
        rule="Who proposes",
        plant=all_suspended,
        scenario=page_sets.test_the_primaries_after_a_snapshot_and_a_shrinking_set_are_the_same,
    ),
    ScenarioBug(
        name="timer started by the own ViewChange",
        rule="R2",
        plant=timer_by_own_view_change,
        scenario=lambda: (
            page.test_one_dead_and_one_cut_off_for_a_minute_then_a_block_within_two_seconds(250)
        ),
    ),
    ScenarioBug(
        name="timestamp asked of a re-proposal",
        rule="R7",
        plant=timestamp_on_reproposal,
        scenario=lambda: page_liars.test_a_timestamp_ten_seconds_ahead_at_the_fastest_clock(9_999),
    ),
    ScenarioBug(
        name="one voice is joined",
        rule="R6",
        plant=one_voice_is_joined,
        scenario=page_liars.test_idle_network_and_one_liars_view_change_at_each_height,
    ),
    ScenarioBug(
        name="a node that is behind votes",
        rule="R14",
        plant=behind_votes,
        scenario=page_liars.test_a_vote_is_not_given_by_a_node_that_is_behind,
    ),
    ScenarioBug(
        name="votes kept without end",
        rule="R10",
        plant=votes_kept_without_end,
        scenario=page_liars.test_views_of_two_to_the_62_in_every_kind_leave_memory_flat,
    ),
    ScenarioBug(
        name="roots added",
        rule="R5",
        plant=roots_added,
        scenario=page_liars.test_commits_for_one_block_with_two_roots_are_never_added,
    ),
    ScenarioBug(
        name="rival claims ignored",
        rule="J",
        plant=rivals_ignored,
        scenario=lambda: misbehaving.test_every_malformed_j_is_dropped_alone(
            "two claims for one view"
        ),
    ),
    ScenarioBug(
        name="claim not compared",
        rule="J",
        plant=claim_not_compared,
        scenario=lambda: misbehaving.test_every_malformed_j_is_dropped_alone(
            "another block than the claimed one"
        ),
    ),
    ScenarioBug(
        name="certificate of anything",
        rule="R4",
        plant=certificate_of_anything,
        scenario=lambda: misbehaving.test_no_reply_and_it_still_works(
            "ViewChange with a Prepare for another block"
        ),
    ),
    ScenarioBug(
        name="woken in the past",
        rule="R14",
        plant=woken_in_the_past,
        scenario=regressions.test_a_node_that_is_behind_by_one_wants_no_tick_without_end,
    ),
)
