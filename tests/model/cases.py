"""The searches that the model is made of: what must hold, what must be reachable, what must break.

Rules of this file:
1. A seeded bug is a switch of the model and one line here; the product knows nothing of it.
2. A bug is checked against one property alone, so that it breaks that one and not an earlier one.
3. Where a bug cannot show in fewer views, a case says so and is searched, too.
"""

from dataclasses import dataclass, field

from tests.model.pan import Expectation

PROPERTIES = {
    "views": {
        "agreement": 1,
        "certificates_agree": 2,
        "stays_claimed": 4,
        "one_vote": 8,
        "no_evidence": 16,
        "claims_agree": 32,
        "no_drift": 64,
    },
    "restart": {
        "agreement": 1,
        "one_vote": 2,
        "no_evidence": 4,
        "durable_first": 8,
        "certificate_kept": 16,
        "block_kept": 32,
    },
}
"""Bits of CHECK, by model and name; tests/model/test_model.py compares them with the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One search."""

    name: str
    says: str
    """What it shows, in a sentence."""
    model: str = "views"
    """File without its ending."""
    views: int
    switches: dict[str, int | None] = field(default_factory=dict)
    """Name -> value; None for a switch without one."""
    breaks: str | None = None
    """Property that has to fail; None if all hold."""
    reaches: bool = False
    """What is asserted never to happen has to happen."""
    states_min: int = 1
    memory_mb: int = 3_000
    """The search fails above it."""

    @property
    def expectation(self) -> Expectation:
        """How its outcome is judged."""
        breaks = "not_reached" if self.reaches else self.breaks
        return Expectation(breaks=breaks, states_min=self.states_min)

    def defines(self) -> dict[str, int | None]:
        """All switches of the model."""
        found = dict(self.switches)
        if self.model == "views":
            found["VIEWS"] = self.views
        if self.breaks is not None:
            found["CHECK"] = PROPERTIES[self.model][self.breaks]
        return found


REDUCE: dict[str, int | None] = {"REDUCE": None}
"""Only what rules can still ask for is kept; the properties are those of the full model."""


def holds() -> tuple[Case, ...]:
    """The protocol as specified: every property, every state."""
    return (
        Case(
            name="two views, each voter apart",
            says="all properties hold without any reduction",
            views=2,
            switches={"NO_SYMMETRY": None},
            states_min=25_000,
        ),
        Case(
            name="two views",
            says="all properties hold, alike voters in one order",
            views=2,
            states_min=4_500,
        ),
        Case(
            name="three views",
            says="all properties hold, no message forgotten",
            views=3,
            states_min=3_600_000,
        ),
        Case(
            name="three views, moves by rule",
            says="nobody is led away: a correct voter is at most one view above the next (R2, R6)",
            views=3,
            switches={"MOVES_BY_RULE": None},
            states_min=3_600_000,
        ),
        Case(
            name="three views, reduced",
            says="all properties hold, what nobody can ask for forgotten",
            views=3,
            switches=REDUCE,
            states_min=37_000,
        ),
        Case(
            name="four views, reduced",
            says="all properties hold",
            views=4,
            switches=REDUCE,
            states_min=1_800_000,
        ),
        Case(
            name="five views, reduced",
            says="all properties hold, one block a view",
            views=5,
            switches={**REDUCE, "BLOCKS": 1},
            states_min=1_800_000,
            memory_mb=14_000,
        ),
    )


def reached() -> tuple[Case, ...]:
    """What must be possible, or the searches above say nothing."""
    found = [
        Case(
            name=f"a decision in view {view}",
            says="can be the first one",
            views=4,
            switches={**REDUCE, "REACH_DECISION_IN": view},
            reaches=True,
        )
        for view in range(4)
    ]
    for switch, name, says in (
        ("TWO_PREPARED", "two blocks prepared", "in two views one after the other"),
        ("REPROPOSAL", "a re-proposal decided", "a block of view 0, in a later view"),
        ("RETURN", "a block prepared again", "after another one was prepared between"),
        ("UNLIKE_CLAIMS", "two unlike claims", "of two correct voters for one view"),
    ):
        found.append(
            Case(
                name=name,
                says=says,
                views=4,
                switches={**REDUCE, f"REACH_{switch}": None},
                reaches=True,
            )
        )
    return tuple(found)


def bug(
    name: str, rule: str, views: int, switch: str, breaks: str = "agreement", *, whole: bool = False
) -> Case:
    """A seeded bug; `whole`: the reduction would hide it."""
    key, _, value = switch.partition("=")
    return Case(
        name=name,
        says=f"breaks {breaks} in {views} views ({rule})",
        views=views,
        switches={**({} if whole else REDUCE), key: int(value) if value else None},
        breaks=breaks,
    )


def hidden(name: str, views: int, switch: str, states_min: int) -> Case:
    """The same bug where it cannot show: the search holds, and that is why more views are due."""
    return Case(
        name=f"{name}, {views} views",
        says=f"does not show in {views} views",
        views=views,
        switches={**REDUCE, switch: None, "CHECK": 1},
        states_min=states_min,
    )


