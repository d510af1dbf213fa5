"""Forged sets, forks by those who have left, old answers, and what a witness is for."""

from collections.abc import Callable
from typing import cast

import msgspec
import pytest

from consensus.types import ValidatorSet
from node.devnet.cast import BANK_1_ACCOUNT, MONEY
from node.sdk.errors import RpcFailed
from node.sdk.light.client import LightClient
from node.sdk.light.faults import Fault, Unproven
from node.sdk.light.source import RpcSource
from node.signing import Signer, dev_seed
from node.wire.hashing import (
    header_digest,
    validators_hash,
)
from tests.node.sdk.light.forge import Forge, refused
from tests.node.sdk.light.history import History
from tests.node.sdk.light.nodes import Calls, Forger
from tests.node.sdk.light.test_follow import anchor_at
from tokens.jsonform import Json

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


@pytest.mark.parametrize(
    "lie",
    [
        lambda rows: rows[1:],
        lambda rows: rows[:-1],
        lambda rows: [],
        lambda rows: [*rows, rows[-1]],
        lambda rows: list(reversed(rows)),
        lambda rows: [rows[0]] * len(rows),
    ],
)
async def test_headers_that_are_missing_or_of_other_heights(
    history: History, lie: Callable[[list[Json]], Json]
) -> None:
    def told(method: str, result: Json) -> Json:
        return lie(cast("list[Json]", result)) if method == "chain_getBlocks" else result

    light = LightClient(RpcSource(Calls(history.chain, told)), anchor_at(history, 20))
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
