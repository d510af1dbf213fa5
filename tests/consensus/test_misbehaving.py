"""Malformed, foreign, equivocating, stale and far messages: no reply, and it still works after.

After each case the honest messages come, and it has to decide as if nothing had been said.
"""

from collections.abc import Callable

import msgspec
import pytest

from consensus import actions as act
from consensus import events as ev
from consensus.messages import (
    ConsensusMessage,
    Evidence,
    Justification,
    Prepare,
    PreparedCertificate,
    PrePrepare,
    Status,
    Step,
    ViewChange,
    ViewChangeHead,
)
from consensus.signed import signed_part
from consensus.types import Verified
from tests.consensus import fakes
from tests.consensus.solo import Block, Solo

FAR = 2**62


def replace(message: ConsensusMessage, **changes: object) -> ConsensusMessage:
    """A changed message, signed again by its sender."""
    return fakes.sign(msgspec.structs.replace(message, **changes))


def pre_prepare(solo: Solo, block: Block, **changes: object) -> ConsensusMessage:
    return replace(solo.pre_prepare(block), **changes)


def head_of(solo: Solo, name: str, view: int, **changes: object) -> ViewChangeHead:
    head = msgspec.structs.replace(solo.view_change(name, view).head, **changes)
    return msgspec.structs.replace(head, signature=fakes.signature_of(head.sender, head))


def prepared_for(solo: Solo) -> list[bytes]:
    return [d.digest for d in solo.signed(Step.PREPARE) if isinstance(d, Prepare)]


def silent(actions: list[act.Action]) -> bool:
    """Nothing was signed or asked for; a Status and evidence are no reply."""
    quiet = (act.Report, act.RecordEvidence)
    return all(
        isinstance(action, act.Broadcast | act.SendTo)
        and isinstance(action.message, Evidence | Status)
        for action in actions
        if not isinstance(action, quiet)
    )


def still_decides(solo: Solo) -> None:
    block = solo.block(salt=99)
    solo.receive(solo.pre_prepare(block))
    assert solo.signed(Step.PREPARE)
    for name in "acd":
        solo.receive(solo.prepare(name, block))
    for name in "acd":
        solo.receive(solo.commit(name, block))
    assert solo.count(act.Decide) == 1
    assert solo.replica.halted is None


Case = Callable[[Solo], ConsensusMessage]

FOREIGN: dict[str, Case] = {
    "Prepare of a stranger": lambda s: replace(s.prepare("c", s.block()), sender="stranger"),
    "Commit of a stranger": lambda s: replace(s.commit("c", s.block()), sender="stranger"),
    "PrePrepare of a stranger": lambda s: pre_prepare(s, s.block(), sender="stranger"),
    "PrePrepare of a backup": lambda s: pre_prepare(s, s.block(), sender="c"),
    "PrePrepare of the primary of another view": lambda s: pre_prepare(
        s, s.block(2), sender="d", view=2
    ),
    "Prepare of a far view": lambda s: replace(s.prepare("c", s.block()), view=FAR),
    "Commit of a far view": lambda s: replace(s.commit("c", s.block()), view=FAR),
    "ViewChange of a far view": lambda s: s.view_change("c", FAR),
    "Prepare of a far height": lambda s: replace(s.prepare("c", s.block()), height=FAR),
    "Commit of a far height": lambda s: replace(s.commit("c", s.block()), height=FAR),
    "Prepare of height 0": lambda s: replace(s.prepare("c", s.block()), height=0),
    "Commit of height 0": lambda s: replace(s.commit("c", s.block()), height=0),
    "ViewChange to view 0": lambda s: s.view_change("c", 0),
    "ViewChange that claims a view without a digest": lambda s: ViewChange(
        head=head_of(s, "c", 1, prepared_view=0), certificate=None
    ),
    "ViewChange that claims a digest without a view": lambda s: ViewChange(
        head=head_of(s, "c", 1, prepared_digest=bytes(32)), certificate=None
    ),
    "ViewChange that claims without a certificate": lambda s: ViewChange(
        head=s.view_change("c", 1, s.prepared(s.block())).head, certificate=None
    ),
    "ViewChange with a certificate that it does not claim": lambda s: ViewChange(
        head=s.view_change("c", 1).head, certificate=s.prepared(s.block(), names="acd")
    ),
    "ViewChange with a certificate of its own view": lambda s: s.view_change(
        "c", 1, s.prepared(s.block(), 1, "acd")
    ),
    "ViewChange with a certificate of a later view": lambda s: s.view_change(
        "c", 1, s.prepared(s.block(), 5, "acd")
    ),
    "ViewChange with too few Prepares": lambda s: s.view_change(
        "c", 1, s.prepared(s.block(), names="ac")
    ),
    "ViewChange with a Prepare twice": lambda s: s.view_change(
        "c", 1, s.prepared(s.block(), names="acc")
    ),
    "ViewChange with unsorted Prepares": lambda s: s.view_change(
        "c", 1, s.prepared(s.block(), names="dca")
    ),
    "ViewChange with a Prepare of a stranger": lambda s: s.view_change(
        "c", 1, s.prepared(s.block(), names="acz")
    ),
    "ViewChange with a Prepare for another block": lambda s: s.view_change("c", 1, mixed(s)),
    "ViewChange whose certificate is of another height": lambda s: s.view_change(
        "c", 1, msgspec.structs.replace(s.prepared(s.block(), 0, "acd"), height=2)
    ),
}


