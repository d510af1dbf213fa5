"""What one seed draws, before anything runs: a network, its weather, its faults, its load.

Rules of this file:
1. Each probability is drawn itself (swarm testing): a seed without any partition finds other faults
   than one with ten.
2. A fault is a value with all that it needs. Leaving one out moves no other, so a failing plan can
   be cut down (shrink.py), and what is left is named by numbers.
3. Liars, machines whose disk may forget and machines that stay away are at most f together: more
   than that is not promised. Crashes, power cuts and partitions are unlimited in the safety phase.
4. What came to plans later has a random stream of its own, so that old seeds stay what they were.
"""

from random import Random

import msgspec

from consensus.quorum import max_faulty
from tests.sim.genesis import validator_name
from tests.sim.network import Weather
from tests.sim.streams import Streams, chance

SIZES = (4,) * 14 + (5,) * 5 + (6,) * 5 + (7,) * 5 + (10, 10, 13)
LARGE = 31
LARGE_EACH = 250
"""One seed of so many has the largest set."""
REAL_EACH = 100
"""One seed of so many signs with Ed25519."""
QUIET_MS = {300: (20_000,), 1_000: (60_000, 120_000), 3_000: (300_000, 900_000)}
"""By the interval of Statuses, which are most of what happens then."""
LOADS = ("idle", "trickle", "steady", "bursts", "repeats")


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that goes wrong."""

    at_ms: int
    """After the start."""
    kind: str
    """See faults.py."""
    nodes: tuple[str, ...]
    """Who is hit, or the sides of a partition in order."""
    for_ms: int
    """How long; of a crash, until the next start."""
    value: int
    """Of the kind: effects until a crash, milliseconds of a clock, ..."""


class SnapshotPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Nodes keep few blocks, and give and take snapshots."""

    interval: int
    """Heights between two snapshots."""
    retain: int
    """Newest blocks that a node keeps. Fewer than a real one may be set to (pruning.retain_min), so
    that somebody who was away for seconds is far behind."""
    archives: tuple[str, ...]
    """Who keeps all."""
    answer_bytes: int
    """Of one answer of a server (snapshot_source.ANSWER_BYTES_MAX)."""
    whole_bytes: int
    """Of a chunk in one message; a larger one goes in pieces (snapshot_source.WHOLE_BYTES_MAX)."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that happens in one execution."""

    seed: int
    n: int
    """Validators at genesis."""
    spare: int
    """Nodes that follow from the start and may become validators; 0: the set stays as it is."""
    rotation: int
    window: int
    block_max: int
    real_signatures: bool
    liars: tuple[str, ...]
    frail: tuple[str, ...]
    """Machines whose disk may forget what it was told."""
    away: tuple[str, ...]
    """Machines that are not there in the liveness phase; among the liars and the frail."""
    lies_in_liveness: bool
    lie_pause_ms: int
    """Between two lies."""
    timeouts: tuple[int, int, int]
    """Lower and upper bound of T0, and the cap (R2), milliseconds."""
    status_ms: int
    empty_ms: int
    """Interval of empty blocks (R1)."""
    weather: Weather
    skews: tuple[int, ...]
    """Of each node's clock, milliseconds."""
    load: str
    safety_ms: int
    quiet_ms: int
    """Time after the liveness phase in which little happens."""
    faults: tuple[Fault, ...]
    """Those of SET_KINDS and of SNAPSHOT_KINDS at the end."""
    snapshots: SnapshotPlan | None = None
    """None: nobody prunes, and there are no snapshots."""

    @property
    def silence_max(self) -> float:
        """Of what a liar has to say: a chain that stands still leaves nobody behind."""
        return 1.0 if self.snapshots is None else 0.1

    @property
    def names(self) -> tuple[str, ...]:
        """All nodes, validators first."""
        return tuple(validator_name(index) for index in range(self.n + self.spare))


