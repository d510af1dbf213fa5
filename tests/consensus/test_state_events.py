"""Every phase of a replica x every kind of event x field values at the edges.

Whatever comes in whatever phase: nothing raises, the state keeps its invariants, memory is bounded,
and the honest messages of a later view still lead to a decision, unless the node stopped voting for
a stated reason.
"""

from collections.abc import Callable, Iterator

import msgspec
import pytest

from consensus import actions as act
from consensus import events as ev
from consensus.height_state import PROPOSALS_MAX
from consensus.messages import (
    Commit,
    ConsensusMessage,
    Evidence,
    Prepare,
    PrePrepare,
    SeenStep,
    Status,
    Step,
    ViewChange,
)
from consensus.signed import content_of, order_of, signed_part
from consensus.types import ValidatorId, Verified
from tests.consensus import fakes
from tests.consensus.solo import Block, Solo

FAR = 2**62


# --- phases ---


def waiting(solo: Solo) -> None:
    """View 0, nothing to do."""


def idle_with_work(solo: Solo) -> None:
    """View 0, the timer runs."""
    solo.pool(3)


def executing(solo: Solo) -> None:
    """A block is accepted; its execution has no answer."""
    solo.auto_execute = False
    solo.receive(solo.pre_prepare(solo.block()))


def preparing(solo: Solo) -> None:
    """Own Prepare signed."""
    solo.receive(solo.pre_prepare(solo.block()))


def committing(solo: Solo) -> None:
    """Own Commit signed."""
    preparing(solo)
    solo.receive(solo.prepare("c", solo.block()), solo.prepare("d", solo.block()))


def deciding(solo: Solo) -> None:
    """Decide was asked, the block is being written."""
    committing(solo)
    solo.receive(solo.commit("c", solo.block()), solo.commit("d", solo.block()))
    assert solo.count(act.Decide) == 1


def refused(solo: Solo) -> None:
    """The executor refused the block: view 1."""
    executing(solo)
    now = solo.now()
    digest = solo.block().digest
    solo.feed(ev.ExecutionRefused(now=now, height=1, digest=digest, reason="no"))


def broken(solo: Solo) -> None:
    """The executor broke."""
    executing(solo)
    now = solo.now()
    digest = solo.block().digest
    solo.feed(ev.ExecutionFailed(now=now, height=1, digest=digest, reason="bug"))


def changing(solo: Solo) -> None:
    """View 1 without a quorum of ViewChanges."""
    solo.pool(1)
    solo.pass_ms(2_100)
    assert solo.replica.view == 1


def prepared_and_changing(solo: Solo) -> None:
    """View 1 with a certificate of view 0."""
    committing(solo)
    solo.pass_ms(2_100)
    assert solo.replica.view == 1


def primary_building(solo: Solo) -> None:
    """View 1, J is held, the own block is being built."""
    changing(solo)
    solo.receive(solo.view_change("c", 1), solo.view_change("d", 1))
    assert solo.count(act.BuildProposal) == 1


def backup_in_view_two(solo: Solo) -> None:
    """View 2 by joining."""
    solo.receive(solo.view_change("c", 2), solo.view_change("d", 3))
    assert solo.replica.view == 2


def fetching(solo: Solo) -> None:
    """A certificate of the open height is known, the block is not here (R14)."""
    solo.status("c", certificate=solo.certificate(solo.block(), names="acd"))
    assert solo.count(act.FetchBlock) == 1


def behind(solo: Solo) -> None:
    """A certificate of a later height is known."""
    ahead = solo.certificate(solo.block(height=5), names="acd")
    solo.status("c", certificate=ahead)
    assert solo.count(act.CatchUp) == 1


def second_height(solo: Solo) -> None:
    """Height 2, view 0."""
    deciding(solo)
    solo.advance(solo.block(), solo.certificate(solo.block(), names="acd"))


def stopped(solo: Solo) -> None:
    """Two nodes with one key."""
    solo.status("c", seen=solo.prepare("b", solo.block(salt=8)))
    assert solo.replica.halted


def not_cleared(solo: Solo) -> None:
    """Just started: nobody has shown anything (R12)."""


