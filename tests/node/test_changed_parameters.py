"""Parameters that the core goes by: none may take effect at the restart of a node."""

from pathlib import Path

from consensus.actions import ReportKind
from node.devnet.cast import CENTRAL_BANK, TREASURY
from node.devnet.profile import VALIDATORS
from tests.node.support.chains import small_genesis, transfer
from tests.node.support.governance import Governance
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually
from tokens.ops.governance import SetParameter
from tokens.parameters import PARAMETER_OF
from tokens.results import Code

FIRST = VALIDATORS[0]
PARTIES = (TREASURY, CENTRAL_BANK)


async def change(network: Network, name: str, value: int) -> Code:
    operation = SetParameter(name=name, value=value, effective_on=None)
    _, code = await Governance(network, FIRST).agree(operation, parties=PARTIES, needed=2)
    return code


def test_a_change_of_the_largest_block_holds_for_nodes_that_were_not_restarted(
    tmp_path: Path,
) -> None:
    """Those took the old limit for a rule, and refused the blocks of primaries that were."""

    async def main() -> None:
        genesis = small_genesis(block_transactions_max=4)
        async with Network(tmp_path, genesis=genesis) as network:
            network.start()
            assert await change(network, "block_transactions_max", 40) is Code.OK
            await network.reach(network.nodes[FIRST].height)
            primary = network.nodes[FIRST].driver.replica.primary
            # Two at once: the others have no quorum, and no view changes meanwhile.
            restarted = (primary, next(name for name in VALIDATORS if name != primary))
            for name in restarted:
                network.stop(name)
            network.start(*restarted)
            height = network.height()
            sent = [transfer(number, valid_until=height + 50) for number in range(40)]
            assert await network.submit(primary, *sent) == ["OK"] * 40
            node = network.nodes[FIRST]
            await network.until(lambda: node.has_decided([each.tx_id for each in sent]))
            await network.reach(node.height)
            sizes = [
                len(row.wire_ids)
                for at in range(height + 1, node.height + 1)
                if (row := node.chain.blocks.row(at)) is not None
            ]
            assert max(sizes) > 4
            said = [each.said(ReportKind.PROPOSAL_REFUSED) for each in network.nodes.values()]
            assert said == [[]] * 4
            network.check()

    run_virtually(main)


def test_nobody_changes_how_long_a_primary_stays(tmp_path: Path) -> None:
    """Nodes that were restarted since went by the new number: two primaries, none with a quorum."""
    assert PARAMETER_OF["rotation_heights"].fixed

    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start()
            assert await change(network, "rotation_heights", 1) is Code.BAD_PARAMETER
            await network.reach(network.nodes[FIRST].height)
            restarted = VALIDATORS[2:]
            for name in restarted:
                network.stop(name)
            network.start(*restarted)
            for number in range(3):
                height = network.height()
                await network.submit(FIRST, transfer(number, valid_until=height + 50))
                await network.reach(height + 1, within_s=300)
            network.check()

    run_virtually(main)
