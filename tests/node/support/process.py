"""One real node process of a small network, for what only a process can show: exit statuses."""

import json
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from node.config import NodeConfig, RpcConfig
from node.devnet.config_file import write_config
from node.devnet.profile import VALIDATORS
from node.genesis_file import write_genesis
from tests.node.support.chains import small_genesis

ROOT = Path(__file__).parent.parent.parent.parent
PROGRAM = """
import pathlib, sys
from node.app import run_node
sys.exit(run_node(pathlib.Path(sys.argv[1])))
"""
PATIENCE_S = 60
"""For a machine that is busy."""


def configure(folder: Path, *, rpc_port: int = 0, port: int = 0, **more: object) -> Path:
    """Genesis and configuration of one validator that has no peers; the path of the latter."""
    write_genesis(small_genesis(), folder / "genesis.json")
    values: dict[str, object] = {
        "id": VALIDATORS[0],
        "data_dir": "data",
        "genesis": "genesis.json",
        "port": port,
        "rpc": RpcConfig(port=rpc_port),
    }
    config = folder / "node.toml"
    write_config(NodeConfig(**(values | more)), config)  # type: ignore[arg-type]
    return config


def end(config: Path) -> tuple[int, str]:
    """(status, last error name or text) of a node that ends by itself."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(config)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, done.stderr


@contextmanager
def running(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A node that has said `started`."""
    # Unbuffered: a line that was read ahead would never wake the selector.
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(config)], cwd=ROOT, stderr=subprocess.PIPE, bufsize=0
    )
    try:
        started(process)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE_S)
        if process.stderr is not None:
            process.stderr.close()


def started(process: subprocess.Popen[bytes]) -> dict[str, object]:
    """Wait for the line that says so."""
    stream = process.stderr
    if stream is None:
        raise RuntimeError("the process has no pipe")
    deadline = time.monotonic() + PATIENCE_S
    seen: list[str] = []
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            if not selector.select(1):
                continue
            line = stream.readline().decode()
            if not line:
                break
            seen.append(line)
            if line.startswith("{") and json.loads(line).get("event") == "started":
                found: dict[str, object] = json.loads(line)
                return found
    raise AssertionError("".join(seen) or "the node said nothing")
