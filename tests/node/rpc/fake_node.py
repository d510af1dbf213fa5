"""A node without network and disk: real state, commitment, ids and signatures; blocks on demand.

Rules of this file:
1. Everything is derived from names, so two runs answer the same bytes.
2. Admission and execution are the smallest that the RPC server needs; a simulation is the ledger's.
"""

import asyncio
from collections.abc import Callable

from consensus.types import CommitCertificate, CommitSignature, Header, Tip, ValidatorSet
from node.api import NodeState, PeerState, Recorded, StoredBlock, Submitted, TransactionPlace
from node.signing import Signer, dev_seed, verify
from node.wire.hashing import (
    Kind,
    SigningScope,
    header_digest,
    signing_bytes,
    tx_root,
    validators_hash,
)
from tests.node.rpc.fake_feed import FakeFeed
from tests.node.rpc.fake_genesis import (
    CHAIN_ID,
    DEPTH_BITS,
    NAMES,
    REPORT,
    START_MS,
    WINDOW,
    genesis_of,
    validators_of,
)
from tests.node.rpc.fake_past import Copies, FakePast
from tokens.codec import encode, merkle_root, tagged_hash
from tokens.commitment import Commitment
from tokens.events import LedgerEvent
from tokens.genesis import genesis_digest
from tokens.results import Code, Receipt
from tokens.simulate import Simulation, simulate
from tokens.state import Overlay
from tokens.store import MemoryStore, StoreState
from tokens.transaction import DecodedTransaction, decode_transaction


