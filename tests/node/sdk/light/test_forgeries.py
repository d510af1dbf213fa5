"""Forged blocks, certificates and sets: by strangers, by too few, by those who have left."""

import msgspec
import pytest

from consensus.quorum import quorum
from consensus.types import CommitCertificate, Header, Validator, ValidatorSet
from node.devnet.cast import BANK_1_ACCOUNT, MONEY
from node.sdk.errors import RpcFailed
from node.sdk.light.block import LightBlock
from node.sdk.light.client import LightClient
from node.sdk.light.faults import Fault, Unproven
from node.sdk.light.source import RpcSource
from node.sdk.schema.common import Certificate, CommitSignature
from node.signing import Signer, dev_seed
from node.wire.hashing import (
    Kind,
    SigningScope,
    header_digest,
    signing_bytes,
    validators_hash,
)
from tests.node.sdk.light.history import History
from tests.node.sdk.light.nodes import Calls, Forger
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
        signed: dict[str, object] | None = None,
        kind: Kind = Kind.COMMIT,
        scope: SigningScope | None = None,
    ) -> LightBlock:
        """Signed by those members; `signed` are parts of the signed bytes that differ."""
        digest = header_digest(header)
        receipts_root = b"r" * 32
        root = tagged_hash(b"mohur/root/v1", state_root, receipts_root)
        parts: dict[str, object] = {
            "height": header.height,
            "view": view,
            "digest": digest,
            "extra": root,
        }
        data = signing_bytes(kind, scope or self.scope, **(parts | (signed or {})))  # type: ignore[arg-type]
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


@pytest.fixture
def forge(history: History) -> Forge:
    return Forge(history)


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
    history: History, forge: Forge, signed: dict[str, object]
) -> None:
    block = forge.block(forge.header(FIVE), forge.members(FIVE), signed=signed)
    assert await refused(history, block) is Fault.BAD_SIGNATURE


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


# --- sets -----------------------------------------------------------------------------------------


def changes_of(history: History) -> list[int]:
    """Heights whose set is not the one before."""
    sets = [history.chain.validators_at(height) for height in range(1, history.height + 2)]
    return [at + 1 for at in range(1, len(sets)) if sets[at] != sets[at - 1]]


async def test_another_set_for_a_signed_hash(history: History, forge: Forge) -> None:
    change = changes_of(history)[0]
    old, new = forge.members(change - 1), forge.members(change)
    one = new.members[0]
    lies = [
        old.members,
        new.members[1:],
        (*new.members, msgspec.structs.replace(one, id="zz")),
        (one, *new.members),
        (msgspec.structs.replace(one, public_key=b"k" * 32), *new.members[1:]),
        (msgspec.structs.replace(one, network_key=b"k" * 32), *new.members[1:]),
        (msgspec.structs.replace(one, operator=b"o" * 16), *new.members[1:]),
        (msgspec.structs.replace(one, id="a"), *new.members[1:]),
        (),
        tuple(msgspec.structs.replace(one, id=f"v{n}") for n in range(40)),
    ]
    for lie in lies:
        forger = Forger(history.chain)
        forger.sets[change] = lie
        light = LightClient(forger, anchor_at(history, 1))
        with pytest.raises(Unproven) as caught:
            await light.sync()
        assert caught.value.fault is Fault.WRONG_VALIDATORS
        assert light.anchor.height < change
        forger.sets.clear()
        assert await light.sync() == anchor_at(history, history.height)


async def test_a_set_may_come_in_any_order(history: History, forge: Forge) -> None:
    forger = Forger(history.chain)
    for change in changes_of(history):
        forger.sets[change] = tuple(reversed(forge.members(change).members))
    light = LightClient(forger, anchor_at(history, 0))
    assert await light.sync() == anchor_at(history, history.height)


async def test_no_set_is_taken_from_a_block_that_nobody_signed(
    history: History, forge: Forge
) -> None:
    """A block far ahead names a set of strangers, and they sign: it is never even looked at."""
    strangers = ValidatorSet(
        tuple(
            msgspec.structs.replace(
                member, public_key=Signer.from_seed(dev_seed(f"own-{member.id}")).public_key
            )
            for member in forge.members(1)
        )
    )
    for member in strangers:
        history.keys[member.public_key] = Signer.from_seed(dev_seed(f"own-{member.id}"))
    own = validators_hash(strangers.members)
    forger = Forger(history.chain)
    for height in range(2, history.height + 1):
        header = forge.header(height, validators_hash=own, next_validators_hash=own)
        forger.blocks[height] = forge.block(header, strangers)
        forger.sets[height + 1] = strangers.members
    for start in (1, 5):
        light = LightClient(forger, anchor_at(history, start))
        with pytest.raises(Unproven) as caught:
            await light.sync()
        assert caught.value.fault is Fault.WRONG_VALIDATORS
        assert light.anchor == anchor_at(history, start)


async def test_less_than_a_quorum_of_an_old_set_cannot_be_skipped_to(
    history: History, forge: Forge
) -> None:
    """All that f faulty members of a set could sign, at a height where the set is another one."""
    old = forge.members(1)
    own = validators_hash(old.members)
    header = forge.header(history.height, validators_hash=own, next_validators_hash=own)
    for signers in ((0,), (0, 1), (2, 3)):
        block = forge.block(header, old, signers=signers)
        assert await refused(history, block, start=0) is Fault.BAD_CERTIFICATE


