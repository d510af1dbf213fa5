"""A deterministic in-memory network of replicas with virtual time. See Cluster for how to use it.

    cluster = Cluster(n=4)
    cluster.submit(1)
    cluster.run_until(lambda: cluster.height("a") == 1)      # height of the tip

Time and order: `now_ms`, `run_for(ms)`, `run_until(condition, limit_ms=60_000)`, `step()`.
Nodes:   `peers[name]` (a tests.consensus.peer.Peer: replica, disk, hooks, reports), `up(name)`,
         `crash(name)`, `restart(name)`, `power_cut()`, `start_all()`, `lose_guard(name)`.
Crashes: `crash_at(name, point, when=..., peer=...)`: once, at a point named in peer.py.
Network: `partition({"a", "b"}, {"c", "d"})`, `cut("a", "b")`, `heal()`; `silent=True` keeps the
         connections up and loses packets; `drop(predicate)` -> Rule (`rule.stop()`),
         `hold(predicate)` -> Rule (`rule.release()` delivers), `delay(predicate, ms)`.
         A predicate gets (source, target, packet).
Work:    `submit(count, to=names)`, `agenda`, `block_transactions`, `execute_ms`, `execute_body_ms`,
         `build_ms`, `sign_ms` (slow guard: other events are handled meanwhile).
Lies:    `byzantine.add(name)` takes a node out of the checks; `sign(draft)` signs with the key of
         its sender; `inject(source, target, message)` delivers it.
Sets:    `Cluster(sets={5: ("a", "b", "c", "d", "e")})`: the set from height 5 on.
Random:  `Cluster(seed=7, delay_ms=(1, 80), drop_rate=0.02, duplicate_rate=0.01)`.
Checked after each event: agreement, one root per height, valid certificates, no honest key signs
twice or out of order, a vote is durable before it is sent, nobody accuses an honest node, one
execution per block and life. A breach raises Violation.
"""

import heapq
import random
from collections.abc import Callable, Iterable

from consensus import actions as act
from consensus import events as ev
from consensus.messages import ConsensusMessage
from consensus.types import CommitCertificate
from tests.consensus import checks, effects, fakes
from tests.consensus.packets import Packet
from tests.consensus.peer import Peer
from tests.consensus.wiring import Predicate, Rule, Sets, names_of, pair

STEPS_PER_MS_MAX = 50_000  # More steps in one virtual millisecond are a loop.


