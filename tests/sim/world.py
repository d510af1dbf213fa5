"""All of one execution: nodes, network, clients, checkers, and the hash over everything seen.

Rules of this file:
1. The checkers look at each event, message and block as it happens; the first violation ends the
   run, with the stack that led to it.
2. Everything is a function of the plan: the trace hash covers each event of each node with its
   time, so that two runs that differ anywhere differ there.
"""

import asyncio
import errno
import hashlib
from collections import Counter
from collections.abc import Iterable
from functools import partial

import msgspec

from consensus.actions import Halt, Report, ReportKind
from consensus.events import Event, Received
from consensus.messages import Evidence, PrePrepare, ViewChange
from consensus.replica import Replica
from consensus.restore import ReplicaConfig
from consensus.types import Tip
from node.executor import RootMismatch
from node.p2p.send_queue import SendQueue
from node.storage.kv import StorageFailed
from node.wire.hashing import SigningScope
from node.wire.peer_messages import PeerMessage
from tests.node.support.set_changes import key_name
from tests.sim import bounds, faults
from tests.sim.chain_checks import ChainChecks
from tests.sim.disk import Names, SimDisk
from tests.sim.genesis import simulated_genesis
from tests.sim.image import Image
from tests.sim.keys import SimKeys
from tests.sim.liars import Liars
from tests.sim.loop import START_MS, now_ms
from tests.sim.lying_answers import LyingAnswers
from tests.sim.lying_snapshots import LyingSnapshots
from tests.sim.network import Network, Pair, Station, Weather
from tests.sim.node import SimNode
from tests.sim.plan import Plan
from tests.sim.set_changes import SetChanges
from tests.sim.snapshot_checks import SnapshotChecks
from tests.sim.streams import Streams
from tests.sim.violation import Violation
from tests.sim.vote_checks import VoteChecks
from tests.sim.workload import Workload
from tokens.genesis import genesis_digest


