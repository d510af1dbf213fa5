"""A seeded random campaign over the in-memory cluster: `python -m tests.consensus.campaign`.

    python -m tests.consensus.campaign --seed 1 --seeds 500
    python -m tests.consensus.campaign --seed 1 --seeds 100000 --minutes 10 --n 4..31

One execution = one seed: a safety phase with drops, delays, duplicates, partitions, crashes between
any two effects, power cuts, lost guards and up to f liars; then a liveness phase in which the
network and the honest nodes are healed and HEIGHTS_AFTER further blocks are due. The checks of
checks.py run after each event. The same seed gives the same trace hash in any process.
"""

import argparse
import sys
import time
from collections.abc import Iterator

import msgspec

from tests.consensus.chaos import ChaosCluster, Plan, draw
from tests.consensus.checks import Violation

HEIGHTS_AFTER = 3
LIVENESS_LIMIT_MS = 300_000
EVENTS_MAX = 400_000
"""An execution with more events than this has a storm."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one execution did."""

    seed: int
    n: int
    events: int
    heights: int
    """Highest tip at the end."""
    views: int
    """Views entered above 0, over all nodes and lives."""
    lies: int
    live_ms: int
    """Virtual time that HEIGHTS_AFTER blocks took after healing."""
    trace: str


class Failure(AssertionError):
    """An execution broke a property."""

    def __init__(self, plan: Plan, cause: BaseException) -> None:
        super().__init__(f"{type(cause).__name__}: {cause}\n{plan}\n{command(plan)}")
        self.plan = plan
        self.cause = cause


def command(plan: Plan) -> str:
    """How to repeat one execution."""
    sizes = "" if plan.drawn_from is None else f" --n {plan.drawn_from[0]}..{plan.drawn_from[1]}"
    return f"python -m tests.consensus.campaign --seed {plan.seed} --seeds 1{sizes}"


def run(plan: Plan, limit_ms: int = LIVENESS_LIMIT_MS) -> Outcome:
    """One execution.

    Args:
        plan: what the seed drew.
        limit_ms: virtual time in which HEIGHTS_AFTER blocks are due after healing.

    Raises:
        Failure: a property is broken.
    """
    try:
        return _run(ChaosCluster(plan), plan, limit_ms)
    except (AssertionError, RuntimeError, ArithmeticError, LookupError, TypeError) as cause:
        raise Failure(plan, cause) from cause


def _run(cluster: ChaosCluster, plan: Plan, limit_ms: int) -> Outcome:
    cluster.schedule_faults(plan.safety_ms)
    _go(cluster, plan.safety_ms)
    cluster.settle()
    begin = cluster.now_ms
    if plan.liars_in_liveness:
        cluster.schedule_lies(begin + 20_000)
    target = max(cluster.heights().values()) + HEIGHTS_AFTER
    honest = [name for name in cluster.names if name not in cluster.byzantine]
    limit = begin + min(limit_ms, recovery_limit_ms(plan))
    while any(cluster.height(name) < target for name in honest):
        if not cluster.queue or cluster.queue[0][0] > limit:
            raise AssertionError(f"no progress after healing: {cluster.describe()}")
        _step(cluster)
    live_ms = cluster.now_ms - begin
    cluster.check_end()
    return Outcome(
        seed=plan.seed,
        n=plan.n,
        events=cluster.events,
        heights=max(cluster.heights().values()),
        views=cluster.views_entered(),
        lies=0 if cluster.adversary is None else cluster.adversary.acts,
        live_ms=live_ms,
        trace=cluster.trace_hash.hexdigest(),
    )


def recovery_limit_ms(plan: Plan) -> int:
    """Time for HEIGHTS_AFTER blocks after healing.

    With timeouts that suit the network and liars that are silent by then: at each height as many
    bad primaries in a row as there are liars, at the cap each, and 5 s (design figure: liveness).
    """
    path_ms = 6 * plan.delay_ms[1] + plan.execute_ms + plan.build_ms
    if plan.liars_in_liveness or path_ms > plan.config["timeout_min_ms"] or plan.amnesiacs:
        return LIVENESS_LIMIT_MS
    views = len(plan.liars) + 1
    return HEIGHTS_AFTER * (views * plan.config["timeout_cap_ms"] + 5_000)


def _go(cluster: ChaosCluster, end_ms: int) -> None:
    while cluster.queue and cluster.queue[0][0] <= end_ms:
        _step(cluster)
    cluster.now_ms = end_ms


def _step(cluster: ChaosCluster) -> None:
    cluster.step()
    if cluster.events > EVENTS_MAX:
        raise Violation(f"a storm: more than {EVENTS_MAX} events")


def campaign(
    first: int,
    count: int,
    n_range: tuple[int, int] | None = None,
    limit_ms: int = LIVENESS_LIMIT_MS,
) -> Iterator[Outcome]:
    """The executions of these seeds."""
    for seed in range(first, first + count):
        yield run(draw(seed, n_range), limit_ms)


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.consensus.campaign", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--n", default=None, help="4..31: draw the size from this range")
    parser.add_argument("--minutes", type=float, default=None, help="stop after this long")
    parser.add_argument("--keep-going", action="store_true", help="go on after a failing seed")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """The command line; 1 if a seed failed."""
    options = _arguments(arguments)
    n_range = None
    if options.n is not None:
        low, _, high = options.n.partition("..")
        n_range = (int(low), int(high or low))
    stop = None if options.minutes is None else time.monotonic() + 60 * options.minutes
    totals = {"executions": 0, "events": 0, "heights": 0, "views": 0, "lies": 0}
    slowest, failed, trace = (0, 0), 0, ""
    for seed in range(options.seed, options.seed + options.seeds):
        if stop is not None and time.monotonic() > stop:
            break
        try:
            outcome = run(draw(seed, n_range))
        except Failure as failure:
            failed += 1
            print(f"seed {seed} FAILED: {failure}", flush=True)
            if options.keep_going:
                continue
            break
        totals["executions"] += 1
        for key in ("events", "heights", "views", "lies"):
            totals[key] += getattr(outcome, key)
        slowest = max(slowest, (outcome.live_ms, seed))
        trace = outcome.trace
    words = ", ".join(f"{value} {key}" for key, value in totals.items())
    print(f"{words}; slowest recovery {slowest[0]} ms (seed {slowest[1]}); {failed} failed")
    print(f"trace {trace}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
