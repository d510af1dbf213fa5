"""What a liar says about snapshots: offers of its own, and parts in which something is not true.

Each is a function of what its node would have said. Those of LIES that fit a message are drawn
from; what they make of it differs from it, and no honest node may keep it.
"""

from collections import Counter
from collections.abc import Callable
from random import Random

import msgspec

from consensus.types import CommitCertificate, Header
from node.wire.peer_messages import PeerMessage
from node.wire.snapshot_messages import (
    OFFERS_MAX,
    SetLink,
    SnapshotGone,
    SnapshotHeaders,
    SnapshotLinks,
    SnapshotManifest,
    SnapshotMessage,
    SnapshotName,
    SnapshotOffer,
    SnapshotPiece,
    SnapshotReferences,
    SnapshotState,
)

replace = msgspec.structs.replace
Lie = Callable[[Random, PeerMessage], PeerMessage | None]
"""(chances, what is true) -> what is said; None: it does not fit this message."""
SHARES = (0.0, 0.3, 1.0)
ABOUT_OFFERS = ("false names", "false digests", "nothing kept")
"""Who lies about what it has is not asked for the rest."""


def flipped(generator: Random, data: bytes) -> bytes:
    """One bit of it."""
    bit = generator.randrange(8 * len(data))
    return data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]


# --- offers ---------------------------------------------------------------------------------------


def false_names(generator: Random, true: PeerMessage) -> PeerMessage | None:
    """As many snapshots as fit into an offer, above all others, of blocks that nobody decided."""
    if not isinstance(true, SnapshotOffer):
        return None
    heights = range(true.tip + 1, true.tip + 1 + OFFERS_MAX)
    names = [SnapshotName(height=height, digest=generator.randbytes(32)) for height in heights]
    return replace(true, snapshots=tuple(names), tip=heights[-1])


def false_digests(generator: Random, true: PeerMessage) -> PeerMessage | None:
    """The same heights, other blocks."""
    if not isinstance(true, SnapshotOffer) or not true.snapshots:
        return None
    names = [replace(name, digest=flipped(generator, name.digest)) for name in true.snapshots]
    return replace(true, snapshots=tuple(names))


def nothing_kept(_generator: Random, true: PeerMessage) -> PeerMessage | None:
    """No snapshot, and no block that anybody could want."""
    if not isinstance(true, SnapshotOffer):
        return None
    return replace(true, snapshots=(), oldest=true.tip + 1, asked=None)


# --- parts ----------------------------------------------------------------------------------------


def false_header(generator: Random, header: Header) -> Header:
    """Another content, the same height."""
    match generator.randrange(3):
        case 0:
            return replace(header, timestamp_ms=header.timestamp_ms + 1)
        case 1:
            return replace(header, parent=flipped(generator, header.parent))
        case _:
            return replace(header, failed=() if header.failed else (header.proposer,))


def false_certificate(generator: Random, found: CommitCertificate) -> CommitCertificate:
    """Too few, of another root, or one signature that nobody made."""
    first, *rest = found.signatures
    match generator.randrange(3):
        case 0:
            return replace(found, signatures=(first,))
        case 1:
            return replace(found, root=flipped(generator, found.root))
        case _:
            forged = replace(first, signature=flipped(generator, first.signature))
            return replace(found, signatures=(forged, *rest))


def false_manifest(generator: Random, true: PeerMessage) -> PeerMessage | None:
    """One field of it."""
    if not isinstance(true, SnapshotManifest):
        return None
    match generator.randrange(7):
        case 0:
            return replace(true, nodes=flipped(generator, true.nodes))
        case 1:
            return replace(true, state_root=flipped(generator, true.state_root))
        case 2:
            return replace(true, receipts_root=flipped(generator, true.receipts_root))
        case 3:
            return replace(true, header=false_header(generator, true.header))
        case 4:
            return replace(true, certificate=false_certificate(generator, true.certificate))
        case 5:
            return replace(true, genesis_digest=flipped(generator, true.genesis_digest))
        case _:
            return replace(true, depth_bits=true.depth_bits + 1)


def false_links(generator: Random, true: PeerMessage) -> PeerMessage | None:
    """A change of the set is left out, comes twice, or makes another set."""
    if not isinstance(true, SnapshotLinks) or not true.links:
        return None
    at = generator.randrange(len(true.links))
    links = list(true.links)
    match generator.randrange(3):
        case 0:
            del links[at]
        case 1:
            links.insert(at, links[at])
        case _:
            links[at] = _false_link(generator, links[at])
    return replace(true, links=tuple(links))


def _false_link(generator: Random, link: SetLink) -> SetLink:
    first, *rest = link.members
    other = replace(first, public_key=flipped(generator, first.public_key))
    return replace(link, members=(other, *rest))