class World:
    """Make it inside the loop; `begin` starts everything."""

    def __init__(self, plan: Plan, group: asyncio.TaskGroup) -> None:
        self.plan = plan
        self.streams = Streams(plan.seed)
        self.stats: Counter[str] = Counter()
        """What happened, by kind."""
        self.trace = hashlib.sha256()
        self.failure: BaseException | None = None
        self.resting = False
        """Faults are over: what is revived now stays."""
        self.over = False
        """Nothing is started any more."""
        self.backups: dict[str, tuple[Names, Image]] = {}
        self._changed = asyncio.Event()
        self.ring = SimKeys(real=plan.real_signatures)
        everybody = len(plan.names)
        genesis = simulated_genesis(plan.n, everybody, plan.rotation, plan.window, plan.block_max)
        self.genesis = genesis
        self.scope = SigningScope(chain_id=genesis.chain_id, genesis_digest=genesis_digest(genesis))
        self.nodes: dict[str, SimNode] = {}
        stations: dict[str, Station] = {}
        self.network = Network(plan.weather, self.streams.stream("network"), stations)
        self.network.on_queued = self._on_queued
        for name, skew_ms in zip(plan.names, plan.skews, strict=True):
            node = SimNode(
                name,
                key=self.ring.key(key_name(name)),
                verify=self.ring.verify,
                genesis=genesis,
                disk=SimDisk(self.streams.stream(f"disk {name}")),
                network=self.network,
                watch=self,
                timeouts=self._timeouts,
                group=group,
                snapshots=plan.snapshots,
            )
            node.wall_ms = skew_ms
            self.nodes[name] = stations[name] = node
        self.chain = ChainChecks(genesis, self.scope, self.ring.verify, plan.window)
        self.votes = VoteChecks(self.chain.sets, self.scope, self.ring.verify)
        self.snapshots = SnapshotChecks(self.chain, plan.liars, plan.rotation)
        self.liars = Liars(
            plan.liars, self.nodes, self.network, self.scope, self.streams.stream("liars")
        )
        self.answers: dict[str, LyingAnswers] = {}
        for name in plan.liars:
            self.votes.excused[name] = "a liar"
            about = LyingSnapshots(self.streams.stream(f"snapshots {name}"))
            answers = self.streams.stream(f"answers {name}")
            self.answers[name] = LyingAnswers(answers, about, plan.silence_max)
            self.nodes[name].rewrite = self.answers[name].rewrite
            self.network.watch = self.liars.observe
        self.workload = Workload(plan.load, self.streams.stream("workload"), self.ring, plan.window)
        self.changes = SetChanges(self)

    def _timeouts(self, config: ReplicaConfig) -> ReplicaConfig:
        low_ms, high_ms, cap_ms = self.plan.timeouts
        return msgspec.structs.replace(
            config,
            timeout_min_ms=low_ms,
            timeout_max_ms=high_ms,
            timeout_cap_ms=cap_ms,
            status_interval_ms=self.plan.status_ms,
            block_interval_empty_ms=self.plan.empty_ms,
        )

    # --- running ----------------------------------------------------------------------------------

    def begin(self, chosen: Iterable[int] | None = None) -> None:
        """Start all nodes, the clients and the faults: all of them, or those of these numbers."""
        numbers = range(len(self.plan.faults)) if chosen is None else chosen
        chosen_faults = [self.plan.faults[number] for number in numbers]
        for fault in chosen_faults:
            if fault.kind == "joins_late":
                self.nodes[fault.nodes[0]].is_held = True
        for node in self.nodes.values():
            self.revive(node)
        self.workload.start(self.nodes)
        for fault in chosen_faults:
            self._at(fault.at_ms, partial(faults.apply, self, fault))
        if self.plan.frail:
            faults.back_up(self)
        if self.plan.liars:
            self.liars.start(self.plan.lie_pause_ms)

    def _at(self, ms: int, call: partial[None]) -> None:
        asyncio.get_running_loop().call_at((START_MS + ms) * 0.001, self._unless_resting, call)

    def _unless_resting(self, call: partial[None]) -> None:
        if not self.resting:
            call()

    def revive(self, node: SimNode) -> None:
        """Start a machine that is down."""
        is_away = self.over or node.is_held or (self.resting and node.name in self.plan.away)
        if not node.alive and not is_away:
            node.start()

    def revive_later(self, node: SimNode, ms: int, kind: str) -> None:
        """When it dies, which `kind` may bring about, it comes back after that time."""

        def died(where: str) -> None:
            self.count(kind)
            node.on_death = None
            faults.later(ms, partial(self.revive, node))

        node.on_death = died

    def mend(self, cause: str, pairs: list[Pair]) -> None:
        """The end of trouble on links, unless all of it has ended."""
        if not self.resting:
            self.network.mend(cause, pairs)

    def rest(self, weather: Weather) -> None:
        """No fault any more: links are well, and who is not away comes back."""
        self.resting = True
        self.network.calm(weather)
        if not self.plan.lies_in_liveness:
            self.liars.stop()
        for node in self.nodes.values():
            node.on_death, node.crash_at, node.snapshots.on_begin = None, None, None
            node.is_held = False
            node.disk.failing, node.line.slow_ms = None, 0
            if node.alive:
                node.store.failing = None
            if node.name in self.plan.away and node.alive:
                node.by_power = False
                node.die("away")
            self.revive(node)

    def count(self, kind: str) -> None:
        """Something happened."""
        self.stats[kind] += 1

    def fail(self, error: BaseException) -> None:
        """The run is over."""
        if self.failure is None:
            self.failure = error
        self._changed.set()

    def end(self) -> None:
        """Nothing runs any more."""
        self.workload.running = False
        self.liars.stop()
        self.resting = self.over = True
        for node in self.nodes.values():
            node.on_death = None
            node.die("end")

    async def wait(self, until_ms: int) -> None:
        """Let time pass to that many milliseconds after the start, or to a failure."""
        loop = asyncio.get_running_loop()
        # One millisecond later than the truncated clock needs to show it.
        timer = loop.call_at((START_MS + until_ms + 1) * 0.001, self._changed.set)
        while self.elapsed_ms() < until_ms:
            await self._changed.wait()
            self._changed.clear()
            if self.failure is not None:
                timer.cancel()
                raise self.failure

    def elapsed_ms(self) -> int:
        """Since the start."""
        return now_ms() - START_MS

    # --- what nodes do (node.Watch) ---------------------------------------------------------------

    def on_event(self, node: SimNode, event: Event) -> None:
        """See `Watch.on_event`."""
        self.stats["events"] += 1
        mark = b""
        if isinstance(event, Received):
            message = event.message.message
            mark = message.head.signature if isinstance(message, ViewChange) else message.signature
            if isinstance(message, PrePrepare) and message.view > 0:
                self.votes.offered(node, message)
        head = f"{now_ms()} {node.name} {type(event).__name__} ".encode()
        self.trace.update(head + mark)

    def after_event(self, node: SimNode, replica: Replica) -> None:
        """See `Watch.after_event`."""
        if node.name not in self.plan.liars:
            self._judge(partial(bounds.check, node, replica, len(self.nodes)))
            if self.plan.snapshots is not None:
                self._judge(partial(self.snapshots.after_event, node, replica))

    def after_message(self, node: SimNode, sender: str) -> None:
        """See `Watch.after_message`."""
        if node.name not in self.plan.liars:
            self._judge(partial(bounds.check_line, node, sender))

    def _on_queued(self, pair: Pair, queue: SendQueue) -> None:
        """Whoever sent: a liar's message ends no process, so the run ends and nothing is raised."""
        try:
            bounds.check_queue(pair, queue)
        except Violation as violation:
            self.fail(violation)

    def on_send(self, node: SimNode, peer: str | None, message: PeerMessage) -> None:
        """See `Watch.on_send`."""
        if node.name not in self.votes.excused:
            self._judge(partial(self.votes.leaves, node, message))
        if peer is not None and node.name not in self.plan.liars:
            self._judge(partial(self.snapshots.on_send, node, peer, message))

    def on_sync_report(self, node: SimNode, text: str) -> None:
        """See `Watch.on_sync_report`."""
        if node.name not in self.plan.liars:
            self._judge(partial(self.snapshots.on_report, node, text))

    def on_staging(self, node: SimNode, *, is_resumed: bool) -> None:
        """See `Watch.on_staging`."""
        self.count("snapshots resumed" if is_resumed else "snapshots begun")

    def on_snapshot(self, node: SimNode, height: int) -> None:
        """See `Watch.on_snapshot`."""
        self.count("snapshots taken")
        self.trace.update(f"{now_ms()} {node.name} snapshot {height}".encode())
        asyncio.get_running_loop().call_soon(self.revive, node)

    def on_opened(self, node: SimNode) -> None:
        """See `Watch.on_opened`."""
        if self.plan.snapshots is None or node.name in self.plan.liars:
            return
        self._judge(partial(self.snapshots.opened, node))
        if node.name not in self.votes.excused and node.name not in self.votes.forgetful:
            self._judge(partial(self.snapshots.guard, node))

    def on_decided(self, node: SimNode, tip: Tip) -> None:
        """See `Watch.on_decided`."""
        self.trace.update(f"{now_ms()} {node.name} decided {tip.height}".encode() + tip.digest)
        self.stats["decisions"] += 1
        if node.name in self.plan.liars:
            return
        self._judge(partial(self.chain.decided, node, tip))
        if tip.certificate is not None:
            self._judge(partial(self.votes.acknowledged, self.nodes, tip.certificate))
        self.workload.decided(node, tip.height)

    def on_said(self, node: SimNode, what: Report | Halt | Evidence) -> None:
        """See `Watch.on_said`."""
        if isinstance(what, Evidence):
            self.count("evidence")
            if what.accused not in self.votes.excused:
                self._judge(partial(_accuse, node.name, what.accused))
        elif isinstance(what, Halt):
            self.count("halts")
            if node.name not in self.votes.excused:
                self._judge(partial(_accuse, node.name, what.text))
        elif what.kind is ReportKind.ENTERED_VIEW:
            self.count("views")
        elif what.kind is ReportKind.SIGN_REFUSED and node.name not in self.votes.excused:
            self._judge(partial(_accuse, node.name, what.text))

    def on_end(self, node: SimNode, error: BaseException) -> None:
        """See `Watch.on_end`.

        A disk that fails ends a process, and another root one that is excused; whatever else does
        is a fault of the product.
        """
        self.count(f"ended {type(error).__name__}")
        refused = isinstance(error, OSError) and error.errno in (errno.EIO, errno.ENOSPC)
        differs = isinstance(error, RootMismatch) and node.name in self.votes.excused
        if not (refused or differs or isinstance(error, StorageFailed)):
            self.fail(error)

    def _judge(self, check: partial[None]) -> None:
        """A violation is kept, and ends the node that it was found at too."""
        try:
            check()
        except Violation as violation:
            self.fail(violation)
            raise

    # --- the end ----------------------------------------------------------------------------------

    def core(self) -> list[SimNode]:
        """Nodes that must make progress."""
        lame = {*self.plan.away, *self.votes.excused, *self.votes.forgetful}
        return [node for name, node in self.nodes.items() if name not in lame]

    def describe(self) -> str:
        """Where everybody stands."""
        words = []
        for name, node in self.nodes.items():
            if node.alive:
                sentence = node.shell.driver.replica.describe(node.now()).sentence
                words.append(f"{name} (life {node.life}): {sentence}")
            else:
                words.append(f"{name}: down")
        return "\n  ".join(words)


def _accuse(name: str, what: str) -> None:
    raise Violation(f"{name} blames an honest node, or stopped without a reason: {what}")
