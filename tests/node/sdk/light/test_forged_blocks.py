"""Forged blocks and certificates: too few, doubled, of strangers, for something else."""

import msgspec
import pytest

from consensus.quorum import quorum
from consensus.types import CommitCertificate, ValidatorSet
from node.sdk.light.block import LightBlock, verify_block
from node.sdk.light.client import LightClient
from node.sdk.light.faults import Fault, Unproven
from node.signing import Signer, dev_seed
from node.wire.hashing import (
    Kind,
)
from tests.node.sdk.light.forge import FIVE, Forge, refused
from tests.node.sdk.light.history import History
from tests.node.sdk.light.nodes import Forger
from tests.node.sdk.light.test_follow import anchor_at


async def test_the_forge_makes_blocks_that_only_their_signers_make_false(
    history: History, forge: Forge
) -> None:
    """Else the refusals below would prove nothing: with a quorum of the set all is accepted."""
    forger = Forger(history.chain)
    forger.blocks[FIVE] = forge.block(forge.header(FIVE, timestamp_ms=1), forge.members(FIVE))
    for start in (FIVE - 1, 0):
        light = LightClient(forger, anchor_at(history, start))
        assert (await light.block(FIVE)).header.timestamp_ms == 1


@pytest.mark.parametrize(
    ("signers", "fault"),
    [
        ((), Fault.BAD_CERTIFICATE),
        ((0,), Fault.BAD_CERTIFICATE),
        ((0, 1, 2), Fault.BAD_CERTIFICATE),
        ((0, 1, 2, 2), Fault.BAD_CERTIFICATE),
        ((0, 0, 0, 0), Fault.BAD_CERTIFICATE),
        ((1, 0, 2, 3), Fault.BAD_CERTIFICATE),
        ((3, 2, 1, 0), Fault.BAD_CERTIFICATE),
        ((0, 1, 2, 3, 4, 4), Fault.BAD_CERTIFICATE),
    ],
)
async def test_below_quorum_doubles_and_disorder(
    history: History, forge: Forge, signers: tuple[int, ...], fault: Fault
) -> None:
    block = forge.block(forge.header(FIVE), forge.members(FIVE), signers=signers)
    assert await refused(history, block) is fault


@pytest.mark.parametrize("signers", [(0, 1, 2, 3), (1, 2, 3, 4), (0, 1, 2, 3, 4), (0, 2, 3, 4)])
async def test_any_quorum_will_do(history: History, forge: Forge, signers: tuple[int, ...]) -> None:
    forger = Forger(history.chain)
    forger.blocks[FIVE] = forge.block(
        forge.header(FIVE), forge.members(FIVE), signers=signers, view=3
    )
    light = LightClient(forger, anchor_at(history, FIVE - 1))
    assert len((await light.block(FIVE)).signers) == len(signers)


@pytest.mark.parametrize(
    "signed",
    [
        {"height": FIVE + 1},
        {"height": FIVE - 1},
        {"view": 1},
        {"digest": b"d" * 32},
        {"extra": b"e" * 32},
    ],
)
async def test_signatures_for_something_else(
    history: History, forge: Forge, signed: dict[str, int | bytes]
) -> None:
    block = forge.block(forge.header(FIVE), forge.members(FIVE), signed=signed)
    assert await refused(history, block) is Fault.BAD_SIGNATURE


async def test_a_certificate_for_another_height_under_this_header(
    history: History, forge: Forge
) -> None:
    """Its signatures are valid for what it says itself, which is not what the header says."""
    block = forge.block(forge.header(FIVE), forge.members(FIVE), signed={"height": FIVE + 1})
    higher = msgspec.structs.replace(block.certificate, height=FIVE + 1)
    lie = LightBlock(header=block.header, certificate=higher)
    assert await refused(history, lie) is Fault.WRONG_HEIGHT


def test_one_block_is_judged_for_one_height(forge: Forge) -> None:
    block = forge.block(forge.header(FIVE), forge.members(FIVE))
    assert verify_block(forge.scope, forge.members(FIVE), FIVE, block).header.height == FIVE
    for height in (FIVE - 1, FIVE + 1, 0):
        with pytest.raises(Unproven) as caught:
            verify_block(forge.scope, forge.members(FIVE), height, block)
        assert caught.value.fault is Fault.WRONG_HEIGHT
        as_told = msgspec.structs.replace(block.certificate, height=height)
        lie = LightBlock(header=block.header, certificate=as_told)
        with pytest.raises(Unproven) as caught:
            verify_block(forge.scope, forge.members(FIVE), height, lie)
        assert caught.value.fault is Fault.WRONG_HEIGHT


