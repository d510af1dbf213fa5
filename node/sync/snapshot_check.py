"""What a part of a snapshot is checked against before a byte of it is kept (ADR 0011).

Rules of this file:
1. Nothing here reads or writes anything. What a stranger did wrong is `SnapshotRefused`.
2. The order of trust: the set at the anchor, the changes of the set that its members signed, the
   certificate of the snapshot's block, the roots under it, the hashes of the chunks, the records;
   downwards from the block's header, the headers before it; under the records, the lists of
   client references.
"""

from collections.abc import Callable, Sequence

from consensus.types import CommitCertificate, Header, ValidatorSet
from node.signing import VerifySignature, verify
from node.wire.hashing import SigningScope, header_digest, validators_hash
from node.wire.signature_cache import SignatureCache
from node.wire.snapshot_messages import (
    LINKS_MAX,
    SNAPSHOT_VERSION,
    Chunk,
    SetLink,
    SnapshotManifest,
)
from node.wire.verify import Verifier
from tokens import window
from tokens.chunks import chunk_hash, level_bits, nodes_fit
from tokens.codec import Malformed, NonCanonical, tagged_hash
from tokens.commitment import HASH

LINKS_TOTAL_MAX = 10_000
"""Changes of the set between an anchor and a snapshot."""
_ROOT_DOMAIN = b"mohur/root/v1"


class SnapshotRefused(Exception):
    """A part of a snapshot is not what it has to be; the text says in our words how."""


class SetChain:
    """The validator sets from an anchor on, as far as signed changes were followed."""

    def __init__(
        self,
        scope: SigningScope,
        members: ValidatorSet,
        *,
        height: int = 0,
        verify: VerifySignature = verify,
    ) -> None:
        """`members`: the set of height + 1, which is trusted; genesis: height 0."""
        self.scope = scope
        self.anchor_height = height
        self.links: list[SetLink] = []
        self._sets = [(height + 1, members)]
        self._verifier = Verifier(
            scope=scope, validators=self.at, cache=SignatureCache(verify=verify)
        )

    @property
    def newest(self) -> ValidatorSet:
        """The set after the last change."""
        return self._sets[-1][1]

    @property
    def last_change(self) -> int:
        """Height of the last block of the set before `newest`; the anchor's without a change."""
        return self._sets[-1][0] - 1

    def at(self, height: int) -> ValidatorSet | None:
        """The set of a height; None below the anchor."""
        found = None
        for start, members in self._sets:
            if start <= height:
                found = members
        return found

    def follow(self, links: Sequence[SetLink], highest: int) -> bool:
        """Take changes in ascending order up to a height. True: these were the last ones.

        Raises SnapshotRefused; what came before the wrong one stays.
        """
        for link in links:
            self._follow(link, highest)
        return len(links) < LINKS_MAX

    def _follow(self, link: SetLink, highest: int) -> None:
        header = link.header
        height = header.height
        if not self.last_change < height <= highest or len(self.links) >= LINKS_TOTAL_MAX:
            raise SnapshotRefused(f"a change of the set at height {height} is out of place")
        if header.validators_hash != validators_hash(self.newest.members):
            raise SnapshotRefused(f"block {height} is not of the set before the change")
        if header.next_validators_hash == header.validators_hash:
            raise SnapshotRefused(f"block {height} changes no set")
        self.check_block(link.header, link.certificate)
        ids = [member.id for member in link.members]
        keys = {member.public_key: None for member in link.members}
        if ids != sorted(set(ids)) or len(keys) != len(ids):
            raise SnapshotRefused(f"the set after block {height} has doubles or no order")
        if validators_hash(link.members) != header.next_validators_hash:
            raise SnapshotRefused(f"the set after block {height} is not the one it names")
        self.links.append(link)
        self._sets.append((height + 1, ValidatorSet(link.members)))

    def check_block(self, header: Header, certificate: CommitCertificate) -> None:
        """A header and its certificate under the set of its height. Raises SnapshotRefused."""
        height = header.height
        if header.chain_id != self.scope.chain_id:
            raise SnapshotRefused("a header of another network")
        if certificate.height != height or certificate.digest != header_digest(header):
            raise SnapshotRefused(f"the certificate is not that of block {height}")
        fault = self._verifier.certificate_fault(certificate)
        if fault is not None:
            raise SnapshotRefused(f"the certificate of block {height}: {fault}")

    def check_sets(self, header: Header) -> None:
        """Whether a header names the sets that are known here. Raises SnapshotRefused."""
        height = header.height
        for at, named in (
            (height, header.validators_hash),
            (height + 1, header.next_validators_hash),
        ):
            known = self.at(at)
            if known is not None and validators_hash(known.members) != named:
                raise SnapshotRefused(f"header {height}: a change of the set is missing")


def check_manifest(manifest: SnapshotManifest, sets: SetChain) -> None:
    """A manifest, after all changes of the set up to its height. Raises SnapshotRefused."""
    header, certificate = manifest.header, manifest.certificate
    if manifest.version != SNAPSHOT_VERSION:
        raise SnapshotRefused(f"version {manifest.version}, this node reads {SNAPSHOT_VERSION}")
    if manifest.genesis_digest != sets.scope.genesis_digest:
        raise SnapshotRefused("a snapshot of another network")
    if header.height <= sets.anchor_height:
        raise SnapshotRefused(f"its height {header.height} is not above the trusted one")
    sets.check_sets(header)
    sets.check_block(header, certificate)
    root = tagged_hash(_ROOT_DOMAIN, manifest.state_root, manifest.receipts_root)
    if root != certificate.root:
        raise SnapshotRefused("its roots are not those that a quorum signed")
    if not nodes_fit(manifest.depth_bits, manifest.nodes, manifest.state_root):
        raise SnapshotRefused("its hashes of chunks are not under the state root")


def check_chunk(manifest: SnapshotManifest, number: int, chunk: Chunk) -> None:
    """The records of a chunk against its hash in the manifest. Raises SnapshotRefused."""
    if not 0 <= number < chunk_count(manifest):
        raise SnapshotRefused(f"there is no chunk {number}")
    if chunk_hash(manifest.depth_bits, number, chunk) != node_of(manifest, number):
        raise SnapshotRefused(f"chunk {number} has not the hash that is under the root")


def check_headers(above: Header, headers: Sequence[Header], sets: SetChain) -> None:
    """Headers downwards from the one below `above`. Raises SnapshotRefused."""
    for header in headers:
        if header.height != above.height - 1 or header_digest(header) != above.parent:
            raise SnapshotRefused(f"not the header before block {above.height}")
        sets.check_sets(header)
        above = header


def check_references(
    first: int, lists: Sequence[bytes], digest_of: Callable[[int], bytes | None]
) -> None:
    """Client references of blocks from `first` on. Raises SnapshotRefused.

    `digest_of`: what the state holds of a height (BlockNote.client_refs), None for no such height.
    """
    for height, data in enumerate(lists, start=first):
        expected = digest_of(height)
        if expected is None:
            raise SnapshotRefused(f"height {height} is not in the window")
        try:
            keys = window.decode_row(data)
        except (Malformed, NonCanonical):
            raise SnapshotRefused(f"the client references of {height} do not decode") from None
        if window.digest(keys) != expected:
            raise SnapshotRefused(f"the client references of {height} are not under the root")


def chunk_count(manifest: SnapshotManifest) -> int:
    """Number of chunks."""
    return 1 << level_bits(manifest.depth_bits)


def node_of(manifest: SnapshotManifest, number: int) -> bytes:
    """Hash of a chunk."""
    return manifest.nodes[number * HASH : (number + 1) * HASH]