def mixed(solo: Solo) -> PreparedCertificate:
    """A certificate of all others with one Prepare for another block."""
    good = solo.prepared(solo.block(), names="".join(solo.others()))
    wrong = solo.prepare("d", solo.block(salt=7))
    return msgspec.structs.replace(good, prepares=(*good.prepares[:2], wrong))


@pytest.mark.parametrize("name", FOREIGN)
def test_no_reply_and_it_still_works(name: str) -> None:
    solo = Solo("b")
    assert silent(solo.receive(FOREIGN[name](solo)))
    assert not solo.signed(Step.VIEW_CHANGE)
    assert sum(solo.replica.drops.values()) == 1 or "far view" in name
    still_decides(solo)


HEADERS: dict[str, dict[str, object]] = {
    "version": {"version": 2},
    "chain id": {"chain_id": "other"},
    "parent": {"parent": bytes(32)},
    "parent state root": {"parent_state_root": bytes(32)},
    "validators hash": {"validators_hash": bytes(32)},
    "next validators hash": {"next_validators_hash": bytes(32)},
    "proposer": {"proposer": "c"},
    "failed": {"failed": ("c",)},
    "timestamp of the parent": {"timestamp_ms": fakes.GENESIS_TIME_MS},
    "timestamp far ahead": {"timestamp_ms": fakes.GENESIS_TIME_MS + 1_000_000},
    "timestamp without end": {"timestamp_ms": 2**62},
    "height": {"height": 2},
}


@pytest.mark.parametrize("name", HEADERS)
def test_an_invalid_header_gets_no_prepare_and_ends_the_view(name: str) -> None:
    solo = Solo("b")
    block = solo.block(**HEADERS[name])  # type: ignore[arg-type]
    solo.receive(pre_prepare(solo, block, height=1))
    assert not solo.signed(Step.PREPARE)
    assert [signed_part(draft).view for draft in solo.signed(Step.VIEW_CHANGE)] == [1]


