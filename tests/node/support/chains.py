"""A chain with the development genesis, signed transfers, and blocks that are decided at will."""

import hashlib

import msgspec

from consensus.quorum import quorum
from consensus.types import CommitCertificate, CommitSignature, Header, Proposal, Tip
from node.chain import Chain
from node.devnet.cast import BANK_1, BANK_1_ACCOUNT, BANK_2, BANK_2_ACCOUNT, MONEY, Party
from node.devnet.profile import dev_genesis
from node.identity import dev_keys
from node.storage.kv import KeyValueStore
from node.storage.memory import MemoryStore
from node.wire.hashing import (
    Kind,
    SigningScope,
    certificate_digest,
    header_digest,
    signing_bytes,
    tx_root,
)
from node.wire.peer_messages import DecidedBlock
from tokens.genesis import Genesis
from tokens.ops.transfer import Transfer
from tokens.records.system import Parameter
from tokens.transaction import (
    DecodedTransaction,
    KeySignature,
    Transaction,
    build,
    transaction_id,
)

BALANCE = 1_000_000_000
"""Minor units of money in each bank's account."""


def small_genesis(**parameters: int) -> Genesis:
    """The development genesis, money in two accounts, few buckets, so that it opens at once."""
    genesis = dev_genesis(
        balances=((BANK_1_ACCOUNT.address, BALANCE), (BANK_2_ACCOUNT.address, BALANCE))
    )
    chosen = {"bucket_depth_bits": 6, "window_blocks": 100} | parameters
    return msgspec.structs.replace(
        genesis,
        parameters=tuple(
            Parameter(name=name, value=value) for name, value in sorted(chosen.items())
        ),
    )


def open_chain(store: KeyValueStore | None = None, **parameters: int) -> Chain:
    """A chain in memory, or on the store given."""
    return Chain.open(MemoryStore() if store is None else store, small_genesis(**parameters))


def transfer(
    number: int,
    *,
    amount: int = 1,
    valid_until: int = 50,
    party: Party = BANK_1,
    memo: str = "",
    forged: bool = False,
    chain_id: str | None = None,
    operations: tuple[msgspec.Struct, ...] | None = None,
) -> DecodedTransaction:
    """Bank 1 pays bank 2 (or back, if `party` is bank 2). `number` makes it another one."""
    source, target = BANK_1_ACCOUNT.address, BANK_2_ACCOUNT.address
    if party is BANK_2:
        source, target = target, source
    payment = Transfer(asset=MONEY, source=source, target=target, amount=amount, end_to_end_ref="")
    inner = Transaction(
        version=1,
        chain_id=chain_id or "mohur-dev-1",
        sender=party.address,
        client_ref=number.to_bytes(16, "big"),
        valid_until=valid_until,
        operations=operations or (payment,),
        memo=memo,
    )
    message = bytes(32) if forged else transaction_id(inner)
    return build(
        inner,
        tuple(
            KeySignature(key=signer.public_key, signature=signer.sign(message))
            for signer in party.signers
        ),
    )


def propose(chain: Chain, *transactions: DecodedTransaction) -> tuple[bytes, Proposal]:
    """(digest, block) on the tip, as a primary would build it."""
    tip = chain.tip
    wire_ids = tuple(each.wire_id for each in transactions)
    header = Header(
        version=tip.protocol_version,
        chain_id=chain.chain_id,
        height=tip.height + 1,
        parent=tip.digest,
        parent_state_root=tip.state_root,
        timestamp_ms=tip.timestamp_ms + 1,
        proposer=tip.validators.ids()[0],
        origin_view=0,
        failed=(),
        tx_root=tx_root(wire_ids),
        parent_certificate=certificate_digest(tip.certificate),
        validators_hash=tip.validators_hash,
        next_validators_hash=tip.next_validators_hash,
    )
    proposal = Proposal(header=header, wire_ids=wire_ids, parent_certificate=tip.certificate)
    return header_digest(header), proposal


def scope_of(chain: Chain) -> SigningScope:
    """What goes under every signature of the network."""
    return SigningScope(chain_id=chain.chain_id, genesis_digest=chain.genesis_digest)


def certify(
    chain: Chain, height: int, digest: bytes, root: bytes, signers: int | None = None
) -> CommitCertificate:
    """Commits of a quorum, with the keys that everybody knows."""
    data = signing_bytes(
        Kind.COMMIT, scope_of(chain), height=height, view=0, digest=digest, extra=root
    )
    members = chain.tip.validators.members
    count = quorum(len(members)) if signers is None else signers
    return CommitCertificate(
        height=height,
        view=0,
        digest=digest,
        root=root,
        signatures=tuple(
            CommitSignature(index=index, signature=dev_keys(member.id).signer.sign(data))
            for index, member in enumerate(members[:count])
        ),
    )


def decided_block(chain: Chain, *transactions: DecodedTransaction) -> DecidedBlock:
    """The next block with a quorum behind it; the chain is not changed."""
    digest, proposal = propose(chain, *transactions)
    done = chain.execute(proposal, transactions)
    certificate = certify(chain, proposal.header.height, digest, done.result.root)
    return DecidedBlock(
        proposal=proposal,
        certificate=certificate,
        bodies=tuple(each.data for each in transactions),
    )


def decide(chain: Chain, *transactions: DecodedTransaction, guard_sequence: int = 0) -> Tip:
    """Write the next block."""
    block = decided_block(chain, *transactions)
    done = chain.execute(block.proposal, transactions)
    return chain.write(block.proposal, block.certificate, done, guard_sequence)


def numbered(text: str) -> bytes:
    """32 bytes that a text stands for."""
    return hashlib.sha256(text.encode()).digest()