async def test_a_fork_by_all_keys_of_an_old_set(history: History, forge: Forge) -> None:
    """Refused by who has passed the change; who has not is deceived, and a witness tells."""
    change = changes_of(history)[0]
    old = forge.members(change - 1)
    own = validators_hash(old.members)
    forger = Forger(history.chain)
    parent = history.header(change).parent
    for height in range(change, history.height + 1):
        header = forge.header(height, parent=parent, validators_hash=own, next_validators_hash=own)
        forger.blocks[height] = forge.block(header, old, signers=(0, 1, 2, 3))
        forger.sets[height + 1] = old.members
        parent = header_digest(header)
    for start in range(change, history.height):
        light = LightClient(forger, anchor_at(history, start))
        for height in (start + 1, history.height):
            with pytest.raises(Unproven) as caught:
                await light.block(height)
            assert caught.value.fault is Fault.WRONG_VALIDATORS
        with pytest.raises(Unproven) as caught:
            await light.block(change)
        assert caught.value.fault in (Fault.WRONG_BLOCK, Fault.WRONG_VALIDATORS)
        assert light.anchor == anchor_at(history, start)
    # At the announcing block too: its own header has the hash of the next set.
    light = LightClient(forger, anchor_at(history, change - 1))
    with pytest.raises(Unproven):
        await light.sync()
    # An older anchor trusts exactly those keys: the limit that docs/light-client.md states.
    deceived = LightClient(forger, anchor_at(history, 1))
    await deceived.sync()
    with pytest.raises(Unproven) as caught:
        await deceived.compare(RpcSource(Calls(history.chain)))
    assert caught.value.fault is Fault.WITNESS_DIFFERS


async def test_history_below_an_anchor_is_out_of_reach_of_old_keys(
    history: History, forge: Forge
) -> None:
    old = forge.members(3)
    for start in (4, 12, history.height):
        forger = Forger(history.chain)
        header = forge.header(3, timestamp_ms=1)
        forger.blocks[3] = forge.block(header, old, signers=(0, 1, 2, 3))
        light = LightClient(forger, anchor_at(history, start))
        with pytest.raises(Unproven) as caught:
            await light.block(3)
        assert caught.value.fault is Fault.WRONG_BLOCK
        # The true header, and a state root that the next header does not repeat.
        forger.blocks[3] = forge.block(forge.header(3), old, signers=(0, 1, 2, 3))
        with pytest.raises(Unproven) as caught:
            await light.block(3)
        assert caught.value.fault is Fault.WRONG_ROOT


async def test_headers_that_are_missing_or_of_other_heights(history: History) -> None:
    for lie in (
        lambda rows: rows[1:],
        lambda rows: rows[:-1],
        lambda rows: [],
        lambda rows: [*rows, rows[-1]],
        lambda rows: list(reversed(rows)),
        lambda rows: [rows[0]] * len(rows),
    ):
        calls = Calls(
            history.chain,
            lambda method, result, lie=lie: lie(result) if method == "chain_getBlocks" else result,  # type: ignore[misc]
        )
        light = LightClient(RpcSource(calls), anchor_at(history, 20))
        with pytest.raises(Unproven) as caught:
            await light.block(5)
        assert caught.value.fault in (Fault.WRONG_HEIGHT, Fault.WRONG_BLOCK)


# --- what cannot be proven, and what a witness is for ---------------------------------------------


async def test_a_node_that_shows_old_state(history: History) -> None:
    """The state of an old block is true, but not what was asked for."""
    shorter = History()
    shorter.pay()
    light = LightClient(RpcSource(Calls(shorter.chain)), anchor_at(history, 4))
    with pytest.raises(Unproven) as caught:
        await light.balance(MONEY, BANK_1_ACCOUNT.address)
    assert caught.value.fault is Fault.STALE
    light = LightClient(RpcSource(Calls(history.chain)), anchor_at(history, 4))
    with pytest.raises(Unproven) as caught:
        await light.balance(MONEY, BANK_1_ACCOUNT.address, min_height=history.height + 1)
    assert caught.value.fault is Fault.STALE
    assert light.anchor.height == 4
    assert (await light.balance(MONEY, BANK_1_ACCOUNT.address)).height == history.height


async def test_a_network_without_blocks_has_proven_nothing() -> None:
    young = History()
    light = LightClient(RpcSource(Calls(young.chain)), anchor_at(young, 0))
    with pytest.raises(Unproven) as caught:
        await light.balance(MONEY, BANK_1_ACCOUNT.address)
    assert caught.value.fault is Fault.NO_CERTIFICATE
    assert (await light.sync()).height == 0
    await light.compare(RpcSource(Calls(young.chain)))


async def test_a_witness_that_agrees_or_is_behind(history: History) -> None:
    light = LightClient(RpcSource(Calls(history.chain)), anchor_at(history, 0))
    await light.sync()
    await light.compare(RpcSource(Calls(history.chain)))
    behind = History()
    behind.idle(3)
    with pytest.raises(RpcFailed):
        await light.compare(RpcSource(Calls(behind.chain)))


def test_the_certificates_of_the_chain_are_canonical(history: History) -> None:
    """The forge above and the chain make the same thing."""
    block = history.chain.blocks.block(FIVE)
    assert block is not None
    assert isinstance(block.certificate, CommitCertificate)
    assert len(block.certificate.signatures) == quorum(5) == 4
