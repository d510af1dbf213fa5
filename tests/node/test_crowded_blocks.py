"""What waits because blocks are full is not censored, whatever it is that fills them (R6, R9)."""

from pathlib import Path

from consensus.actions import ReportKind
from node.devnet.cast import BANK_1_ACCOUNT, BANK_2_ACCOUNT, MONEY
from node.devnet.profile import VALIDATORS
from tests.node.support.chains import small_genesis, transfer
from tests.node.support.network import Network
from tests.node.support.virtual_loop import now, run_virtually
from tokens.ops.transfer import Transfer
from tokens.transaction import DecodedTransaction

BLOCK_BYTES = 2**17
SLOWER_S = 0.02
"""Each way: the backlog takes longer than the patience of R9, as on a loaded machine."""


def batch(number: int) -> DecodedTransaction:
    """A hundred payments in one: 28 of these fill a block of 128 KiB, and none of 5,000."""
    payment = Transfer(
        asset=MONEY,
        source=BANK_1_ACCOUNT.address,
        target=BANK_2_ACCOUNT.address,
        amount=1,
        end_to_end_ref="",
    )
    return transfer(number, valid_until=190, operations=(payment,) * 100)


def test_honest_primaries_keep_their_view_while_blocks_are_full_of_bytes(tmp_path: Path) -> None:
    async def main() -> None:
        genesis = small_genesis(block_bytes_max=BLOCK_BYTES, window_blocks=200)
        async with Network(tmp_path, genesis=genesis) as network:
            network.later = lambda _, __, ___: SLOWER_S
            network.start()
            nodes = list(network.nodes.values())
            sent = [batch(number) for number in range(800)]
            assert await network.submit(VALIDATORS[1], *sent) == ["OK"] * len(sent)
            while any(len(node.pool) for node in nodes):
                await network.reach(network.height() + 1)
                for node in nodes:
                    node.gossip.resend(
                        now().mono_ms,
                        node.driver.replica.timeout_ms,
                        node.chain.includable,
                        is_crowded=not node.executor.newest_had_room,
                    )
            assert [node.said(ReportKind.ENTERED_VIEW) for node in nodes] == [[]] * 4
            network.check()

    run_virtually(main)