def j_cases(solo: Solo) -> dict[str, tuple[Block, Justification | None]]:
    """Every way in which the J of a PrePrepare of view 1 can be wrong."""
    fresh, old = solo.block(view=1), solo.block(view=0)
    rival = solo.block(view=0, salt=5)
    cert, other = solo.prepared(old, names="abd"), solo.prepared(rival, names="abd")
    plain, claimed = solo.justification(1, "abd"), solo.justification(1, "abd", cert)

    def heads(*names: str, view: int = 1) -> tuple[ViewChangeHead, ...]:
        return tuple(solo.view_change(name, view).head for name in names)

    def with_heads(*parts: ViewChangeHead) -> Justification:
        return Justification(heads=parts, certificate=None)

    def claim(name: str, certificate: PreparedCertificate | None) -> ViewChangeHead:
        return solo.view_change(name, 1, certificate).head

    far = head_of(solo, "d", 1, height=2)
    ahead = head_of(solo, "d", 1, prepared_view=1, prepared_digest=old.digest)
    half = head_of(solo, "d", 1, prepared_view=0)
    return {
        "no J": (fresh, None),
        "no heads": (fresh, with_heads()),
        "too few heads": (fresh, with_heads(*heads("a", "b"))),
        "too many heads": (fresh, with_heads(*heads("a", "b", "c", "d"))),
        "one sender twice": (fresh, with_heads(*heads("a", "b", "b"))),
        "unsorted heads": (fresh, with_heads(*heads("d", "b", "a"))),
        "a stranger": (fresh, with_heads(*heads("a", "b", "z"))),
        "heads of another view": (fresh, with_heads(*heads("a", "b", "d", view=2))),
        "a head of another view": (fresh, with_heads(*heads("a", "b"), *heads("d", view=2))),
        "a head of another height": (fresh, with_heads(*heads("a", "b"), far)),
        "a claim of the view itself": (fresh, with_heads(*heads("a", "b"), ahead)),
        "half a claim": (fresh, with_heads(*heads("a", "b"), half)),
        "a certificate that nobody claims": (
            old,
            msgspec.structs.replace(plain, certificate=cert),
        ),
        "a claim without its certificate": (
            old,
            msgspec.structs.replace(claimed, certificate=None),
        ),
        "a claim is passed over": (fresh, msgspec.structs.replace(claimed, certificate=None)),
        "another block than the claimed one": (fresh, claimed),
        "a rival block": (rival, claimed),
        "the certificate of a rival": (
            rival,
            msgspec.structs.replace(claimed, certificate=other),
        ),
        "two claims for one view": (
            old,
            Justification(
                heads=(claim("a", cert), claim("b", other), claim("d", None)), certificate=cert
            ),
        ),
        "a certificate with too few Prepares": (
            old,
            msgspec.structs.replace(claimed, certificate=solo.prepared(old, names="ab")),
        ),
        "a certificate with a Prepare twice": (
            old,
            msgspec.structs.replace(claimed, certificate=solo.prepared(old, names="abb")),
        ),
        "a certificate of another view": (
            old,
            msgspec.structs.replace(claimed, certificate=solo.prepared(old, 1, names="abd")),
        ),
        "a mixed certificate": (old, msgspec.structs.replace(claimed, certificate=mixed(solo))),
        "an old block without any claim": (old, plain),
        "a block of another primary": (solo.block(view=1, proposer="c"), plain),
    }


J_NAMES = tuple(j_cases(Solo("c")))


@pytest.mark.parametrize("name", J_NAMES)
def test_every_malformed_j_is_dropped_alone(name: str) -> None:
    """R3: no vote and no move, nobody is blamed, and a good copy of the message is still taken."""
    solo = Solo("c")
    block, justification = j_cases(solo)[name]
    done = solo.receive(solo.pre_prepare(block, 1, justification))
    assert silent(done)
    assert not solo.count(act.RecordEvidence)
    assert not solo.signed(Step.PREPARE)
    assert solo.replica.view == 0
    good = solo.block(view=1)
    if block.digest == good.digest:
        solo.receive(solo.pre_prepare(good, 1, solo.justification(1, "abd")))
        assert solo.replica.view == 1
        assert prepared_for(solo) == [good.digest]
    else:
        first = solo.block(view=0, salt=3)
        solo.receive(solo.pre_prepare(first))
        assert solo.signed(Step.PREPARE)


