"""The shell around the consensus core: events in, actions out, one at a time.

Rules of this file:
1. `post` queues an event; the queue is worked off in order, and no event interleaves with the
   performing of another one's actions. Blocks to be executed come before what is queued. The loop
   has a turn between two steps of an execution, and after a block was written: a large block in
   one step, or the end of one and the beginning of the next, kept timers and readers waiting for a
   tenth of a second. What is posted meanwhile queues behind, but for the news that a height is
   written: the core hears of it first, because the ledger is there already.
2. Sign: guard and fsync first (signing_desk), then the loop-back is queued, then the bytes leave.
3. Decide: one synced batch (executor), then Advanced is queued, then the outside hears of it.
4. A failure of the disk ends the process (07, rule 1). Events are posted from timers and RPC calls
   too, whose callers would log an exception and go on: so the first one ends the driver for good,
   and `run` raises it.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import TypeVar, assert_never

from consensus.actions import (
    Action,
    Broadcast,
    BuildProposal,
    CatchUp,
    Decide,
    Execute,
    FetchBlock,
    Halt,
    KeepCertificate,
    RecordEvidence,
    Report,
    SendTo,
    Sign,
)
from consensus.events import (
    Advanced,
    Event,
    Now,
    PoolChanged,
    ProposalBuilt,
    Received,
    SignRefused,
    Tick,
)
from consensus.messages import ConsensusMessage, Step
from consensus.replica import Replica
from consensus.restore import OwnKey
from consensus.types import Proposal, Tip
from node.clock import now
from node.driver_needs import Execution, Listener, Outbox
from node.key_ring import KeyRing
from node.signing_desk import GuardedProposal, place_of
from node.stages import Stage, Stages
from node.storage.sign_guard import Refused, RootConflict
from node.turns import next_turn
from node.wire.peer_messages import BlockRequest
from node.wire.verify import trusted_own
from tokens.steps import Steps

T = TypeVar("T")

EVENTS_MAX = 65_536
"""Bound of the event queue. Peers are read only while it is far below (see inbound)."""


class Driver:
    """Runs one replica."""

    def __init__(
        self,
        *,
        replica: Replica,
        ring: KeyRing,
        outbox: Outbox,
        execution: Execution,
        listener: Listener,
        remember_own: Callable[[ConsensusMessage], None],
        stages: Stages,
        turn: Callable[[Tip], OwnKey | None],
        clock: Callable[[], Now] = now,
        later: Callable[[Callable[[], None]], object] = next_turn,
    ) -> None:
        self.replica = replica
        self._ring = ring
        self._outbox = outbox
        self._execution = execution
        self._listener = listener
        self._remember_own = remember_own
        """Tells the verifier that an own signature needs no check when it comes back."""
        self._turn = turn
        """Takes the keys to the height after the tip; tells if another one signs there."""
        self._stages = stages
        self._clock = clock
        self._later = later
        self._events: deque[Event] = deque()
        self._advanced: deque[Event] = deque()
        """Heights that are written and that the core has not heard of; ascending."""
        self._blocks: deque[Steps[Event | None]] = deque()
        """Blocks to be executed, whose outcome is an event; the first one may be under way."""
        self._busy = False
        """Something is being worked on, or goes on after a turn of the loop."""
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at_ms = 0  # monotonic milliseconds for which it is set
        self._stopped = False
        self._failure: BaseException | None = None
        self._failed = asyncio.Event()
        self.wake: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin with what the replica wants after a restart."""
        self.wake = asyncio.get_running_loop()
        self._busy = True
        try:
            self._perform(self.replica.start(self._clock()))
        except BaseException as error:
            self._end(error)
            raise
        self._work_off()
        self.pool_changed()

    async def run(self) -> None:
        """Wait for ever; raises what ended the driver, whoever posted the event that did."""
        await self._failed.wait()
        raise RuntimeError("the driver ended") if self._failure is None else self._failure

    def stop(self) -> None:
        """No further events or timers."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def post(self, event: Event) -> None:
        """Queue an event and, unless one is being worked on, work the queue off.

        Before `start` it only queues; after a failure or `stop` it does nothing.
        """
        self._enqueue(self._events, event)

    def _enqueue(self, line: deque[T], item: T) -> None:
        if self._stopped:
            return
        if len(line) >= EVENTS_MAX:
            raise RuntimeError("event queue full: the node cannot keep up with itself")
        line.append(item)
        if not self._busy and self.wake is not None:
            self._work_off()

    def _end(self, error: BaseException) -> None:
        """Nothing is signed, sent or written after the first failure."""
        self.stop()
        self._events.clear()
        self._advanced.clear()
        self._blocks.clear()
        if self._failure is None:
            self._failure = error
        self._failed.set()

    def run_all(self, blocks: list[Steps[Event | None]]) -> None:
        """Execute blocks, in order, and post what comes of them."""
        for steps in blocks:
            self._enqueue(self._blocks, steps)

    def pool_changed(self) -> None:
        """Tell the core what a block would hold now."""
        if self._stopped:
            return
        try:
            includable, agenda, censored = self._execution.pool()
        except BaseException as error:
            self._end(error)
            raise
        self.post(
            PoolChanged(now=self._clock(), includable=includable, agenda=agenda, censored=censored)
        )

    def advance(self, tip: Tip) -> None:
        """A block came by sync and is durable."""
        own_key = self._turn(tip)
        advanced = Advanced(now=self._clock(), tip=tip, own_key=own_key)
        self._enqueue(self._advanced, advanced)
        self._listener.on_decided(tip)
        self.pool_changed()

    def _work_off(self) -> None:
        self._busy = True
        try:
            self._work()
        except BaseException as error:
            self._end(error)
            raise
        if self._is_work() and self.wake is not None:
            self._later(self._go_on)
            return
        self._busy = False
        self._arm()

    def _work(self) -> None:
        """Until nothing is queued, or something wants a turn of the loop."""
        self._stages.enter(Stage.CONSENSUS)
        try:
            while self._is_work() and not self._work_on_one():
                pass
        finally:
            self._stages.leave()

    def _is_work(self) -> bool:
        return bool(self._advanced or self._blocks or self._events)

    def _work_on_one(self) -> bool:
        """One event, or one step of a block; True if the loop shall have a turn."""
        if self._blocks and not self._advanced:
            return self._execute()
        line = self._advanced or self._events
        return self._perform(self.replica.handle(line.popleft()))

    def _execute(self) -> bool:
        try:
            next(self._blocks[0])
        except StopIteration as done:
            self._blocks.popleft()
            outcome: Event | None = done.value
            if outcome is not None:
                self._events.append(outcome)
            return False
        return True

    def _go_on(self) -> None:
        # Raised in a callback it would be logged and forgotten; `run` raises it.
        if not self._stopped:
            with contextlib.suppress(Exception):
                self._work_off()

    def _arm(self) -> None:
        """Set the timer, unless one that is due earlier is set: its Tick is harmless.

        Deadlines move with every vote; setting each of them anew was a tenth of a block's cost.
        """
        at_ms = self.replica.next_wakeup_ms()
        if at_ms is None or self._stopped or self.wake is None:
            return
        if self._timer is not None:
            if self._timer_at_ms <= at_ms:
                return
            self._timer.cancel()
        self._timer_at_ms = at_ms
        delay_ms = max(at_ms - self._clock().mono_ms, 0)
        # One millisecond more than the truncated clock says, or the Tick comes too early.
        self._timer = self.wake.call_later((delay_ms + 1) * 0.001, self._tick)

    def _tick(self) -> None:
        self._timer = None
        # Raised in a timer it would be logged and forgotten; `run` raises it.
        with contextlib.suppress(Exception):
            self.post(Tick(now=self._clock()))

    def _perform(self, actions: list[Action]) -> bool:
        """True if a block was written."""
        wrote = False
        for action in actions:
            match action:
                case Sign():
                    self._sign(action)
                case KeepCertificate(certificate=certificate):
                    if self._ring.desk is not None:
                        self._ring.desk.keep(certificate)
                case Broadcast(message=message):
                    self._outbox.broadcast(message)
                case SendTo(peer=peer, message=sent):
                    self._outbox.send(peer, sent)
                case BuildProposal():
                    self._build(action)
                case FetchBlock(height=height, digest=digest, peers=peers):
                    for peer in peers:
                        self._outbox.send(peer, BlockRequest(height=height, digest=digest))
                case Execute(digest=digest, proposal=proposal, peers=peers):
                    self._blocks.append(self._execution.execute(digest, proposal, peers))
                case Decide():
                    self._decide(action)
                    wrote = True
                case CatchUp():
                    self._listener.on_catch_up(action)
                case RecordEvidence(evidence=evidence):
                    self._listener.on_evidence(evidence)
                case Report():
                    self._listener.on_report(action)
                case Halt():
                    self._listener.on_halt(action)
                case _:
                    assert_never(action)
        return wrote

    def _sign(self, action: Sign) -> None:
        desk = self._ring.desk
        if desk is None:
            raise RuntimeError("an observer was asked to sign")
        block = None if action.proposal is None else self._guarded(action.draft, action.proposal)
        self._stages.enter(Stage.GUARD)
        try:
            signed = desk.sign(action.draft, block, action.certificate)
        except (Refused, RootConflict) as refusal:
            height, view, step, _, _ = place_of(action.draft)
            self._events.append(
                SignRefused(
                    now=self._clock(),
                    height=height,
                    view=view,
                    step=step,
                    reason=str(refusal),
                    root_conflict=isinstance(refusal, RootConflict),
                )
            )
            return
        finally:
            self._stages.leave()
        self._remember_own(signed)
        self._events.append(Received(now=self._clock(), message=trusted_own(signed)))
        self._outbox.broadcast(signed)

    def _guarded(self, draft: ConsensusMessage, proposal: Proposal) -> GuardedProposal | None:
        """The block as the guard keeps it: whole or not at all, since the first one stays.

        A primary may propose again a prepared block whose bodies it is still fetching; before its
        Prepare it has executed the block, and then all bodies must become durable (R3).
        """
        bodies = self._execution.bodies(proposal)
        _, _, step, digest, _ = place_of(draft)
        if bodies is None:
            if step is Step.PREPARE:
                raise RuntimeError("a Prepare for a block whose bodies are not here")
            return None
        return GuardedProposal(digest=digest, proposal=proposal, bodies=bodies)

    def _build(self, action: BuildProposal) -> None:
        digest, proposal = self._execution.build(action)
        self._events.append(
            ProposalBuilt(now=self._clock(), view=action.view, digest=digest, proposal=proposal)
        )

    def _decide(self, action: Decide) -> None:
        tip = self._execution.decide(action.digest, action.proposal, action.certificate)
        self._advanced.append(Advanced(now=self._clock(), tip=tip, own_key=self._turn(tip)))
        self._listener.on_decided(tip)
        includable, agenda, censored = self._execution.pool()
        self._events.append(
            PoolChanged(now=self._clock(), includable=includable, agenda=agenda, censored=censored)
        )
