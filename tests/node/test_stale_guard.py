"""A missing, old or damaged sign guard makes an observer that says why and comes back (R12)."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from consensus.actions import ReportKind
from consensus.events import MayVote
from consensus.messages import Commit, Prepare, PrePrepare, ViewChange
from node.devnet.profile import VALIDATORS
from node.identity import dev_keys
from node.restart import begin_guard, open_guard
from node.storage.guard_types import GuardState
from node.storage.sign_guard import SignGuard
from node.wire.peer_messages import PeerMessage
from tests.node.support.chains import transfer
from tests.node.support.network import Network
from tests.node.support.virtual_loop import now, run_virtually
from tokens.transaction import DecodedTransaction

FIRST, SECOND, THIRD, LAME = VALIDATORS


def payments(first: int, count: int = 3) -> list[DecodedTransaction]:
    return [transfer(number, valid_until=90) for number in range(first, first + count)]


def guard_file(folder: Path) -> Path:
    key = dev_keys(LAME).signer.public_key
    return folder / LAME / "guard" / f"{key.hex()}.guard"


def remove(folder: Path, _: Path) -> None:
    guard_file(folder).unlink()


def put_old_copy(folder: Path, old: Path) -> None:
    shutil.copy(old, guard_file(folder))


def flip_byte(folder: Path, _: Path) -> None:
    path = guard_file(folder)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def leave_anothers(folder: Path, _: Path) -> None:
    path = guard_file(folder)
    path.rename(path.with_name("00" * 32 + ".guard"))


DAMAGES = pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (remove, "missing"),
        (put_old_copy, "behind_store"),
        (flip_byte, "damaged"),
        (leave_anothers, "foreign_key"),
    ],
)
Damage = Callable[[Path, Path], None]


async def lame_network(network: Network, damage: Damage, tmp_path: Path) -> None:
    """A network whose last node was stopped and had its guard damaged."""
    network.start()
    await network.submit(FIRST, *payments(0))
    await network.reach(2)
    old = tmp_path / "old"
    shutil.copy(guard_file(tmp_path), old)
    await network.submit(SECOND, *payments(10))
    await network.reach(5)
    network.stop(LAME)
    damage(tmp_path, old)
    await network.submit(SECOND, *payments(20))
    await network.reach(network.height() + 2)


def count_votes(network: Network) -> list[tuple[int, str]]:
    """(height, kind) of everything that the lame node signs from now on."""
    votes: list[tuple[int, str]] = []

    def listen(sender: str, _: str, message: PeerMessage) -> bool:
        if sender == LAME and isinstance(message, PrePrepare | Prepare | Commit | ViewChange):
            votes.append((_height(message), type(message).__name__))
        return False

    network.lose = listen
    return votes


def _height(message: PrePrepare | Prepare | Commit | ViewChange) -> int:
    return message.head.height if isinstance(message, ViewChange) else message.height


@DAMAGES
def test_it_observes_says_why_and_votes_again_above_m_plus_two(
    tmp_path: Path, damage: Damage, reason: str
) -> None:
    async def main() -> None:
        async with Network(tmp_path, on_disk=True) as network:
            await lame_network(network, damage, tmp_path)
            highest = max(node.height for node in network.nodes.values())
            votes = count_votes(network)
            network.start(LAME)
            lame = network.nodes[LAME]
            assert lame.restored.guard_stale == reason
            stored = lame.chain.guard_sequence
            assert stored > 0
            await network.until(lambda: lame.driver.replica.is_voting)
            await network.until(lambda: len(votes) > 0)
            assert reason in lame.said(ReportKind.OBSERVING)[0]
            assert min(votes)[0] > highest + 2
            assert lame.desk.guard.state is GuardState.CURRENT
            assert lame.desk.guard.sequence > stored
            # Its vote is needed when one of the others is gone; and a restart finds it sound.
            network.stop(THIRD)
            await network.submit(FIRST, *payments(30))
            await network.reach(network.height() + 2)
            network.stop(LAME)
            network.start(LAME)
            assert network.nodes[LAME].restored.guard_stale is None
            await network.submit(FIRST, *payments(40))
            await network.reach(network.height() + 2)
            network.check()

    run_virtually(main)


@DAMAGES
def test_it_is_stale_again_if_it_restarts_before_it_voted(
    tmp_path: Path, damage: Damage, reason: str
) -> None:
    """The blocks that it synced meanwhile do not make the old guard a current one."""

    async def main() -> None:
        async with Network(tmp_path, on_disk=True) as network:
            await lame_network(network, damage, tmp_path)
            network.start(LAME)
            lame = network.nodes[LAME]
            stored, height = lame.chain.guard_sequence, lame.height
            await network.until(lambda: lame.height > height)
            assert not lame.driver.replica.is_voting
            network.stop(LAME)
            network.start(LAME)
            assert network.nodes[LAME].restored.guard_stale == reason
            assert network.nodes[LAME].chain.guard_sequence == stored

    run_virtually(main)


def test_a_power_cut_between_guard_and_store_makes_no_observer(tmp_path: Path) -> None:
    key = dev_keys(LAME).signer.public_key
    begin_guard(tmp_path, key)
    begin_guard(tmp_path, key)
    assert open_guard(tmp_path / "guard", key).state is GuardState.FRESH


@pytest.mark.parametrize("name", ["store", "store.damaged-1"])
def test_beside_a_store_no_guard_is_made(tmp_path: Path, name: str) -> None:
    key = dev_keys(LAME).signer.public_key
    (tmp_path / name).mkdir()
    begin_guard(tmp_path, key)
    assert open_guard(tmp_path / "guard", key).state is GuardState.MISSING


def test_beside_the_guard_of_another_key_none_is_made(tmp_path: Path) -> None:
    SignGuard.create(tmp_path / "guard", dev_keys(FIRST).signer.public_key).close()
    key = dev_keys(LAME).signer.public_key
    begin_guard(tmp_path, key)
    assert open_guard(tmp_path / "guard", key).state is GuardState.FOREIGN


def test_a_cluster_whose_guards_are_all_lost_stays_silent(tmp_path: Path) -> None:
    """Nobody can prove what it signed: no block is better than two."""

    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start()
            await network.submit(FIRST, *payments(0))
            await network.reach(2)
            for name in VALIDATORS:
                network.stop(name)
                shutil.rmtree(tmp_path / name / "guard")
                (tmp_path / name / "store").mkdir()
            network.start()
            height = network.height()
            with pytest.raises(TimeoutError):
                await network.reach(height + 1, within_s=30)

    run_virtually(main)


def test_after_all_guards_were_lost_the_operators_word_starts_the_chain_again(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        async with Network(tmp_path, on_disk=True) as network:
            network.start()
            await network.submit(FIRST, *payments(0))
            await network.reach(3)
            for name in VALIDATORS:
                network.stop(name)
                for path in (tmp_path / name / "guard").glob("*.guard"):
                    path.unlink()
            network.start()
            height = network.height()
            await network.until(
                lambda: all(node.said(ReportKind.OBSERVING) for node in network.nodes.values())
            )
            assert not any(node.driver.replica.is_voting for node in network.nodes.values())
            for node in network.nodes.values():
                node.driver.post(MayVote(now=now(), from_height=height + 1))
            await network.submit(FIRST, *payments(10))
            await network.reach(height + 2)
            network.check()

    run_virtually(main)
