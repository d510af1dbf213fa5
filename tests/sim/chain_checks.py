"""What must hold of the decided chain: looked at with each block of each node.

Rules of this file:
1. The first correct node that decides a height says what it is; all others must say the same.
2. Certificates, sets, client references and money are judged here again, from the bytes.
"""

from collections import Counter

import msgspec

from consensus.quorum import quorum
from consensus.types import CommitCertificate, Header, Tip, ValidatorSet
from node.wire.hashing import SigningScope, certificate_digest, header_digest, validators_hash
from tests.node.support.set_changes import SetModel, SetOperation, signatures_hold
from tests.sim.justified import Verify
from tests.sim.node import SimNode
from tests.sim.violation import Violation
from tokens.genesis import Genesis
from tokens.invariants import broken_invariants
from tokens.results import Code
from tokens.transaction import decode_transaction


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """A height as its first decider wrote it."""

    digest: bytes
    root: bytes
    state_root: bytes
    header: Header


class ChainChecks:
    """The one chain that all correct nodes must have."""

    def __init__(self, genesis: Genesis, scope: SigningScope, verify: Verify, window: int) -> None:
        self._scope = scope
        self._verify = verify
        self._window = window
        self.model = SetModel(genesis.validators)
        """What the decided operations make of the set."""
        self.sets: dict[int, ValidatorSet] = {1: self.model.at(1), 2: self.model.at(2)}
        """Height -> its validators by the model, up to two above the newest."""
        self.blocks: dict[int, Decided] = {}
        self._references: dict[tuple[bytes, bytes], int] = {}
        """(sender, client_ref) -> height at which it was last used."""
        self.references: dict[int, list[bytes]] = {}
        """Height -> sender + client_ref of each of its transactions."""
        self.places: dict[bytes, int] = {}
        """tx_id -> height."""
        self._valid: dict[bytes, None] = {}
        """Digests of certificates that were checked."""
        self.counts: Counter[str] = Counter()

    @property
    def height(self) -> int:
        """Highest decided by anybody correct."""
        return len(self.blocks)

    def decided(self, node: SimNode, tip: Tip) -> None:
        """A correct node has written a block."""
        header, certificate = tip.header, tip.certificate
        row = node.chain.blocks.row(tip.height)
        if header is None or certificate is None or row is None:
            raise Violation(f"{node.name} decided {tip.height} without a block")
        found = Decided(
            digest=tip.digest, root=certificate.root, state_root=tip.state_root, header=header
        )
        known = self.blocks.get(tip.height)
        self._certificate(node, certificate, tip)
        if known is None:
            self._first(node, tip.height, found, row.wire_ids)
        elif known != found:
            raise Violation(
                f"fork at {tip.height}: {node.name} decided {found.digest.hex()[:8]} with root "
                f"{found.root.hex()[:8]}, others {known.digest.hex()[:8]}, {known.root.hex()[:8]}"
            )
        if node.chain.validators_at(tip.height + 2) != self.sets[tip.height + 2]:
            raise Violation(f"{node.name} has other validators for height {tip.height + 2}")

    def _certificate(self, node: SimNode, certificate: CommitCertificate, tip: Tip) -> None:
        """Q distinct members of the set of its height, each signature good (R5)."""
        mark = certificate_digest(certificate)
        if mark in self._valid:
            return
        members = self.sets.get(tip.height)
        if members is None:
            raise Violation(f"{node.name} decided {tip.height}, the heights below are missing")
        indices = {entry.index for entry in certificate.signatures}
        good = (certificate.height, certificate.digest) == (tip.height, tip.digest)
        good = good and len(indices) >= quorum(len(members))
        good = good and signatures_hold(self._scope, members, certificate, self._verify)
        if not good:
            raise Violation(f"{node.name} decided {tip.height} by an invalid certificate")
        self.counts["certificates"] += 1
        self._valid[mark] = None

    def _first(
        self, node: SimNode, height: int, found: Decided, wire_ids: tuple[bytes, ...]
    ) -> None:
        """A new height: it follows the chain, repeats nothing, keeps the money, names its sets."""
        header = found.header
        if height != self.height + 1 or header.height != height:
            raise Violation(f"{node.name} decided {height} after {self.height}")
        parent = self.blocks.get(height - 1)
        if header_digest(header) != found.digest:
            raise Violation(f"the digest of block {height} is not that of its header")
        if parent is not None:
            follows = (parent.digest, parent.state_root) == (
                header.parent,
                header.parent_state_root,
            )
            if not follows or header.timestamp_ms <= parent.header.timestamp_ms:
                raise Violation(f"block {height} does not follow block {height - 1}")
        here, after = (validators_hash(self.sets[at].members) for at in (height, height + 1))
        if (header.validators_hash, header.next_validators_hash) != (here, after):
            raise Violation(f"block {height} names other validators than those of its height")
        self._once(node, height, wire_ids)
        self.sets[height + 2] = self.model.at(height + 2)
        self.counts.update(f"set_{kind}" for kind in self.model.kinds.get(height, ()))
        broken = broken_invariants(node.store)
        if broken:
            raise Violation(f"height {height}: {broken[0].invariant}: {broken[0].what}")
        self.blocks[height] = found

    def _once(self, node: SimNode, height: int, wire_ids: tuple[bytes, ...]) -> None:
        """Nothing twice within the window, and nothing outside of its time (R8)."""
        bodies = node.chain.blocks.bodies(height)
        if len(bodies) != len(wire_ids):
            raise Violation(f"block {height} has {len(bodies)} bodies of {len(wire_ids)}")
        for body, wire_id in zip(bodies, wire_ids, strict=True):
            decoded = decode_transaction(body)
            if isinstance(decoded, Code) or decoded.wire_id != wire_id:
                raise Violation(f"block {height} holds a body that is not its transaction")
            inner = decoded.signed.transaction
            reference = (inner.sender, inner.client_ref)
            last = self._references.get(reference, -self._window - 1)
            if height - last <= self._window or decoded.tx_id in self.places:
                raise Violation(f"a transaction of height {last} again at {height}")
            if not height <= inner.valid_until <= height + self._window:
                raise Violation(f"valid until {inner.valid_until}, decided at {height}")
            for operation in inner.operations:
                if isinstance(operation, SetOperation):
                    self._changes(node, decoded.tx_id, operation)
            self._references[reference] = height
            self.references.setdefault(height, []).append(inner.sender + inner.client_ref)
            self.places[decoded.tx_id] = height
            self.counts["transactions"] += 1

    def _changes(self, node: SimNode, tx_id: bytes, operation: SetOperation) -> None:
        """A change of the set that was decided: the model follows what its receipt says."""
        place = node.chain.blocks.place(tx_id)
        receipt = None if place is None else node.chain.blocks.receipt(place)
        if place is None or receipt is None:
            raise Violation(f"{node.name} has no receipt of a change of the set")
        if receipt.code == Code.OK:
            self.model.decided(place.height, operation)
        else:
            self.counts["set changes refused"] += 1
