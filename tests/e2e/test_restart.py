"""kill -9, stops and restarts of real processes: nothing is lost, nobody votes twice."""

import pytest

from node.devnet.profile import VALIDATORS
from node.devnet.story import faults
from node.devnet.story.stage import Stage
from node.sdk.ledger_client import submit_and_wait
from tests.e2e.support import expect_kept, expect_whole, pay, payment

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.mark.parametrize("victim", VALIDATORS)
async def test_a_killed_node_rejoins_with_the_same_root(stage: Stage, victim: str) -> None:
    network = stage.network
    receipts = await pay(stage, 3)
    network.kill(victim)
    receipts |= await pay(stage, 5)
    network.start(victim)
    await network.wait_ready(stage.probe, victim)
    receipts |= await pay(stage, 2)
    await expect_whole(stage)
    await expect_kept(stage, receipts)


async def test_a_killed_node_votes_again(stage: Stage) -> None:
    """With one killed and back, another one may go: three of four decide, the first among them."""
    network = stage.network
    first, second = network.names[0], network.names[1]
    network.kill(first)
    receipts = await pay(stage, 2)
    network.start(first)
    await network.wait_ready(stage.probe, first)
    await expect_whole(stage)
    network.kill(second)
    receipts |= await pay(stage, 2)
    network.start(second)
    await network.wait_ready(stage.probe, second)
    await expect_whole(stage)
    await expect_kept(stage, receipts)


async def test_the_primary_killed_under_load_loses_nothing(stage: Stage) -> None:
    assert "caught up" in await faults.primary_killed(stage)
    await expect_whole(stage)


async def test_without_a_quorum_a_node_says_whom_it_waits_for(stage: Stage) -> None:
    found = await faults.two_stopped(stage)
    assert "waiting for" in found
    await expect_whole(stage)


async def test_the_whole_network_killed_at_once_goes_on(stage: Stage) -> None:
    network = stage.network
    receipts = await pay(stage, 5)
    network.kill(*network.names)
    network.start(*network.names)
    await network.wait_ready(stage.probe, seconds=60)
    receipts |= await pay(stage, 3)
    await expect_whole(stage)
    await expect_kept(stage, receipts)


async def test_a_node_that_was_stopped_for_a_while_catches_up(stage: Stage) -> None:
    network = stage.network
    name = network.names[2]
    network.children[name].pause()
    receipts = await pay(stage, 5)
    network.children[name].resume()
    await expect_whole(stage)
    await expect_kept(stage, receipts)


async def test_the_same_bytes_to_all_nodes_enter_once(stage: Stage) -> None:
    made = payment(stage)
    receipts = [await submit_and_wait(client, made) for client in await stage.clients()]
    assert len({(receipt.height, receipt.index) for receipt in receipts}) == 1
    assert len(receipts) == len(stage.network.names)
