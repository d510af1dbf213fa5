"""Four validators as real processes on this machine: start, watch, break, stop.

Rules of this file:
1. One supervisor per folder (flock): two would start a validator twice.
2. Configurations are written at each start, because a port may have been taken meanwhile. Keys,
   genesis and data stay.
3. A node that ends by itself is a finding, not a nuisance: `check` raises with the end of its log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from node.cli.exits import Exit
from node.config import LogConfig, NodeConfig, PeerAddress, RpcConfig
from node.devnet.config_file import write_config
from node.devnet.layout import LAYOUT_VERSION, Layout, Ports, SavedState, StateUnusable, free_ports
from node.devnet.ports import HOST
from node.devnet.probe import Probe
from node.devnet.process import ChildProcess, LifePipe, node_command, stop_all
from node.devnet.profile import VALIDATORS, dev_genesis
from node.devnet.wait import NotYet, until
from node.genesis_file import write_genesis
from node.storage.lockfile import FolderLock
from tokens.genesis import Genesis

ANY_PORTS = Ports(rpc=0, peer=0)
MOVES_MAX = 3
"""Times that a network looks for other ports when somebody took one before its node had it."""
READY_SECONDS = 120
"""How long all nodes may take from start to /readyz: four imports on a machine that is busy with
other things. One that ends meanwhile is told at once."""


class NodeEnded(Exception):
    """A node ended although nobody stopped it."""


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """What a run may change in the configurations of its nodes."""

    profile_stages: bool = False
    """Account CPU time by stage (bench)."""
    log_level: str = "info"
    block_gap_ms: int | None = None
    """None: the default of a node."""
    retain_blocks: int = 0
    """Newest blocks that a node keeps; 0 = all."""
    snapshot_interval: int = 1_000
    """Heights between two snapshots that a node holds."""
    retain_states: int | None = None
    """Past states that a node keeps; None: the default of a node."""


def _direct(_node: str, _peer: str) -> str:
    return HOST


def _nothing(_node: str) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What stands between the nodes of a run and the machine; the default is nothing."""

    host_of: Callable[[str, str], str] = _direct
    """(node, peer) -> the address at which that node finds that peer, such as a proxy's. The port
    is the peer's own."""
    environment: Callable[[str], Mapping[str, str]] = _nothing
    """Node -> variables that its process gets besides those of this one, such as a clock's."""


class Network:
    """The processes of one layout. Holds the folder's lock from construction to `close`."""

    def __init__(
        self,
        layout: Layout,
        lock: FolderLock,
        state: SavedState,
        tuning: Tuning,
        surroundings: Surroundings,
    ) -> None:
        self.layout = layout
        self.state = state
        self._tuning = tuning
        self._surroundings = surroundings
        self._moves_left = MOVES_MAX
        self.names = tuple(state.nodes)
        self._lock = lock
        self._pipe = LifePipe()
        self._expected: dict[str, bool] = dict.fromkeys(self.names, False)
        self.children = {name: self._child(name) for name in self.names}

    def _child(self, name: str) -> ChildProcess:
        layout = self.layout
        return ChildProcess(
            name,
            node_command(layout.config(name)),
            layout.log(name),
            self._pipe,
            self._surroundings.environment(name),
        )

    @classmethod
    def open(
        cls,
        root: Path,
        *,
        tuning: Tuning | None = None,
        genesis: Genesis | None = None,
        surroundings: Surroundings | None = None,
        first_port: int | None = None,
    ) -> Network:
        """The network of a folder, made if there is none. FolderLocked, StateUnusable, OSError.

        `first_port` of a new one: eight from there on instead of the well-known ones, for runs
        beside others, which would look for the same ones at the same time.
        """
        layout = Layout(root)
        layout.root.mkdir(parents=True, exist_ok=True)
        lock = FolderLock.acquire(layout.root)
        try:
            state = (
                _resume(layout)
                if layout.exists
                else _create(layout, genesis or dev_genesis(), first_port)
            )
            tuning = tuning or Tuning()
            surroundings = surroundings or Surroundings()
            _write_configs(layout, state.nodes, tuning, surroundings.host_of)
        except BaseException:
            lock.release()
            raise
        return cls(layout, lock, state, tuning, surroundings)

    def add(self, name: str) -> None:
        """The folder and the process of one more node, not started; it finds all the others.

        Nobody finds it: the ledger has to know it, then it is let in.
        """
        ports = free_ports((name,), {name: ANY_PORTS})
        self.state = msgspec.structs.replace(self.state, nodes={**self.state.nodes, **ports})
        self.names = tuple(self.state.nodes)
        self.layout.data(name).mkdir(parents=True, exist_ok=True)
        self.layout.save(self.state)
        config = _config_of(name, self.state.nodes, self._tuning, self._surroundings.host_of)
        write_config(config, self.layout.config(name))
        self._expected[name] = False
        self.children[name] = self._child(name)

    def url(self, name: str) -> str:
        """JSON-RPC over HTTP."""
        return f"http://{HOST}:{self.state.nodes[name].rpc}"

    @property
    def running(self) -> tuple[str, ...]:
        """Names of nodes that live and are not paused."""
        return tuple(
            name for name, child in self.children.items() if child.running and not child.paused
        )

    def start(self, *names: str, arguments: tuple[str, ...] = ()) -> None:
        """Start some nodes, or all; `arguments` of `mohur run` are for this start only."""
        for name in names or self.names:
            self.children[name].start(*arguments)
            self._expected[name] = True

    def kill(self, *names: str) -> None:
        """SIGKILL: no goodbye."""
        for name in names:
            self._expected[name] = False
            self.children[name].kill()

    def stop(self, *names: str) -> None:
        """SIGTERM to some nodes, or all, and wait for their end."""
        chosen = names or self.names
        for name in chosen:
            self._expected[name] = False
        stop_all([self.children[name] for name in chosen])

    def ended(self) -> tuple[str, ...]:
        """Nodes that ended by themselves."""
        return tuple(
            name
            for name, child in self.children.items()
            if self._expected[name] and not child.running
        )

    def check(self) -> None:
        """Raise NodeEnded if a node ended by itself."""
        for name in self.ended():
            child = self.children[name]
            raise NodeEnded(
                f"{name} ended with status {child.exit_status}: {_last_line(child)} "
                f"(log: {child.log})"
            )

    async def wait_ready(self, probe: Probe, *names: str, seconds: float = READY_SECONDS) -> None:
        """Until these nodes, or all, are ready. DeadlinePassed, NodeEnded."""

        async def ready() -> None:
            if self._moves_left > 0 and any(
                self.children[name].exit_status == Exit.IN_USE for name in self.ended()
            ):
                self._move()
                raise NotYet("a port was taken between the choice and the start")
            self.check()
            await probe.all_ready([self.url(name) for name in names or self.names])

        await until("nodes ready", ready, seconds=seconds)
        self._moves_left = 0

    def _move(self) -> None:
        """Other ports for all nodes, and a new start: before the first time that all were ready."""
        self._moves_left -= 1
        self.stop()
        self.state = msgspec.structs.replace(
            self.state, nodes=free_ports(self.names, dict.fromkeys(self.names, ANY_PORTS))
        )
        self.layout.save(self.state)
        _write_configs(self.layout, self.state.nodes, self._tuning, self._surroundings.host_of)
        self.start()

    def remember(self, story: str) -> None:
        """Write how far the story is."""
        self.state = msgspec.structs.replace(self.state, story=story)
        self.layout.save(self.state)

    def close(self) -> None:
        """Stop everything and give the folder back."""
        self.stop()
        self._pipe.close()
        self._lock.release()


