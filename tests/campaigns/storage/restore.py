"""An operator restores backups: every mixture of old, current and missing store and guard.

Rules of this file:
1. Old = copied before a row of further blocks in which the node voted. Current = copied at its last
   stop. The others go on meanwhile, so what is current lags too.
2. In each case the node says what was expected (votes, observes, or does not start), no key signs
   twice, and in the end everybody votes again.
"""

import asyncio
import json
import random
import shutil
from pathlib import Path
from typing import NamedTuple

from node.app import EXIT_IN_USE
from node.devnet.process import ChildProcess
from node.devnet.truth import level_height
from tests.campaigns.storage.cluster import Cluster, cluster
from tests.campaigns.storage.report import Tally, require
from tests.campaigns.storage.victim import command

VOTES_SECONDS = 90
OLD_PAYMENTS = 12
"""Final between the old copy and the current one."""
VOTES, OBSERVES = "votes", "observes"


class Case(NamedTuple):
    """What is put in place, and what the node says."""

    state: str
    guard: str
    expected: str
    reason: str
    """Part of what an observer gives as its reason."""


CASES = (
    Case("current", "current", VOTES, ""),
    Case("current", "old", OBSERVES, "behind_store"),
    Case("current", "missing", OBSERVES, "missing"),
    Case("old", "current", VOTES, ""),
    Case("old", "old", OBSERVES, "lacks"),
    Case("old", "missing", OBSERVES, "missing"),
    Case("missing", "current", VOTES, ""),
    Case("missing", "old", OBSERVES, "lacks"),
    Case("missing", "missing", OBSERVES, "lacks"),
)
"""`lacks`: a peer showed a signature of the own key that the guard does not hold (R12)."""
FURTHER = ("two processes", "another node's folder", "a copy beside the original")
CASES_ALL = len(CASES) + len(FURTHER)


async def restore(folder: Path, seed: int, cases: int) -> Tally:
    """The matrix and the three further cases, `cases` of them, in turn over the nodes."""
    tally = Tally("restored folders", cases)
    generator = random.Random(f"restore/{seed}")
    async with cluster(folder) as made:
        for number in range(cases):
            name = generator.choice(made.network.names)
            turn = number % CASES_ALL
            if turn < len(CASES):
                case = CASES[turn]
                label = f"state {case.state}, guard {case.guard}: {case.expected}"
                await _mixture(made, name, case, folder / f"case-{number}")
            else:
                label = FURTHER[turn - len(CASES)]
                await _further(made, name, label, folder / f"case-{number}")
            await made.voting(seconds=VOTES_SECONDS)
            await made.acknowledge(3)
            await level_height(made.network, made.stage.probe, seconds=60)
            await made.check()
            tally.add(label)
            print(f"  case {number + 1} of {cases}: {name}: {label}", flush=True)
    tally.notes.append(f"{made.check_votes()} signatures, 0 double votes")
    return tally


async def _mixture(made: Cluster, name: str, case: Case, kept: Path) -> None:
    data = made.network.layout.data(name)
    made.network.stop(name)
    shutil.copytree(data, kept / "old")
    await made.back(name)
    await made.voting(name)
    await made.acknowledge(OLD_PAYMENTS)
    made.network.stop(name)
    shutil.copytree(data, kept / "current")
    await made.acknowledge(4)
    _put(data, kept, "store", case.state)
    _put(data, kept, "guard", case.guard)
    await _start_and_hear(made, name, case.expected, case.reason)


def _put(data: Path, kept: Path, part: str, which: str) -> None:
    """That copy of a part, or none."""
    shutil.rmtree(data / part, ignore_errors=True)
    if which != "missing":
        shutil.copytree(kept / which / part, data / part)


async def _start_and_hear(made: Cluster, name: str, expected: str, reason: str) -> None:
    """Start it and see what it says before it votes."""
    size = made.network.layout.log(name).stat().st_size
    made.network.start(name)
    await made.network.wait_ready(made.stage.probe, name, seconds=60)
    await made.voting(name, seconds=VOTES_SECONDS)
    said = [text for text in _said(made, name, size) if "sign guard is stale" in text]
    if expected == VOTES:
        require(not said, f"{name} observes: {said}")
    else:
        require(bool(said) and reason in said[0], f"{name} does not observe ({reason}): {said}")


def _said(made: Cluster, name: str, start: int) -> list[str]:
    """Texts of the reports in its log from a place on."""
    lines = made.network.layout.log(name).read_bytes()[start:].decode().splitlines()
    records = [json.loads(line) for line in lines if line.startswith("{")]
    return [str(record.get("text", "")) for record in records]


async def _further(made: Cluster, name: str, label: str, kept: Path) -> None:
    layout = made.network.layout
    match label:
        case "two processes":
            other = _child(made, name, layout.config(name), kept)
            other.start()
            await asyncio.to_thread(other.await_end, 30)
            require(other.exit_status == EXIT_IN_USE, f"the second ended with {other.exit_status}")
        case "another node's folder":
            donor = next(each for each in made.network.names if each != name)
            made.network.stop(name)
            made.network.stop(donor)
            for part in ("store", "guard"):
                shutil.rmtree(layout.data(name) / part)
                shutil.copytree(layout.data(donor) / part, layout.data(name) / part)
            await made.back(donor)
            await _start_and_hear(made, name, OBSERVES, "foreign_key")
        case _:
            await _copy_beside(made, name, kept)


def _child(made: Cluster, name: str, config: Path, kept: Path) -> ChildProcess:
    kept.mkdir(parents=True, exist_ok=True)
    arguments = command(config, made.trace, made.arm_file)
    return ChildProcess(f"second {name}", arguments, kept / "second.log", made.network._pipe)


async def _copy_beside(made: Cluster, name: str, kept: Path) -> None:
    """A copy of the folder is started as a second process with the same key, on other ports."""
    made.network.stop(name)
    config = _copied(made, name, kept)
    await made.back(name)
    await made.acknowledge(3)
    second = _child(made, name, config, kept)
    second.start()
    await made.acknowledge(20)
    require(second.running, f"the copy ended: {second.log_tail()[-400:]}")
    second.kill()
    made.network.stop(name)
    await made.back(name)


def _copied(made: Cluster, name: str, kept: Path) -> Path:
    """Data and configuration of a node elsewhere; the path of the latter."""
    layout = made.network.layout
    shutil.copytree(layout.data(name), kept / "data")
    text = layout.config(name).read_text().replace("../genesis.json", str(layout.genesis))
    ports = made.network.state.nodes[name]
    for port in (ports.rpc, ports.peer):
        text = text.replace(f"= {port}\n", "= 0\n", 1)
    config = kept / "node.toml"
    config.write_text(text)
    return config
