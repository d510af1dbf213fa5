"""The word of a validator that enters with a new key: signatures inside of operations (R13)."""

import msgspec

from tokens.codec import tagged_hash
from tokens.types import BlockHeight, Hash, SignatureBytes

_DOMAIN = b"mohur/entry-proof/v1"


class EntryProof(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A signature of the new consensus key over one of the last 100 blocks: its node is level."""

    height: BlockHeight
    """Of the block."""
    digest: Hash
    """Digest of its header."""
    signature: SignatureBytes
    """Over `entry_message`."""


def entry_message(
    chain_id: str, validator: str, public_key: bytes, height: int, digest: bytes
) -> bytes:
    """32 bytes that the new consensus key signs."""
    head = chain_id.encode() + b"\x00" + validator.encode() + b"\x00"
    return tagged_hash(_DOMAIN, head + public_key + height.to_bytes(8, "big") + digest)
