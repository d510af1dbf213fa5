"""Seeded bugs for the campaign: each is one wrong line of the core or of its shell.

Rules of this file:
1. A bug is a function that patches; nothing here is imported by the product.
2. A bug is as small as the mistake that somebody could make, with the published case if there is
   one.
"""

from collections.abc import Callable

import msgspec
import pytest

from consensus import (
    deciding,
    height_state,
    normal,
    quorum,
    receiving,
    view_change,
    views,
)
from consensus.actions import Sign
from consensus.core import Core
from consensus.height_state import Accepted, HeightState
from consensus.messages import (
    Commit,
    PrePrepare,
    Step,
    ViewChangeHead,
)
from consensus.types import CommitSignature
from tests.consensus import effects, fakes
from tests.consensus.peer import Peer

Patch = pytest.MonkeyPatch


class Bug(msgspec.Struct, frozen=True, kw_only=True):
    """One seeded bug and where the campaign has to find it."""

    name: str
    rule: str
    """What it breaks."""
    plant: Callable[[Patch], None]
    first_seed: int = 1
    seeds: int = 60
    """It has to be found within so many seeds."""
    n: tuple[int, int] | None = None
    finding: str = ""
    """Words of the finding."""


def quorum_2f(patch: Patch) -> None:
    """2f instead of ceil((n + f + 1) / 2)."""
    for module in (quorum, height_state, view_change):
        if hasattr(module, "quorum"):
            patch.setattr(module, "quorum", lambda n: max(1, 2 * quorum.max_faulty(n)))


def quorum_2f_plus_1(patch: Patch) -> None:
    """Right for n = 3f + 1 only (celo-blockchain 253, klaytn 1403)."""
    for module in (quorum, height_state):
        patch.setattr(module, "quorum", lambda n: 2 * quorum.max_faulty(n) + 1)


def no_justification_check(patch: Patch) -> None:
    """IBFT 1.0: a PrePrepare of a later view needs no proof."""
    patch.setattr(normal, "justification_fits", lambda hs, message: True)


def lowest_claim_wins(patch: Patch) -> None:
    """J re-proposes the lowest claimed certificate instead of the highest."""

    def lowest(heads: tuple[ViewChangeHead, ...]) -> ViewChangeHead | None:
        claims = [head for head in heads if head.prepared_view is not None]
        return min(claims, key=lambda head: head.prepared_view or 0, default=None)

    patch.setattr(view_change, "highest_claim", lowest)
    patch.setattr(view_change, "_claim_of", lambda change: -(change.head.prepared_view or -9))


def guard_after_send(patch: Patch) -> None:
    """The vote leaves before its record is durable."""
    sign = Peer.sign

    def eager(peer: Peer, action: Sign) -> None:
        if isinstance(action.draft, Commit):
            effects.broadcast(peer, action, fakes.sign(action.draft))
        sign(peer, action)

    patch.setattr(Peer, "sign", eager)


def views_added(patch: Patch) -> None:
    """Commits of different views make one certificate."""

    def any_view(hs: HeightState, commit: Commit) -> list[Commit]:
        found = {}
        for vote in hs.commits.all():
            if (vote.digest, vote.root) == (commit.digest, commit.root):
                found[vote.sender] = vote
        return list(found.values())

    patch.setattr(HeightState, "commits_equal", any_view)


def second_pre_prepare(patch: Patch) -> None:
    """A replica that accepted a block takes another one of the same view and votes again."""
    on_pre_prepare = normal.on_pre_prepare

    def generous(core: Core, message: PrePrepare, index: int) -> None:
        hs = core.hs
        accepted = hs.accepted
        if accepted is not None and (accepted.view, accepted.digest) != (
            message.view,
            message.digest,
        ):
            hs.accepted = None
            hs.asked.pop((message.view, Step.PREPARE), None)
            hs.pre_prepares._rows[index] = []
        on_pre_prepare(core, message, index)

    patch.setattr(normal, "on_pre_prepare", generous)


def votes_below_view_change(patch: Patch) -> None:
    """After ViewChange(v') the block of the view before is still voted for (R6)."""
    enter_view = views.enter_view

    def keeping(core: Core, view: int, why: str) -> None:
        accepted, before = core.hs.accepted, core.hs.view
        enter_view(core, view, why)
        if accepted is not None and (before, Step.PREPARE) not in core.hs.asked:
            core.hs.accepted, core.hs.view = accepted, before

    patch.setattr(view_change, "enter_view", keeping)


def old_certificate_commits(patch: Patch) -> None:
    """A certificate of a view that was left is committed on in the new view (R4)."""
    commit = normal._commit

    def careless(core: Core, hs: HeightState, accepted: Accepted, root: bytes) -> None:
        prepared = hs.prepared
        if prepared is not None and prepared.digest == accepted.digest:
            hs.prepared = msgspec.structs.replace(prepared, view=hs.view)
        commit(core, hs, accepted, root)

    patch.setattr(normal, "_commit", careless)


def claims_nothing(patch: Patch) -> None:
    """Sawtooth: a view change loses the prepared block."""
    patch.setattr(HeightState, "best_prepared", lambda hs, below_view: None)


def forgets_certificates(patch: Patch) -> None:
    """A restart forgets the prepared certificates of the guard."""
    resume = receiving.resume

    def forgetful(core: Core) -> None:
        core.restored = msgspec.structs.replace(core.restored, certificates=())
        resume(core)

    patch.setattr(receiving, "resume", forgetful)


def forgets_votes(patch: Patch) -> None:
    """A restart begins the height anew, whatever the guard holds (R12)."""
    patch.setattr(receiving, "resume", lambda core: None)


def unsorted_certificate(patch: Patch) -> None:
    """Signatures of a commit certificate in the order of arrival."""

    def newest_first(index: int, signature: bytes) -> CommitSignature:
        return CommitSignature(index=index, signature=signature)

    equal = HeightState.commits_equal

    def reversed_votes(hs: HeightState, commit: Commit) -> list[Commit]:
        return equal(hs, commit)[::-1]

    patch.setattr(HeightState, "commits_equal", reversed_votes)
    patch.setattr(deciding, "CommitSignature", newest_first)


BUGS = (
    Bug(name="quorum 2f", rule="Numbers", plant=quorum_2f),
    Bug(name="quorum right for n = 3f + 1 only", rule="Numbers", plant=quorum_2f_plus_1, n=(5, 6)),
    Bug(
        name="no justification check",
        rule="J",
        plant=no_justification_check,
        first_seed=35,
        seeds=30,
        finding="fork",
    ),
    Bug(name="lowest claim wins", rule="J", plant=lowest_claim_wins, first_seed=18),
    Bug(name="guard after send", rule="R12", plant=guard_after_send),
    Bug(name="commits of different views added", rule="R5", plant=views_added),
    Bug(
        name="second PrePrepare accepted",
        rule="R3",
        plant=second_pre_prepare,
        first_seed=18,
        seeds=20,
    ),
    Bug(name="votes below a ViewChange", rule="R6", plant=votes_below_view_change),
    Bug(
        name="commit on an old certificate",
        rule="R4",
        plant=old_certificate_commits,
        first_seed=27,
        seeds=20,
    ),
    Bug(name="ViewChange claims nothing", rule="R6", plant=claims_nothing),
    Bug(
        name="certificates forgotten at restart",
        rule="R12",
        plant=forgets_certificates,
        first_seed=17,
        seeds=20,
        finding="accuses",
    ),
    Bug(name="votes forgotten at restart", rule="R12", plant=forgets_votes),
    Bug(name="unsorted certificate", rule="The block", plant=unsorted_certificate, first_seed=3),
)
