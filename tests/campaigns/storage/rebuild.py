"""A damaged store of a real node: moved aside by itself, fetched again from peers, votes again."""

import asyncio
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from node.devnet.wait import NotYet, until
from node.rebuild import DAMAGED_KEPT_MAX
from node.sdk.schema.node import NodeStatus
from node.storage.kv import EXIT_STORAGE_FAILED
from tests.campaigns.storage.cluster import Cluster, cluster
from tests.campaigns.storage.report import Tally, require

SETTLE_SECONDS = 90
Damage = Callable[[Path, random.Random], None]
"""(store folder of a stopped node, generator)."""


def _largest(store: Path, suffix: str) -> Path:
    return max(store.glob(f"*{suffix}"), key=lambda path: path.stat().st_size)


def flip_table(store: Path, generator: random.Random) -> None:
    """Maybe where no start reads: then a peer or a merge of tables meets it."""
    _flip(_largest(store, ".ldb"), generator)


def flip_log(store: Path, generator: random.Random) -> None:
    """In the part that is replayed at the next start."""
    _flip(_largest(store, ".log"), generator)


def _flip(path: Path, generator: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
    path.write_bytes(data)


def lose_current(store: Path, _: random.Random) -> None:
    """The file that names the manifest."""
    (store / "CURRENT").unlink()


def lose_table(store: Path, _: random.Random) -> None:
    """A file that the manifest names."""
    _largest(store, ".ldb").unlink()


def shorten_table(store: Path, generator: random.Random) -> None:
    """As a file system does that lost the end of a file."""
    path = _largest(store, ".ldb")
    with path.open("r+b") as file:
        file.truncate(generator.randrange(path.stat().st_size))


def empty_manifest(store: Path, _: random.Random) -> None:
    """Nothing but its name."""
    next(store.glob("MANIFEST-*")).write_bytes(b"")


DAMAGES: tuple[Damage, ...] = (
    flip_table,
    flip_log,
    lose_current,
    lose_table,
    shorten_table,
    empty_manifest,
)


async def rebuild(folder: Path, seed: int, times: int) -> Tally:
    """Each kind of damage in turn, each on a drawn node."""
    tally = Tally("damaged stores", times)
    generator = random.Random(f"rebuild/{seed}")
    async with cluster(folder) as made:
        made.load.stores_are_damaged = True
        await made.acknowledge(300)
        for number in range(times):
            damage = DAMAGES[number % len(DAMAGES)]
            name = generator.choice(made.network.names)
            outcome = await _rebuild(made, name, damage, generator)
            tally.add(outcome)
            print(f"  {number + 1} of {times}: {name}: {damage.__name__}: {outcome}", flush=True)
        await _keep_no_more(made, made.network.names[0])
    tally.notes.append(f"{len(made.load.acknowledged)} acknowledged payments, 0 lost")
    return tally


async def _rebuild(made: Cluster, name: str, damage: Damage, generator: random.Random) -> str:
    """Damage, start, and start again whenever it ends with 74, as a supervisor does."""
    data = made.network.layout.data(name)
    made.network.stop(name)
    if damage is flip_log:
        made.network.start(name)  # a log with rows in it, and no clean end
        await made.network.wait_ready(made.stage.probe, name, seconds=60)
        await made.acknowledge(10)
        made.network.kill(name)
    damage(data / "store", generator)
    ends = 0
    made.network.start(name)

    async def level() -> None:
        nonlocal ends
        if not made.network.children[name].running:
            end = made.network.children[name].exit_status
            require(end == EXIT_STORAGE_FAILED, f"ended with {end}: {made.why(name)}")
            ends += 1
            require(ends <= 2, f"{name} ends with 74 again and again: {made.why(name)}")
            made.network.start(name)
        url = made.network.url(name)
        status = await made.stage.probe.ask(url, "node_status", NodeStatus)
        if not status.voting:
            raise NotYet(status.sentence)

    await until(f"{name} votes after {damage.__name__}", level, seconds=SETTLE_SECONDS)
    await made.acknowledge(3)
    await made.check()
    aside = list(data.glob("store.damaged-*"))
    for path in aside:
        shutil.rmtree(path)
    if not aside:
        return "not met"
    return "rebuilt" if not ends else "ended with 74 by a read, then rebuilt"


async def _keep_no_more(made: Cluster, name: str) -> None:
    """With DAMAGED_KEPT_MAX beside it a damaged store stays, and the node ends with 74."""
    data = made.network.layout.data(name)
    made.network.stop(name)
    for number in range(DAMAGED_KEPT_MAX):
        (data / f"store.damaged-{number}").mkdir()
    kept = (data / "store" / "CURRENT").read_bytes()
    lose_current(data / "store", random.Random(0))
    made.network.start(name)
    await asyncio.to_thread(made.network.children[name].await_end, SETTLE_SECONDS)
    status = made.network.children[name].exit_status
    require(status == EXIT_STORAGE_FAILED, f"a fourth damaged store: {status}")
    require((data / "store").is_dir(), "the fourth damaged store is gone")
    made.network.kill(name)
    for path in data.glob("store.damaged-*"):
        path.rmdir()
    (data / "store" / "CURRENT").write_bytes(kept)
    await made.back(name)
