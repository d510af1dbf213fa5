"""Fake unforgeable signatures, a disk that tells durable from volatile, a sign guard (R12).

A signature is a hash over a key that only this file knows: a test that wants a liar to sign calls
`sign`, nobody else can make one. The guard refuses what rule R12 refuses, written here a second
time
and independently of the core.
"""

from collections.abc import Iterator
from hashlib import sha256

import msgspec

from consensus.messages import (
    Commit,
    ConsensusMessage,
    Evidence,
    PreparedCertificate,
    PrePrepare,
    SignedPart,
    Status,
    ViewChange,
)
from consensus.signed import content_of, order_of, signed_part
from consensus.types import (
    CommitCertificate,
    Header,
    Proposal,
    Tip,
    Validator,
    ValidatorSet,
)

CHAIN_ID = "test-chain"
GENESIS_DIGEST = sha256(b"genesis").digest()
GENESIS_STATE = sha256(b"state of genesis").digest()
GENESIS_TIME_MS = 1_700_000_000_000
"""Wall clock of the cluster at its virtual time 0, and the time in the genesis document."""


def digest_of(value: object) -> bytes:
    """SHA-256 of the canonical encoding: digests of headers, certificates, lists of ids, sets."""
    return sha256(msgspec.msgpack.encode(value)).digest()


def state_after(parent_state: bytes, digest: bytes) -> bytes:
    """The fake ledger: its state is the history of digests."""
    return sha256(b"state" + parent_state + digest).digest()


def root_after(state: bytes) -> bytes:
    """What a Commit signs for that state."""
    return sha256(b"root" + state).digest()


def make_validator(name: str) -> Validator:
    """A member whose keys follow from its name."""
    return Validator(
        id=name,
        public_key=sha256(b"public " + name.encode()).digest(),
        network_key=sha256(b"network " + name.encode()).digest(),
        operator=sha256(name.encode()).digest()[:16],
    )


def make_set(names: tuple[str, ...]) -> ValidatorSet:
    """A validator set of these names."""
    return ValidatorSet(tuple(make_validator(name) for name in names))


def set_hash(validators: ValidatorSet) -> bytes:
    """Hash of a set, as the header carries it."""
    return digest_of(validators.members)


def genesis_tip(validators: ValidatorSet) -> Tip:
    """Height 0 of a chain with one set."""
    return Tip(
        height=0,
        digest=GENESIS_DIGEST,
        header=None,
        certificate=None,
        timestamp_ms=GENESIS_TIME_MS,
        state_root=GENESIS_STATE,
        validators=validators,
        previous_validators=validators,
        validators_hash=set_hash(validators),
        next_validators_hash=set_hash(validators),
        protocol_version=1,
        block_transactions_max=2_000,
    )


def signature_of(name: str, part: SignedPart) -> bytes:
    """The signature of `name` under that part."""
    blank = msgspec.structs.replace(part, signature=b"")
    return sha256(b"key " + name.encode() + msgspec.msgpack.encode(blank)).digest() * 2


def sign(message: ConsensusMessage) -> ConsensusMessage:
    """The message signed by its sender."""
    part = signed_part(message)
    signature = signature_of(part.sender, part)
    if isinstance(message, ViewChange):
        head = msgspec.structs.replace(message.head, signature=signature)
        return msgspec.structs.replace(message, head=head)
    return msgspec.structs.replace(message, signature=signature)


def parts_of(message: ConsensusMessage | Evidence | Status) -> Iterator[SignedPart]:
    """Each signed part in a message, nested ones included."""
    match message:
        case Evidence():
            yield message.first
            yield message.second
        case Status():
            if message.seen is not None:
                yield message.seen.part
        case ViewChange():
            yield message.head
            if message.certificate is not None:
                yield from message.certificate.prepares
        case PrePrepare():
            yield signed_part(message)
            if message.justification is not None:
                yield from message.justification.heads
                if message.justification.certificate is not None:
                    yield from message.justification.certificate.prepares
        case _:
            yield message


def certificate_verifies(certificate: CommitCertificate, validators: ValidatorSet) -> bool:
    """Quorum, order and each signature; written independently of consensus.quorum."""
    indices = [signature.index for signature in certificate.signatures]
    n = len(validators)
    if indices != sorted(set(indices)) or any(index >= n for index in indices):
        return False
    if 3 * len(indices) < 2 * n:
        return False
    for signature in certificate.signatures:
        name = validators.members[signature.index].id
        commit = Commit(
            height=certificate.height,
            view=certificate.view,
            digest=certificate.digest,
            root=certificate.root,
            sender=name,
            signature=b"",
        )
        if signature.signature != signature_of(name, commit):
            return False
    return True


