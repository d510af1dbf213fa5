"""Seven validators of which two lie, each in its own way: the join takes at most twice as long."""

import itertools
from pathlib import Path

import msgspec
import pytest

from node.devnet.profile import VALIDATORS
from node.identity import dev_keys
from node.wire.snapshot_messages import SnapshotOffer, SnapshotPart
from tests.node.support.chains import small_genesis
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually
from tests.node.sync.joining import FIRST, INTERVAL, blocks
from tests.node.sync.test_snapshot_join import Liar
from tokens.genesis import Genesis
from tokens.records.governance import Validator

MORE = ("v-five", "v-six", "v-seven")
JOINER = MORE[2]
NAMES = (*VALIDATORS, *MORE)
RETAIN = {name: 12 for name in NAMES if name != FIRST}
PAIRS = (
    ("wrong chunk", "silent"),
    ("wrong manifest", "wrong headers"),
    ("forged certificate", "wrong chunk"),
    ("silent", "silent"),
    ("gone", "wrong references"),
)


def seven() -> Genesis:
    """Three operators run two each."""
    genesis = small_genesis(rotation_heights=1)
    more = [
        Validator(
            id=name,
            public_key=dev_keys(name).signer.public_key,
            network_key=dev_keys(name).network_key,
            operator=member.operator,
        )
        for name, member in zip(MORE, genesis.validators, strict=False)
    ]
    members = sorted([*genesis.validators, *more], key=lambda member: member.id)
    return msgspec.structs.replace(genesis, validators=tuple(members))


async def join_ms(network: Network) -> int:
    """Virtual milliseconds from the start of the joiner until it stands on the snapshot."""
    began_ms = network.now_ms()
    network.replaced.clear()
    network.start(JOINER)
    await network.until(lambda: bool(network.replaced))
    took_ms = network.now_ms() - began_ms
    network.stop(JOINER)
    network.empty(JOINER)
    return took_ms


def lying(network: Network, pair: tuple[str, str]) -> list[Liar]:
    """The two of them lie, wherever they are first asked for what they lie about."""
    liars = [Liar(name) for name in pair if name != "silent"]
    quiet = [name for name in pair if name == "silent"]
    silent: dict[str, None] = {}

    def lose(own: str, to: str, sent: object) -> bool:
        if to != JOINER or not isinstance(sent, SnapshotPart | SnapshotOffer):
            return False
        if own not in silent and len(silent) < len(quiet) and isinstance(sent, SnapshotPart):
            silent[own] = None
        return own in silent

    network.lose = lose

    def rewrite(own: str, to: str, sent: object) -> object:
        for liar in liars:
            others = [each.who for each in liars if each is not liar]
            if own not in others and own not in silent:
                sent = liar(own, to, sent)  # type: ignore[arg-type]
        return sent

    network.rewrite = rewrite  # type: ignore[assignment]
    return liars


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_two_of_seven_lie(tmp_path: Path, pair: tuple[str, str]) -> None:
    async def main() -> None:
        async with Network(
            tmp_path,
            genesis=seven(),
            names=NAMES,
            snapshot_interval=INTERVAL,
            retain_blocks=RETAIN,
        ) as network:
            network.start(*(name for name in NAMES if name != JOINER))
            await blocks(network, 22)
            network.later = lambda _, __, sent: 0.02 if isinstance(sent, SnapshotPart) else 0.0
            honest = await join_ms(network)
            liars = lying(network, pair)
            took = await join_ms(network)
            assert took <= 2 * honest
            named = [liar.who for liar in liars]
            assert all(named)
            assert len(set(named)) == len(named)
            said = network.sync_reports[JOINER]
            for who in named:
                assert any(f"{who} is not asked again" in line for line in said), said
            network.lose = lambda _, __, ___: False
            network.rewrite = lambda _, __, sent: sent
            network.start(JOINER)
            await network.until(lambda: JOINER in network.nodes and is_level(network))
            network.check()

    run_virtually(main)


def is_level(network: Network) -> bool:
    """The joiner has what the others have, and votes."""
    joiner = network.nodes[JOINER]
    return joiner.height >= network.nodes[FIRST].height and joiner.driver.replica.is_voting


def test_all_pairs_are_two_of_the_lies() -> None:
    names = set(itertools.chain(*PAIRS))
    assert "silent" in names
    assert len(names) == 7
