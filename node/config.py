"""A node's configuration: one frozen value, read once, passed on in parts.

At most 25 keys. What must be equal on all nodes is not here: it is in the genesis document.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from consensus.types import Name
from node.bounded_file import read_bounded

CONFIG_BYTES_MAX = 256 * 1024

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Host = Annotated[str, msgspec.Meta(min_length=1, max_length=253)]


class ConfigInvalid(Exception):
    """The file cannot be read as a configuration; the message names the key."""


KeyDigest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}\\Z")]


class PeerAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a peer listens. Its keys are on the ledger."""

    id: Name
    host: Host
    port: Port
    network_key: KeyDigest | None = None
    """A TLS key (hex) that is pinned besides: for a node whose ledger is older than the peer's
    key."""


class RpcConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """JSON-RPC, WebSocket, health and metrics: one listener."""

    host: Host = "127.0.0.1"
    port: Port = 8645
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "::1")
    """Host headers that are served."""
    api_keys: tuple[KeyDigest, ...] = ()
    """SHA-256 (hex) of keys that may submit; empty = everybody who reaches the listener."""
    read_needs_key: bool = False
    """Reads need one of the keys, too."""
    tls_certificate: str | None = None
    """PEM file, relative to the data folder, of the certificate chain; None = plain HTTP."""
    tls_key: str | None = None
    """PEM file of its private key."""
    origins: tuple[str, ...] = ()
    """Origins of web pages that may open the WebSocket."""


class LogConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """JSON lines."""

    level: Annotated[str, msgspec.Meta(pattern="^(debug|info|warning|error)\\Z")] = "info"
    file: str | None = None
    """None = standard error."""


class PoolConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds of the mempool."""

    transactions_max: Annotated[int, msgspec.Meta(ge=100, le=10_000_000)] = 50_000
    size_bytes_max: Annotated[int, msgspec.Meta(ge=1_000_000, le=2**34)] = 64 * 1024 * 1024
    sender_transactions_max: Annotated[int, msgspec.Meta(ge=10, le=10_000_000)] = 20_000


class NodeConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One node."""

    id: Name
    """Validator id, or any other name for an observer."""
    data_dir: str
    """Folder of store, guard and keys; relative paths are relative to the file."""
    genesis: str
    """Path of the genesis document (JSON)."""
    host: Host = "127.0.0.1"
    """Address that peers connect to."""
    port: Port = 0
    peers: Annotated[tuple[PeerAddress, ...], msgspec.Meta(max_length=64)] = ()
    passphrase_file: str | None = None
    """Opens the keystore; None = dev keys, only where genesis says dev."""
    rpc: RpcConfig = RpcConfig()
    pool: PoolConfig = PoolConfig()
    log: LogConfig = LogConfig()
    block_gap_ms: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 20
    """R1: least time between a decision and the next proposal while the pool is small."""
    history_index: bool = True
    """Keep the rows behind account_getHistory."""
    retain_blocks: Annotated[int, msgspec.Meta(ge=0, le=2**62)] = 0
    """Newest blocks to keep; 0 = all, an archive. At least W + 100 and two snapshot intervals."""
    retain_states: Annotated[int, msgspec.Meta(ge=0, le=2**62)] | Literal["all"] | None = None
    """States below the newest one that reads may ask for; 0 = none, "all" = as far back as blocks
    are kept. None: "all" on a network whose genesis says dev and on an observer, else none
    (retained_states.py says what it costs)."""
    snapshot_interval: Annotated[int, msgspec.Meta(ge=0, le=2**62)] = 1_000
    """Heights between two snapshots held for nodes that join, equal on all nodes; 0 = none."""
    profile_stages: bool = False
    """Account CPU time by stage (bench)."""

    def resolve(self, base: Path, path: str) -> Path:
        """A path of this file, relative to its folder."""
        found = Path(path)
        return found if found.is_absolute() else base / found


def load_config(path: Path) -> NodeConfig:
    """Read and check a TOML file. Raises ConfigInvalid."""
    data = read_bounded(path, CONFIG_BYTES_MAX, ConfigInvalid)
    try:
        return msgspec.convert(tomllib.loads(data.decode()), NodeConfig)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise ConfigInvalid(f"{path}: {error}") from None
