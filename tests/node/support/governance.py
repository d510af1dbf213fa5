"""Changes of the validator set in a network of shells: proposed, approved, in force two later."""

import datetime as dt
from collections.abc import Sequence

import msgspec

from node.devnet.cast import CENTRAL_BANK, DEBT_OFFICE, SUPERVISOR, TREASURY, Party
from node.devnet.profile import BUSINESS_DATE
from node.identity import dev_keys
from node.signing import Signer
from tests.node.support.chains import transfer
from tests.node.support.network import Network
from tests.node.support.set_changes import entry_proof
from tokens.codec import encode
from tokens.entry import EntryProof
from tokens.ops.proposals import Approve, Propose, operations_digest, proposal_id
from tokens.ops.validators import AddValidator, RotateValidatorKeys
from tokens.records.governance import Validator
from tokens.results import Code, Receipt
from tokens.transaction import DecodedTransaction

OPERATORS = (TREASURY, SUPERVISOR, DEBT_OFFICE, CENTRAL_BANK)
"""Of the four validators of genesis."""


class Governance:
    """Acts for the operators, through one node."""

    def __init__(self, network: Network, through: str) -> None:
        self._network = network
        self._through = through
        self._number = 1_000_000

    async def run(self, party: Party, operation: msgspec.Struct) -> tuple[int, Receipt]:
        """One operation; the height of its block and its receipt, on the node that was asked."""
        self._number += 1
        node = self._network.nodes[self._through]
        made = transfer(
            self._number, party=party, operations=(operation,), valid_until=node.height + 90
        )
        answers = await self._network.submit(self._through, made)
        assert answers == ["OK"], answers
        await self._network.until(lambda: node.has_decided([made.tx_id]))
        return self._receipt(made)

    def _receipt(self, made: DecodedTransaction) -> tuple[int, Receipt]:
        chain = self._network.nodes[self._through].chain
        place = chain.blocks.place(made.tx_id)
        assert place is not None
        block = chain.blocks.block(place.height)
        assert block is not None
        receipt = block.receipts[place.index]
        assert Code(receipt.code) is Code.OK, (made.signed.transaction.operations, receipt)
        return place.height, receipt

    async def agree(
        self, *operations: msgspec.Struct, parties: Sequence[Party] = OPERATORS, needed: int = 3
    ) -> tuple[int, Code]:
        """(height of the last approval, outcome) of a proposal."""
        data = tuple(encode(operation) for operation in operations)
        proposal = Propose(
            operations=data, approvers=(), expires_on=BUSINESS_DATE + dt.timedelta(days=30)
        )
        height, receipt = await self.run(parties[0], proposal)
        approval = Approve(
            proposal_id=proposal_id(receipt.tx_id, 0), operations_digest=operations_digest(data)
        )
        for party in parties[1:needed]:
            height, receipt = await self.run(party, approval)
        closed = receipt.events[-1]
        return height, Code(getattr(closed, "code", Code.NEEDS_APPROVAL))

    def add(self, name: str, operator: Party, replaces: str | None = None) -> AddValidator:
        """With the development keys of that name."""
        keys = dev_keys(name)
        new = Validator(
            id=name,
            public_key=keys.signer.public_key,
            network_key=keys.network_key,
            operator=operator.address,
        )
        return AddValidator(validator=new, proof=self.entry(name, keys.signer), replaces=replaces)

    def rotate(self, name: str, signer: Signer) -> RotateValidatorKeys:
        """Another consensus key, the same TLS key."""
        return RotateValidatorKeys(
            id=name,
            public_key=signer.public_key,
            network_key=dev_keys(name).network_key,
            proof=self.entry(name, signer),
        )

    def entry(self, name: str, signer: Signer) -> EntryProof:
        """The word of a new key on the block before the newest."""
        return entry_proof(self._network.nodes[self._through].chain, name, signer)
