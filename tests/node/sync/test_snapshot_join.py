"""A node joins late by a snapshot while payments go on, from peers of which f lie."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest

from node.sync.snapshot_server import HELD_MAX
from node.wire.peer_messages import PeerMessage, SyncReply
from node.wire.snapshot_messages import (
    SnapshotGone,
    SnapshotHeaders,
    SnapshotManifest,
    SnapshotName,
    SnapshotOffer,
    SnapshotPart,
    SnapshotQuery,
    SnapshotReferences,
    SnapshotState,
)
from tests.node.support.chains import numbered, small_genesis, transfer
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually
from tests.node.sync.joining import (
    FIRST,
    INTERVAL,
    JOINER,
    LIAR,
    THIRD,
    blocks,
    expect_voting,
    join_s,
    joined,
)

replace = msgspec.structs.replace


def flipped(data: bytes, at: int = 0) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_a_late_joiner_takes_a_snapshot_and_votes(tmp_path: Path) -> None:
    async def play(network: Network) -> None:
        await join_s(network)
        assert network.replaced == [(JOINER, 30)]
        joiner = network.nodes[JOINER].chain
        assert joiner.blocks.floor.blocks == 31
        first = network.nodes[FIRST].chain
        assert joiner.recent_headers() == first.recent_headers()[: joiner.tip.height]
        await expect_voting(network)

    joined(tmp_path, play)


def test_a_node_from_a_snapshot_refuses_what_entered_before_it(tmp_path: Path) -> None:
    async def play(network: Network) -> None:
        await join_s(network)
        again = transfer(5 * 10, valid_until=5 + 90)
        assert network.nodes[FIRST].has_decided([again.tx_id])
        other = transfer(5 * 10, valid_until=100)
        assert await network.submit(JOINER, again) == ["CLIENT_REF_REUSED"]
        assert await network.submit(JOINER, other) == ["CLIENT_REF_REUSED"]

    joined(tmp_path, play)


def test_payments_go_on_while_a_node_joins(tmp_path: Path) -> None:
    async def play(network: Network) -> None:
        network.later = lambda _, to, sent: 0.2 if isinstance(sent, SnapshotPart) else 0.0
        network.start(JOINER)
        running = [network.nodes[name] for name in (FIRST, LIAR, THIRD)]
        number = 1_000

        def above(height: int) -> bool:
            return min(node.height for node in running) > height

        while not network.replaced:
            at = network.nodes[FIRST].height
            await network.submit(FIRST, transfer(number, valid_until=at + 50))
            number += 1
            await network.until(partial(above, at))
        assert network.nodes[FIRST].height >= 40
        assert all(len(node.shell.snapshots.heights) <= HELD_MAX for node in running)
        await expect_voting(network)

    joined(tmp_path, play)


# --- liars ---------------------------------------------------------------------------------------


def wrong_chunk(sent: PeerMessage) -> PeerMessage:
    if not isinstance(sent, SnapshotState):
        return sent
    chunks = list(sent.chunks)
    at = next((at for at, chunk in enumerate(chunks) if chunk), None)
    if at is None:
        chunks[0] = ((bytes([0]) * 32, b"\x01\x90"),)
    else:
        (key, value), *rest = chunks[at]
        chunks[at] = ((key, flipped(value, len(value) - 1)), *rest)
    return replace(sent, chunks=tuple(chunks))


def wrong_manifest(sent: PeerMessage) -> PeerMessage:
    if not isinstance(sent, SnapshotManifest):
        return sent
    return replace(sent, nodes=flipped(sent.nodes))


def forged_certificate(sent: PeerMessage) -> PeerMessage:
    if not isinstance(sent, SnapshotManifest):
        return sent
    signatures = sent.certificate.signatures
    first = replace(signatures[0], signature=flipped(signatures[0].signature))
    forged = replace(sent.certificate, signatures=(first, *signatures[1:]))
    return replace(sent, certificate=forged)


def another_block(sent: PeerMessage) -> PeerMessage:
    if not isinstance(sent, SnapshotOffer):
        return sent
    return replace(sent, snapshots=(SnapshotName(height=1_000, digest=numbered("none")),))


def wrong_headers(sent: PeerMessage) -> PeerMessage:
    if not isinstance(sent, SnapshotHeaders):
        return sent
    changed = replace(sent.headers[0], timestamp_ms=1)
    return replace(sent, headers=(changed, *sent.headers[1:]))


def wrong_references(sent: PeerMessage) -> PeerMessage:
    return replace(sent, lists=(b"\x90",)) if isinstance(sent, SnapshotReferences) else sent


def gone(sent: PeerMessage) -> PeerMessage:
    if not isinstance(sent, SnapshotPart):
        return sent
    if isinstance(sent, SnapshotManifest):
        return SnapshotGone(height=sent.header.height)
    return SnapshotGone(height=sent.height)


LIES: dict[str, Callable[[PeerMessage], PeerMessage]] = {
    "wrong chunk": wrong_chunk,
    "wrong manifest": wrong_manifest,
    "forged certificate": forged_certificate,
    "another block": another_block,
    "wrong headers": wrong_headers,
    "wrong references": wrong_references,
    "gone": gone,
}
UNNOTICED = ("another block",)
"""What only one peer offers is not asked for."""
CAUGHT = {
    "wrong chunk": "has not the hash that is under the root",
    "wrong manifest": "hashes of chunks are not under the state root",
    "forged certificate": "bad_signature",
    "wrong headers": "not the header before block",
    "wrong references": "not under the root",
    "gone": "it does not hold this snapshot",
}


async def honest_s(network: Network) -> float:
    """How long it takes when nobody lies; the joiner is empty again afterwards.

    A part takes 20 ms to come, so that the way of the messages is not all there is.
    """
    network.later = lambda _, __, sent: 0.02 if isinstance(sent, SnapshotPart) else 0.0
    took_s = await join_s(network)
    network.stop(JOINER)
    network.empty(JOINER)
    network.replaced.clear()
    return took_s


class Liar:
    """The first peer that is asked for what the lie is about, and from then on that one only."""

    def __init__(self, name: str) -> None:
        self._lie = LIES[name]
        self.who = ""

    def __call__(self, own: str, _: str, sent: PeerMessage) -> PeerMessage:
        told = self._lie(sent)
        if not self.who and told != sent:
            self.who = own
        return told if own == self.who else sent


@pytest.mark.parametrize("name", LIES)
def test_a_liar_is_named_and_costs_at_most_as_much_again(tmp_path: Path, name: str) -> None:
    async def play(network: Network) -> None:
        honest = await honest_s(network)
        liar = network.rewrite = Liar(name)
        took = await join_s(network)
        assert network.replaced == [(JOINER, 30)]
        assert took <= 2 * honest
        found = [line for line in network.sync_reports[JOINER] if liar.who in line]
        assert name in UNNOTICED or any(CAUGHT[name] in line for line in found), found
        network.rewrite = lambda _, __, sent: sent
        await expect_voting(network)

    joined(tmp_path, play)


@pytest.mark.parametrize("what", [SnapshotPart, SnapshotPart | SnapshotOffer])
def test_a_silent_peer_costs_at_most_as_much_again(tmp_path: Path, what: type) -> None:
    async def play(network: Network) -> None:
        honest = await honest_s(network)
        network.lose = lambda own, _, sent: own == LIAR and isinstance(sent, what)
        took = await join_s(network)
        assert network.replaced == [(JOINER, 30)]
        assert took <= 2 * honest
        network.lose = lambda _, __, ___: False
        await expect_voting(network)

    joined(tmp_path, play)


def test_nobody_can_be_made_to_take_what_only_a_liar_vouches_for(tmp_path: Path) -> None:
    """The others hold no snapshot: one voice of four is not w."""

    async def play(network: Network) -> None:
        network.lose = lambda own, _, sent: (
            own in (FIRST, THIRD) and isinstance(sent, SnapshotOffer | SnapshotPart)
        )
        network.start(JOINER)
        joiner = network.nodes[JOINER]
        await network.until(lambda: joiner.height >= network.nodes[FIRST].height)
        assert network.replaced == []
        assert any("too few validators" in line for line in joiner.sync_reports)
        assert joiner.chain.blocks.floor.blocks > 1

    joined(tmp_path, play)


def test_without_a_snapshot_blocks_are_fetched(tmp_path: Path) -> None:
    async def play(network: Network) -> None:
        network.lose = lambda own, _, sent: isinstance(sent, SnapshotQuery)
        network.start(JOINER)
        joiner = network.nodes[JOINER]
        await network.until(lambda: joiner.height >= network.nodes[FIRST].height)
        assert network.replaced == []
        network.lose = lambda _, __, ___: False
        await expect_voting(network)

    joined(tmp_path, play)


def test_who_keeps_everything_takes_a_snapshot_only_when_nobody_has_its_next_block(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        async with Network(
            tmp_path,
            genesis=small_genesis(rotation_heights=1),
            snapshot_interval=INTERVAL,
            retain_blocks=dict.fromkeys((LIAR, THIRD), 12),
        ) as network:
            network.start(FIRST, LIAR, THIRD)
            await blocks(network, 33)
            network.lose = lambda own, _, sent: own == FIRST and isinstance(sent, SyncReply)
            network.start(JOINER)
            await network.until(lambda: bool(network.replaced))
            assert network.nodes[JOINER].chain.retain_blocks == 0
            await expect_voting(network)

    run_virtually(main)
