"""The validator set of real processes changes under payments, and everybody follows.

One story, because each change starts from the set that the one before left: an observer, a fifth
validator, other keys for one, a double vote and its consequence, a removal. Payments never stop.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.devnet.card import address_text
from node.devnet.cast import (
    ALICE,
    BANK_1,
    BANK_2,
    CENTRAL_BANK,
    COIN,
    SUPERVISOR,
    TREASURY,
)
from node.devnet.network import Network
from node.devnet.probe import Probe
from node.devnet.story import money
from node.devnet.story.stage import Stage
from node.devnet.wait import NotYet, until
from node.genesis_file import read_genesis
from node.identity import dev_keys
from node.keystore import list_keys
from node.sdk.ledger_client import get_evidence
from node.sdk.light.anchor import anchor_of
from node.sdk.light.client import LightClient
from node.sdk.light.source import RpcSource
from node.sdk.schema.account import Balance
from node.sdk.schema.common import Page
from node.sdk.schema.node import NodeStatus
from node.sdk.schema.tx import TransactionInfo
from tests.e2e.hostile import HostileValidator
from tests.e2e.set_story import SetStory, operation_of, printed, with_keystore
from tests.e2e.support import CATCH_UP_SECONDS, expect_kept
from tokens.ops.observers import AddObserver
from tokens.ops.validators import RemoveValidator
from tokens.records.governance import Observer

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

JOINER, ARCHIVE = "bank-node", "archive"


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """Four validators; the treasury's keys lie in files."""
    made = Network.open(tmp_path / "net", first_port=28_600)
    try:
        with_keystore(made, "treasury")
        yield made
    finally:
        made.close()


def observer(name: str, operator: bytes) -> AddObserver:
    return AddObserver(
        observer=Observer(id=name, network_key=dev_keys(name).network_key, operator=operator)
    )


async def joins(story: SetStory, capsys: pytest.CaptureFixture[str]) -> None:
    """A fifth node listens first; it votes from the second height after the decision."""
    network, stage = story.network, story.stage
    four = (TREASURY, SUPERVISOR, CENTRAL_BANK)
    await stage.together(four[0], four[1:], observer(JOINER, BANK_1.address))
    network.add(JOINER)
    network.start(JOINER)
    await network.wait_ready(stage.probe, JOINER, seconds=60)
    await story.votes(JOINER, expected=False)
    config, url = str(network.layout.config(JOINER)), network.url(JOINER)
    words = ("join", "--config", config, "--operator", "@bank-1", "--rpc", url)
    begins = await story.change(operation_of(printed(capsys, *words)), *four)
    assert JOINER not in await story.members(begins - 1)
    assert len(await story.members(begins)) == 5
    await story.votes(JOINER)


async def rotates(story: SetStory, capsys: pytest.CaptureFixture[str]) -> None:
    """Both keys of the treasury's node change while it runs."""
    network = story.network
    config, url = str(network.layout.config("treasury")), network.url("treasury")
    for option in ((), ("--network",)):
        assert "-2  0x" in printed(capsys, "new-key", "--config", config, *option)
    rotation = operation_of(printed(capsys, "rotate", "--config", config, "--rpc", url))
    begins = await story.change(rotation, TREASURY)
    old, new = (await story.members(begins - 1), await story.members(begins))
    assert old["treasury"] == dev_keys("treasury").signer.public_key
    made = {key.name: key.public_key for key in list_keys(network.layout.data("treasury") / "keys")}
    assert new["treasury"] == made["consensus-2"]
    await story.votes("treasury")


async def lies(story: SetStory) -> None:
    """The keys of a validator sign two things: recorded with a transaction, then removed."""
    network, stage = story.network, story.stage
    network.kill("debt-office")
    liar = HostileValidator(network, "debt-office")
    async with liar.linked():

        async def recorded() -> None:
            liar.vote_twice(stage.height + 2)
            for name in network.running:
                client = await stage.probe.client(network.url(name))
                found = [each for each in await get_evidence(client) if each.reports]
                if not found:
                    raise NotYet(f"{name} shows no report")
                assert {each.validator for each in found} == {"debt-office"}
                params = {"txId": "0x" + (found[0].reports[0].tx_id or b"").hex()}
                url = network.url(name)
                entered = await stage.probe.ask(url, "tx_get", TransactionInfo, params)
                assert entered.receipt is not None
                assert entered.receipt.height == found[0].reports[0].reported_at

        await until("evidence on the ledger", recorded, seconds=CATCH_UP_SECONDS)
    four = (TREASURY, SUPERVISOR, CENTRAL_BANK, BANK_1)
    ends = await story.change(RemoveValidator(id="debt-office"), *four)
    assert "debt-office" in await story.members(ends - 1)
    assert "debt-office" not in await story.members(ends)
    stranger = HostileValidator(network, "debt-office")
    async with stranger.linked():
        await story.more_payments(3)
        assert stranger.transport.peers_up() == ()
        assert stranger.transport.counters["dial_failed"] + sum(
            count for reason, count in stranger.transport.counters.items() if "link_" in reason
        )


