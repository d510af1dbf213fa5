"""A ledger in memory for tests: real bytes, real blocks, invariants after each block.

Rules of this file:
1. `ledger.submit(sender, operation, ...)` makes one block of one transaction and gives its receipt.
   The bytes are encoded, decoded and found includable on the way; signatures are dummies, because
   the shell checks them before the ledger sees a transaction.
2. Every block must keep every invariant, and its root must be what a rebuild of the store gives.
3. The small world (names, keys, genesis) is smallworld.py; its names can be had from here.
"""

import datetime
from collections.abc import Sequence

import msgspec

from tests.tokens.smallworld import (
    ACCOUNTS,
    CHAIN_ID,
    DATE,
    MONEY,
    OPERATORS,
    PARTICIPANTS,
    account,
    addr,
    approval,
    digest,
    genesis,
    key,
    participant,
    policies,
    policy,
    validator,
)
from tests.tokens.tally import Tally
from tokens.block import Block, BlockResult
from tokens.codec import encode
from tokens.commitment import Commitment
from tokens.events import ProposalClosed
from tokens.genesis import Genesis
from tokens.genesis_state import build_state
from tokens.invariants import broken_invariants
from tokens.ledger import Ledger as Core
from tokens.ops.proposals import Approve, Propose, proposal_id
from tokens.records.day import BUSINESS_DAY
from tokens.records.proposals import GRANT, PROPOSAL, Grant
from tokens.results import Code, Receipt
from tokens.state import Overlay
from tokens.store import MemoryStore, all_records, index_rows
from tokens.transaction import (
    DecodedTransaction,
    KeySignature,
    Transaction,
    build,
    decode_transaction,
)

__all__ = [
    "ACCOUNTS",
    "CHAIN_ID",
    "DATE",
    "MONEY",
    "OPERATORS",
    "PARTICIPANTS",
    "Ledger",
    "account",
    "addr",
    "approval",
    "digest",
    "genesis",
    "header_digest",
    "key",
    "participant",
    "policies",
    "policy",
    "validator",
]