def bugs() -> tuple[Case, ...]:
    """Seeded bugs of the view change."""
    return (
        bug("quorum 2f", "Numbers", 2, "QUORUM=2"),
        bug("no justification (IBFT 1.0)", "J", 2, "BUG_NO_JUSTIFICATION"),
        bug("J of w heads", "J", 2, "BUG_WEAK_JUSTIFICATION"),
        bug("ViewChange claims nothing (Sawtooth)", "R6", 2, "BUG_CLAIMS_NOTHING"),
        bug("vote below a ViewChange", "R6", 2, "BUG_VOTES_BELOW_VIEW_CHANGE", whole=True),
        bug(
            "vote below a ViewChange, evidence",
            "R11",
            2,
            "BUG_VOTES_BELOW_VIEW_CHANGE",
            "no_evidence",
            whole=True,
        ),
        bug("second PrePrepare of a view", "R3", 2, "BUG_SECOND_PRE_PREPARE", "one_vote"),
        bug("lowest claim wins", "J", 3, "BUG_LOWEST_CLAIM"),
        bug("claim without certificate", "J", 3, "BUG_UNPROVEN_CLAIM"),
        bug("heads of the view before", "J", 3, "BUG_OLD_HEADS"),
        bug("an old certificate claimed", "R6", 3, "BUG_OLD_CLAIM"),
        Case(
            name="one sender is followed",
            says="breaks no_drift in 3 views (R6)",
            views=3,
            switches={"MOVES_BY_RULE": None, "WEAK_QUORUM": 1},
            breaks="no_drift",
        ),
        hidden("Commits of views added", 3, "BUG_MIXED_COMMITS", 40_000),
        bug("Commits of views added", "R5", 4, "BUG_MIXED_COMMITS"),
        bug("Prepares of views counted together", "R4", 3, "BUG_MIXED_PREPARES", "claims_agree"),
        hidden("certificate of mixed Prepares", 3, "BUG_UNCOMPARED_VIEW", 700_000),
        bug("certificate of mixed Prepares", "J", 4, "BUG_UNCOMPARED_VIEW"),
        hidden("commit on an old certificate", 3, "BUG_OLD_CERTIFICATE", 70_000),
        bug("commit on an old certificate", "R4", 4, "BUG_OLD_CERTIFICATE"),
    )


LIARS = ("the primary of view 0", "the primary of view 1", "no primary")


def restarts() -> tuple[Case, ...]:
    """Crash and restart with the sign guard, in two views: what holds, is possible and breaks."""
    found = [
        Case(
            name=f"crashes, {who} lies",
            says="all properties hold, whatever two effects a crash falls between",
            model="restart",
            views=2,
            switches={"LIAR": liar},
            states_min=2_000_000,
        )
        for liar, who in enumerate(LIARS)
    ]
    for name, liar, switch in (
        ("crashes: a decision in view 0", 2, "REACH_DECISION_IN=0"),
        ("crashes: a decision in view 1", 2, "REACH_DECISION_IN=1"),
        ("crashes: a re-proposal decided", 2, "REACH_REPROPOSAL"),
        ("crashes: all crash, then decide", 0, "REACH_DECISION_AFTER_CRASHES"),
    ):
        found.append(restart_case(name, liar, switch, "can be", reaches=True))
    for name, liar, switch, breaks in (
        ("guard lost (amnesia)", 2, "BUG_AMNESIA", "agreement"),
        ("guard lost, votes", 0, "BUG_AMNESIA", "one_vote"),
        ("PrePrepare sent before the flush", 1, "BUG_GUARD_AFTER_SEND=0", "one_vote"),
        ("Prepare sent before the flush", 0, "BUG_GUARD_AFTER_SEND=1", "one_vote"),
        ("Commit sent before the flush", 2, "BUG_GUARD_AFTER_SEND=2", "agreement"),
        ("Commit sent before the flush, order", 2, "BUG_GUARD_AFTER_SEND=2", "durable_first"),
        ("ViewChange sent before the flush", 2, "BUG_GUARD_AFTER_SEND=3", "agreement"),
        ("certificate not durable", 2, "BUG_VOLATILE_CERTIFICATE", "agreement"),
        ("certificate not durable, evidence", 2, "BUG_VOLATILE_CERTIFICATE", "no_evidence"),
        ("certificate not durable, guard", 2, "BUG_VOLATILE_CERTIFICATE", "certificate_kept"),
        ("certificate forgotten at restart", 2, "BUG_FORGETS_CERTIFICATE", "agreement"),
        ("block not durable", 2, "BUG_VOLATILE_BLOCK", "block_kept"),
    ):
        says = f"breaks {breaks} after a crash (R12)"
        found.append(restart_case(name, liar, switch, says, breaks=breaks))
    return tuple(found)


def restart_case(
    name: str,
    liar: int,
    switch: str,
    says: str,
    *,
    breaks: str | None = None,
    reaches: bool = False,
) -> Case:
    """A search of restart.pml that ends with an error."""
    key, _, value = switch.partition("=")
    return Case(
        name=name,
        says=says,
        model="restart",
        views=2,
        switches={"LIAR": liar, key: int(value) if value else None},
        breaks=breaks,
        reaches=reaches,
    )


def all_cases() -> tuple[Case, ...]:
    """Every search, the quick ones of each kind first."""
    return (*reached(), *bugs(), *restarts(), *holds())
