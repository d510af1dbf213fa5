"""Seeded bugs of the consensus core, as it runs inside whole nodes.

Those that the campaign of the core alone has too are planted by its functions.
"""

from consensus import evidence, pacemaker, voting
from consensus.core import Core
from consensus.messages import Commit, SignedPart, ViewChangeHead
from tests.consensus.canaries import bugs
from tests.sim.canaries.canary import Canary, Patch


def blames_what_fits(patch: Patch) -> None:
    """A ViewChange that claims just what its sender committed to counts as hiding it (R11)."""

    def hides(commit: Commit, head: ViewChangeHead) -> bool:
        if head.view <= commit.view:
            return False
        return head.prepared_view is None or head.prepared_view <= commit.view

    patch.setattr(evidence, "_hides", hides)


def keeps_evidence_to_itself(patch: Patch) -> None:
    """Contradicting signatures are dropped without an accusation (R11)."""

    def accuse(core: Core, first: SignedPart, second: SignedPart) -> None:
        return None

    patch.setattr(evidence, "accuse", accuse)


def says_nothing_again(patch: Patch) -> None:
    """What a partition swallowed is not sent again (R9)."""
    patch.setattr(pacemaker, "retransmit", lambda core: None)
    patch.setattr("consensus.status._send_own", lambda core, peer: None)


def heeds_any_signature(patch: Patch) -> None:
    """Each signature of the own key that comes from outside counts as one that the guard lacks."""

    def lacks(self: voting.Voting, part: SignedPart, open_height: int) -> bool:
        return part.height >= self.guard_height

    patch.setattr(voting.Voting, "lacks", lacks)


CORE_CANARIES = (
    Canary(
        name="quorum 2f",
        layer="consensus",
        rule="Numbers",
        plant=bugs.quorum_2f,
        campaign="twins",
        finding=("invalid certificate",),
    ),
    Canary(
        name="commits of different views added",
        layer="consensus",
        rule="R5",
        plant=bugs.views_added,
        campaign="twins",
        finding=("invalid certificate",),
    ),
    Canary(
        name="no justification check",
        layer="consensus",
        rule="J",
        plant=bugs.no_justification_check,
        campaign="mutations",
        finding=("no justified PrePrepare", "fork at"),
        focus="J: fewer heads",
    ),
    Canary(
        name="lowest claim wins",
        layer="consensus",
        rule="J",
        plant=bugs.lowest_claim_wins,
        campaign="twins",
        finding=("no justified PrePrepare", "no block", "fork at"),
    ),
    Canary(
        name="second PrePrepare accepted",
        layer="consensus",
        rule="R3",
        plant=bugs.second_pre_prepare,
        campaign="twins",
        finding=("blames an honest node", "says nothing"),
    ),
    Canary(
        name="ViewChange drops its certificate",
        layer="consensus",
        rule="R6",
        plant=bugs.claims_nothing,
        campaign="twins",
        finding=("forgets_commit",),
    ),
    Canary(
        name="votes forgotten at restart",
        layer="consensus",
        rule="R12",
        plant=bugs.forgets_votes,
        campaign="mutations",
        finding=("blames an honest node",),
        focus="certificate hidden",
    ),
    Canary(
        name="unsorted certificate",
        layer="consensus",
        rule="The block",
        plant=bugs.unsorted_certificate,
        campaign="twins",
        finding=("no block",),
    ),
    Canary(
        name="honest ViewChange accused",
        layer="evidence",
        rule="R11",
        plant=blames_what_fits,
        campaign="twins",
        finding=("blames an honest node",),
    ),
    Canary(
        name="evidence dropped",
        layer="evidence",
        rule="R11",
        plant=keeps_evidence_to_itself,
        campaign="twins",
        finding=("says nothing",),
    ),
    Canary(
        name="nothing is sent again",
        layer="consensus",
        rule="R9",
        plant=says_nothing_again,
        campaign="twins",
        finding=("no block",),
    ),
    Canary(
        name="own signatures held against itself",
        layer="consensus",
        rule="R12",
        plant=heeds_any_signature,
        campaign="twins",
        finding=("TWO_NODES_ONE_KEY", "another node has its key"),
    ),
)
