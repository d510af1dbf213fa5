"""What operators do to a validator set, and what all nodes must show of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from node.cli.root import status_of
from node.config import load_config
from node.devnet.cast import Party
from node.devnet.config_file import write_config
from node.devnet.network import Network
from node.devnet.story.stage import Stage
from node.devnet.truth import level_height
from node.devnet.wait import NotYet, until
from node.identity import CONSENSUS_KEY, NETWORK_KEY
from node.keystore import import_key
from node.sdk.schema.common import Receipt
from node.sdk.schema.consensus import ConsensusState, ValidatorSetInfo
from node.sdk.send import send_until_final
from node.signing import dev_seed
from tests.e2e.support import CATCH_UP_SECONDS, payment
from tokens.events import ValidatorsChanged
from tokens.jsonform import PREFIX_TEST, JsonForm
from tokens.ops import AnyOperation

PASSPHRASE = "of keys that everybody knows"
FORM = JsonForm(PREFIX_TEST)


def with_keystore(network: Network, name: str) -> None:
    """The development keys of a node as key files, so that they may have successors."""
    keys = network.layout.data(name) / "keys"
    keys.mkdir(mode=0o700)
    for purpose in (CONSENSUS_KEY, NETWORK_KEY):
        import_key(keys, purpose, PASSPHRASE, seed=dev_seed(f"{name}-{purpose}"))
    (network.layout.node(name) / "passphrase").write_text(PASSPHRASE + "\n")
    path = network.layout.config(name)
    write_config(msgspec.structs.replace(load_config(path), passphrase_file="passphrase"), path)


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What `mohur validator` says."""
    capsys.readouterr()
    assert status_of(["validator", *words]) == 0
    return capsys.readouterr().out


def operation_of(text: str) -> msgspec.Struct:
    """The one operation of a printed list."""
    (operation,) = json.loads(text)
    found = FORM.from_json(AnyOperation, operation)
    assert isinstance(found, msgspec.Struct)
    return found


class SetStory:
    """Acts for the operators of one network."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.network = stage.network
        self.receipts: dict[bytes, Receipt] = {}
        """Of every payment that was acknowledged."""

    @asynccontextmanager
    async def payments(self) -> AsyncIterator[None]:
        """One after the other, all the time; each becomes final, on all nodes with one root."""

        async def forever() -> None:
            while True:
                made = payment(self.stage)
                clients = await self.stage.clients()
                self.receipts[made.tx_id] = await send_until_final(clients, made)
                # A node that is killed meanwhile answers no more: ask those that run then.
                await until("one root", self.stage.agree, seconds=CATCH_UP_SECONDS)

        async with asyncio.TaskGroup() as group:
            task = group.create_task(forever())
            try:
                yield
            finally:
                task.cancel()

    async def change(self, operation: msgspec.Struct, *parties: Party) -> int:
        """Agreed by these operators; the first height of the new set, two after its block."""
        if len(parties) == 1:
            receipt = await self.stage.act(parties[0], operation)
        else:
            receipt = await self.stage.together(parties[0], parties[1:], operation)
        changed = [each for each in receipt.events if isinstance(each, ValidatorsChanged)]
        assert [each.effective_height for each in changed] == [receipt.height + 2]
        return receipt.height + 2

    async def members(self, height: int) -> dict[str, bytes]:
        """Id -> consensus key of a height's set, the same on all running nodes."""
        await level_height(self.network, self.stage.probe, at_least=height)
        seen = []
        for name in self.network.running:
            url, params = self.network.url(name), {"height": height}
            found = await self.stage.probe.ask(
                url, "consensus_validators", ValidatorSetInfo, params
            )
            seen.append({member.id: member.public_key for member in found.validators})
        assert all(each == seen[0] for each in seen)
        return seen[0]

    async def votes(self, name: str, *, expected: bool = True) -> None:
        """Wait until a node says that it votes, or that it does not and is level."""

        async def said() -> None:
            state = await self.stage.probe.ask(
                self.network.url(name), "consensus_state", ConsensusState
            )
            if state.voting is not expected or state.syncing:
                raise NotYet(f"{name}: {state.sentence}")

        await until(f"{name} votes: {expected}", said, seconds=CATCH_UP_SECONDS)

    async def more_payments(self, count: int) -> None:
        """Wait for that many more acknowledged payments."""
        target = len(self.receipts) + count

        async def enough() -> None:
            if len(self.receipts) < target:
                raise NotYet(f"{len(self.receipts)} of {target} payments")

        await until("payments go on", enough, seconds=CATCH_UP_SECONDS)
