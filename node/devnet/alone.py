"""A network of one validator with the figures of a profile: to try a profile on one machine."""

from pathlib import Path

import msgspec

from node.devnet.node_folder import MadeKeys
from node.devnet.profile import dev_genesis
from node.genesis_file import write_genesis
from node.profile.root import ProfileFile
from tokens.genesis import Genesis
from tokens.genesis_checks import require_valid
from tokens.records.governance import Validator


def begin_alone(node_id: str, keys: MadeKeys, profile: ProfileFile, path: Path) -> Genesis:
    """Write its genesis document: institutions with development keys, the node the one validator.

    Returns the document.

    Raises ProfileInvalid, GenesisInvalid.
    """
    genesis = dev_genesis(profile=profile)
    operator = next(entry for entry in genesis.validators if entry.id == "central-bank").operator
    alone = Validator(
        id=node_id, public_key=keys.public_key, network_key=keys.network_key, operator=operator
    )
    made = msgspec.structs.replace(genesis, validators=(alone,))
    require_valid(made)
    write_genesis(made, path)
    return made
