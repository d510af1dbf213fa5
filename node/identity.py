"""The two keys of a node: one signs consensus messages, the other is its TLS identity.

Rules of this file:
1. Two purposes, two keys: a TLS handshake must never be able to produce a vote.
2. Without a passphrase file the well-known development keys are used, and only where genesis
   says dev.
"""

from pathlib import Path

from node.config import ConfigInvalid, NodeConfig
from node.keystore import load_key, load_seed, refuse_dev_key
from node.signing import Signer, dev_seed

CONSENSUS_KEY = "consensus"
NETWORK_KEY = "network"
"""Names of the key files in the data folder's `keys`."""
PASSPHRASE_BYTES_MAX = 1_024


class NodeKeys:
    """What a node signs and authenticates with. Never printed."""

    __slots__ = ("network_seed", "signer")

    def __init__(self, signer: Signer, network_seed: bytes) -> None:
        self.signer = signer
        self.network_seed = network_seed

    @property
    def network_key(self) -> bytes:
        """Public half of the TLS key, 32 bytes."""
        return Signer.from_seed(self.network_seed).public_key


def dev_keys(node_id: str) -> NodeKeys:
    """The well-known keys of a development node."""
    return NodeKeys(
        Signer.from_seed(dev_seed(f"{node_id}-{CONSENSUS_KEY}")),
        dev_seed(f"{node_id}-{NETWORK_KEY}"),
    )


def load_keys(config: NodeConfig, data: Path, *, base: Path, is_dev: bool) -> NodeKeys:
    """Keys of a configured node.

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
    path = config.resolve(base, config.passphrase_file)
    try:
        text = path.read_bytes()[: PASSPHRASE_BYTES_MAX + 1]
    except OSError as error:
        raise ConfigInvalid(f"{path}: {error.strerror}") from None
    if len(text) > PASSPHRASE_BYTES_MAX:
        raise ConfigInvalid(f"{path}: more than {PASSPHRASE_BYTES_MAX} bytes")
    try:
        passphrase = text.decode().removesuffix("\n")
    except UnicodeDecodeError:
        raise ConfigInvalid(f"{path}: not UTF-8") from None
    keys = NodeKeys(
        load_key(data / "keys", CONSENSUS_KEY, passphrase),
        load_seed(data / "keys", NETWORK_KEY, passphrase),
    )
    refuse_dev_key(keys.signer.public_key, is_dev)
    refuse_dev_key(keys.network_key, is_dev)
    return keys
