"""What a bench reads of the nodes and of the machine: CPU by stage, memory, disk, verify time."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import msgspec

from node.devnet.network import Network
from node.devnet.probe import Probe
from node.devnet.view import own_bytes
from node.signing import Signer, dev_seed, verify

_STAGE = re.compile(
    r'^mohur_stage_cpu_seconds_total\{[^}]*stage="([a-z_]+)"[^}]*\} (\S+)$', re.MULTILINE
)
_TRANSACTIONS = re.compile(
    r'^(?:mohur_)?ledger_transactions_total\{symbol="([A-Z_]+)"\} (\S+)$', re.MULTILINE
)
VERIFY_ROUNDS = 3_000
TICKS = os.sysconf("SC_CLK_TCK")


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One node at one moment."""

    stages: dict[str, float]
    """CPU seconds by stage since the process began."""
    cpu_seconds: float
    """CPU seconds of the whole process."""
    memory_bytes: int
    """Resident set."""
    disk_bytes: int
    """Of its data folder."""
    transactions: dict[str, int]
    """Finalised, by symbol of the receipt's code."""


async def read_node(network: Network, probe: Probe, name: str) -> Reading:
    """All meters of one node."""
    _, text = await probe.text(f"{network.url(name)}/metrics")
    pid = network.children[name].pid or 0
    return Reading(
        stages={stage: float(value) for stage, value in _STAGE.findall(text)},
        cpu_seconds=cpu_seconds(pid),
        memory_bytes=own_bytes(pid),
        disk_bytes=folder_bytes(network.layout.data(name)),
        transactions={symbol: int(float(value)) for symbol, value in _TRANSACTIONS.findall(text)},
    )


async def read_all(network: Network, probe: Probe) -> dict[str, Reading]:
    """Meters of all running nodes."""
    return {name: await read_node(network, probe, name) for name in network.running}


def cpu_seconds(pid: int) -> float:
    """User and system time of a process; 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def folder_bytes(folder: Path) -> int:
    """Bytes that the files below a folder occupy; files that vanish meanwhile count as nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            status = path.stat()
        except OSError:
            continue
        if path.is_file():
            total += status.st_blocks * 512
    return total


def verify_seconds() -> float:
    """CPU seconds of one signature check on this machine, now: the bound of everything else."""
    signer = Signer.from_seed(dev_seed("user"))
    message = bytes(32)
    signature = signer.sign(message)
    before = time.process_time_ns()
    for _ in range(VERIFY_ROUNDS):
        verify(signer.public_key, message, signature)
    return (time.process_time_ns() - before) / 1e9 / VERIFY_ROUNDS
