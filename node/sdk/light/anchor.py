"""What a light client trusts: one validator set at one height, from a file of its own operator.

Rules of this file:
1. An anchor comes from genesis.json (height 0), from a checkpoint of the operator, or is the result
   of following the chain from one of these. It never comes from a node.
2. Both files are read by `read_anchor`; a checkpoint is told by its field blockHash.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import msgspec

from consensus.types import VALIDATORS_MAX, Validator, ValidatorSet
from node.wire.hashing import SigningScope
from tokens.genesis import Genesis, genesis_digest
from tokens.jsonform import PREFIX_MAIN, FormError, JsonForm, prefix_of_network
from tokens.types import BlockHeight, Hash

FILE_BYTES_MAX = 64 * 1024 * 1024
"""Of a genesis document; a checkpoint has less than 20 KB."""

_FORM = JsonForm(PREFIX_MAIN)
"""A checkpoint has no address in it, so the prefix does not matter."""


class AnchorUnreadable(Exception):
    """The file is neither a genesis document nor a checkpoint; the message names the field."""


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """A block that is taken as decided, and who signs the next one."""

    chain_id: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    """Of the network; under every signature."""
    genesis_digest: Hash
    """The same."""
    height: BlockHeight
    """Of the block; 0 = genesis."""
    block_hash: Hash
    """Digest of its header; the genesis digest at height 0."""
    validators: Annotated[
        tuple[Validator, ...], msgspec.Meta(min_length=1, max_length=VALIDATORS_MAX)
    ]
    """Set of height + 1, each id and each key once."""

    @property
    def scope(self) -> SigningScope:
        """What is under every signature of the network."""
        return SigningScope(chain_id=self.chain_id, genesis_digest=self.genesis_digest)

    @property
    def members(self) -> ValidatorSet:
        """The set in the order of certificates."""
        return ValidatorSet(self.validators)


def anchor_of(genesis: Genesis) -> Anchor:
    """The anchor of a network's beginning. Raises AnchorUnreadable for a set with doubles."""
    members = tuple(
        Validator(
            id=member.id,
            public_key=member.public_key,
            network_key=member.network_key,
            operator=member.operator,
        )
        for member in genesis.validators
    )
    digest = genesis_digest(genesis)
    return _checked(
        Anchor(
            chain_id=genesis.chain_id,
            genesis_digest=digest,
            height=0,
            block_hash=digest,
            validators=members,
        )
    )


def read_anchor(path: Path) -> Anchor:
    """From genesis.json or a checkpoint. Raises AnchorUnreadable."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise AnchorUnreadable(f"{path}: {error.strerror}") from None
    if len(data) > FILE_BYTES_MAX:
        raise AnchorUnreadable(f"{path}: more than {FILE_BYTES_MAX} bytes")
    try:
        value = msgspec.json.decode(data)
        if isinstance(value, dict) and "blockHash" in value:
            return _checked(cast("Anchor", _FORM.from_json(Anchor, value)))
        is_dev = isinstance(value, dict) and value.get("isDev") is True
        form = JsonForm(prefix_of_network(is_dev=is_dev))
        return anchor_of(cast("Genesis", form.from_json(Genesis, value)))
    except (msgspec.DecodeError, FormError, RecursionError, AnchorUnreadable) as error:
        raise AnchorUnreadable(f"{path}: {error}") from None


def write_anchor(anchor: Anchor, path: Path) -> None:
    """A checkpoint, whole or not at all: the next start trusts it. OSError."""
    data = msgspec.json.format(msgspec.json.encode(_FORM.to_json(anchor))) + b"\n"
    written = path.with_name(path.name + ".new")
    written.write_bytes(data)
    written.replace(path)


def _checked(anchor: Anchor) -> Anchor:
    """With one key twice, one validator would count as two."""
    ids = [member.id for member in anchor.validators]
    keys = [member.public_key for member in anchor.validators]
    if len(set(ids)) != len(ids) or len(set(keys)) != len(keys):
        raise AnchorUnreadable("validators: an id or a key appears twice")
    return anchor