class Ledger:
    """One node's ledger without a node."""

    def __init__(self, document: Genesis | None = None) -> None:
        self.genesis = document or genesis()
        self.store = MemoryStore()
        self.store.write(build_state(self.genesis).writes())
        self.core = Core(self.store, 0)
        self.results: list[BlockResult] = []
        self.tally = Tally()
        self._refs = 0
        policies_of = {entry.id: entry.policy for entry in self.genesis.participants}
        policies_of |= {
            entry.id: entry.policy for entry in self.genesis.accounts if entry.policy is not None
        }
        self._signers = {
            address: chosen.keys[: chosen.threshold] for address, chosen in policies_of.items()
        }

    @property
    def state(self) -> Overlay:
        """The state after the newest block, read only."""
        return self.core.overlay()

    @property
    def height(self) -> int:
        """Of the newest block."""
        return self.core.height

    def sign_with(self, name: str, *keys: bytes) -> None:
        """From now on `name` signs with these keys."""
        self._signers[addr(name)] = tuple(keys)

    def transaction(
        self,
        sender: str,
        *operations: msgspec.Struct,
        client_ref: bytes | None = None,
        valid_until: int | None = None,
        chain_id: str = CHAIN_ID,
        keys: Sequence[bytes] | None = None,
    ) -> bytes:
        """Signed bytes of a transaction."""
        self._refs += 1
        signed = build(
            Transaction(
                version=1,
                chain_id=chain_id,
                sender=addr(sender),
                client_ref=client_ref or self._refs.to_bytes(16, "big"),
                valid_until=self.height + 10 if valid_until is None else valid_until,
                operations=operations,
                memo="",
            ),
            tuple(
                KeySignature(key=entry, signature=bytes(64))
                for entry in (self._signers.get(addr(sender)) if keys is None else keys)
                or (key(sender),)
            ),
        )
        return signed.data

    def block(
        self,
        *transactions: bytes,
        signers: Sequence[str] | None = None,
        check: bool = True,
    ) -> BlockResult:
        """Apply one block of signed bytes; every one must be includable."""
        decoded = []
        for data in transactions:
            tx = decode_transaction(data)
            assert not isinstance(tx, Code), tx
            decoded.append(tx)
        refusal = self.core.block_refusal(decoded)
        assert refusal is None, refusal
        height = self.height + 1
        everyone = tuple(member.id for member in self.genesis.validators)
        result = self.core.preview(
            Block(
                height=height,
                transactions=tuple(decoded),
                parent=header_digest(height - 1),
                signers=(everyone if signers is None else tuple(signers)) if height > 1 else (),
            )
        )
        self.store.write(self.core.writes(result))
        self.core.absorb(result)
        self.results.append(result)
        self._count(decoded, result)
        if check:
            self.check()
        return result

    def _count(self, transactions: Sequence[DecodedTransaction], result: BlockResult) -> None:
        self.tally.blocks += 1
        of = {tx.tx_id: tx.signed.transaction.operations for tx in transactions}
        for receipt in result.receipts:
            if receipt.tx_id in of:
                self.tally.transaction(
                    of[receipt.tx_id], receipt.code, receipt.events, receipt.operation
                )
            else:
                for event in receipt.events:
                    self.tally.event(event)

    def submit(self, sender: str, *operations: msgspec.Struct) -> Receipt:
        """One block of one transaction; its receipt."""
        return self.block(self.transaction(sender, *operations)).receipts[0]

    def ok(self, sender: str, *operations: msgspec.Struct) -> Receipt:
        """Like `submit`, and it must succeed."""
        receipt = self.submit(sender, *operations)
        assert receipt.code == 0, Code(receipt.code)
        return receipt

    def code(self, sender: str, *operations: msgspec.Struct) -> Code:
        """Like `submit`; the code only."""
        return Code(self.submit(sender, *operations).code)

    def admission(self, data: bytes) -> Code | None:
        """What admission says of signed bytes at the next height."""
        tx = decode_transaction(data)
        return tx if isinstance(tx, Code) else self.core.includable(tx)

    def idle(self, blocks: int = 1) -> None:
        """Empty blocks."""
        for _ in range(blocks):
            self.block()

    def check(self) -> None:
        """Invariants hold; root and indexes are those of a rebuild."""
        assert broken_invariants(self.store) == []
        rows = [
            row for kind, _, record in all_records(self.store) for row in index_rows(kind, record)
        ]
        assert sorted(rows) == list(self.store.iterate(b"o", b"p"))
        depth = self.core.commitment.depth_bits
        assert Commitment.rebuild(depth, self.store.iterate).root == self.core.state_root

    def propose(
        self,
        proposer: str,
        *operations: msgspec.Struct,
        approvers: Sequence[str] = (),
        expires_on: datetime.date | None = None,
    ) -> bytes:
        """Propose in a block of its own; the proposal's id."""
        day = self.business_date + datetime.timedelta(days=30)
        receipt = self.ok(
            proposer,
            Propose(
                operations=tuple(encode(operation) for operation in operations),
                approvers=tuple(sorted(addr(name) for name in approvers)),
                expires_on=expires_on or day,
            ),
        )
        return proposal_id(receipt.tx_id, 0)

    def approve(self, name: str, proposal: bytes) -> Receipt:
        """Approve what is proposed, in a block of its own."""
        record = self.state.get(PROPOSAL, proposal)
        assert record is not None
        return self.submit(
            name,
            Approve(proposal_id=proposal, operations_digest=record.operations_digest),
        )

    def agree(
        self, names: Sequence[str], *operations: msgspec.Struct, approvers: Sequence[str] = ()
    ) -> ProposalClosed:
        """Proposed by the first name, approved by the others; how the proposal ended.

        The events of its run are in `receipts()[0].events`.
        """
        proposal = self.propose(names[0], *operations, approvers=approvers)
        for name in names[1:]:
            receipt = self.approve(name, proposal)
            assert receipt.code == 0, Code(receipt.code)
        closed = self.receipts()[0].events[-1]
        assert isinstance(closed, ProposalClosed), "the proposal is still open"
        return closed

    def grants_of(self, grantee: str) -> list[Grant]:
        """Power that a participant was lent."""
        return self.state.scan(GRANT, GRANT.indexes[1], (addr(grantee),), limit=100)

    @property
    def business_date(self) -> datetime.date:
        """Of the newest block."""
        day = self.state.get(BUSINESS_DAY)
        assert day is not None
        return day.date

    def receipts(self) -> tuple[Receipt, ...]:
        """Of the newest block."""
        return self.results[-1].receipts


def header_digest(height: int) -> bytes:
    """Stands for the digest of the header of a height."""
    return digest(f"header {height}")
