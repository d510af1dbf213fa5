"""A node follows the set: it begins, changes its key and stops just where the ledger says."""

import shutil
from pathlib import Path

import pytest

from consensus.messages import Commit, Prepare, PrePrepare, ViewChange
from node.devnet.cast import BANK_1, TREASURY
from node.devnet.profile import VALIDATORS
from node.signing import Signer, dev_seed, verify
from node.storage.sign_guard import SignGuard
from node.wire.peer_messages import PeerMessage
from node.wire.verify import signing_bytes_of
from tests.node.support.chains import scope_of, transfer
from tests.node.support.governance import Governance
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually
from tokens.ops.validators import RemoveValidator
from tokens.results import Code

FIRST, SECOND, THIRD, FOURTH = VALIDATORS
NAMES = (*VALIDATORS, "watcher")
NEW_KEY = Signer.from_seed(dev_seed("treasury-consensus-2"))


class Votes:
    """Everything that one node signs: (height, the key that it verifies with)."""

    def __init__(self, network: Network, name: str, *keys: Signer) -> None:
        self._network = network
        self._name = name
        self._keys = [signer.public_key for signer in keys]
        self.heights: dict[bytes, list[int]] = {key: [] for key in self._keys}
        network.lose = self._listen

    def _listen(self, sender: str, _: str, message: PeerMessage) -> bool:
        if sender == self._name and isinstance(message, PrePrepare | Prepare | Commit | ViewChange):
            data = signing_bytes_of(message, scope_of(self._network.nodes[sender].chain))
            place = message.head if isinstance(message, ViewChange) else message
            good = [key for key in self._keys if verify(key, data, place.signature)]
            assert len(good) == 1, (sender, place.height)
            self.heights[good[0]].append(place.height)
        return False


async def pay(network: Network, first: int, blocks: int = 3, through: str = FIRST) -> None:
    """That many blocks, on all nodes."""
    node = network.nodes[through]
    for number in range(first, first + blocks):
        height = node.height + 1
        await network.submit(through, transfer(number, valid_until=height + 50))
        await network.reach(height)


async def level_and_voting(network: Network, name: str) -> None:
    node = network.nodes[name]
    await network.until(
        lambda: node.height >= network.nodes[FIRST].height and node.driver.replica.is_voting
    )


def key_of(name: str) -> Signer:
    return Signer.from_seed(dev_seed(f"{name}-consensus"))


def test_an_observer_votes_from_the_height_at_which_it_is_a_member(tmp_path: Path) -> None:
    async def main() -> None:
        async with Network(tmp_path, names=NAMES) as network:
            votes = Votes(network, "watcher", key_of("watcher"))
            network.start()
            await pay(network, 0)
            governance = Governance(network, FIRST)
            changed, code = await governance.agree(governance.add("watcher", BANK_1))
            assert code is Code.OK
            await pay(network, 10, 6)
            signed = votes.heights[key_of("watcher").public_key]
            assert min(signed) == changed + 2
            assert len(network.nodes[FIRST].chain.tip.validators) == 5
            network.stop(SECOND)
            await pay(network, 20)
            network.start(SECOND)
            await pay(network, 30)
            network.check()

    run_virtually(main)


def test_a_removed_validator_signs_nothing_more_and_goes_on_observing(tmp_path: Path) -> None:
    async def main() -> None:
        async with Network(tmp_path, names=NAMES) as network:
            network.start()
            await pay(network, 0)
            governance = Governance(network, FIRST)
            await governance.agree(governance.add("watcher", BANK_1))
            await pay(network, 10, 4)
            votes = Votes(network, FOURTH, key_of(FOURTH))
            removed, code = await governance.agree(RemoveValidator(id=FOURTH), needed=4)
            assert code is Code.OK
            await pay(network, 20, 6)
            assert max(votes.heights[key_of(FOURTH).public_key]) == removed + 1
            assert not network.nodes[FOURTH].driver.replica.is_voting
            assert network.nodes[FOURTH].height == network.nodes[FIRST].height
            network.check()

    run_virtually(main)


