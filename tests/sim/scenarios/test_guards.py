"""Sign guards that are old, missing, damaged, or at two places at once (R12), on whole nodes."""

from collections.abc import Callable

import pytest

from consensus.messages import Commit, Prepare, PrePrepare, ViewChange
from consensus.signed import Content, content_of, order_of, signed_part
from node.storage.durable import Disk
from node.storage.sign_guard import SignGuard
from node.wire.peer_messages import PeerMessage
from tests.sim.disk import no_effect
from tests.sim.node import SimNode
from tests.sim.places import GUARDS
from tests.sim.scenarios.stage import Stage, play


def lose(node: SimNode) -> None:
    """The file is gone."""
    disk = node.disk
    disk.effect = no_effect
    disk.remove(node.guard_path)
    disk.sync_folder(GUARDS)


def flip(node: SimNode) -> None:
    """A bit has changed."""
    assert node.disk.flip(node.guard_path)


@pytest.mark.parametrize("harm", [lose, flip])
def test_a_guard_that_is_gone_observes_and_votes_again_above_m_plus_two(
    harm: Callable[[SimNode], None],
) -> None:
    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(5)
        node.die("for its guard")
        harm(node)
        stage.world.votes.forgetful[node.name] = "its guard"
        node.start()
        assert stage.observers() == ["v03"]
        before = stage.world.chain.height
        await stage.reach(before + 1)
        assert stage.observers() == ["v03"]
        await stage.reach(before + 5)
        await stage.until(lambda: not stage.observers())
        stage.node(2).die("so that its vote is needed")
        await stage.reach(before + 7, 0, 1, 3)

    play(story)


def test_a_guard_of_a_height_before_is_no_reason_to_observe() -> None:
    """It synced blocks without voting; its guard is older in height, not in number."""

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(3)
        stage.network.spoil("lossy", [(other, "v03") for other in ("v00", "v01", "v02")])
        await stage.reach(6, 0, 1, 2)
        stage.network.mend("lossy", [(other, "v03") for other in ("v00", "v01", "v02")])
        await stage.reach(6)
        node.die("with an older guard")
        node.start()
        await stage.until(lambda: not stage.observers())

    play(story)


def test_an_old_copy_of_the_guard_observes() -> None:
    """Behind the number in the newest batch of the store."""

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(3)
        backup = node.disk.copy()
        await stage.reach(6)
        node.die("for its backup")
        node.disk.restore(backup)
        stage.world.votes.excused[node.name] = "restored"
        node.start()
        assert "stale" in node.shell.driver.replica.describe(node.now()).sentence
        await stage.reach(12)
        await stage.until(lambda: not stage.observers())

    play(story)


def test_a_store_that_is_gone_is_fetched_again_beside_its_guard() -> None:
    """The guard is ahead of the store: it catches up, then votes, and is never an observer."""

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(8)
        node.die("for its store")
        node.image.damaged = True
        stage.world.votes.forgetful[node.name] = "its store"
        node.start()
        assert node.height == 0
        await stage.reach(9)
        await stage.until(lambda: not stage.observers())
        stage.node(2).die("so that its vote is needed")
        await stage.reach(11, 0, 1, 3)

    play(story)


def test_two_machines_with_one_key_do_not_both_vote() -> None:
    """A disk was copied to another machine, which takes the place of the first one later.

    What the first one signed meanwhile is shown by the others (R12): the second observes.
    """
    said: dict[tuple[int, int, int], dict[Content, None]] = {}

    def hear(message: PeerMessage) -> None:
        if isinstance(message, PrePrepare | Prepare | Commit | ViewChange):
            part = signed_part(message)
            if part.sender == "v03":
                said.setdefault(order_of(part), {})[content_of(part)] = None

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        stage.network.watch = hear
        await stage.reach(3)
        node.die("copied")
        copied, image = node.disk.copy(), node.image.copy()
        node.start()
        await stage.until(lambda: not stage.observers())
        await stage.reach(6)
        assert max(said) > (5, 0, 0)
        node.die("its twin takes over")
        node.disk.restore(copied)
        node.image = image
        stage.world.votes.excused[node.name] = "a twin"
        first = len(said)
        node.start()
        await stage.until(lambda: node.height == 6)
        assert stage.observers() == ["v03"]
        await stage.reach(8)
        assert len(said) == first
        await stage.reach(14)
        assert len(said) > first
        assert all(len(contents) == 1 for contents in said.values())

    play(story)


def test_a_guard_refuses_a_disk_without_its_key() -> None:
    """Another node's folder."""

    async def story(stage: Stage) -> None:
        await stage.reach(2)
        one, other = stage.node(2), stage.node(3)
        disk: Disk = one.disk
        found = SignGuard.open(GUARDS, other.key.public_key, disk)
        assert found.state.value == "foreign"

    play(story)