class Cluster:
    """See the module's docstring."""

    def __init__(
        self,
        n: int = 4,
        *,
        seed: int | None = None,
        delay_ms: int | tuple[int, int] = 5,
        drop_rate: float = 0.0,
        duplicate_rate: float = 0.0,
        sets: dict[int, tuple[str, ...]] | None = None,
        names: tuple[str, ...] | None = None,
        start: bool = True,
        **config: object,
    ) -> None:
        first = names_of(n) if names is None else names
        changes = {0: first, **(sets or {})}
        self.validators = Sets(changes)
        everybody = [name for members in changes.values() for name in members]
        self.names = tuple(sorted(dict.fromkeys(everybody)))
        self.random = random.Random(0 if seed is None else seed)
        self.seed = seed
        self.delay_ms = (delay_ms, delay_ms) if isinstance(delay_ms, int) else delay_ms
        self.drop_rate = drop_rate
        self.duplicate_rate = duplicate_rate
        self.config = config
        self.now_ms = 0
        self.agenda = False
        self.execute_ms = self.execute_body_ms = 0
        self.build_ms = self.sign_ms = 0
        self.block_transactions, self.block_transactions_max = 1_000, 2_000
        self.byzantine: set[str] = set()
        self.rules: list[Rule] = []
        self.links_down: set[tuple[str, str]] = set()
        self.lossy: set[tuple[str, str]] = set()
        self.queue: list[tuple[int, int, Callable[[], None]]] = []
        self.counter = 0
        self.steps_now = 0
        self.events = 0
        """Events handled by all replicas."""
        self.submitted = 0
        self.history = checks.History(self)
        self.crash_rules: list[tuple[str, str, Callable[[act.Action], bool], str | None]] = []
        self.log: list[str] | None = None
        """Set to [] to collect a trace of events."""
        self.peers = {name: Peer(self, name) for name in self.names}
        if start:
            self.start_all()

    # --- time --------------------------------------------------------------------------------

    def at(self, time_ms: int, call: Callable[[], None]) -> None:
        """Call something at a virtual time."""
        self.counter += 1
        heapq.heappush(self.queue, (max(time_ms, self.now_ms), self.counter, call))

    def call_later(self, peer: Peer, ms: int, call: Callable[[], None]) -> None:
        """Call something for this life of a node."""
        life = peer.life

        def guarded() -> None:
            if peer.replica is not None and peer.life == life:
                call()

        self.at(self.now_ms + ms, guarded)

    def schedule_wakeup(self, peer: Peer) -> None:
        """A Tick when the replica wants one."""
        if peer.replica is None:
            return
        wanted = peer.replica.next_wakeup_ms()
        if wanted is None or (peer.wake_at is not None and peer.wake_at <= wanted):
            return
        wake_at = max(wanted, self.now_ms)
        peer.wake_at = wake_at

        def tick() -> None:
            if peer.wake_at == wake_at:
                peer.wake_at = None
                peer.feed(ev.Tick(now=peer.now()))

        self.call_later(peer, wake_at - self.now_ms, tick)

    def step(self) -> bool:
        """The next thing in time; False if nothing is left."""
        if not self.queue:
            return False
        before = self.now_ms
        self.now_ms, _, call = heapq.heappop(self.queue)
        self.steps_now = self.steps_now + 1 if self.now_ms == before else 0
        if self.steps_now > STEPS_PER_MS_MAX:
            raise checks.Violation(f"time stands still at {self.now_ms} ms: " + self.describe())
        call()
        return True

    def run_for(self, ms: int) -> None:
        """Let that much virtual time pass."""
        end = self.now_ms + ms
        while self.queue and self.queue[0][0] <= end:
            self.step()
        self.now_ms = end

    def run_until(self, condition: Callable[[], bool], limit_ms: int = 60_000) -> int:
        """Run until the condition holds; returns the virtual milliseconds that it took."""
        begin = self.now_ms
        while not condition():
            if not self.queue or self.queue[0][0] > begin + limit_ms:
                raise AssertionError(f"not within {limit_ms} ms: " + self.describe())
            self.step()
        return self.now_ms - begin

    def describe(self) -> str:
        """The sentence of each node."""
        ups = {name: peer for name, peer in self.peers.items() if peer.replica}
        texts = {n: p.replica.describe(p.now()).sentence for n, p in ups.items() if p.replica}
        return "; ".join(f"{name}: {texts.get(name, 'down')}" for name in self.names)

    # --- nodes -------------------------------------------------------------------------------

    def start_all(self) -> None:
        """Start whatever is down."""
        for peer in self.peers.values():
            if peer.replica is None:
                peer.start()

    def up(self, name: str) -> bool:
        """Is this node running?"""
        return self.peers[name].replica is not None

    def crash(self, name: str) -> None:
        """The process is killed; what was not durable is lost."""
        self.peers[name].crash()

    def restart(self, name: str) -> None:
        """Kill it if it runs, then start it from its disk."""
        self.crash(name)
        self.peers[name].start()

    def power_cut(self) -> None:
        """All nodes at once."""
        for peer in self.peers.values():
            peer.crash()

    def lose_guard(self, name: str) -> None:
        """The guard's file is gone; only while the node is down."""
        if self.up(name):
            raise RuntimeError("crash the node first")
        self.peers[name].disk.guard = None

    def crash_at(
        self,
        name: str,
        point: str,
        when: Callable[[act.Action], bool] = lambda action: True,
        peer: str | None = None,
    ) -> None:
        """Crash once at a point of peer.py, for an action that fits (at `sent`: to that peer)."""
        self.crash_rules.append((name, point, when, peer))

    def crash_wanted(self, name: str, point: str, action: act.Action, peer: str | None) -> bool:
        """Does a crash fall here? A rule is used up by it."""
        for index, (who, where, when, whom) in enumerate(self.crash_rules):
            if (who, where) == (name, point) and whom in (None, peer) and when(action):
                del self.crash_rules[index]
                return True
        return False

    def height(self, name: str) -> int:
        """Height of the tip of a node's store."""
        return self.peers[name].disk.height()

    def reached(self, name: str, height: int) -> bool:
        """Has this node stored that height?"""
        return self.height(name) >= height

    def heights(self) -> dict[str, int]:
        """Height of the tip of each node."""
        return {name: self.height(name) for name in self.names}

    # --- network -----------------------------------------------------------------------------

    def linked(self, name: str) -> list[str]:
        """Nodes connected to this one."""
        return [
            other
            for other in self.names
            if other != name and self.up(other) and pair(name, other) not in self.links_down
        ]

    def cut(self, a: str, b: str, *, silent: bool = False) -> None:
        """Cut one connection; silent: it stays up but loses packets."""
        if silent:
            self.lossy.add(pair(a, b))
        elif pair(a, b) not in self.links_down:
            self.links_down.add(pair(a, b))
            for one, other in ((a, b), (b, a)):
                peer = self.peers[one]
                if self.up(other):
                    peer.feed(ev.PeerDown(now=peer.now(), peer=effects.peer_id(other)))

    def partition(self, *groups: Iterable[str], silent: bool = False) -> None:
        """Cut all connections between different groups; nodes in no group keep theirs."""
        side = {name: index for index, group in enumerate(groups) for name in group}
        for a in self.names:
            for b in self.names:
                if a < b and a in side and b in side and side[a] != side[b]:
                    self.cut(a, b, silent=silent)

    def heal(self) -> None:
        """All connections work again."""
        down = sorted(self.links_down)
        self.links_down.clear()
        self.lossy.clear()
        for a, b in down:
            if self.up(a) and self.up(b):
                self.peers[a].feed_peer_up(b)
                self.peers[b].feed_peer_up(a)

    def rule(self, predicate: Predicate, kind: str, ms: int = 0) -> Rule:
        """Add a rule; the first that applies wins."""
        rule = Rule(self, predicate, kind, ms)
        self.rules.append(rule)
        return rule

    def drop(self, predicate: Predicate) -> Rule:
        """Lose the packets that fit."""
        return self.rule(predicate, "drop")

    def hold(self, predicate: Predicate) -> Rule:
        """Keep the packets that fit until `release`."""
        return self.rule(predicate, "hold")

    def delay(self, predicate: Predicate, ms: int) -> Rule:
        """Deliver the packets that fit that much later."""
        return self.rule(predicate, "delay", ms)

    def send(self, source: str, target: str, packet: Packet) -> None:
        """A packet leaves a node."""
        self.history.check_durable(source, packet)
        if target not in self.linked(source) or pair(source, target) in self.lossy:
            return
        delay = self.random.randint(*self.delay_ms)
        for rule in self.rules:
            if rule.predicate(source, target, packet):
                rule.count += 1
                if rule.kind == "hold":
                    rule.held.append((source, target, packet))
                if rule.kind != "delay":
                    return
                delay += rule.ms
                break
        if self.drop_rate and self.random.random() < self.drop_rate:
            return
        self.deliver_later(delay, source, target, packet)
        if self.duplicate_rate and self.random.random() < self.duplicate_rate:
            self.deliver_later(2 * delay + 1, source, target, packet)

    def deliver_later(self, delay: int, source: str, target: str, packet: Packet) -> None:
        """Deliver unless the link or the target's life ends before."""
        peer = self.peers[target]

        def deliver() -> None:
            if pair(source, target) not in self.links_down:
                peer.receive(source, packet)

        self.call_later(peer, delay, deliver)

    def inject(self, source: str, target: str, packet: Packet) -> None:
        """Deliver a packet at once, as if `source` had sent it."""
        self.peers[target].receive(source, packet)

    def sign(self, draft: ConsensusMessage) -> ConsensusMessage:
        """A message signed with the key of its sender, past every guard."""
        return fakes.sign(draft)

    # --- work and checks ---------------------------------------------------------------------

    def submit(self, count: int, to: Iterable[str] | None = None) -> tuple[bytes, ...]:
        """New transactions in the pools of these nodes (default: all that run)."""
        first = self.submitted
        self.submitted += count
        wire_ids = tuple(fakes.digest_of(("tx", i)) for i in range(first, self.submitted))
        for name in self.names if to is None else to:
            if self.up(name):
                effects.submit(self.peers[name], wire_ids)
        return wire_ids

    def trace(self, name: str, event: ev.Event) -> None:
        """Count, and log if wanted."""
        self.events += 1
        if self.log is not None:
            self.log.append(f"{self.now_ms} {name} {event}")

    def note_signed(self, name: str, message: ConsensusMessage) -> None:
        """A guard signed."""
        self.history.signed(name, message)

    def note_executed(self, name: str, digest: bytes) -> None:
        """An executor ran a block."""
        self.history.executed(name, self.peers[name].life, digest)

    def note_decided(self, name: str, digest: bytes, certificate: CommitCertificate) -> None:
        """A block is durable."""
        self.history.decided(name, digest, certificate)

    def check(self, peer: Peer) -> None:
        """After each event."""
        self.history.check_evidence(peer)
