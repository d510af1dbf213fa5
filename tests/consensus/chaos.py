"""A Cluster with an adversary, a trace hash, and faults that are drawn from a seed.

Rules of this file:
1. Everything is a function of the seed: the plan is drawn before the run, the trace hash covers
   every event of every node.
2. Crashes and cuts are unlimited in the safety phase: safety may not depend on them.
"""

import hashlib
import random
from collections.abc import Callable
from functools import partial

import msgspec

from consensus import actions as act
from consensus import events as ev
from consensus.quorum import max_faulty
from tests.consensus.adversary import Adversary
from tests.consensus.checks import Violation
from tests.consensus.cluster import Cluster
from tests.consensus.packets import Packet
from tests.consensus.wiring import names_of

POINTS = (
    "guard-append",
    "guard-synced",
    "looped-back",
    "sent",
    "certificate-synced",
    "block-append",
    "block-synced",
)
EVENTS_AT_ONCE_MAX = 4_000
"""More events than this within one virtual millisecond are a loop without end."""
SIZES = (4, 4, 4, 4, 5, 6, 7, 7, 10, 13)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What one seed draws. Printed with a failure."""

    seed: int
    n: int
    drawn_from: tuple[int, int] | None
    """Range of n that the command line asked for."""
    liars: tuple[str, ...]
    amnesiacs: tuple[str, ...]
    """Nodes that may lose their guard; with the liars at most f."""
    sets: dict[int, tuple[str, ...]]
    delay_ms: tuple[int, int]
    drop_rate: float
    duplicate_rate: float
    config: dict[str, int]
    execute_ms: int
    build_ms: int
    safety_ms: int
    faults_per_s: float
    lies_per_s: float
    liars_in_liveness: bool


def draw(seed: int, n_range: tuple[int, int] | None = None) -> Plan:
    """The plan of a seed."""
    rng = random.Random(seed)
    sizes = SIZES if n_range is None else tuple(range(n_range[0], n_range[1] + 1))
    n = rng.choice(sizes)
    names = names_of(n)
    sets = _changes(rng, names) if rng.random() < 0.3 else {}
    f = min(max_faulty(len(members)) for members in (names, *sets.values()))
    stable = [name for name in names if all(name in members for members in sets.values())]
    bad = rng.sample(stable, min(f, len(stable)))
    lying = rng.choice((0, len(bad), len(bad)))
    t0_ms = rng.choice((50, 200, 1_000))
    return Plan(
        seed=seed,
        n=n,
        drawn_from=n_range,
        liars=tuple(sorted(bad[:lying])),
        amnesiacs=tuple(sorted(bad[lying:])),
        sets=sets,
        delay_ms=(1, rng.choice((3, 20, 100, 300))),
        drop_rate=rng.choice((0.0, 0.0, 0.02, 0.1, 0.3)),
        duplicate_rate=rng.choice((0.0, 0.05, 0.3)),
        config={
            "rotation": rng.choice((1, 2, 5, 100)),
            "timeout_min_ms": t0_ms,
            "timeout_max_ms": 2 * t0_ms,
            "timeout_cap_ms": rng.choice((10, 20)) * t0_ms,
            "block_interval_empty_ms": rng.choice((100, 1_000)),
            "status_interval_ms": rng.choice((200, 1_000)),
        },
        execute_ms=rng.choice((0, 0, 5, 100)),
        build_ms=rng.choice((0, 0, 10)),
        safety_ms=rng.choice((2_000, 5_000, 10_000)),
        faults_per_s=rng.choice((0.5, 2.0, 8.0)),
        lies_per_s=rng.choice((5.0, 20.0, 60.0)),
        liars_in_liveness=rng.random() < 0.5,
    )


def _changes(rng: random.Random, names: tuple[str, ...]) -> dict[int, tuple[str, ...]]:
    """One or two changes of the set, each adding or removing one member or replacing one."""
    sets: dict[int, tuple[str, ...]] = {}
    members, height = list(names), 1
    for extra in range(rng.choice((1, 2))):
        height += rng.randint(2, 4)
        kind = rng.choice(("add", "remove", "replace")) if len(members) > 4 else "add"
        if kind in ("remove", "replace"):
            members.remove(rng.choice(members))
        if kind in ("add", "replace"):
            members.append(f"new{extra}")
        sets[height] = tuple(members)
    return sets


class ChaosCluster(Cluster):
    """A cluster that lives a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.adversary: Adversary | None = None
        self.rotation = plan.config["rotation"]
        self.trace_hash = hashlib.sha256()
        self.busy_ms = self.busy_events = 0
        self.lost_guards: set[str] = set()
        self.renewed: dict[str, bool] = {}
        """Nodes that were started without their guard."""
        config: dict[str, object] = {**plan.config}
        super().__init__(
            plan.n,
            seed=plan.seed,
            delay_ms=plan.delay_ms,
            drop_rate=plan.drop_rate,
            duplicate_rate=plan.duplicate_rate,
            sets=plan.sets,
            start=False,
            **config,  # type: ignore[arg-type]
        )
        self.execute_ms, self.build_ms = plan.execute_ms, plan.build_ms
        self.byzantine.update(plan.liars)
        self.faults = random.Random(plan.seed + 1)
        if plan.liars:
            self.adversary = Adversary(self, plan.liars, plan.seed + 2)
        for peer in self.peers.values():
            peer.skew_ms = self.faults.randint(-3_000, 3_000)
        self.start_all()

    # --- hooks -----------------------------------------------------------------------------------

    def send(self, source: str, target: str, packet: Packet) -> None:
        """As the cluster does, seen by the adversary and thinned out for liars."""
        adversary = self.adversary
        if adversary is not None:
            adversary.observe(target, packet)
            if source in self.byzantine and adversary.random.random() < adversary.silence:
                return
        super().send(source, target, packet)

    def trace(self, name: str, event: ev.Event) -> None:
        """Every event goes into the hash."""
        super().trace(name, event)
        if self.now_ms != self.busy_ms:
            self.busy_ms, self.busy_events = self.now_ms, 0
        self.busy_events += 1
        if self.busy_events > EVENTS_AT_ONCE_MAX:
            raise Violation(f"a storm: {self.busy_events} events in one millisecond, last {name}")
        text = f"{self.now_ms} {name} {type(event).__name__}"
        if isinstance(event, ev.Received):
            text += f" {event.message.message}"
        self.trace_hash.update(text.encode())

    # --- faults ----------------------------------------------------------------------------------

    def schedule_faults(self, end_ms: int) -> None:
        """Draw all faults and lies of the safety phase."""
        count = int(self.plan.faults_per_s * (end_ms - self.now_ms)) // 1_000
        for _ in range(count):
            self.at(self.faults.randint(self.now_ms, end_ms), self.fault)
        self.schedule_lies(end_ms)

    def schedule_lies(self, end_ms: int) -> None:
        """Lies until then."""
        if self.adversary is None:
            return
        for _ in range(int(self.plan.lies_per_s * (end_ms - self.now_ms)) // 1_000):
            self.at(self.faults.randint(self.now_ms, end_ms), self.adversary.act)

    def fault(self) -> None:
        """One fault."""
        rng = self.faults
        kinds: dict[Callable[[], None], int] = {
            self.crash_one: 3,
            self.crash_inside: 6,
            self.split: 3,
            self.bridge: 2,
            self.heal: 3,
            self.work: 4,
            self.everything: 1,
            self.deaf: 2,
            self.favour: 6,
        }
        rng.choices(list(kinds), weights=list(kinds.values()))[0]()

    def crash_one(self) -> None:
        """A process is killed, sometimes with its guard, and comes back."""
        name = self.faults.choice(self.names)
        if not self.up(name):
            return
        self.crash(name)
        if name in self.plan.amnesiacs and self.faults.random() < 0.5:
            self.lost_guards.add(name)
        self.at(self.now_ms + self.faults.choice((1, 100, 1_000)), lambda: self.revive(name))

    def crash_inside(self) -> None:
        """A crash between two effects."""
        rng = self.faults
        name, point = rng.choice(self.names), rng.choice(POINTS)
        kind = rng.choice((None, act.Sign, act.Decide, act.KeepCertificate))
        skip = rng.choice((0, 0, 1, 3))
        left = [skip]

        def when(action: act.Action) -> bool:
            if kind is not None and not isinstance(action, kind):
                return False
            left[0] -= 1
            return left[0] < 0

        self.crash_at(name, point, when)
        self.at(self.now_ms + rng.choice((50, 500, 2_000)), lambda: self.revive(name))

    def revive(self, name: str) -> None:
        """Start a node that is down; a guard that was lost stays lost until it signs anew."""
        if self.up(name):
            return
        guard = self.peers[name].disk.guard
        if name in self.lost_guards:
            if name not in self.renewed or guard is None or not guard.durable:
                self.lose_guard(name)
                self.renewed[name] = True
            else:
                self.lost_guards.discard(name)
                del self.renewed[name]
        self.peers[name].start()

    def split(self) -> None:
        """Two groups."""
        rng = self.faults
        names = list(self.names)
        rng.shuffle(names)
        middle = rng.randint(1, len(names) - 1)
        self.partition(names[:middle], names[middle:], silent=rng.random() < 0.5)
        self.at(self.now_ms + rng.choice((100, 1_000)), self.heal)

    def bridge(self) -> None:
        """Single connections are cut: some nodes reach others only through a third."""
        rng = self.faults
        for _ in range(rng.randint(1, len(self.names))):
            a, b = rng.sample(self.names, 2)
            self.cut(a, b, silent=rng.random() < 0.5)

    def deaf(self) -> None:
        """One direction, or one kind of message, is lost for a while."""
        rng = self.faults
        name = rng.choice(self.names)
        incoming, kind = rng.random() < 0.5, rng.randrange(5)

        def fits(source: str, target: str, packet: Packet) -> bool:
            return (target if incoming else source) == name and (
                kind == 4 or type(packet).__name__ == KINDS[kind]
            )

        rule = self.hold(fits) if rng.random() < 0.5 else self.drop(fits)
        self.at(self.now_ms + rng.choice((200, 1_000)), rule.release)

    def favour(self) -> None:
        """Only a few nodes get the Commits, or the Prepares, for a while: they go ahead alone."""
        rng = self.faults
        some = rng.sample(self.names, rng.choice((1, 1, 2)))
        kind = rng.choice(("Commit", "Commit", "Prepare"))
        certified = rng.random() < 0.7

        def fits(source: str, target: str, packet: Packet) -> bool:
            name = type(packet).__name__
            held = (kind, "Status", "DecidedReply", "BlockReply") if certified else (kind,)
            return target not in some and name in held

        rule = self.hold(fits) if rng.random() < 0.3 else self.drop(fits)
        self.at(self.now_ms + rng.choice((200, 1_000, 3_000)), rule.release)

    def everything(self) -> None:
        """Power cut of the whole cluster."""
        self.power_cut()
        for name in self.names:
            self.at(self.now_ms + self.faults.randint(1, 500), partial(self.revive, name))

    def work(self) -> None:
        """Transactions, for some."""
        count = self.faults.randint(1, 5)
        self.submit(count, [n for n in self.names if self.faults.random() < 0.7])

    # --- phases ----------------------------------------------------------------------------------

    def settle(self) -> None:
        """End of the safety phase: no further faults of honest parts."""
        self.crash_rules.clear()
        for rule in list(self.rules):
            rule.release()
        self.heal()
        self.drop_rate = 0.0
        for name in self.names:
            self.revive(name)

    def views_entered(self) -> int:
        """Reports of views above 0 that the nodes still hold."""
        return sum(
            report.kind == act.ReportKind.ENTERED_VIEW
            for peer in self.peers.values()
            for report in peer.reports
        )

    def check_end(self) -> None:
        """No honest node has stopped; all hold the same chain and bounded memory."""
        for name, peer in self.peers.items():
            if name in self.byzantine:
                continue
            if peer.halts:
                raise Violation(f"{name} stopped: {peer.halts[0].text}")
            for report in peer.reports:
                if report.kind == act.ReportKind.SIGN_REFUSED:
                    raise Violation(f"{name} asked its guard for a wrong vote: {report.text}")
            replica = peer.replica
            if replica is None:
                raise Violation(f"{name} is down after the end")
            core, n = replica._core, len(self.validators[replica.height])
            hs = core.hs
            sizes = {
                "future": len(core.future) <= 4 * n,
                "held": len(core.held) <= 2 * len(self.names),
                "proposals": len(hs.proposals) <= 16,
                "prepares": len(hs.prepares.all()) <= 2 * n,
                "changes": len(hs.view_changes.all()) <= 2 * n,
                "evidence": len(core.evidence) <= 200 * len(self.names),
            }
            if not all(sizes.values()):
                raise Violation(f"{name} keeps too much: {sizes}")


KINDS = ("PrePrepare", "Prepare", "Commit", "ViewChange")