def draw(seed: int) -> Plan:
    """The plan of a seed."""
    rng = Streams(seed).stream("swarm")
    n = rng.choice(SIZES) if seed % LARGE_EACH else LARGE
    names = tuple(validator_name(index) for index in range(n))
    bad = rng.sample(names, max_faulty(n))
    lying = rng.choice((0, 0, 1, len(bad)))
    away = rng.choice((0, 0, len(bad)))
    low_ms = rng.choice((50, 250, 250, 250, 1_000))
    safety_ms = rng.choice((5_000, 10_000, 20_000, 60_000)) if n < 10 else 5_000
    load = rng.choice(LOADS)
    empty_ms = rng.choice((500, 5_000, 20_000))
    status_ms = rng.choice((300, 1_000, 3_000))
    quiet_ms = rng.choice(QUIET_MS[status_ms])
    small = load in ("idle", "trickle") and rng.random() < 0.5
    plan = Plan(
        seed=seed,
        n=n,
        spare=0,
        rotation=rng.choice((1, 2, 5, 100)),
        window=rng.choice((10, 20, 100)),
        block_max=rng.choice((1, 5)) if small else 500,
        real_signatures=seed % REAL_EACH == 0,
        liars=tuple(sorted(bad[:lying])),
        frail=tuple(sorted(bad[lying:])),
        away=tuple(sorted(rng.sample(bad, away))),
        lies_in_liveness=rng.random() < 0.5,
        lie_pause_ms=rng.choice((30, 100, 500)),
        timeouts=(low_ms, 8 * low_ms, rng.choice((10, 40)) * low_ms),
        status_ms=status_ms,
        empty_ms=empty_ms,
        weather=Weather(
            delay_ms=(1, rng.choice((2, 10, 50, 200))),
            loss_e3=rng.choice((0, 0, 5, 50, 200)),
            duplicates_e3=rng.choice((0, 0, 20, 200)),
            reorder=rng.random() < 0.5,
            tail_e3=rng.choice((0, 0, 10)),
        ),
        skews=tuple(rng.randint(-4_000, 4_000) for _ in names),
        load=load,
        safety_ms=safety_ms,
        quiet_ms=quiet_ms if empty_ms > 500 and n < 10 else 20_000,
        faults=(),
    )
    rng = Streams(seed).stream("set changes")
    plan = _draw_spare(rng, plan)
    snapshots = Streams(seed).stream("snapshots")
    plan = _draw_snapshots(snapshots, plan)
    drawn = _draw_faults(Streams(seed).stream("faults"), plan)
    if plan.snapshots is not None:
        drawn = drawn[::OTHERS_EACH]
    changes = _draw_set_changes(rng, plan)
    behind = _draw_behind(snapshots, plan)
    return msgspec.structs.replace(plan, faults=(*drawn, *changes, *behind))


KINDS: dict[str, int] = {
    "kill": 8,
    "power": 6,
    "blackout": 1,
    "split": 4,
    "isolate": 3,
    "one_way": 3,
    "bridge": 2,
    "silence": 3,
    "clog": 3,
    "deaf": 3,
    "favour": 5,
    "slow": 2,
    "clock": 2,
    "sync_fails": 2,
    "disk_full": 1,
    "batch_fails": 1,
    "old_store": 1,
    "lost_guard": 2,
    "old_guard": 2,
    "flip_guard": 2,
    "flip_store": 2,
    "old_both": 1,
    "rush": 2,
}
"""Weights before a seed has drawn which it uses."""
FRAIL_ONLY = ("lost_guard", "old_guard", "flip_guard", "flip_store", "old_both", "old_store")
"""What makes a machine forget: only to the frail."""

SET_KINDS: dict[str, int] = {"set_add": 4, "set_remove": 3, "set_replace": 2, "set_rotate": 4}
"""Changes of the validator set (set_changes.py); weights."""
CHANGING_E3 = 300
"""Of 1,000 plans with at most CHANGING_N_MAX validators so many change their set."""
CHANGING_N_MAX = 7
CHANGES_MAX = 20

SNAPSHOT_KINDS = ("behind", "joins_late", "cut_taking")
"""Who has to take a snapshot, and who dies over it (snapshot_faults.py)."""
SNAPSHOTS_E3 = 250
"""Of 1,000 plans with at most SNAPSHOTS_N_MAX validators so many prune and have snapshots."""
SNAPSHOTS_N_MAX = 10
OTHERS_EACH = 3
"""There one of so many other faults stays: the chain has to make way for somebody to be behind."""


def _draw_spare(rng: Random, plan: Plan) -> Plan:
    """Nodes for a set that changes, or none."""
    if plan.n > CHANGING_N_MAX or not chance(rng, CHANGING_E3):
        return plan
    spare = rng.randint(1, 3)
    skews = (*plan.skews, *(rng.randint(-4_000, 4_000) for _ in range(spare)))
    return msgspec.structs.replace(plan, spare=spare, skews=skews)


