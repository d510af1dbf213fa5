"""Keys in strange hands: replaced by governance while the node runs; the thief is left outside."""

import asyncio
import sys

from node.devnet.cast import TREASURY
from node.devnet.story.stage import require
from node.devnet.wait import NotYet, until
from node.keystore import list_keys
from tests.drills.drill import PATIENCE_SECONDS, Drill
from tests.e2e.hostile import HostileValidator
from tests.e2e.set_story import SetStory, operation_of, with_keystore


async def key_compromise(drill: Drill) -> str:
    """Both keys of a validator may be stolen: new ones are made, named by the ledger, and used."""
    network = drill.network
    victim = "treasury"
    network.stop(victim)
    with_keystore(network, victim)
    network.start(victim)
    await drill.voting(victim)
    config, url = str(network.layout.config(victim)), network.url(victim)
    await mohur("validator", "new-key", "--config", config)
    await mohur("validator", "new-key", "--config", config, "--network")
    printed = await mohur("validator", "rotate", "--config", config, "--rpc", url)
    story = SetStory(drill.stage)
    begins = await story.change(operation_of(printed), TREASURY)
    members = await story.members(begins)
    made = {key.name: key.public_key for key in list_keys(network.layout.data(victim) / "keys")}
    require(members[victim] == made["consensus-2"], "the ledger names another key")
    await drill.voting(victim)
    thief = HostileValidator(network, victim)
    async with thief.linked():
        await drill.paid(3)
        await refused(thief)
        require(thief.transport.peers_up() == (), "somebody still talks to the old key")
    other = network.names[0] if network.names[0] != victim else network.names[1]
    network.kill(other)
    # Three of four: the vote under the new key is needed.
    await drill.paid(3)
    network.start(other)
    await network.wait_ready(drill.stage.probe, other, seconds=PATIENCE_SECONDS)
    return f"{victim} signs with new keys from height {begins}; the old ones link to nobody"


async def refused(thief: HostileValidator) -> None:
    """The thief has tried, and was turned away."""

    async def tried() -> None:
        counters = thief.transport.counters
        ended = [reason for reason in counters if "link_" in reason or reason == "dial_failed"]
        if not ended:
            raise NotYet(f"the thief was not turned away yet: {dict(counters)}")

    await until("the thief is turned away", tried, seconds=PATIENCE_SECONDS)


async def mohur(*words: str) -> str:
    """What a command prints. StepFailed if it refuses."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "node.cli", *words, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    require(process.returncode == 0, f"mohur {' '.join(words[:2])} ended {process.returncode}")
    return printed.decode()
