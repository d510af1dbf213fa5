"""R13 on real shells: what a set may become while some of its members are away."""

from pathlib import Path

import msgspec

from node.devnet.cast import TREASURY
from tests.campaigns.sets.world import NAMES, genesis, key_of, member
from tests.node.support.chains import transfer
from tests.node.support.governance import Governance
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually
from tests.node.test_validator_sets import pay
from tokens.ops.validators import AddValidator, RemoveValidator
from tokens.results import Code
from tokens.validators import LIVE_BLOCKS_EACH


async def outcome(network: Network, number: int, operation: msgspec.Struct) -> Code:
    """Code of an operation of the treasury, decided by those that run."""
    through = next(iter(network.nodes))
    node = network.nodes[through]
    made = transfer(number, party=TREASURY, operations=(operation,), valid_until=node.height + 90)
    await network.submit(through, made)
    await network.until(lambda: node.has_decided([made.tx_id]))
    place = node.chain.blocks.place(made.tx_id)
    assert place is not None
    block = node.chain.blocks.block(place.height)
    assert block is not None
    return Code(block.receipts[place.index].code)


def test_of_six_with_two_down_no_live_one_may_go(tmp_path: Path) -> None:
    """It would leave 3 of 5, below q = 4. One that is down may go."""

    async def main() -> None:
        names = NAMES[:6]
        async with Network(tmp_path, genesis=genesis(6), names=names) as network:
            network.start()
            await pay(network, 0, 3, through=names[0])
            network.stop(names[4])
            network.stop(names[5])
            await pay(network, 10, 6 * LIVE_BLOCKS_EACH + 2, through=names[0])
            live = RemoveValidator(id=names[0])
            assert await outcome(network, 500, live) is Code.NOT_LIVE_ENOUGH
            assert await outcome(network, 501, RemoveValidator(id=names[5])) is Code.OK
            await pay(network, 600, 4, through=names[0])
            assert len(network.nodes[names[0]].chain.tip.validators) == 5

    run_virtually(main)


def test_four_with_one_down_may_grow_by_one_that_is_there(tmp_path: Path) -> None:
    """The new set has q = 4: the three that are up and the new one."""

    async def main() -> None:
        names = NAMES[:5]
        async with Network(tmp_path, genesis=genesis(4), names=names) as network:
            network.start()
            await pay(network, 0, 3, through=names[0])
            network.stop(names[3])
            await pay(network, 10, 4 * LIVE_BLOCKS_EACH + 2, through=names[0])
            signer = key_of(names[4])
            entry = Governance(network, names[0]).entry(names[4], signer)
            added = AddValidator(validator=member(names[4], signer), proof=entry, replaces=None)
            assert await outcome(network, 500, added) is Code.OK
            await pay(network, 600, 6, through=names[0])
            assert len(network.nodes[names[0]].chain.tip.validators) == 5
            assert network.nodes[names[4]].driver.replica.is_voting

    run_virtually(main)


def test_seven_with_two_suspended_shrink_to_four_and_go_on(tmp_path: Path) -> None:
    """F falls from 2 to 1: of the two that failed as primaries, one is active again."""

    async def main() -> None:
        names = NAMES[:7]
        async with Network(tmp_path, genesis=genesis(7), names=names) as network:
            network.start()
            await pay(network, 0, 2, through=names[6])
            for name in names[:2]:
                network.stop(name)
                await pay(network, 10 + 10 * int(name[1:]), 2, through=names[6])
            network.start(*names[:2])
            await network.until(lambda: network.height() >= network.nodes[names[6]].height)
            for number, name in enumerate(names[2:5]):
                gone = RemoveValidator(id=name)
                assert await outcome(network, 500 + number, gone) is Code.OK
            await pay(network, 600, 6, through=names[6])
            chain = network.nodes[names[6]].chain
            assert chain.tip.validators.ids() == (names[0], names[1], names[5], names[6])
            suspended = [name for header in chain.recent_headers() for name in header.failed]
            assert set(suspended) >= set(names[:2])
            network.check()

    run_virtually(main)
