"""A validator that signs nonsense: whatever it sends, no node ends and the others go on."""

import random
from pathlib import Path

import msgspec
import pytest

from consensus.messages import Commit, Prepare, PrePrepare, ViewChange
from node.devnet.profile import VALIDATORS
from node.identity import dev_keys
from node.wire.hashing import certificate_digest, header_digest, tx_root
from node.wire.peer_messages import (
    BadMessage,
    BodyReply,
    PeerMessage,
    SyncReply,
    TxBatch,
    decode_message,
    encode_message,
)
from node.wire.verify import signing_bytes_of, with_signature
from tests.node.support.chains import scope_of, transfer
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually

FIRST, SECOND, THIRD, LIAR = VALIDATORS
NUMBERS = (0, 1, 2, 3, 5, 100, 2**31, 2**62 - 1, 2**62, 2**63, -1)
MESSAGES = 400
"""Mutated messages for each seed."""


def altered(value: object, chance: random.Random) -> object:
    """Another value of about the same shape: of a number, bytes, text, a list or a struct."""
    match value:
        case bool():
            return not value
        case int():
            return chance.choice((*NUMBERS, value + 1, max(value - 1, 0)))
        case bytes():
            return chance.choice((bytes(len(value)), b"", chance.randbytes(len(value)), value * 2))
        case str():
            return chance.choice(("", "treasury", "nobody", value + "x", "a" * 40))
        case tuple():
            return tuple(_list(list(value), chance))
        case msgspec.Struct():
            return _struct(value, chance)
        case _:
            return chance.choice((None, 0, b"\x01" * 32))


def _list(items: list[object], chance: random.Random) -> list[object]:
    action = chance.randrange(4)
    if items and action == 0:
        items.pop(chance.randrange(len(items)))
    elif items and action == 1:
        items.append(chance.choice(items))
    elif items and action == 2:
        at = chance.randrange(len(items))
        items[at] = altered(items[at], chance)
    else:
        chance.shuffle(items)
    return items


def _struct(value: msgspec.Struct, chance: random.Random) -> msgspec.Struct:
    name = chance.choice(value.__struct_fields__)
    return msgspec.structs.replace(value, **{name: altered(getattr(value, name), chance)})


def consistent(message: PrePrepare) -> PrePrepare:
    """Hashes that fit again, so that what was altered is looked at and not its digest."""
    proposal = message.proposal
    header = msgspec.structs.replace(
        proposal.header,
        tx_root=tx_root(proposal.wire_ids),
        parent_certificate=certificate_digest(proposal.parent_certificate),
    )
    proposal = msgspec.structs.replace(proposal, header=header)
    return msgspec.structs.replace(message, proposal=proposal, digest=header_digest(header))


def forge(network: Network, message: PeerMessage, chance: random.Random) -> PeerMessage | None:
    """One or more fields altered, hashes mended at times, signed by the liar; None if no frame."""
    for _ in range(chance.randint(1, 3)):
        message = _struct(message, chance)  # type: ignore[assignment]
    try:
        if isinstance(message, PrePrepare) and chance.random() < 0.7:
            message = consistent(message)
        if isinstance(message, PrePrepare | Prepare | Commit | ViewChange):
            scope = scope_of(network.nodes[FIRST].chain)
            signer = dev_keys(LIAR).signer
            message = with_signature(message, signer.sign(signing_bytes_of(message, scope)))
        return decode_message(encode_message(message))
    except (BadMessage, ValueError, OverflowError, TypeError, AttributeError, msgspec.EncodeError):
        return None