FIRST = (waiting, idle_with_work, executing, preparing, committing)
THEN = (deciding, refused, broken, changing)
LAST = (prepared_and_changing, primary_building, backup_in_view_two, fetching)
REST = (behind, second_height, stopped, not_cleared)
PHASES: tuple[Callable[[Solo], None], ...] = (*FIRST, *THEN, *LAST, *REST)


# --- events ---


def messages(solo: Solo) -> Iterator[ConsensusMessage]:
    """Each kind, of each sender, at interesting heights and views."""
    height = solo.replica.height
    block, other = solo.block(), solo.block(salt=1)
    for sender in ("a", "c", "d", "stranger"):
        for at in (0, height - 1, height, height + 1, height + 2, FAR):
            for view in (0, 1, 2, 3, 7, FAR):
                place: dict[str, object] = {"height": max(at, 0), "view": view, "sender": sender}
                for chosen in (block, other):
                    yield sign(solo.prepare("a", chosen), place)
                    yield sign(solo.commit("a", chosen), place)
                    yield sign(solo.pre_prepare(chosen), place)
                yield sign(solo.commit("a", block, root=bytes(32)), place)
                yield changed(solo, place, None)
                yield changed(solo, place, block)


def sign(message: ConsensusMessage, place: dict[str, object]) -> ConsensusMessage:
    return fakes.sign(msgspec.structs.replace(message, **place))


def changed(solo: Solo, place: dict[str, object], block: Block | None) -> ViewChange:
    certificate = None if block is None else solo.prepared(block, 0, "acd")
    change = solo.view_change("a", 1, certificate)
    head = msgspec.structs.replace(change.head, **place)
    head = msgspec.structs.replace(head, signature=fakes.signature_of(head.sender, head))
    return ViewChange(head=head, certificate=certificate)


def justified(solo: Solo) -> Iterator[PrePrepare]:
    """PrePrepares of later views with a good J."""
    for view in (1, 2, 3, 4, 7):
        sender = solo.names[view % 4]
        if sender == solo.me:
            continue
        fresh, old = solo.block(view=view), solo.block(view=0)
        for block, proof in ((fresh, None), (old, solo.prepared(old, 0, "acd"))):
            message = solo.pre_prepare(block, view, solo.justification(view, "acd", proof))
            assert isinstance(message, PrePrepare)
            yield message


def answers(solo: Solo) -> Iterator[ev.Event]:
    """Answers of the shell, asked for or not."""
    now, height = solo.now(), solo.replica.height
    for block in (solo.block(), solo.block(salt=1), solo.block(view=1)):
        digest, proposal = block.digest, block.proposal
        for at in (height - 1, height, height + 1):
            yield ev.Executed(now=now, height=at, digest=digest, root=solo.root(digest))
            yield ev.Executed(now=now, height=at, digest=digest, root=bytes(32))
            yield ev.ExecutionRefused(now=now, height=at, digest=digest, reason="no")
            yield ev.ExecutionFailed(now=now, height=at, digest=digest, reason="bug")
            for step in Step:
                for view in (0, 1, FAR):
                    yield ev.SignRefused(
                        now=now, height=at, view=view, step=step, reason="no", root_conflict=False
                    )
        for view in (0, 1, 5):
            yield ev.ProposalBuilt(now=now, view=view, digest=digest, proposal=proposal)
        yield ev.BlockFetched(now=now, digest=digest, proposal=Verified(proposal))


def surroundings(solo: Solo) -> Iterator[ev.Event]:
    """Clock, connections, pool, Status, evidence, operator, a tip below the open height."""
    for ms in (0, 1, 1_000, 100_000):
        yield ev.Tick(now=ev.Now(mono_ms=solo.now_ms + ms, wall_ms=0))
    now = solo.now()
    for name in ("a", "c", "stranger"):
        yield ev.PeerDown(now=now, peer=ValidatorId(name))
        yield ev.PeerUp(now=now, peer=ValidatorId(name))
    for count in (0, 1, 10**9):
        yield ev.PoolChanged(now=now, includable=count, agenda=count == 0, censored=count == 1)
    for height in (0, 1, 2, FAR):
        for view in (0, 3, FAR):
            for certificate in (None, solo.certificate(solo.block(), names="acd")):
                yield ev.StatusReceived(
                    now=now,
                    peer=ValidatorId("a"),
                    status=Status(
                        height=height,
                        view=view,
                        phase="?",
                        tip_digest=bytes(32),
                        tip_certificate=certificate,
                        peers_seen=("a", "a", "zz"),
                        lost_primary=True,
                        seen=SeenStep(part=solo.prepare("c", solo.block())),
                    ),
                )
    first, second = solo.prepare("c", solo.block()), solo.prepare("c", solo.block(salt=1))
    for accused in ("a", "b", "c", "stranger"):
        for height in (0, 1, FAR):
            evidence = Evidence(accused=accused, height=height, first=first, second=second)
            yield ev.EvidenceReceived(now=now, evidence=Verified(evidence))
    for peer in ("a", "stranger"):
        yield ev.OutOfReach(now=now, peer=ValidatorId(peer))
    yield ev.Advanced(now=now, tip=fakes.genesis_tip(solo.validators))