def _create(layout: Layout, genesis: Genesis, first_port: int | None) -> SavedState:
    own = layout.own(VALIDATORS)
    if any(path not in own for path in layout.root.iterdir()):
        raise StateUnusable(f"{layout.root} holds other things; name a new or an empty folder")
    write_genesis(genesis, layout.genesis)
    wanted: dict[str, Ports] = {}
    if first_port is not None:
        for number, name in enumerate(VALIDATORS):
            port = first_port + 2 * number
            wanted[name] = Ports(rpc=port, peer=port + 1)
    state = SavedState(version=LAYOUT_VERSION, nodes=free_ports(VALIDATORS, wanted))
    for name in VALIDATORS:
        layout.data(name).mkdir(parents=True, exist_ok=True)
    layout.save(state)
    return state


def _resume(layout: Layout) -> SavedState:
    state = layout.load()
    fresh = free_ports(tuple(state.nodes), state.nodes)
    state = msgspec.structs.replace(state, nodes=fresh)
    layout.save(state)
    return state


def _write_configs(
    layout: Layout,
    nodes: dict[str, Ports],
    tuning: Tuning,
    host_of: Callable[[str, str], str],
) -> None:
    for name in nodes:
        write_config(_config_of(name, nodes, tuning, host_of), layout.config(name))


def _config_of(
    name: str, nodes: dict[str, Ports], tuning: Tuning, host_of: Callable[[str, str], str]
) -> NodeConfig:
    config = NodeConfig(
        id=name,
        data_dir="data",
        genesis="../genesis.json",
        host=HOST,
        port=nodes[name].peer,
        peers=tuple(
            PeerAddress(id=other, host=host_of(name, other), port=their.peer)
            for other, their in nodes.items()
            if other != name
        ),
        rpc=RpcConfig(host=HOST, port=nodes[name].rpc),
        log=LogConfig(level=tuning.log_level),
        profile_stages=tuning.profile_stages,
        retain_blocks=tuning.retain_blocks,
        snapshot_interval=tuning.snapshot_interval,
        retain_states=tuning.retain_states,
    )
    if tuning.block_gap_ms is not None:
        config = msgspec.structs.replace(config, block_gap_ms=tuning.block_gap_ms)
    return config


def _last_line(child: ChildProcess) -> str:
    lines = [line for line in child.log_tail().splitlines() if line.strip()]
    if not lines:
        return "it wrote nothing"
    try:
        record = json.loads(lines[-1])
    except ValueError:
        return lines[-1][:300]
    return str(record.get("error") or record.get("event") or record)[:300]