class FakeNode:
    """Implements node.api.NodeApi."""

    def __init__(self, *, is_dev: bool = True) -> None:
        self.genesis = genesis_of(is_dev=is_dev)
        self.genesis_digest = genesis_digest(self.genesis)
        self.signers = {name: Signer.from_seed(dev_seed(name)) for name in NAMES}
        self.validators = validators_of(self.signers)
        self._store = MemoryStore()
        self._commitment = Commitment(DEPTH_BITS)
        self._copies = Copies()
        self.blocks: list[StoredBlock] = []
        self.places: dict[bytes, TransactionPlace] = {}
        self.pool: dict[bytes, DecodedTransaction] = {}
        self.keys: dict[bytes, list[bytes]] = {}
        self.used_refs: dict[tuple[bytes, bytes], bytes] = {}
        self.feeds: list[FakeFeed] = []
        self.waiters: dict[bytes, list[asyncio.Future[Receipt]]] = {}
        self.changed = asyncio.Event()
        self.halted: str | None = None
        self.connected = 3

    # --- making of state and blocks --------------------------------------------------------------

    def write(self, overlay: Overlay) -> None:
        """Make the writes of an overlay durable."""
        changes = overlay.changes()
        _, delta = self._commitment.preview(changes, self._store.iterate)
        self._commitment.apply(delta)
        self._store.write(changes.writes())
        self._copies.changed()

    def decide(
        self, results: dict[bytes, tuple[int, tuple[LedgerEvent, ...]]] | None = None
    ) -> StoredBlock:
        """Decide a block of all that waits; a result is the code and events of a tx_id."""
        height = len(self.blocks) + 1
        decoded = list(self.pool.values())
        parent = self.tip()
        receipts = []
        for index, transaction in enumerate(decoded):
            code, events = (results or {}).get(transaction.tx_id, (0, ()))
            receipts.append(
                Receipt(
                    tx_id=transaction.tx_id,
                    height=height,
                    index=index,
                    code=code,
                    operation=0 if code else -1,
                    events=events,
                )
            )
        header = Header(
            version=1,
            chain_id=CHAIN_ID,
            height=height,
            parent=parent.digest,
            parent_state_root=parent.state_root,
            timestamp_ms=START_MS + 1_000 * height,
            proposer=NAMES[height % 4],
            origin_view=0,
            failed=(),
            tx_root=tx_root([transaction.wire_id for transaction in decoded]),
            parent_certificate=bytes(32),
            validators_hash=validators_hash(self.validators.members),
            next_validators_hash=validators_hash(self.validators.members),
        )
        receipts_root = merkle_root(b"mohur/receipts/v1", [encode(one) for one in receipts])
        block = StoredBlock(
            header=header,
            digest=header_digest(header),
            certificate=self._certify(header, receipts_root),
            state_root=self._commitment.root,
            receipts_root=receipts_root,
            transactions=tuple(transaction.data for transaction in decoded),
            receipts=tuple(receipts),
        )
        self.pool.clear()
        self._keep(block)
        return block

    def _certify(self, header: Header, receipts_root: bytes) -> CommitCertificate:
        digest = header_digest(header)
        root = tagged_hash(b"mohur/root/v1", self._commitment.root, receipts_root)
        message = signing_bytes(
            Kind.COMMIT,
            SigningScope(chain_id=CHAIN_ID, genesis_digest=self.genesis_digest),
            height=header.height,
            view=0,
            digest=digest,
            extra=root,
        )
        return CommitCertificate(
            height=header.height,
            view=0,
            digest=digest,
            root=root,
            signatures=tuple(
                CommitSignature(index=index, signature=self.signers[member.id].sign(message))
                for index, member in enumerate(self.validators.members[:3])
            ),
        )

    def _keep(self, block: StoredBlock) -> None:
        self.blocks.append(block)
        self._copies.keep(self._store)
        for receipt in block.receipts:
            place = TransactionPlace(height=receipt.height, index=receipt.index)
            self.places[receipt.tx_id] = place
            for waiter in self.waiters.pop(receipt.tx_id, []):
                waiter.set_result(receipt)
        for feed in list(self.feeds):
            if feed.queue.full():
                feed.overflowed = True
                feed.close()
            else:
                feed.queue.put_nowait(block)

    async def until(self, condition: Callable[[], object]) -> None:
        """Until something about waiters and feeds holds; ten seconds at most."""
        async with asyncio.timeout(10):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    # --- NodeApi ---------------------------------------------------------------------------------

    def tip(self) -> Tip:
        return self._tip_after(len(self.blocks), self._commitment.root)

    def _tip_after(self, height: int, state_root: bytes) -> Tip:
        last = self.blocks[height - 1] if height else None
        members_hash = validators_hash(self.validators.members)
        return Tip(
            height=height,
            digest=self.genesis_digest if last is None else last.digest,
            header=None if last is None else last.header,
            certificate=None if last is None else last.certificate,
            timestamp_ms=START_MS if last is None else last.header.timestamp_ms,
            state_root=state_root,
            validators=self.validators,
            previous_validators=self.validators,
            validators_hash=members_hash,
            next_validators_hash=members_hash,
            protocol_version=1,
            block_transactions_max=5_000,
        )

    def state(self) -> Overlay:
        return Overlay(StoreState(self._store))

    def past(self, height: int) -> FakePast:
        if height == self.tip().height:
            return FakePast(self.tip(), self._store)
        tip = self._tip_after(height, self.blocks[height - 1].state_root)
        return FakePast(tip, self._copies.at(height))

    def oldest_state(self) -> int:
        return 1 if self.blocks else 0

    def prove(self, kind_tag: int, key_hash: bytes) -> tuple[bytes | None, bytes]:
        stored = self._store.get(b"s" + key_hash)
        proof = self._commitment.prove(key_hash, self._store.iterate)
        return None if stored is None else stored[1:], encode(proof)

    def block(self, height: int) -> StoredBlock | None:
        return self.blocks[height - 1] if 1 <= height <= len(self.blocks) else None

    def height_of_block(self, digest: bytes) -> int | None:
        return next((b.header.height for b in self.blocks if b.digest == digest), None)

    def oldest_block(self) -> int:
        return 1

    def validators_at(self, height: int) -> ValidatorSet | None:
        return self.validators if 1 <= height <= len(self.blocks) + 1 else None

    def find_transaction(self, tx_id: bytes) -> TransactionPlace | None:
        return self.places.get(tx_id)

    def pending_transaction(self, tx_id: bytes) -> DecodedTransaction | None:
        return self.pool.get(tx_id)

    def account_history(
        self, address: bytes, before: tuple[int, int] | None, limit: int
    ) -> list[TransactionPlace]:
        out = []
        for block in reversed(self.blocks):
            for receipt in reversed(block.receipts):
                place = (receipt.height, receipt.index)
                if before is not None and place >= before:
                    continue
                if address in block.transactions[receipt.index] or address in encode(receipt):
                    out.append(TransactionPlace(height=place[0], index=place[1]))
        return out[:limit]

    async def submit(self, data: bytes) -> Submitted:
        return self._admit(data)

    async def submit_batch(self, items: list[bytes]) -> list[Submitted]:
        return [self._admit(item) for item in items]

    def _admit(self, data: bytes) -> Submitted:
        decoded = decode_transaction(data)
        if isinstance(decoded, Code):
            return Submitted(code=decoded, tx_id=None, receipt=None)
        place = self.places.get(decoded.tx_id)
        if place is not None:
            receipt = self.blocks[place.height - 1].receipts[place.index]
            return Submitted(code=Code.ALREADY_KNOWN, tx_id=decoded.tx_id, receipt=receipt)
        if decoded.tx_id in self.pool:
            return Submitted(code=Code.ALREADY_KNOWN, tx_id=decoded.tx_id, receipt=None)
        code = self._check(decoded)
        if code is Code.OK:
            transaction = decoded.signed.transaction
            self.used_refs[transaction.sender, transaction.client_ref] = decoded.tx_id
            self.pool[decoded.tx_id] = decoded
        return Submitted(code=code, tx_id=decoded.tx_id, receipt=None)

    def _check(self, decoded: DecodedTransaction) -> Code:
        transaction = decoded.signed.transaction
        height = len(self.blocks) + 1
        keys = self.keys.get(transaction.sender)
        if transaction.chain_id != CHAIN_ID:
            return Code.WRONG_CHAIN
        if transaction.valid_until < height:
            return Code.EXPIRED
        if transaction.valid_until > height + WINDOW:
            return Code.TOO_FAR_AHEAD
        if keys is None:
            return Code.UNKNOWN_SENDER
        if (transaction.sender, transaction.client_ref) in self.used_refs:
            return Code.CLIENT_REF_REUSED
        for entry in decoded.signed.signatures:
            if entry.key not in keys:
                return Code.WRONG_KEYS
            if not verify(entry.key, decoded.tx_id, entry.signature):
                return Code.BAD_SIGNATURE
        return Code.OK

    def simulate(self, transaction: DecodedTransaction, viewer: bytes) -> Simulation:
        return simulate(self.state(), transaction, len(self.blocks) + 1, viewer)

    async def wait_for_receipt(self, tx_id: bytes, timeout_ms: int) -> Receipt | None:
        place = self.places.get(tx_id)
        if place is not None:
            return self.blocks[place.height - 1].receipts[place.index]
        waiter: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self.waiters.setdefault(tx_id, []).append(waiter)
        self.changed.set()
        try:
            return await asyncio.wait_for(waiter, timeout_ms / 1_000)
        except TimeoutError:
            return None

    def node_state(self) -> NodeState:
        peers = tuple(
            PeerState(
                id=name,
                connected=index < self.connected,
                address=f"127.0.0.1:{9_001 + index}",
                height=len(self.blocks) + 1,
                last_heard_ms_ago=12,
                queued_bytes=0,
            )
            for index, name in enumerate(NAMES[1:])
        )
        return NodeState(
            node_id=NAMES[0],
            voting=True,
            syncing=False,
            halted=self.halted,
            height=len(self.blocks),
            view=0,
            phase="idle",
            sentence="Nothing waits: a block is made when a transaction comes.",
            mempool_transactions=len(self.pool),
            mempool_bytes=sum(len(one.data) for one in self.pool.values()),
            peers=peers,
            last_block_ms_ago=250 if self.blocks else None,
            disk_free_bytes=64 * 1024**3,
        )

    def mempool_ids(self, limit: int) -> list[bytes]:
        return list(self.pool)[:limit]

    def evidence(self) -> list[tuple[str, int, bytes]]:
        return [("delta", 1, b"two prepares of one view")]

    def reports(self) -> list[Recorded]:
        return [Recorded(record=REPORT, tx_id=b"\x07" * 32, evidence=b"two prepares of one view")]

    def participation(self) -> list[tuple[str, int, int]]:
        return [
            (name, sum(b.header.proposer == name for b in self.blocks), len(self.blocks))
            for name in NAMES
        ]

    def subscribe_blocks(self, queue_max: int) -> FakeFeed:
        return FakeFeed(queue_max, self.feeds, self.changed)