@pytest.mark.parametrize("kind", [Kind.PRE_PREPARE, Kind.PREPARE, Kind.VIEW_CHANGE])
async def test_signatures_of_another_kind(history: History, forge: Forge, kind: Kind) -> None:
    block = forge.block(forge.header(FIVE), forge.members(FIVE), kind=kind)
    assert await refused(history, block) is Fault.BAD_SIGNATURE


@pytest.mark.parametrize("changes", [{"chain_id": "mohur-dev-2"}, {"genesis_digest": bytes(32)}])
async def test_signatures_of_another_network(
    history: History, forge: Forge, changes: dict[str, object]
) -> None:
    scope = msgspec.structs.replace(forge.scope, **changes)
    block = forge.block(forge.header(FIVE), forge.members(FIVE), scope=scope)
    assert await refused(history, block) is Fault.BAD_SIGNATURE
    if "chain_id" in changes:
        block = forge.block(
            forge.header(FIVE, chain_id="mohur-dev-2"), forge.members(FIVE), scope=scope
        )
        assert await refused(history, block) is Fault.WRONG_CHAIN


async def test_strangers_with_the_names_of_members(history: History, forge: Forge) -> None:
    """Own keys under true names: the node's word for a key is compared, not used."""
    strangers = []
    for member in forge.members(FIVE):
        signer = Signer.from_seed(dev_seed(f"stranger-{member.id}"))
        history.keys[signer.public_key] = signer
        strangers.append(msgspec.structs.replace(member, public_key=signer.public_key))
    block = forge.block(forge.header(FIVE), ValidatorSet(tuple(strangers)))
    assert await refused(history, block) is Fault.NOT_A_VALIDATOR
    true_keys = msgspec.structs.replace(
        block.certificate,
        signatures=tuple(
            msgspec.structs.replace(entry, public_key=member.public_key)
            for entry, member in zip(
                block.certificate.signatures, forge.members(FIVE), strict=False
            )
        ),
    )
    told = LightBlock(header=block.header, certificate=true_keys)
    assert await refused(history, told) is Fault.BAD_SIGNATURE


async def test_a_signature_under_the_name_of_another_member(history: History, forge: Forge) -> None:
    block = forge.block(forge.header(FIVE), forge.members(FIVE))
    first, second, *rest = block.certificate.signatures
    swapped = (
        msgspec.structs.replace(first, signature=second.signature),
        msgspec.structs.replace(second, signature=first.signature),
        *rest,
    )
    lie = LightBlock(
        header=block.header,
        certificate=msgspec.structs.replace(block.certificate, signatures=swapped),
    )
    assert await refused(history, lie) is Fault.BAD_SIGNATURE


async def test_roots_that_were_not_signed(history: History, forge: Forge) -> None:
    block = forge.block(forge.header(FIVE), forge.members(FIVE))
    for name in ("state_root", "receipts_root", "root"):
        certificate = msgspec.structs.replace(block.certificate, **{name: b"x" * 32})
        lie = LightBlock(header=block.header, certificate=certificate)
        assert await refused(history, lie) is Fault.WRONG_ROOT


async def test_a_true_block_at_another_height(history: History) -> None:
    forger = Forger(history.chain)
    forger.blocks[FIVE] = await forger.truth.block(FIVE - 1)
    light = LightClient(forger, anchor_at(history, FIVE - 1))
    with pytest.raises(Unproven) as caught:
        await light.block(FIVE)
    assert caught.value.fault is Fault.WRONG_HEIGHT


async def test_the_next_block_follows_the_trusted_one(history: History, forge: Forge) -> None:
    """Even a quorum cannot put another parent under a client: it would be a fork."""
    block = forge.block(forge.header(FIVE, parent=b"p" * 32), forge.members(FIVE))
    assert await refused(history, block) is Fault.WRONG_BLOCK


def test_the_certificates_of_the_chain_are_canonical(history: History) -> None:
    """The forge above and the chain make the same thing."""
    block = history.chain.blocks.block(FIVE)
    assert block is not None
    assert isinstance(block.certificate, CommitCertificate)
    assert len(block.certificate.signatures) == quorum(5) == 4