def all_events(solo: Solo) -> Iterator[ev.Event]:
    """Everything."""
    for message in (*messages(solo), *justified(solo)):
        yield ev.Received(now=solo.now(), message=Verified(message))
    yield from answers(solo)
    yield from surroundings(solo)


# --- invariants ---


def check(solo: Solo) -> None:
    """What holds after every event."""
    core = solo.replica._core
    hs = core.hs
    for book in (hs.prepares, hs.commits, hs.view_changes, hs.pre_prepares):
        assert len(book.all()) <= 2 * hs.n
    assert len(hs.proposals) <= PROPOSALS_MAX + 4
    assert set(hs.executing) <= set(hs.proposals)
    assert len(core.future) <= 4 * hs.n
    assert len(core.held) <= 2 * hs.n
    assert hs.accepted is None or hs.accepted.view == hs.view
    assert hs.prepared is None or hs.prepared.view <= hs.view
    assert hs.decided <= (hs.certificate is not None)
    assert core.retransmit_wait_ms <= 4_000
    wake = solo.replica.next_wakeup_ms()
    assert wake is not None
    assert 0 <= solo.replica.timeout_ms <= 10_000
    assert solo.replica.describe(solo.now()).sentence


def honest(solo: Solo) -> None:
    """Nothing signed twice or out of order: the guard was never asked for what it refuses."""
    orders = []
    votes: dict[tuple[int, int, int], object] = {}
    for action in solo.actions:
        if isinstance(action, act.Sign):
            part = signed_part(action.draft)
            assert votes.setdefault(order_of(part), content_of(part)) == content_of(part)
            orders.append(order_of(part))
    assert orders == sorted(orders)


def prepare_phase(phase: Callable[[Solo], None]) -> Solo:
    solo = Solo("b", voting=phase is not not_cleared)
    phase(solo)
    return solo


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.__name__)
def test_each_event_alone(phase: Callable[[Solo], None]) -> None:
    """A new replica in the phase for each event."""
    count = 0
    for number, _ in enumerate(all_events(prepare_phase(phase))):
        if number % STRIDE:
            continue
        solo = prepare_phase(phase)
        event = next(e for i, e in enumerate(all_events(solo)) if i == number)
        solo.feed(event)
        check(solo)
        honest(solo)
        count += 1
    assert count > 30


STRIDE = 37
"""Every 37th event starts from a fresh replica; all of them together run below."""


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.__name__)
def test_all_events_one_after_the_other(phase: Callable[[Solo], None]) -> None:
    """One replica gets everything, forwards and backwards, with Ticks between."""
    solo = prepare_phase(phase)
    events = list(all_events(solo))
    assert len(events) > 1_000
    for number, event in enumerate((*events, *reversed(events))):
        if isinstance(event, ev.SignRefused):
            continue
        solo.feed(msgspec.structs.replace(event, now=solo.now()))
        if number % 50 == 0:
            solo.pass_ms(100)
            check(solo)
    honest(solo)


def test_all_events_of_a_phase_reach_the_core() -> None:
    """The list above has every kind of event."""
    kinds = {type(event) for event in all_events(Solo("b"))}
    assert {ev.MayVote, *kinds} == set(ev.Event.__args__)
    received = [e for e in all_events(Solo("b")) if isinstance(e, ev.Received)]
    assert {type(e.message.message) for e in received} == {
        PrePrepare,
        Prepare,
        Commit,
        ViewChange,
    }
