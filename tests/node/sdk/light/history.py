"""A chain with real blocks, real signatures, and a validator set that changes by governance."""

import datetime as dt

import msgspec

from consensus.quorum import quorum
from consensus.types import CommitCertificate, CommitSignature, Header, ValidatorSet
from node.chain import Chain
from node.devnet.cast import BANK_1, CENTRAL_BANK, DEBT_OFFICE, SUPERVISOR, TREASURY, Party
from node.devnet.profile import BUSINESS_DATE
from node.identity import dev_keys
from node.signing import Signer, dev_seed
from node.wire.hashing import Kind, header_digest, signing_bytes
from tests.node.support.chains import numbered, open_chain, propose, scope_of, transfer
from tokens.codec import encode
from tokens.entry import EntryProof, entry_message
from tokens.events import ProposalClosed
from tokens.ops.proposals import Approve, Propose, operations_digest, proposal_id
from tokens.ops.validators import AddValidator, RemoveValidator, RotateValidatorKeys
from tokens.records.governance import Validator
from tokens.transaction import DecodedTransaction

APPROVERS = (TREASURY, SUPERVISOR, DEBT_OFFICE, CENTRAL_BANK)
"""Operators of the four validators of genesis."""


class History:
    """One chain, and the keys of everybody who was ever a validator."""

    def __init__(self) -> None:
        self.chain: Chain = open_chain()
        self.keys: dict[bytes, Signer] = {}
        for member in self.chain.tip.validators:
            self._keep(dev_keys(member.id).signer)
        self._numbers = 0

    @property
    def height(self) -> int:
        return self.chain.tip.height

    def signers_of(self, height: int) -> list[Signer]:
        """All keys of a height's set, in the order of certificates."""
        members = self.chain.validators_at(height)
        assert members is not None
        return [self.keys[member.public_key] for member in members]

    def decide(self, *transactions: DecodedTransaction, signers: int | None = None) -> None:
        """The next block, signed by a quorum that moves from block to block."""
        chain = self.chain
        digest, proposal = propose(chain, *transactions)
        done = chain.execute(proposal, transactions)
        members = chain.tip.validators
        count = quorum(len(members)) if signers is None else signers
        first = chain.tip.height % len(members)
        chosen = sorted((first + offset) % len(members) for offset in range(count))
        certificate = self.certify(
            members, chain.tip.height + 1, digest, done.result.root, tuple(chosen)
        )
        chain.write(proposal, certificate, done, 0)

    def idle(self, blocks: int) -> None:
        for _ in range(blocks):
            self.decide()

    def pay(self, count: int = 1) -> list[DecodedTransaction]:
        """A block of transfers."""
        made = [self.transfer() for _ in range(count)]
        self.decide(*made)
        return made

    def transfer(self, amount: int = 1) -> DecodedTransaction:
        return transfer(self._number(), amount=amount, valid_until=self.height + 50)

    def certify(
        self,
        members: ValidatorSet,
        height: int,
        digest: bytes,
        root: bytes,
        indexes: tuple[int, ...],
    ) -> CommitCertificate:
        data = signing_bytes(
            Kind.COMMIT, scope_of(self.chain), height=height, view=0, digest=digest, extra=root
        )
        return CommitCertificate(
            height=height,
            view=0,
            digest=digest,
            root=root,
            signatures=tuple(
                CommitSignature(
                    index=index,
                    signature=self.keys[members.members[index].public_key].sign(data),
                )
                for index in indexes
            ),
        )

    # --- changes of the set ----------------------------------------------------------------------

    def add(self, name: str, operator: Party, replaces: str | None = None) -> None:
        """Proposed, then approved by a quorum of operators, a block each.

        In force two heights after the last one.
        """
        signer, network = self._new_keys(name)
        new = Validator(
            id=name,
            public_key=signer.public_key,
            network_key=network,
            operator=operator.address,
        )
        self._agree(AddValidator(validator=new, proof=self._entry(name, signer), replaces=replaces))

    def remove(self, name: str) -> None:
        self._agree(RemoveValidator(id=name))

    def rotate(self, name: str, operator: Party) -> None:
        """One block; new keys two heights later."""
        signer, network = self._new_keys(name)
        self.run(
            operator,
            RotateValidatorKeys(
                id=name,
                public_key=signer.public_key,
                network_key=network,
                proof=self._entry(name, signer),
            ),
        )

    def _entry(self, name: str, signer: Signer) -> EntryProof:
        height = self.height - 1
        header = self.header(height)
        digest = header_digest(header)
        message = entry_message(self.chain.chain_id, name, signer.public_key, height, digest)
        return EntryProof(height=height, digest=digest, signature=signer.sign(message))

    def header(self, height: int) -> Header:
        row = self.chain.blocks.row(height)
        assert row is not None
        return row.header

    def _agree(self, operation: msgspec.Struct) -> None:
        self.together(APPROVERS[: quorum(len(self.chain.tip.validators))], operation)

    def together(self, parties: tuple[Party, ...], *wanted: msgspec.Struct) -> None:
        """Proposed by the first, approved by the others, a block each."""
        operations = tuple(encode(operation) for operation in wanted)
        proposal = Propose(
            operations=operations,
            approvers=(),
            expires_on=BUSINESS_DATE + dt.timedelta(days=30),
        )
        proposed = self.run(parties[0], proposal)
        approval = Approve(
            proposal_id=proposal_id(proposed.tx_id, 0),
            operations_digest=operations_digest(operations),
        )
        for party in parties[1:]:
            self.run(party, approval)
        closed = self.chain.newest_receipts[0].events[-1]
        assert isinstance(closed, ProposalClosed)
        assert closed.code == 0, closed

    def run(self, party: Party, operation: msgspec.Struct) -> DecodedTransaction:
        made = transfer(
            self._number(),
            party=party,
            operations=(operation,),
            valid_until=self.height + 50,
        )
        self.decide(made)
        receipt = self.chain.newest_receipts[0]
        assert receipt.code == 0, receipt
        return made

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _new_keys(self, name: str) -> tuple[Signer, bytes]:
        number = self._number()
        signer = Signer.from_seed(dev_seed(f"light-{name}-{number}"))
        self._keep(signer)
        return signer, numbered(f"network {name} {number}")

    def _keep(self, signer: Signer) -> None:
        self.keys[signer.public_key] = signer


def eventful() -> History:
    """Blocks with money, and every kind of change: add, rotate, remove, twice in a row."""
    history = History()
    history.pay()
    history.idle(2)
    history.pay(5)
    history.add("bank-one", BANK_1)
    history.idle(7)
    history.pay(3)
    history.rotate("treasury", TREASURY)
    history.rotate("supervisor", SUPERVISOR)
    history.idle(9)
    history.remove("bank-one")
    history.idle(1)
    history.pay(2)
    history.rotate("debt-office", DEBT_OFFICE)
    history.idle(6)
    history.pay()
    return history
