"""View tokens: how a reader proves whose records it may see (docs/adr/0023-scoped-reads.md).

A token is signed with one key of the subject's key policy. It holds for one network, one node and
up to one height, and it lets nobody act: transactions are signed in another domain.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

import msgspec

from node.signing import SigningKey, verify
from tokens.codec import Canonical, Malformed, NonCanonical, encode, tagged_hash
from tokens.types import Address, BlockHeight, Hash, PublicKey, SignatureBytes

HEADER = "Mohur-View"
"""HTTP header that carries a token, of calls and of the WebSocket's handshake."""
VALID_HEIGHTS_MAX = 10_000
"""Heights ahead of the node that a token may name as its last."""
_DOMAIN = b"mohur/view/v1"
_LENGTH_MAX = 1_024


class ViewToken(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Who reads, where, and up to which height."""

    genesis: Hash
    """Digest of the network's genesis document."""
    node: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    """Id of the node that is asked (node_status): it cannot show the token to another."""
    subject: Address
    """Participant or account whose scope it is."""
    valid_until: BlockHeight
    """Last height of the node at which the token is taken."""
    key: PublicKey
    """Of the subject's key policy."""
    signature: SignatureBytes
    """By that key over `signing_digest`."""


class BadToken(Exception):
    """Text that is no token, or one that its key did not sign."""


_token = Canonical[ViewToken](ViewToken)


def signing_digest(token: ViewToken) -> bytes:
    """The 32 bytes that are signed: everything but the signature."""
    parts = [token.genesis, token.node, token.subject, token.valid_until, token.key]
    return tagged_hash(_DOMAIN, encode(parts))


def new_token(
    signer: SigningKey, *, genesis: bytes, node: str, subject: bytes, valid_until: int
) -> str:
    """Text of a token, signed: what the header carries."""
    unsigned = ViewToken(
        genesis=genesis,
        node=node,
        subject=subject,
        valid_until=valid_until,
        key=signer.public_key,
        signature=bytes(64),
    )
    signature = signer.sign(signing_digest(unsigned))
    data = encode(msgspec.structs.replace(unsigned, signature=signature))
    return urlsafe_b64encode(data).decode().rstrip("=")


def read_token(text: str) -> ViewToken:
    """A token that its own key has signed. Raises BadToken.

    Whether the key is the subject's is asked of the ledger at each call.
    """
    try:
        if len(text) > _LENGTH_MAX:
            raise BadToken
        token = _token.decode(urlsafe_b64decode((text + "=" * (-len(text) % 4)).encode("ascii")))
    except (Malformed, NonCanonical, binascii.Error, UnicodeEncodeError):
        raise BadToken from None
    if not verify(token.key, signing_digest(token), token.signature):
        raise BadToken
    return token
