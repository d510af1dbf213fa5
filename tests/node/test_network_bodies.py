"""Bodies that got lost, pools that are full: a proposal needs its bodies, not anybody's pool."""

from pathlib import Path

import pytest

from node.devnet.profile import VALIDATORS
from node.mempool import PoolLimits
from node.wire.peer_messages import BodyReply, BodyRequest, PeerMessage, TxBatch
from tests.node.support.chains import transfer
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually
from tokens.transaction import DecodedTransaction

SMALL = PoolLimits(transactions_max=3, spare_transactions_max=100, window=100)


def payments(first: int, count: int) -> list[DecodedTransaction]:
    return [transfer(number, valid_until=90) for number in range(first, first + count)]


def tx_ids(sent: list[DecodedTransaction]) -> list[bytes]:
    return [each.tx_id for each in sent]


def test_bodies_that_were_not_disseminated_are_fetched(tmp_path: Path) -> None:
    async def main() -> None:
        async with Network(tmp_path) as network:
            asked: list[str] = []

            def lose(sender: str, _: str, message: PeerMessage) -> bool:
                if isinstance(message, BodyRequest):
                    asked.append(sender)
                return isinstance(message, TxBatch)

            network.lose = lose
            network.start()
            await network.reach(1)
            primary = network.nodes[VALIDATORS[0]].driver.replica.primary
            sent = payments(0, 40)
            await network.submit(primary, *sent)
            await network.until(
                lambda: all(n.has_decided(tx_ids(sent)) for n in network.nodes.values())
            )
            assert set(asked) == set(VALIDATORS) - {primary}
            assert all(node.driver.replica.view == 0 for node in network.nodes.values())
            network.check()

    run_virtually(main)


def test_a_peer_that_does_not_answer_is_passed_over(tmp_path: Path) -> None:
    """The primary has the bodies and gives them to one backup only; the others ask around."""

    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start()
            await network.reach(1)
            primary = network.nodes[VALIDATORS[0]].driver.replica.primary
            helper = next(name for name in VALIDATORS if name != primary)

            def lose(sender: str, receiver: str, message: PeerMessage) -> bool:
                if sender != primary or receiver == helper:
                    return False
                return isinstance(message, TxBatch | BodyReply)

            network.lose = lose
            sent = payments(0, 5)
            await network.submit(primary, *sent)
            await network.until(
                lambda: all(n.has_decided(tx_ids(sent)) for n in network.nodes.values())
            )
            network.check()

    run_virtually(main)


def test_full_pools_do_not_refuse_a_block(tmp_path: Path) -> None:
    """What the pool of a backup has no room for, it keeps beside it while a block needs it."""

    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start(pool=SMALL)
            await network.reach(1)
            primary = network.nodes[VALIDATORS[0]].driver.replica.primary
            backups = [name for name in VALIDATORS if name != primary]
            network.stop(primary)
            network.start(primary)
            await network.until(lambda: network.nodes[primary].driver.replica.is_voting)
            # The backups' pools are full of what the primary never hears of.
            network.lose = lambda sender, _, message: (
                sender in backups and isinstance(message, TxBatch)
            )
            for at, name in enumerate(backups):
                await network.submit(name, *payments(100 * (at + 1), 3))
            sent = payments(0, 20)
            await network.submit(primary, *sent)
            await network.until(
                lambda: all(n.has_decided(tx_ids(sent)) for n in network.nodes.values())
            )
            network.check()

    run_virtually(main)


@pytest.mark.parametrize("seed", range(4))
def test_links_that_lose_a_third_of_everything(tmp_path: Path, seed: int) -> None:
    async def main() -> None:
        count = [seed]

        def lose(*_: object) -> bool:
            count[0] = (count[0] * 1_103_515_245 + 12_345) % 2**31
            return count[0] % 3 == 0

        async with Network(tmp_path) as network:
            network.lose = lose
            network.start()
            sent = payments(0, 30)
            for at in range(10):
                await network.submit(VALIDATORS[at % 4], *sent[3 * at : 3 * at + 3])
            await network.until(
                lambda: all(n.has_decided(tx_ids(sent)) for n in network.nodes.values()),
                within_s=600,
            )
            network.lose = lambda *_: False
            await network.reach(network.height() + 2)
            network.check()

    run_virtually(main)