def test_a_good_j_is_taken() -> None:
    for certificate in (False, True):
        solo = Solo("c")
        block = solo.block(view=0 if certificate else 1)
        proof = solo.prepared(block, names="abd") if certificate else None
        solo.receive(solo.pre_prepare(block, 1, solo.justification(1, "abd", proof)))
        assert prepared_for(solo) == [block.digest]


def test_a_j_in_view_zero_is_refused() -> None:
    solo = Solo("b")
    block = solo.block()
    assert silent(solo.receive(solo.pre_prepare(block, 0, solo.justification(1, "acd"))))
    solo.receive(solo.pre_prepare(block))
    assert solo.signed(Step.PREPARE)


def test_a_certificate_of_more_than_q_prepares_is_refused() -> None:
    solo = Solo("b", n=6)
    too_many = solo.prepared(solo.block(), names="acdef")
    assert silent(solo.receive(solo.view_change("c", 1, too_many)))
    assert not solo.replica._core.hs.view_changes.all()
    solo.receive(solo.view_change("c", 1, solo.prepared(solo.block(), names="acde")))
    assert len(solo.replica._core.hs.view_changes.all()) == 1


@pytest.mark.parametrize("kind", ["PrePrepare", "Prepare", "Commit", "ViewChange"])
def test_equivocation_is_recorded_once_and_changes_nothing(kind: str) -> None:
    solo = Solo("b")
    one, two, three = solo.block(), solo.block(salt=1), solo.block(salt=2)
    pairs: dict[str, list[ConsensusMessage]] = {
        "PrePrepare": [solo.pre_prepare(block) for block in (one, two, three)],
        "Prepare": [solo.prepare("c", block) for block in (one, two, three)],
        "Commit": [solo.commit("c", block) for block in (one, two, three)],
        "ViewChange": [
            solo.view_change("c", 3),
            solo.view_change("c", 3, solo.prepared(one, 1, "acd")),
            solo.view_change("c", 3, solo.prepared(two, 2, "acd")),
        ],
    }
    solo.receive(*pairs[kind])
    assert solo.count(act.RecordEvidence) == 1
    accused = [a.evidence.accused for a in solo.actions if isinstance(a, act.RecordEvidence)]
    assert accused == ["a" if kind == "PrePrepare" else "c"]
    assert len(solo.signed(Step.PREPARE)) == (1 if kind == "PrePrepare" else 0)


def test_a_certificate_hidden_in_a_view_change_after_a_commit_is_evidence() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(solo.commit("c", block), solo.view_change("c", 1))
    assert solo.count(act.RecordEvidence) == 1
    solo = Solo("b")
    solo.receive(solo.view_change("c", 1), solo.commit("c", block))
    assert solo.count(act.RecordEvidence) == 1
    solo = Solo("b")
    solo.receive(
        solo.commit("c", block), solo.view_change("c", 1, solo.prepared(block, names="acd"))
    )
    assert solo.count(act.RecordEvidence) == 0


def test_evidence_that_proves_nothing_is_dropped() -> None:
    solo = Solo("b")
    block, other = solo.block(), solo.block(salt=1)
    good = (solo.prepare("c", block), solo.commit("c", block))
    for first, second in (
        (good[0], good[0]),
        (good[0], good[1]),
        (good[0], solo.prepare("d", other)),
        (good[0], solo.prepare("c", other, view=1)),
    ):
        evidence = Evidence(accused="c", height=1, first=first, second=second)
        event = ev.EvidenceReceived(now=solo.now(), evidence=Verified(evidence))
        assert silent(solo.feed(event))
    assert solo.count(act.RecordEvidence) == 0
    still_decides(solo)


def test_pre_prepare_of_the_next_height_keeps_no_bodies() -> None:
    solo = Solo("b")
    message = pre_prepare(solo, solo.block(height=2), height=2, bodies=(b"x" * 1_000,))
    solo.receive(message)
    kept = [m for m in solo.replica._core.future.values() if isinstance(m, PrePrepare)]
    assert [m.bodies for m in kept] == [()]
    still_decides(solo)
