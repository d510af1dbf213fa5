"""The keys of a node: one signs consensus messages, another is its TLS identity.

Each may have successors, which come into use when the ledger names them.

Rules of this file:
1. Two purposes, two keys: a TLS handshake must never be able to produce a vote.
2. Without a passphrase file the well-known development keys are used, and only where genesis
   says dev.
3. Which key of a purpose is used is the ledger's to say (node/key_ring.py, node/peer_list.py); the
   first is the one that a new node begins with.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from node.config import ConfigInvalid, NodeConfig
from node.key_ring import KEYS_MAX
from node.keystore import load_key, load_seed, refuse_dev_key
from node.keystore.store import KEY_SUFFIX
from node.signing import Signer, dev_seed

CONSENSUS_KEY = "consensus"
NETWORK_KEY = "network"
"""Names of the first key files in the data folder's `keys`; successors are `consensus-2` and so
on."""
PASSPHRASE_BYTES_MAX = 1_024
_NUMBER = re.compile(r"-([2-9]|[1-9][0-9]{1,3})")


class NodeKeys:
    """What a node signs and authenticates with. Never printed."""

    __slots__ = ("network_seeds", "signers")

    def __init__(self, signers: Sequence[Signer], network_seeds: Sequence[bytes]) -> None:
        self.signers = tuple(signers)
        """Consensus keys, the oldest first; at least one."""
        self.network_seeds = tuple(network_seeds)
        """Seeds of TLS keys, the oldest first; at least one."""

    @property
    def signer(self) -> Signer:
        """The first consensus key."""
        return self.signers[0]

    @property
    def network_key(self) -> bytes:
        """Public half of the first TLS key, 32 bytes."""
        return Signer.from_seed(self.network_seeds[0]).public_key


def dev_keys(node_id: str) -> NodeKeys:
    """The well-known keys of a development node."""
    return NodeKeys(
        (Signer.from_seed(dev_seed(f"{node_id}-{CONSENSUS_KEY}")),),
        (dev_seed(f"{node_id}-{NETWORK_KEY}"),),
    )


def key_names(folder: Path, purpose: str) -> tuple[str, ...]:
    """Names of the key files of a purpose, the oldest first; the first is always among them.

    Raises ConfigInvalid for more than KEYS_MAX.
    """
    numbers = [
        int(found.group(1))
        for path in folder.glob(f"{purpose}-*{KEY_SUFFIX}")
        if (found := _NUMBER.fullmatch(path.name.removeprefix(purpose).removesuffix(KEY_SUFFIX)))
    ]
    names = (purpose, *(f"{purpose}-{number}" for number in sorted(numbers)))
    if len(names) > KEYS_MAX:
        raise ConfigInvalid(f"{folder}: more than {KEYS_MAX} {purpose} keys; remove retired ones")
    return names


def next_key_name(folder: Path, purpose: str) -> str:
    """Name for the successor of all keys of a purpose."""
    newest = key_names(folder, purpose)[-1]
    number = 1 if newest == purpose else int(newest.removeprefix(f"{purpose}-"))
    return f"{purpose}-{number + 1}"


def load_keys(config: NodeConfig, data: Path, *, base: Path, is_dev: bool) -> NodeKeys:
    """Keys of a configured node; about a tenth of a second for each.

    Raises:
        ConfigInvalid: no passphrase file outside of a development network, or it cannot be read.
        KeystoreError: see node/keystore.
    """
    if config.passphrase_file is None:
        if not is_dev:
            raise ConfigInvalid(
                "passphrase_file is missing: development keys are refused on this network"
            )
        return dev_keys(config.id)
    passphrase = read_passphrase_file(config.resolve(base, config.passphrase_file))
    folder = data / "keys"
    keys = NodeKeys(
        [load_key(folder, name, passphrase) for name in key_names(folder, CONSENSUS_KEY)],
        [load_seed(folder, name, passphrase) for name in key_names(folder, NETWORK_KEY)],
    )
    for signer in keys.signers:
        refuse_dev_key(signer.public_key, is_dev)
    for seed in keys.network_seeds:
        refuse_dev_key(Signer.from_seed(seed).public_key, is_dev)
    return keys


def read_passphrase_file(path: Path) -> str:
    """The passphrase that opens the keystore of a node. ConfigInvalid if it cannot be read."""
    try:
        text = path.read_bytes()[: PASSPHRASE_BYTES_MAX + 1]
    except OSError as error:
        raise ConfigInvalid(f"{path}: {error.strerror}") from None
    if len(text) > PASSPHRASE_BYTES_MAX:
        raise ConfigInvalid(f"{path}: more than {PASSPHRASE_BYTES_MAX} bytes")
    try:
        return text.decode().removesuffix("\n")
    except UnicodeDecodeError:
        raise ConfigInvalid(f"{path}: not UTF-8") from None
