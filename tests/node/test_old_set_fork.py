"""A fork signed by the keys of an old set is refused by all who know the change (R5, R13).

The history has real governance: three of the four keys of genesis, a quorum then, were rotated out.
Whoever knows nothing but genesis cannot tell a fork of its first heights from the truth, as
docs/light-client.md says; who has followed the chain past the change can.
"""

import pytest

from consensus.messages import Status
from consensus.types import CommitCertificate, CommitSignature, Verified
from node.identity import dev_keys
from node.signing import Signer
from node.sync.blocks import BlockRefused
from node.wire.hashing import Kind, signing_bytes
from node.wire.peer_messages import DecidedBlock
from node.wire.verify import Rejected, Verifier
from tests.node.sdk.light.history import History, eventful
from tests.node.support.chains import propose, scope_of
from tests.node.support.executor_world import World

OLD = ("debt-office", "supervisor", "treasury")
"""Rotated in this history; their keys of genesis are known to the forger."""


@pytest.fixture(scope="module")
def history() -> History:
    return eventful()


def forged(history: History, signers: dict[int, Signer]) -> DecidedBlock:
    """The next block with Commits of these keys, at these indexes of the set."""
    chain = history.chain
    digest, proposal = propose(chain)
    root = chain.execute(proposal, ()).result.root
    data = signing_bytes(
        Kind.COMMIT,
        scope_of(chain),
        height=proposal.header.height,
        view=0,
        digest=digest,
        extra=root,
    )
    certificate = CommitCertificate(
        height=proposal.header.height,
        view=0,
        digest=digest,
        root=root,
        signatures=tuple(
            CommitSignature(index=index, signature=signer.sign(data))
            for index, signer in sorted(signers.items())
        ),
    )
    return DecidedBlock(proposal=proposal, certificate=certificate, bodies=())


def signers_of(history: History, *, old: bool) -> dict[int, Signer]:
    """A quorum by index: the keys of genesis, or those of today."""
    members = history.chain.tip.validators
    return {
        index: dev_keys(member.id).signer if old else history.keys[member.public_key]
        for index, member in enumerate(members)
        if member.id in OLD
    }


def test_the_old_keys_were_a_quorum_and_are_out(history: History) -> None:
    assert len(history.chain.genesis.validators) == len(history.chain.tip.validators) == 4
    now = [member.public_key for member in history.chain.tip.validators]
    assert all(dev_keys(name).signer.public_key not in now for name in OLD)


def followed(history: History) -> World:
    """A node that synced the whole chain from genesis."""
    world = World()
    for height in range(1, history.height + 1):
        block = history.chain.decided_at(height)
        assert block is not None
        world.apply_decided(block)
    assert world.chain.tip.state_root == history.chain.tip.state_root
    return world


def test_a_node_that_syncs_from_genesis_follows_the_sets_and_refuses_the_fork(
    history: History,
) -> None:
    world = followed(history)
    with pytest.raises(BlockRefused, match="signature"):
        world.apply_decided(forged(history, signers_of(history, old=True)))
    assert world.chain.tip.height == history.height
    true = forged(history, signers_of(history, old=False))
    assert world.apply_decided(true).height == history.height + 1


def test_a_status_of_the_fork_tells_a_full_node_nothing(history: History) -> None:
    verifier = Verifier(scope=scope_of(history.chain), validators=history.chain.validators_expected)
    for old, wanted in ((True, Rejected), (False, Verified)):
        block = forged(history, signers_of(history, old=old))
        status = Status(
            height=history.height + 2,
            view=0,
            phase="idle",
            tip_digest=block.certificate.digest,
            tip_certificate=block.certificate,
            peers_seen=(),
            lost_primary=False,
            seen=None,
        )
        assert isinstance(verifier.verify_status(status), wanted)
