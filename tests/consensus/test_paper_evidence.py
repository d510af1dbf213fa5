"""Rules of docs/spec/consensus.md about who lied: R11."""

import msgspec
import pytest

from consensus import actions as act
from consensus import events as ev
from consensus.messages import (
    Evidence,
)
from consensus.rejects import Reject
from consensus.types import Verified
from tests.consensus.solo import Solo


def accused(solo: Solo) -> list[tuple[str, int]]:
    return [
        (a.evidence.accused, a.evidence.height)
        for a in solo.actions
        if isinstance(a, act.RecordEvidence)
    ]


@pytest.mark.parametrize("kind", ["pre_prepare", "prepare", "commit", "root", "view_change"])
def test_r11_two_contents_in_one_place_are_evidence(kind: str) -> None:
    solo = Solo("b")
    one, two = solo.block(), solo.block(salt=1)
    if kind == "pre_prepare":
        solo.receive(solo.pre_prepare(one), solo.pre_prepare(two))
        assert accused(solo) == [("a", 1)]
        return
    if kind == "prepare":
        solo.receive(solo.prepare("c", one), solo.prepare("c", two))
    elif kind == "commit":
        solo.receive(solo.commit("c", one), solo.commit("c", two))
    elif kind == "root":
        solo.receive(solo.commit("c", one), solo.commit("c", one, root=bytes(32)))
    else:
        claim = solo.prepared(one, names="acd")
        solo.receive(solo.view_change("c", 1), solo.view_change("c", 1, claim))
    assert accused(solo) == [("c", 1)]
    assert any(isinstance(a, act.Broadcast) for a in solo.actions)


@pytest.mark.parametrize("order", ["commit first", "view change first", "inside a J"])
def test_r11_a_view_change_that_hides_a_commit_is_evidence(order: str) -> None:
    solo = Solo("b")
    block = solo.block()
    commit, hiding = solo.commit("c", block), solo.view_change("c", 2)
    if order == "commit first":
        solo.receive(commit, hiding)
    elif order == "view change first":
        solo.receive(hiding, commit)
    else:
        fresh = solo.block(view=2)
        solo.receive(commit, solo.pre_prepare(fresh, 2, solo.justification(2, "acd")))
    assert accused(solo) == [("c", 1)]


def test_r11_evidence_of_heights_below_the_last_hundred_is_not_taken() -> None:
    """It is on the ledger by then; else nodes would pass on a liar's past for ever."""
    solo = Solo("b")
    lies = [(solo.prepare("c", solo.block()), solo.prepare("c", solo.block(salt=1)))]
    for _ in range(102):
        block = solo.block()
        solo.advance(block, solo.certificate(block))
        lies.append((solo.prepare("c", solo.block()), solo.prepare("c", solo.block(salt=1))))
    for first, second in lies[:2]:
        found = Evidence(accused="c", height=first.height, first=first, second=second)
        solo.feed(ev.EvidenceReceived(now=solo.now(), evidence=Verified(found)))
    assert (lies[0][0].height, solo.replica.height) == (1, 103)
    assert solo.replica.drops[Reject.BAD_EVIDENCE] == 1
    assert accused(solo) == [("c", 2)]


def test_r11_honest_pairs_are_no_evidence() -> None:
    solo = Solo("b")
    block = solo.block()
    claim = solo.prepared(block, names="acd")
    solo.receive(solo.commit("c", block), solo.view_change("c", 1, claim))
    solo.receive(solo.prepare("d", block), solo.prepare("d", block, 1), solo.view_change("d", 2))
    solo.receive(solo.prepare("d", block))
    assert accused(solo) == []


def test_r11_one_evidence_per_sender_and_height_is_kept_and_gossiped_once() -> None:
    solo = Solo("b")
    blocks = [solo.block(salt=salt) for salt in range(5)]
    solo.receive(*(solo.prepare("c", block) for block in blocks))
    first = next(a.evidence for a in solo.actions if isinstance(a, act.RecordEvidence))
    solo.feed(ev.EvidenceReceived(now=solo.now(), evidence=Verified(first)))
    assert accused(solo) == [("c", 1)]
    assert solo.replica.drops[Reject.KNOWN_EVIDENCE] == 4


def test_r11_gossiped_evidence_is_checked() -> None:
    solo = Solo("b")
    one, two = solo.block(), solo.block(salt=1)
    first, second = solo.prepare("c", one), solo.prepare("c", two)
    good = Evidence(accused="c", height=1, first=first, second=second)
    far = Evidence(
        accused="c",
        height=500,
        first=msgspec.structs.replace(first, height=500),
        second=msgspec.structs.replace(second, height=500),
    )
    for bad in (
        msgspec.structs.replace(good, accused="d"),
        msgspec.structs.replace(good, height=2),
        msgspec.structs.replace(good, second=first),
        msgspec.structs.replace(good, second=solo.prepare("d", two)),
        msgspec.structs.replace(good, second=solo.prepare("c", two, 1)),
        far,
    ):
        solo.feed(ev.EvidenceReceived(now=solo.now(), evidence=Verified(bad)))
    assert accused(solo) == []
    assert solo.replica.drops == {Reject.BAD_EVIDENCE: 6}
    solo.feed(ev.EvidenceReceived(now=solo.now(), evidence=Verified(good)))
    assert accused(solo) == [("c", 1)]


def test_r11_evidence_of_many_heights_is_bounded() -> None:
    solo = Solo("b")
    for height in range(1_000):
        first = msgspec.structs.replace(solo.prepare("c", solo.block()), height=height)
        second = msgspec.structs.replace(first, digest=bytes(32))
        pair = Evidence(accused="c", height=height, first=first, second=second)
        solo.feed(ev.EvidenceReceived(now=solo.now(), evidence=Verified(pair)))
    assert len(accused(solo)) == 3