async def recorded(network: Network) -> list[PeerMessage]:
    """What the liar said while it was still honest, views above 0 included."""
    said: list[PeerMessage] = []

    def listen(sender: str, _: str, message: PeerMessage) -> bool:
        if sender == LIAR:
            said.append(message)
        return False

    network.lose = listen
    network.start()
    for number in range(6):
        await network.submit(LIAR, transfer(number, valid_until=90))
        await network.reach(number + 1)
    primary = next(n for n in VALIDATORS if n == network.nodes[LIAR].driver.replica.primary)
    if primary != LIAR:
        network.stop(primary)
        await network.submit(LIAR, transfer(50, valid_until=90))
        await network.reach(network.height() + 2)
        network.start(primary)
    return said


@pytest.mark.parametrize("seed", range(6))
def test_signed_nonsense_ends_no_node_and_stops_no_block(tmp_path: Path, seed: int) -> None:
    async def main() -> None:
        chance = random.Random(seed)
        async with Network(tmp_path) as network:
            said = await recorded(network)
            kinds = {type(message) for message in said}
            assert {Prepare, Commit, ViewChange} <= kinds
            network.stop(LIAR)
            taken = 0
            for at in range(MESSAGES):
                message = forge(network, chance.choice(said), chance)
                if message is None:
                    continue
                taken += 1
                for name in (FIRST, SECOND, THIRD):
                    network.nodes[name].inbound.on_message(LIAR, message)
                if at % 100 == 0:
                    await network.submit(FIRST, transfer(1_000 + at, valid_until=90))
                    await network.reach(network.height() + 1)
            assert taken > MESSAGES // 4
            height = network.height()
            await network.submit(SECOND, transfer(5_000, valid_until=90))
            await network.reach(height + 2)
            assert all(node.halts == [] for node in network.nodes.values())
            roots = {node.chain.blocks.row(height) for node in network.nodes.values()}
            assert len({None if row is None else row.state_root for row in roots}) == 1

    run_virtually(main)


def test_messages_at_the_current_height_of_every_node(tmp_path: Path) -> None:
    """As above, with heights and views moved to where they are looked at, not dropped."""

    async def main() -> None:
        chance = random.Random(77)
        async with Network(tmp_path) as network:
            said = [
                m for m in await recorded(network) if hasattr(m, "height") or hasattr(m, "head")
            ]
            network.stop(LIAR)
            target = network.nodes[FIRST]
            for _ in range(2 * MESSAGES):
                message = chance.choice(said)
                height = target.height + chance.choice((1, 1, 1, 2))
                view = chance.choice((0, 0, 1, 2, 7, 2**62))
                if isinstance(message, ViewChange):
                    head = msgspec.structs.replace(message.head, height=height, view=view)
                    message = msgspec.structs.replace(message, head=head)
                elif isinstance(message, PrePrepare):
                    header = msgspec.structs.replace(message.proposal.header, height=height)
                    proposal = msgspec.structs.replace(message.proposal, header=header)
                    message = msgspec.structs.replace(
                        message, height=height, view=view, proposal=proposal
                    )
                elif isinstance(message, Prepare | Commit):
                    message = msgspec.structs.replace(message, height=height, view=view)
                forged = forge(network, message, chance)
                if forged is not None:
                    target.inbound.on_message(LIAR, forged)
            await network.submit(FIRST, transfer(5_000, valid_until=90))
            await network.reach(network.height() + 2)

    run_virtually(main)


def test_floods_of_unasked_replies_change_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start()
            await network.submit(FIRST, transfer(1))
            await network.reach(2)
            node = network.nodes[SECOND]
            block = node.chain.decided_at(1)
            assert block is not None
            bodies = tuple(transfer(n, valid_until=900).data for n in range(20))
            for _ in range(50):
                node.inbound.on_message(LIAR, SyncReply(blocks=(block,)))
                node.inbound.on_message(LIAR, BodyReply(bodies=bodies))
                node.inbound.on_message(LIAR, TxBatch(bodies=bodies))
            assert len(node.pool) == 0
            assert len(node.pool._spare) == 0
            await network.submit(SECOND, transfer(2))
            await network.reach(network.height() + 1)
            network.check()

    run_virtually(main)