def false_headers(generator: Random, true: PeerMessage) -> PeerMessage | None:
    """One of them is another one, or the first is not there, or they are the wrong way round."""
    if not isinstance(true, SnapshotHeaders):
        return None
    headers = list(true.headers)
    at = generator.randrange(len(headers))
    match generator.randrange(3):
        case 1 if len(headers) > 1:
            del headers[0]
        case 2 if len(headers) > 1:
            headers.reverse()
        case _:
            headers[at] = false_header(generator, headers[at])
    return replace(true, headers=tuple(headers))


def false_chunk(generator: Random, true: PeerMessage) -> PeerMessage | None:
    """A record is altered, left out, of another place, or in another order; or two chunks are."""
    if not isinstance(true, SnapshotState):
        return None
    chunks = list(true.chunks)
    at = generator.randrange(len(chunks))
    if len(chunks) > 1 and chunks[0] != chunks[-1] and generator.randrange(5) == 0:
        chunks.reverse()
    else:
        chunks[at] = _false_records(generator, chunks[at])
    return replace(true, chunks=tuple(chunks))


def false_piece(generator: Random, true: PeerMessage) -> PeerMessage | None:
    """The same of a piece; or it claims to be the last one, or not to be."""
    if not isinstance(true, SnapshotPiece):
        return None
    if generator.randrange(3) == 0:
        return replace(true, is_last=not true.is_last)
    return replace(true, records=_false_records(generator, true.records))


def _false_records(
    generator: Random, true: tuple[tuple[bytes, bytes], ...]
) -> tuple[tuple[bytes, bytes], ...]:
    records = list(true)
    if not records:
        return ((generator.randbytes(32), b"\x01\x90"),)
    at = generator.randrange(len(records))
    key, value = records[at]
    match generator.randrange(4):
        case 1 if len(records) > 1:
            del records[at]
        case 2 if len(records) > 1:
            records.append(records.pop(0))
        case 3:
            records[at] = (flipped(generator, key), value)
        case _:
            records[at] = (key, flipped(generator, value))
    return tuple(records)


def false_references(generator: Random, true: PeerMessage) -> PeerMessage | None:
    """A list is empty, another one, or does not decode."""
    if not isinstance(true, SnapshotReferences):
        return None
    lists = list(true.lists)
    at = generator.randrange(len(lists))
    empty = b"\x90"
    lists[at] = b"\xc1" if lists[at] == empty or generator.randrange(2) else empty
    return replace(true, lists=tuple(lists))


def gone(_generator: Random, true: PeerMessage) -> PeerMessage | None:
    """It says that it does not hold it."""
    match true:
        case SnapshotManifest(header=header):
            return SnapshotGone(height=header.height)
        case SnapshotLinks() | SnapshotHeaders() | SnapshotState() | SnapshotPiece():
            return SnapshotGone(height=true.height)
        case SnapshotReferences():
            return SnapshotGone(height=true.height)
        case _:
            return None


def of_another_height(_generator: Random, true: PeerMessage) -> PeerMessage | None:
    """A part of a snapshot that nobody asked for: it is not looked at."""
    match true:
        case SnapshotLinks() | SnapshotHeaders() | SnapshotState() | SnapshotReferences():
            return replace(true, height=true.height + 1)
        case _:
            return None


LIES: dict[str, Lie] = {
    "false names": false_names,
    "false digests": false_digests,
    "nothing kept": nothing_kept,
    "false manifest": false_manifest,
    "false links": false_links,
    "false headers": false_headers,
    "false chunk": false_chunk,
    "false piece": false_piece,
    "false references": false_references,
    "gone": gone,
    "another height": of_another_height,
}


class LyingSnapshots:
    """One liar: how often it lies about what, for as long as it runs."""

    def __init__(self, generator: Random, chosen: str | None = None) -> None:
        """`chosen`: the one lie that it always tells; else it has habits of its own, or one lie."""
        self._random = generator
        self._silence = 0.0
        if chosen is None and generator.randrange(3) == 0:
            self._shares = {name: generator.choice(SHARES) for name in LIES}
            self._silence = generator.choice((0.0, 0.2, 1.0))
        else:
            others = [name for name in LIES if name not in ABOUT_OFFERS]
            focus = chosen or generator.choice((*LIES, *others))
            self._shares = {name: float(name == focus) for name in LIES}
        self.told: Counter[str] = Counter()
        """Lies by name."""

    def rewrite(self, message: PeerMessage) -> PeerMessage | None:
        """What leaves instead of something about snapshots; None = nothing."""
        if not isinstance(message, SnapshotMessage):
            return message
        generator = self._random
        if not isinstance(message, SnapshotOffer) and generator.random() < self._silence:
            self.told["lie: silence"] += 1
            return None
        for name in generator.sample(list(LIES), len(LIES)):
            if generator.random() < self._shares[name]:
                said = LIES[name](generator, message)
                if said is not None and said != message:
                    self.told[f"lie: {name}"] += 1
                    return said
        return message
