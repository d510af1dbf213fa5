"""docs/spec/wire.md a second time: plain arrays, hashlib and struct, nothing of the product.

What the golden vectors are compared with. Written from the page, so that the page is known to be
enough.
"""

import hashlib
import struct

Plain = list["Plain"] | bytes | str | int | bool | None
"""What the msgpack package makes of a message."""


def tagged(domain: str, data: bytes) -> bytes:
    """SHA-256(domain, 0, data)."""
    return hashlib.sha256(domain.encode() + b"\x00" + data).digest()


def vote(
    kind: int, network: tuple[str, bytes], place: tuple[int, int], digest: bytes, extra: bytes
) -> bytes:
    """Section 6.3."""
    chain_id, genesis_digest = network
    data = struct.pack(
        ">B32s32sQQ32s32s",
        kind,
        tagged("mohur/chain/v1", chain_id.encode()),
        genesis_digest,
        *place,
        digest,
        extra,
    )
    assert len(data) == 145
    return tagged("mohur/vote/v1", data)


def signing_bytes(message: list[object], network: tuple[str, bytes]) -> bytes:
    """Signing bytes of a decoded PrePrepare, Prepare, Commit or ViewChange."""
    match message:
        case [1 | 2 as kind, int(height), int(view), bytes(digest), *_]:
            return vote(kind, network, (height, view), digest, bytes(32))
        case [3, int(height), int(view), bytes(digest), bytes(root), *_]:
            return vote(3, network, (height, view), digest, root)
        case [4, [5, int(height), int(view), None, None, *_], *_]:
            return vote(5, network, (height, view), bytes(32), bytes(32))
        case [4, [5, int(height), int(view), int(claimed), bytes(digest), *_], *_]:
            claim = tagged("mohur/claim/v1", struct.pack(">Q32s", claimed, digest))
            return vote(5, network, (height, view), bytes(32), claim)
        case _:
            raise ValueError("not a signed message")


def merkle(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, by its recursive definition."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while 2 * split < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + merkle(leaves[:split]) + merkle(leaves[split:])).digest()


def tx_root(wire_ids: list[bytes]) -> bytes:
    """Section 6.1."""
    return tagged("mohur/tx-root/v1", merkle(wire_ids) if wire_ids else b"")
