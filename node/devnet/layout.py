"""Where a local network lies on disk, and what is remembered of it between runs.

genesis.json            the same for all nodes
devnet.json             version, ports, whether the story was played
certificates/<id>.pem   what each node shows to its peers
explorer.log            standard output and error of the explorer
<id>/node.toml          written anew at each start, because ports may change
<id>/node.log           standard output and error of the process
<id>/data/              store, sign guard
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from node.devnet.ports import PEER_PORT_FIRST, RPC_PORT_FIRST, choose
from node.storage.lockfile import LOCK_FILE_NAME

LAYOUT_VERSION = 1
STATE_FILE = "devnet.json"
UNPLAYED, BEGUN, DONE = "none", "begun", "done"
"""How far the story is."""


class StateUnusable(Exception):
    """The folder holds something that this version cannot go on with; the message says how to."""


class Ports(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Listeners of one node."""

    rpc: int
    peer: int


class SavedState(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """devnet.json."""

    version: int
    nodes: dict[str, Ports]
    """In the order of the validator set."""
    story: str = UNPLAYED
    """UNPLAYED, BEGUN or DONE."""


class Layout:
    """Paths of one network."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.genesis = self.root / "genesis.json"
        self.certificates = self.root / "certificates"
        self.explorer_log = self.root / "explorer.log"
        self.state_file = self.root / STATE_FILE
        self._draft = self.state_file.with_suffix(".new")

    def node(self, name: str) -> Path:
        """Folder of one node."""
        return self.root / name

    def config(self, name: str) -> Path:
        """Its configuration."""
        return self.node(name) / "node.toml"

    def data(self, name: str) -> Path:
        """Its data folder."""
        return self.node(name) / "data"

    def log(self, name: str) -> Path:
        """Its log."""
        return self.node(name) / "node.log"

    def own(self, names: Iterable[str]) -> tuple[Path, ...]:
        """Everything that a network with these nodes makes in its folder."""
        lock = self.root / LOCK_FILE_NAME
        files = (self.genesis, self.state_file, self._draft, self.explorer_log, lock)
        return (*files, self.certificates, *(self.node(name) for name in names))

    @property
    def exists(self) -> bool:
        """Whether a network was begun here."""
        return self.state_file.is_file()

    def load(self) -> SavedState:
        """What devnet.json says. Raises StateUnusable."""
        try:
            state = msgspec.json.decode(self.state_file.read_bytes(), type=SavedState)
        except (OSError, msgspec.DecodeError) as error:
            raise StateUnusable(f"{self.state_file}: {error}; {self._clean()}") from None
        if state.version != LAYOUT_VERSION:
            raise StateUnusable(f"{self.root} is of another version of Mohur; {self._clean()}")
        return state

    def save(self, state: SavedState) -> None:
        """Write devnet.json, whole or not at all."""
        self._draft.write_bytes(msgspec.json.format(msgspec.json.encode(state)) + b"\n")
        self._draft.replace(self.state_file)

    def _clean(self) -> str:
        return f"begin again with: mohur devnet clean --dir {self.root}"


def free_ports(names: tuple[str, ...], before: dict[str, Ports] | None = None) -> dict[str, Ports]:
    """Ports of each node: those of before if still free, else the usual ones, else any."""
    wanted: list[int] = []
    for index, name in enumerate(names):
        known = (before or {}).get(name)
        wanted.append(known.rpc if known else RPC_PORT_FIRST + index)
        wanted.append(known.peer if known else PEER_PORT_FIRST + index)
    ports = choose(wanted)
    return {
        name: Ports(rpc=ports[2 * index], peer=ports[2 * index + 1])
        for index, name in enumerate(names)
    }
