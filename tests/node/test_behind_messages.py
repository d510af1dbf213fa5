"""A node that misses some blocks hears of it from the first message that it cannot place (R9)."""

from pathlib import Path

from consensus.messages import Status
from node.devnet.profile import VALIDATORS
from node.wire.peer_messages import PeerMessage
from tests.node.support.chains import transfer
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually

FIRST, SECOND, THIRD, FOURTH = VALIDATORS
SOON_MS = 100
"""A Status comes each second anyway."""


class Cut:
    """Loses all that goes to one node while it is on; knows when Statuses went by."""

    def __init__(self, network: Network, name: str) -> None:
        self.is_on = False
        self._network = network
        self._name = name
        self.status_ms: dict[str, int] = {}
        network.lose = self._lose

    def _lose(self, sender: str, receiver: str, message: PeerMessage) -> bool:
        if isinstance(message, Status) and receiver == self._name:
            self.status_ms[sender] = self._network.now_ms()
        return self.is_on and receiver == self._name

    def statuses_went_by(self) -> bool:
        """All others have just sent theirs: the next ones come in about a second."""
        now_ms = self._network.now_ms()
        return len(self.status_ms) == 3 and all(
            now_ms - sent_ms < SOON_MS for sent_ms in self.status_ms.values()
        )


async def decide(network: Network, number: int) -> None:
    """One block, on the node that is asked."""
    node = network.nodes[FIRST]
    height = node.height
    await network.submit(FIRST, transfer(number, valid_until=height + 50))
    await network.until(lambda: node.height > height)


def test_a_node_that_missed_three_blocks_does_not_wait_for_the_next_status(tmp_path: Path) -> None:
    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start()
            cut = Cut(network, FOURTH)
            await decide(network, 1)
            await network.reach(1)
            cut.is_on = True
            for number in range(2, 5):
                await decide(network, number)
            await network.until(cut.statuses_went_by)
            cut.is_on = False
            began_ms = network.now_ms()
            await decide(network, 5)
            await network.until(lambda: network.nodes[FOURTH].height >= 5)
            assert network.now_ms() - began_ms < SOON_MS
            network.check()

    run_virtually(main)