async def leaves(story: SetStory) -> None:
    """The fifth node stops voting and goes on as the observer that it still is."""
    three = (TREASURY, SUPERVISOR, CENTRAL_BANK)
    ends = await story.change(RemoveValidator(id=JOINER), *three)
    assert sorted(await story.members(ends)) == ["central-bank", "supervisor", "treasury"]
    await story.votes(JOINER, expected=False)
    await story.more_payments(3)


async def from_genesis(story: SetStory) -> None:
    """A light client and a new node start with nothing but genesis, and end where all are."""
    network, stage = story.network, story.stage
    await stage.together(TREASURY, (SUPERVISOR,), observer(ARCHIVE, BANK_2.address))
    network.add(ARCHIVE)
    network.start(ARCHIVE)
    await network.wait_ready(stage.probe, ARCHIVE, seconds=60)
    light = LightClient(
        RpcSource(await stage.probe.client(network.url(ARCHIVE))),
        anchor_of(read_genesis(network.layout.genesis)),
    )
    proven = await light.balance(COIN, ALICE.address)
    assert {member.id for member in light.anchor.validators} == {
        "central-bank", "supervisor", "treasury",
    }  # fmt: skip
    assert set(proven.signers) <= {member.id for member in light.anchor.validators}
    await light.compare(RpcSource(await stage.probe.client(network.url("supervisor"))))
    await story.more_payments(1)
    # Of one node: payments go on, so that two are rarely asked at the same height.
    url, params = network.url("supervisor"), {"account": address_text(ALICE.address)}
    _, page = await stage.probe.read(url, "account_getBalances", Page[Balance], params)
    (balance,) = [entry.balance for entry in page.items if entry.asset == COIN]
    assert 0 < proven.value.balance <= balance


async def test_a_set_grows_turns_its_keys_judges_and_shrinks(
    network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    network.start()
    async with Probe() as probe:
        await network.wait_ready(probe, seconds=60)
        stage = Stage(network, probe)
        await money.quorum(stage)
        await money.central_bank_money(stage)
        await money.stablecoin(stage)
        story = SetStory(stage)
        async with story.payments():
            await joins(story, capsys)
            await rotates(story, capsys)
            await lies(story)
            await leaves(story)
            await from_genesis(story)
        network.check()
        assert len(story.receipts) > 20
        await expect_kept(stage, story.receipts)


async def test_key_files_that_come_after_the_rotation_bring_the_node_back(
    network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cut off under its old key, and a block short of all others: no next block tells it."""
    network.start()
    async with Probe() as probe:
        await network.wait_ready(probe, seconds=60)
        stage = Stage(network, probe)
        await money.quorum(stage)
        await money.central_bank_money(stage)
        await money.stablecoin(stage)
        story = SetStory(stage)
        network.children["treasury"].pause()
        config, url = str(network.layout.config("treasury")), network.url("supervisor")
        for option in ((), ("--network",)):
            printed(capsys, "new-key", "--config", config, *option)
        rotation = operation_of(printed(capsys, "rotate", "--config", config, "--rpc", url))
        late = list((network.layout.data("treasury") / "keys").glob("*-2*"))
        assert len(late) == 2
        for path in late:
            path.rename(path.with_name(f"later.{path.name}"))
        network.children["treasury"].resume()
        await story.change(rotation, TREASURY)

        async def refused() -> None:
            status = await probe.ask(network.url("treasury"), "node_status", NodeStatus)
            if status.peers_connected:
                raise NotYet(f"{status.peers_connected} links")

        await until("all refuse the old key", refused, seconds=CATCH_UP_SECONDS)
        for path in late:
            path.with_name(f"later.{path.name}").rename(path)
        async with story.payments():
            await story.votes("treasury")
            await story.more_payments(3)
