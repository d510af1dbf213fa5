"""Makes blocks under any keys, and asks why a client refuses them."""

import msgspec
import pytest

from consensus.quorum import quorum
from consensus.types import Header, Validator, ValidatorSet
from node.sdk.light.block import LightBlock
from node.sdk.light.client import LightClient
from node.sdk.light.faults import Fault, Unproven
from node.sdk.schema.common import Certificate, CommitSignature
from node.signing import Signer
from node.wire.hashing import (
    Kind,
    SigningScope,
    header_digest,
    signing_bytes,
)
from tests.node.sdk.light.history import History
from tests.node.sdk.light.nodes import Forger
from tests.node.sdk.light.test_follow import anchor_at
from tokens.codec import tagged_hash

FIVE = 12
"""A height whose set has five members: quorum 4."""


class Forge:
    """Makes blocks under any keys."""

    def __init__(self, history: History) -> None:
        self.history = history
        chain = history.chain
        self.scope = SigningScope(chain_id=chain.chain_id, genesis_digest=chain.genesis_digest)

    def members(self, height: int) -> ValidatorSet:
        members = self.history.chain.validators_at(height)
        assert members is not None
        return ValidatorSet(
            tuple(
                Validator(
                    id=member.id,
                    public_key=member.public_key,
                    network_key=member.network_key,
                    operator=member.operator,
                )
                for member in members
            )
        )

    def header(self, height: int, **changes: object) -> Header:
        return msgspec.structs.replace(self.history.header(height), **changes)

    def block(
        self,
        header: Header,
        members: ValidatorSet,
        *,
        signers: tuple[int, ...] | None = None,
        state_root: bytes = b"s" * 32,
        view: int = 0,
        signed: dict[str, int | bytes] | None = None,
        kind: Kind = Kind.COMMIT,
        scope: SigningScope | None = None,
    ) -> LightBlock:
        """Signed by those members; `signed` are parts of the signed bytes that differ."""
        digest = header_digest(header)
        receipts_root = b"r" * 32
        root = tagged_hash(b"mohur/root/v1", state_root, receipts_root)
        parts: dict[str, int | bytes] = {
            "height": header.height,
            "view": view,
            "digest": digest,
            "extra": root,
        }
        parts |= signed or {}
        data = signing_bytes(kind, scope or self.scope, **parts)  # type: ignore[arg-type]
        chosen = tuple(range(quorum(len(members)))) if signers is None else signers
        return LightBlock(
            header=header,
            certificate=Certificate(
                height=header.height,
                view=view,
                block_hash=digest,
                root=root,
                state_root=state_root,
                receipts_root=receipts_root,
                signatures=tuple(
                    CommitSignature(
                        validator=members.members[index].id,
                        public_key=members.members[index].public_key,
                        signature=self.key(members.members[index].public_key).sign(data),
                    )
                    for index in chosen
                ),
            ),
        )

    def key(self, public_key: bytes) -> Signer:
        return self.history.keys[public_key]


async def refused(history: History, block: LightBlock, *, start: int | None = None) -> Fault:
    """Why a client that stands just below refuses; it stays where it was and works on."""
    height = block.header.height
    forger = Forger(history.chain)
    forger.blocks[height] = block
    light = LightClient(forger, anchor_at(history, height - 1 if start is None else start))
    before = light.anchor
    with pytest.raises(Unproven) as caught:
        await light.block(height)
    assert light.anchor.height < height
    if start is None:
        assert light.anchor == before
    forger.blocks.clear()
    true = history.chain.blocks.block(height)
    assert true is not None
    assert (await light.block(height)).digest == true.digest
    return caught.value.fault