@pytest.mark.parametrize("with_guard", [True, False])
def test_a_rotated_key_signs_from_its_height_on_and_the_old_one_no_more(
    tmp_path: Path, with_guard: bool
) -> None:
    async def main() -> None:
        async with Network(tmp_path, names=VALIDATORS) as network:
            network.start()
            await pay(network, 0)
            if with_guard:
                SignGuard.create(tmp_path / "treasury" / "guard", NEW_KEY.public_key).close()
            network.nodes["treasury"].add_key(NEW_KEY)
            votes = Votes(network, "treasury", key_of("treasury"), NEW_KEY)
            await network.until(lambda: network.nodes["treasury"].driver.replica.is_voting)
            await pay(network, 5)
            governance = Governance(network, FIRST)
            changed, _ = await governance.run(TREASURY, governance.rotate("treasury", NEW_KEY))
            await pay(network, 10, 6)
            old, new = votes.heights.values()
            assert max(old) == changed + 1
            assert min(new) == changed + 2
            network.more_keys["treasury"] = [NEW_KEY]
            network.stop("treasury")
            await pay(network, 20)
            network.start("treasury")
            assert network.nodes["treasury"].restored.guard_stale is None
            await network.until(lambda: network.nodes["treasury"].driver.replica.is_voting)
            before = len(new)
            await pay(network, 30, 6)
            assert len(new) > before
            assert max(old) == changed + 1
            network.check()

    run_virtually(main)


@pytest.mark.parametrize("blocks", range(4))
def test_a_node_that_is_killed_around_its_rotation_signs_with_the_key_of_each_height(
    tmp_path: Path, blocks: int
) -> None:
    """Between the decision and the first height of the new key, and just after."""

    async def main() -> None:
        async with Network(tmp_path, names=VALIDATORS) as network:
            network.start()
            await pay(network, 0)
            SignGuard.create(tmp_path / "treasury" / "guard", NEW_KEY.public_key).close()
            network.nodes["treasury"].add_key(NEW_KEY)
            network.more_keys["treasury"] = [NEW_KEY]
            votes = Votes(network, "treasury", key_of("treasury"), NEW_KEY)
            governance = Governance(network, FIRST)
            changed, _ = await governance.run(TREASURY, governance.rotate("treasury", NEW_KEY))
            await pay(network, 10, blocks)
            network.stop("treasury")
            await pay(network, 20, 1)
            network.start("treasury")
            assert network.nodes["treasury"].restored.guard_stale is None
            await level_and_voting(network, "treasury")
            await pay(network, 30, 6)
            old, new = votes.heights.values()
            assert max(old) <= changed + 1
            assert min(new) >= changed + 2
            assert max(new) > network.nodes[FIRST].height - 3
            network.check()

    run_virtually(main)


def test_a_folder_from_before_the_rotation_votes_nowhere_where_its_key_has_voted(
    tmp_path: Path,
) -> None:
    """Store and guards are restored as they were before: what the key signed since is unknown."""

    async def main() -> None:
        async with Network(tmp_path, names=VALIDATORS, on_disk=True) as network:
            network.start()
            await pay(network, 0)
            SignGuard.create(tmp_path / "treasury" / "guard", NEW_KEY.public_key).close()
            network.more_keys["treasury"] = [NEW_KEY]
            network.stop("treasury")
            shutil.copytree(tmp_path / "treasury", tmp_path / "backup")
            network.start("treasury")
            await network.until(lambda: network.nodes["treasury"].driver.replica.is_voting)
            votes = Votes(network, "treasury", key_of("treasury"), NEW_KEY)
            governance = Governance(network, FIRST)
            changed, _ = await governance.run(TREASURY, governance.rotate("treasury", NEW_KEY))
            await pay(network, 10, 4)
            _, new = votes.heights.values()
            assert min(new) == changed + 2
            highest = max(new)
            network.stop("treasury")
            shutil.rmtree(tmp_path / "treasury")
            shutil.copytree(tmp_path / "backup", tmp_path / "treasury")
            before = len(new)
            network.start("treasury")
            await level_and_voting(network, "treasury")
            await pay(network, 20, 6)
            assert min(new[before:]) > highest
            network.check()

    run_virtually(main)
