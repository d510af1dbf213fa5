"""Makes the folder of one node for a real machine: keys, passphrase, configuration, unit file."""

from __future__ import annotations

from pathlib import Path

import msgspec

from node.config import LogConfig, NodeConfig, PeerAddress, RpcConfig
from node.devnet.config_file import render_config
from node.identity import CONSENSUS_KEY, NETWORK_KEY
from node.keystore import create_key
from node.storage.durable import create_file

UNIT = """\
[Unit]
Description=Mohur node {id}
After=network-online.target time-sync.target
Wants=network-online.target

[Service]
ExecStart=/opt/mohur/bin/mohur run --config /etc/mohur/{id}/node.toml
User=mohur
StateDirectory=mohur
Restart=on-failure
RestartSec=2
# 76: it computed another result than a quorum signed. 78: the configuration is wrong. 79: it does
# not know the version of the next block. None mends by starting again.
RestartPreventExitStatus=76 78 79
KillSignal=SIGTERM
TimeoutStopSec=30
LimitNOFILE=65536
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
ReadWritePaths=/etc/mohur/{id}

[Install]
WantedBy=multi-user.target
"""
"""What configs/mohur.service shows; see docs/runbook for the folders."""


PASSPHRASE_FILE = "passphrase"  # noqa: S105 - the name of a file


class FolderTaken(Exception):
    """The folder holds a node already; nothing was changed."""


class NodeFolder(msgspec.Struct, frozen=True, kw_only=True):
    """What to make."""

    id: str
    folder: Path
    genesis: Path
    """Written into the configuration, relative to the folder if it lies beside it."""
    host: str
    port: int
    rpc_port: int
    peers: tuple[PeerAddress, ...] = ()


class MadeKeys(msgspec.Struct, frozen=True, kw_only=True):
    """Public halves of the keys of a new node."""

    public_key: bytes
    """Of the consensus key, 32 bytes."""
    network_key: bytes
    """Of the TLS key, 32 bytes."""


def make_keys(folder: Path, passphrase: str) -> MadeKeys:
    """Both keys of a node, encrypted, below data/keys. FolderTaken if there are keys."""
    keys = folder / "data" / "keys"
    if keys.exists():
        raise FolderTaken(f"{keys} is there already; keys are never replaced")
    keys.mkdir(mode=0o700, parents=True)
    consensus = create_key(keys, CONSENSUS_KEY, passphrase)
    network = create_key(keys, NETWORK_KEY, passphrase)
    create_file(folder / PASSPHRASE_FILE, passphrase.encode() + b"\n")
    return MadeKeys(public_key=consensus.public_key, network_key=network.public_key)


def write_node_files(node: NodeFolder) -> None:
    """Configuration and unit file."""
    try:
        genesis = node.genesis.relative_to(node.folder.resolve().parent)
        genesis_path = f"../{genesis}"
    except ValueError:
        genesis_path = str(node.genesis)
    config = NodeConfig(
        id=node.id,
        data_dir="data",
        genesis=genesis_path,
        host=node.host,
        port=node.port,
        peers=node.peers,
        passphrase_file=PASSPHRASE_FILE,
        rpc=RpcConfig(port=node.rpc_port),
        log=LogConfig(),
    )
    (node.folder / "node.toml").write_text(render_config(config))
    (node.folder / f"mohur-{node.id}.service").write_text(UNIT.format(id=node.id))


def make_node_folder(node: NodeFolder, passphrase: str) -> MadeKeys:
    """All of it. FolderTaken, WeakPassphrase."""
    keys = make_keys(node.folder, passphrase)
    write_node_files(node)
    return keys