def _draw_set_changes(rng: Random, plan: Plan) -> tuple[Fault, ...]:
    """Some, at a rate; those that come while another one is under way do nothing."""
    if not plan.spare:
        return ()
    count = min(CHANGES_MAX, plan.safety_ms // rng.choice((500, 1_000, 4_000)))
    kinds = rng.choices(list(SET_KINDS), weights=list(SET_KINDS.values()), k=count)
    changes = [
        Fault(
            at_ms=rng.randrange(plan.safety_ms),
            kind=kind,
            nodes=(),
            for_ms=0,
            value=rng.randrange(1 << 16),
        )
        for kind in kinds
    ]
    return tuple(sorted(changes, key=lambda change: change.at_ms))


def _draw_snapshots(rng: Random, plan: Plan) -> Plan:
    """Few blocks and many snapshots, or neither, on a chain that makes way.

    At least two intervals are kept (pruning.py). Most have nodes that follow: one that is behind
    then costs nobody a quorum.
    """
    if plan.n > SNAPSHOTS_N_MAX or not chance(rng, SNAPSHOTS_E3):
        return plan
    interval = rng.choice((2, 3, 5))
    bad = (*plan.liars, *plan.frail)
    lying = len(plan.liars) or rng.choice((0, 1, 1))
    spare, weather = plan.spare or rng.randint(0, 2), plan.weather
    more = [rng.randint(-4_000, 4_000) for _ in range(spare - plan.spare)]
    sizes = rng.choice(((512 * 1024, 3 * 1024 * 1024), (2_000, 4_000), (500, 500)))
    snapshots = SnapshotPlan(
        interval=interval,
        retain=interval * rng.choice((2, 2, 3)),
        archives=tuple(sorted(rng.sample(plan.names, rng.choice((0, 0, 1, plan.n // 2))))),
        answer_bytes=sizes[0],
        whole_bytes=sizes[1],
    )
    return msgspec.structs.replace(
        plan,
        snapshots=snapshots,
        liars=tuple(sorted(bad[:lying])),
        frail=tuple(sorted(bad[lying:])),
        spare=spare,
        skews=(*plan.skews, *more),
        weather=msgspec.structs.replace(
            weather, delay_ms=(1, min(50, weather.delay_ms[1])), loss_e3=min(50, weather.loss_e3)
        ),
        load=rng.choice(("steady", "steady", "bursts", "repeats")),
        empty_ms=500,
        safety_ms=30_000,
        quiet_ms=20_000,
    )


def _draw_behind(rng: Random, plan: Plan) -> tuple[Fault, ...]:
    """Who is left behind and comes back, who dies over it, and mostly somebody who joins late."""
    if plan.snapshots is None:
        return ()
    each_ms = rng.choice((1_500, 3_000))
    kinds = rng.choices(("behind", "cut_taking"), weights=(5, 4), k=plan.safety_ms // each_ms)
    if chance(rng, 600):
        kinds.append("joins_late")
    return tuple(
        Fault(
            at_ms=rng.randrange(plan.safety_ms),
            kind=kind,
            nodes=(rng.choice(plan.names[rng.choice((0, plan.n if plan.spare else 0)) :]),),
            for_ms=rng.choice((1, 100, 500, 2_000)),
            value=rng.choice((1, 2, 3, 5, 8, 13, 21, 34)),
        )
        for kind in kinds
    )


def _draw_faults(rng: Random, plan: Plan) -> tuple[Fault, ...]:
    """Some kinds, at a rate, until the end of the safety phase."""
    usual = [kind for kind in KINDS if plan.frail or kind not in FRAIL_ONLY]
    kinds = rng.sample(usual, rng.randint(2, len(usual)))
    per_minute = rng.choice((6, 20, 60))
    count = max(1, per_minute * plan.safety_ms // 60_000)
    weights = [KINDS[kind] for kind in kinds]
    faults = [
        _fault(rng, plan, rng.choices(kinds, weights=weights)[0], rng.randrange(plan.safety_ms))
        for _ in range(count)
    ]
    return tuple(sorted(faults, key=lambda fault: fault.at_ms))


def _fault(rng: Random, plan: Plan, kind: str, at_ms: int) -> Fault:
    names = list(plan.names)
    rng.shuffle(names)
    if kind in FRAIL_ONLY:
        nodes: list[str] = [rng.choice(plan.frail)]
    elif kind in ("split", "bridge", "blackout"):
        nodes = names
    elif kind == "favour":
        nodes = names[: rng.choice((1, 1, 2))]
    elif kind == "clog":
        nodes = names[:2]
    else:
        nodes = names[:1]
    return Fault(
        at_ms=at_ms,
        kind=kind,
        nodes=tuple(nodes),
        for_ms=rng.choice((1, 100, 500, 2_000, 8_000)),
        value=_value(rng, kind, len(names)),
    )


def _value(rng: Random, kind: str, n: int) -> int:
    match kind:
        case "kill" | "power":
            return rng.choice((1, 3, 10, 30, 100))
        case "split" | "bridge":
            return rng.randint(1, n - 1)
        case "slow":
            return rng.choice((5, 20, 100))
        case "clock":
            return rng.choice((-60_000, -9_000, 5_000, 9_000, 60_000))
        case "sync_fails" | "disk_full" | "batch_fails":
            return rng.randrange(6)
        case "rush":
            return rng.choice((3, 10, 50))
        case _:
            return rng.randrange(1 << 16)