def proposal_is_whole(proposal: Proposal) -> bool:
    """Every byte of the body is under the header."""
    header = proposal.header
    certificate = proposal.parent_certificate
    expected = bytes(32) if certificate is None else digest_of(certificate)
    return header.tx_root == digest_of(proposal.wire_ids) and header.parent_certificate == expected


def verifies(message: ConsensusMessage | Evidence | Status, at: dict[int, ValidatorSet]) -> bool:
    """What node/wire/verify.py promises: signatures, digests, tx_root, certificates."""
    if any(part.signature != signature_of(part.sender, part) for part in parts_of(message)):
        return False
    if isinstance(message, PrePrepare):
        proposal = message.proposal
        if digest_of(proposal.header) != message.digest or not proposal_is_whole(proposal):
            return False
        certificate = proposal.parent_certificate
        if certificate is not None:
            return certificate_verifies(certificate, at[certificate.height])
    if isinstance(message, Status) and message.tip_certificate is not None:
        return certificate_verifies(message.tip_certificate, at[message.tip_certificate.height])
    return True


class Refused(Exception):
    """The guard refuses to sign."""

    def __init__(self, reason: str, *, root_conflict: bool = False) -> None:
        super().__init__(reason)
        self.root_conflict = root_conflict


class GuardRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record of the guard."""

    message: ConsensusMessage | None
    proposal: tuple[bytes, Proposal] | None
    certificate: PreparedCertificate | None

    def height(self) -> int:
        """Height that the record belongs to."""
        if self.message is not None:
            return signed_part(self.message).height
        return 0 if self.certificate is None else self.certificate.height


class FakeGuard:
    """The sign guard of one key: a file whose tail is lost in a crash before the sync."""

    def __init__(self, *, made_anew: bool = False) -> None:
        self.made_anew = made_anew
        """In place of one that was lost."""
        self.durable: list[GuardRecord] = []
        self.volatile: list[GuardRecord] = []
        self.sequence = 0
        """Number of records ever made durable."""

    @property
    def height(self) -> int:
        """Height of the highest signature, 0 if there is none."""
        return max((signed_part(message).height for message in self.messages()), default=0)

    def records(self) -> list[GuardRecord]:
        """What the running process reads."""
        return self.durable + self.volatile

    def messages(self) -> list[ConsensusMessage]:
        """Own signed messages, in the order of signing."""
        return [record.message for record in self.records() if record.message is not None]

    def sign(self, draft: ConsensusMessage) -> ConsensusMessage | None:
        """The stored message for identical signing bytes, or None: may be signed and appended.

        Raises:
            Refused: everything else (R12).
        """
        part = signed_part(draft)
        if part.height < self.height:
            raise Refused("below the guard's height")
        parts = [signed_part(message) for message in self.messages()]
        same_height = [known for known in parts if known.height == part.height]
        if isinstance(part, Commit):
            for known in same_height:
                if (
                    isinstance(known, Commit)
                    and known.digest == part.digest
                    and known.root != part.root
                ):
                    raise Refused("another root was signed for this block", root_conflict=True)
        for known, message in zip(parts, self.messages(), strict=True):
            if content_of(known) == content_of(part):
                return message
        if same_height and order_of(part) <= max(order_of(known) for known in same_height):
            raise Refused("not above the highest signature")
        return None

    def append(self, record: GuardRecord) -> None:
        """Write without sync."""
        self.volatile.append(record)

    def sync(self) -> None:
        """fsync; then what belongs to heights below the highest is dropped."""
        self.sequence += len(self.volatile)
        height = self.height
        self.durable = [record for record in self.records() if record.height() >= height]
        self.volatile = []

    def crash(self) -> None:
        """A torn tail is discarded: it never left."""
        self.volatile = []


class StoredBlock(msgspec.Struct, frozen=True, kw_only=True):
    """One decided block on disk."""

    digest: bytes
    proposal: Proposal
    certificate: CommitCertificate
    state_root: bytes
    guard_sequence: int
    """Sequence number of the guard when the block was stored: an older guard is stale."""


class Disk:
    """Everything of a node that survives a crash."""

    def __init__(self) -> None:
        self.chain: list[StoredBlock] = []
        self.guard: FakeGuard | None = FakeGuard()
        self.bodies: dict[bytes, bool] = {}
        """Wire ids whose bodies are here; durable for simplicity, as R3 demands at least this."""

    def height(self) -> int:
        """Height of the tip."""
        return len(self.chain)

    def state_root(self) -> bytes:
        """State root of the tip."""
        return self.chain[-1].state_root if self.chain else GENESIS_STATE

    def headers(self, count: int) -> tuple[Header, ...]:
        """The last headers, ascending."""
        return tuple(block.proposal.header for block in self.chain[-count:])
