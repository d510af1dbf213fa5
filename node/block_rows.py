"""A block as consensus proposes it, as the ledger takes it, and as its row in the store has it."""

from consensus.types import CommitCertificate, Proposal, ValidatorSet
from node.storage.blocks import BlockRow
from tokens.block import Block, BlockResult
from tokens.transaction import DecodedTransaction


def row_of(proposal: Proposal, certificate: CommitCertificate, result: BlockResult) -> BlockRow:
    """What is stored of a block beside its bodies."""
    return BlockRow(
        header=proposal.header,
        digest=certificate.digest,
        certificate=certificate,
        parent_certificate=proposal.parent_certificate,
        state_root=result.state_root,
        receipts_root=result.receipts_root,
        wire_ids=proposal.wire_ids,
        tx_ids=tuple(receipt.tx_id for receipt in result.receipts),
    )


def proposal_of(row: BlockRow) -> Proposal:
    """The block as it was proposed."""
    return Proposal(
        header=row.header, wire_ids=row.wire_ids, parent_certificate=row.parent_certificate
    )


def block_of(
    proposal: Proposal,
    transactions: tuple[DecodedTransaction, ...],
    previous_validators: ValidatorSet,
) -> Block:
    """The block as the ledger takes it; who signed its parent is told by the names of its set."""
    certificate, members = proposal.parent_certificate, previous_validators.members
    signatures = () if certificate is None else certificate.signatures
    return Block(
        height=proposal.header.height,
        transactions=transactions,
        parent=proposal.header.parent,
        signers=tuple(members[entry.index].id for entry in signatures),
    )
