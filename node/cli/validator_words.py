"""Successor keys and entry proofs of a node's folder, and the operations that carry them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NamedTuple, cast

from node.cli.exits import CommandFailed, Exit
from node.cli.remote import call
from node.config import NodeConfig, load_config
from node.genesis_file import read_genesis
from node.identity import (
    CONSENSUS_KEY,
    NETWORK_KEY,
    NodeKeys,
    load_keys,
    next_key_name,
    read_passphrase_file,
)
from node.keystore import create_key
from node.signing import Signer
from node.storage.sign_guard import SignGuard
from tokens.entry import entry_message
from tokens.genesis import Genesis
from tokens.protocol import PROTOCOL_VERSION

Operation = dict[str, object]


class Folder(NamedTuple):
    """What a configuration leads to."""

    config: NodeConfig
    genesis: Genesis
    base: Path
    """Paths of the configuration are relative to it."""
    data: Path

    @classmethod
    def of(cls, config_path: Path) -> Folder:
        """ConfigInvalid, GenesisUnreadable."""
        config, base = load_config(config_path), config_path.resolve().parent
        genesis = read_genesis(config.resolve(base, config.genesis))
        return cls(config, genesis, base, config.resolve(base, config.data_dir))

    def keys(self) -> NodeKeys:
        """All of the node. ConfigInvalid, KeystoreError."""
        return load_keys(self.config, self.data, base=self.base, is_dev=self.genesis.is_dev)


def signal(name: str, version: int | None) -> Operation:
    """The word of a validator's operator; never for a version that this software does not know."""
    said = PROTOCOL_VERSION if version is None else version
    if said > PROTOCOL_VERSION:
        raise CommandFailed(
            f"protocol version {said}: this software knows {PROTOCOL_VERSION}; "
            "install what the node will run and say it with that",
            Exit.USAGE,
        )
    return {"type": "signal_support", "validator": name, "protocolVersion": said}


def make_successor(config_path: Path, *, network: bool) -> tuple[str, bytes]:
    """(name, public key) of a new key file; a consensus key gets its sign guard with it (R12)."""
    folder = Folder.of(config_path)
    if folder.config.passphrase_file is None:
        raise CommandFailed("the node has no keystore: passphrase_file is not set", Exit.BAD_CONFIG)
    passphrase = read_passphrase_file(
        folder.config.resolve(folder.base, folder.config.passphrase_file)
    )
    keys = folder.data / "keys"
    if not (keys / f"{CONSENSUS_KEY}.key").is_file():
        raise CommandFailed(f"{keys}: no first keys; say: mohur init", Exit.NO_INPUT)
    purpose = NETWORK_KEY if network else CONSENSUS_KEY
    made = create_key(keys, next_key_name(keys, purpose), passphrase)
    # Before the first start a guard of another key would be taken for a folder that lost its own.
    if not network and any((folder.data / "guard").glob("*")):
        SignGuard.create(folder.data / "guard", made.public_key).close()
    return made.name, made.public_key


def rotation(config_path: Path, url: str) -> Operation:
    """rotate_validator_keys with the newest keys."""
    folder = Folder.of(config_path)
    keys = folder.keys()
    return {
        "type": "rotate_validator_keys",
        "id": folder.config.id,
        "publicKey": _hex(keys.signers[-1].public_key),
        "networkKey": _network_key(keys),
        "proof": _proof(folder, keys, url),
    }


def entry(config_path: Path, url: str, *, operator: str, replaces: str | None) -> Operation:
    """add_validator with the newest keys."""
    folder = Folder.of(config_path)
    keys = folder.keys()
    return {
        "type": "add_validator",
        "validator": {
            "id": folder.config.id,
            "publicKey": _hex(keys.signers[-1].public_key),
            "networkKey": _network_key(keys),
            "operator": operator,
        },
        "proof": _proof(folder, keys, url),
        "replaces": replaces,
    }


def observation(config_path: Path, *, operator: str) -> Operation:
    """add_observer with the newest TLS key."""
    folder = Folder.of(config_path)
    return {
        "type": "add_observer",
        "observer": {
            "id": folder.config.id,
            "networkKey": _network_key(folder.keys()),
            "operator": operator,
        },
    }


def _proof(folder: Folder, keys: NodeKeys, url: str) -> Operation:
    """The newest consensus key's word on the block before the newest: it stands for 100 blocks."""
    ask = partial(call, url)
    status = cast("dict[str, object]", ask("node_status"))
    height = cast("int", status["height"]) - 1
    if height < 1:
        raise CommandFailed("the network has no two blocks yet")
    header = cast("dict[str, object]", ask("chain_getHeader", {"block": height}))
    digest = bytes.fromhex(str(header["hash"]).removeprefix("0x"))
    signer, chain_id = keys.signers[-1], folder.genesis.chain_id
    message = entry_message(chain_id, folder.config.id, signer.public_key, height, digest)
    return {"height": height, "digest": _hex(digest), "signature": _hex(signer.sign(message))}


def _network_key(keys: NodeKeys) -> str:
    return _hex(Signer.from_seed(keys.network_seeds[-1]).public_key)


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
