"""Blocks of sync: decoded, verified, applied to a real chain, or refused by name."""

import msgspec

from node.executor import RootMismatch
from node.sync.blocks import BlockRefused
from node.wire.framing import FRAME_SIZE_BYTES_MAX
from node.wire.hashing import certificate_digest, header_digest, tx_root
from node.wire.peer_messages import BadMessage, DecidedBlock, SyncReply, decode_message
from node.wire.peer_messages import encode_message as encode
from node.wire.signature_cache import SignatureCache
from node.wire.verify import Verifier
from tests.fuzz.target import Act, Form, require
from tests.node.support.chains import certify, decide, decided_block, scope_of, transfer
from tests.node.support.executor_world import World
from tokens.results import Code
from tokens.transaction import decode_transaction


class BlockTarget:
    """DecidedBlock in node/wire, Verifier.verify_decided, Executor.apply_decided.

    A repaired block is one that a quorum has signed whatever it says: more liars than the protocol
    survives. It may be applied, or end the node by RootMismatch, and nothing else.
    """

    form = Form.MSGPACK
    input_bytes_max = FRAME_SIZE_BYTES_MAX
    inputs_per_life = 16
    must_see = frozenset(
        {"BadMessage", "no block", "applied", "RootMismatch", "BlockRefused not the next height"}
        | {"BlockRefused wrong_digest", "BlockRefused wrong_tx_root", "BlockRefused bad_signature"}
        | {"BlockRefused a body is not that of its wire id"}
    )

    def __init__(self) -> None:
        self._first = World().chain
        self.reset()

    def reset(self, life: int = 0) -> None:
        """A chain of one block."""
        self._world = World()
        decide(self._world.chain, transfer(1))

    def close(self) -> None:
        """All is in memory."""

    def seeds(self) -> tuple[bytes, ...]:
        """The second block, empty, small and large; the first one; three at once."""
        chain = self._world.chain
        first = decided_block(self._first, transfer(1))
        empty, small = decided_block(chain), decided_block(chain, transfer(2), transfer(3))
        large = decided_block(chain, *(transfer(number) for number in range(2, 300)))
        sizes = ((empty,), (small,), (large,), (first,), (first, small, small))
        return tuple(encode(SyncReply(blocks=blocks)) for blocks in sizes)

    def repair(self, data: bytes) -> bytes:
        """With ids, roots, digests and a certificate that fit."""
        try:
            message = decode_message(data)
        except BadMessage:
            return data
        if not isinstance(message, SyncReply) or not message.blocks:
            return data
        return encode(SyncReply(blocks=tuple(map(self._certified, message.blocks))))

    def _certified(self, block: DecidedBlock) -> DecidedBlock:
        replace = msgspec.structs.replace
        decoded = [decode_transaction(body) for body in block.bodies]
        wire_ids = block.proposal.wire_ids
        if not any(isinstance(each, Code) for each in decoded):
            wire_ids = tuple(each.wire_id for each in decoded if not isinstance(each, Code))
        header = replace(
            block.proposal.header,
            tx_root=tx_root(wire_ids),
            parent_certificate=certificate_digest(block.proposal.parent_certificate),
        )
        proposal = replace(block.proposal, header=header, wire_ids=wire_ids)
        certificate = certify(
            self._world.chain, header.height, header_digest(header), block.certificate.root
        )
        return DecidedBlock(proposal=proposal, certificate=certificate, bodies=block.bodies)

    def parse(self, data: bytes) -> str | Act:
        """Decode; check the signatures of each block anew."""
        try:
            message = decode_message(data)
        except BadMessage:
            return "BadMessage"
        if not isinstance(message, SyncReply) or not message.blocks:
            return "no block"
        verifier = Verifier(
            scope=scope_of(self._world.chain),
            validators=self._world.chain.validators_at,
            cache=SignatureCache(entries_max=1),
        )
        for block in message.blocks:
            verifier.verify_decided(block)
        return lambda: self._apply(message.blocks[0])

    def _apply(self, block: DecidedBlock) -> str:
        tip = self._world.chain.tip
        try:
            self._world.apply_decided(block)
        except BlockRefused as error:
            require(self._world.chain.tip == tip, "a refused block was written")
            return f"BlockRefused {error}"
        except RootMismatch:
            return "RootMismatch"
        require(self._world.chain.tip.height == tip.height + 1, "an applied block is not the tip")
        require(self._world.executor.decided(tip.height + 1) == block, "another block is stored")
        self.reset()
        return "applied"
