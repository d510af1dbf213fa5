"""Injected EIO and ENOSPC on file calls of a real node: status 74 within a second, no damage."""

import asyncio
import errno
import random
from pathlib import Path

from node.storage.kv import EXIT_STORAGE_FAILED
from tests.campaigns.storage.cluster import Cluster, cluster
from tests.campaigns.storage.report import Tally, require
from tests.campaigns.storage.shim import Fault, Shim, build

END_SECONDS = 1.0
"""From the first call that failed to the end of the process (page 07)."""
HIT_SECONDS = 60

FAULTS = (
    Fault("write", errno.EIO, ".log"),
    Fault("write", errno.ENOSPC, ".log"),
    Fault("sync", errno.EIO, ".log"),
    Fault("open", errno.ENOSPC, ".log"),
    Fault("open", errno.ENOSPC, ".ldb"),
    Fault("write", errno.ENOSPC, ".ldb"),
    Fault("write", errno.EIO, ".ldb"),
    Fault("sync", errno.EIO, ".ldb"),
    Fault("read", errno.EIO, ".ldb"),
    Fault("write", errno.EIO, "MANIFEST"),
    Fault("sync", errno.EIO, "MANIFEST"),
    Fault("write", errno.EIO, ".guard"),
    Fault("write", errno.ENOSPC, ".guard"),
    Fault("sync", errno.EIO, ".guard"),
    Fault("open", errno.ENOSPC, ".guard.new"),
    Fault("write", errno.ENOSPC, ".guard.new"),
    Fault("sync", errno.EIO, ".guard.new"),
    Fault("rename", errno.EIO, ".guard.new"),
    Fault("open", errno.EIO, "node.lock", at_start=True),
    Fault("truncate", errno.EIO, "node.lock", at_start=True),
    Fault("write", errno.ENOSPC, "node.lock", at_start=True),
    Fault("read", errno.EIO, "CURRENT", at_start=True),
    Fault("read", errno.EIO, "MANIFEST", at_start=True),
    Fault("read", errno.EIO, ".log", at_start=True),
    Fault("read", errno.EIO, ".ldb", at_start=True),
    Fault("open", errno.ENOSPC, "MANIFEST", at_start=True),
    Fault("rename", errno.EIO, ".dbtmp", at_start=True),
    Fault("read", errno.EIO, ".guard", at_start=True),
    Fault("sync", errno.EIO, ".guard", at_start=True),
)
"""Each is tried on a store with tables; those of compaction come when the next table is due."""


async def fail_file_calls(folder: Path, seed: int, count: int) -> Tally:
    """`count` faults, all of FAULTS in turn and then again, each on another node than the last."""
    tally = Tally("injected I/O errors", count)
    generator = random.Random(f"faults/{seed}")
    slowest = 0.0
    async with cluster(folder) as made:
        # A call under way when a read fails is told so before the node is gone.
        made.load.stores_are_damaged = True
        library = build(folder)
        for number in range(count):
            fault = FAULTS[number % len(FAULTS)]
            name = made.network.names[generator.randrange(len(made.network.names))]
            shim = Shim(library, made.network.layout.data(name), folder)
            seconds = await _fail(made, name, shim, fault)
            slowest = max(slowest, seconds)
            tally.add(f"{errno.errorcode[fault.error]} on {fault.call}")
            print(f"  {number + 1} of {count}: {label(fault)}: {seconds * 1e3:.0f} ms", flush=True)
    tally.notes.append(f"each ended with 74, the slowest after {slowest * 1e3:.0f} ms")
    tally.notes.append(f"{len(made.load.acknowledged)} acknowledged payments, 0 lost")
    tally.require_whole()
    return tally


def label(fault: Fault) -> str:
    """For people."""
    when = "at start" if fault.at_start else "running"
    return f"{fault.call} {errno.errorcode[fault.error]} {fault.pattern} {when}"


async def _fail(made: Cluster, name: str, shim: Shim, fault: Fault) -> float:
    """One fault on one node, and its return on a sound disk; seconds from fault to end."""
    made.network.stop(name)
    made.launch(name, shim.failing(fault))
    if fault.at_start:
        shim.arm()
        made.network.start(name)
    else:
        await made.back(name)
        await made.voting(name)
        shim.arm()
    seconds = await asyncio.to_thread(_ended, made, name, shim)
    status = made.network.children[name].exit_status
    require(
        status == EXIT_STORAGE_FAILED,
        f"{label(fault)}: {name} ended with {status}: {made.why(name)}",
    )
    require(
        seconds <= END_SECONDS,
        f"{label(fault)}: {name} ended {seconds:.2f} s after the first error",
    )
    aside = sorted(made.network.layout.data(name).glob("store.*"))
    require(not aside, f"{label(fault)}: a refusing disk is no damage, but there is {aside}")
    made.network.kill(name)
    made.check_guard(name)
    shim.disarm()
    made.launch(name)
    await made.back(name)
    await made.voting(name)
    await made.acknowledge(2)
    await made.check()
    return seconds


def _ended(made: Cluster, name: str, shim: Shim) -> float:
    """Wait for the end of the process; seconds since the first call that failed."""
    made.network.children[name].await_end(HIT_SECONDS)
    seconds = shim.since_hit()
    require(seconds is not None, f"{name} ended without a fault: {made.why(name)}")
    return seconds or 0.0
