"""Steps that break things: the primary is killed under load, and two of four are stopped."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from node.devnet.cast import ALICE, BANK_1, BANK_1_ACCOUNT, COIN
from node.devnet.story.stage import Stage, StepFailed, require
from node.devnet.truth import level_height
from node.devnet.wait import NotYet, until
from node.sdk.ledger_client import submit, submit_and_wait
from node.sdk.schema.chain import BlockHeader
from node.sdk.schema.common import Receipt
from node.sdk.schema.consensus import ConsensusState
from node.sdk.send import send_until_final
from tokens.ops.transfer import Transfer
from tokens.transaction import DecodedTransaction

SENDERS = 4
"""Payments under way at once."""
BEFORE = 60
"""Payments that are final before the primary is killed."""
AFTER = 60
"""Payments made after it was killed."""
ROTATION = 100
"""Heights for which a primary stays (parameter rotation_heights)."""
SETTLED_BLOCKS = 3
"""Blocks in a row that one primary proposed in view 0."""
SETTLED_TRIES = 50
REJOIN_SECONDS = 30
RESTART_SECONDS = 15
"""Within so long after the second node is back there must be a block again."""
STALL_LOOKS = 40
"""Looks, 0.05 s apart, in which no block may come while two of four are away."""


@dataclass(slots=True)
class Run:
    """Payments during a fault, and when each became final."""

    receipts: dict[bytes, Receipt] = field(default_factory=dict)
    final_at: list[float] = field(default_factory=list)

    @property
    def gap_longest_ms(self) -> int:
        """Longest time without a final payment."""
        pairs = zip(self.final_at, self.final_at[1:], strict=False)
        return int(1e3 * max((after - before for before, after in pairs), default=0.0))


async def primary_killed(stage: Stage) -> str:
    """SIGKILL under load: acknowledged payments stay, the view changes, the node catches up."""
    network = stage.network
    run = Run()
    await _pay(stage, run, BEFORE)
    victim = await settled_primary(stage, run)
    before = await level_height(network, stage.probe)
    async with asyncio.TaskGroup() as group:
        paying = group.create_task(_pay(stage, run, AFTER))
        network.kill(victim)
    paying.result()
    failed = await _failed_since(stage, before)
    require(victim in failed, f"no header says that {victim} failed; they say {failed}")
    network.start(victim)
    await network.wait_ready(stage.probe, victim)
    await level_height(network, stage.probe, seconds=REJOIN_SECONDS)
    count = await stage.agree()
    require(count == len(network.names), "the node is back")
    await _same_receipts(stage, run)
    return (
        f"{victim} killed; longest gap {run.gap_longest_ms} ms, {len(run.receipts)} of "
        f"{len(run.receipts)} payments final on all nodes, {victim} caught up"
    )


async def _pay(stage: Stage, run: Run, count: int) -> None:
    """Payments from several senders at once; each is repeated with the same bytes until final."""
    left = iter(range(count))
    loop = asyncio.get_running_loop()

    async def work() -> None:
        for _ in left:
            transaction = await _payment(stage)
            receipt = await send_until_final(await stage.clients(), transaction)
            require(receipt.symbol == "OK", f"a payment gave {receipt.symbol}")
            run.receipts[transaction.tx_id] = receipt
            run.final_at.append(loop.time())

    async with asyncio.TaskGroup() as group:
        for _ in range(SENDERS):
            group.create_task(work())


async def _payment(stage: Stage) -> DecodedTransaction:
    transfer = Transfer(
        asset=COIN,
        source=BANK_1_ACCOUNT.address,
        target=ALICE.address,
        amount=1,
        end_to_end_ref="",
    )
    return stage.wallet(BANK_1).build(transfer, valid_until=stage.height + 500)


async def settled_primary(stage: Stage, run: Run) -> str:
    """Who proposes the next block, too.

    The last blocks are its own, in view 0, and no rotation is near.
    """
    for _ in range(SETTLED_TRIES):
        newest = await level_height(stage.network, stage.probe)
        headers = [await _header(stage, newest - back) for back in range(SETTLED_BLOCKS)]
        proposers = {header.header.proposer for header in headers}
        calm = all(header.header.origin_view == 0 for header in headers)
        rotation_near = newest % ROTATION >= ROTATION - SETTLED_BLOCKS
        if calm and len(proposers) == 1 and not rotation_near:
            return proposers.pop()
        await _pay(stage, run, SENDERS)
    raise StepFailed("no primary stays in office")


async def _header(stage: Stage, height: int) -> BlockHeader:
    url = stage.network.url(stage.network.running[0])
    return await stage.probe.ask(url, "chain_getHeader", BlockHeader, {"block": height})


async def _failed_since(stage: Stage, height: int) -> set[str]:
    """Validators that headers after a height name as failed primaries."""
    newest = await level_height(stage.network, stage.probe)
    failed: set[str] = set()
    for at in range(height + 1, newest + 1):
        failed.update((await _header(stage, at)).header.failed)
    return failed


async def _same_receipts(stage: Stage, run: Run) -> None:
    """Each payment that was acknowledged is final on each node, in the same place."""
    for name in stage.network.names:
        url = stage.network.url(name)
        for tx_id, receipt in run.receipts.items():
            params = {"txId": "0x" + tx_id.hex()}
            found = await stage.probe.ask(url, "tx_getReceipt", Receipt, params)
            if (found.height, found.index) != (receipt.height, receipt.index):
                raise StepFailed(f"{name} has a payment at another place")


async def two_stopped(stage: Stage) -> str:
    """Without a quorum there is no block, and a node says why and whom it waits for."""
    network = stage.network
    stopped = network.names[-2:]
    height = await level_height(network, stage.probe)
    network.stop(*stopped)
    left = network.running[0]
    client = await stage.probe.client(network.url(left))
    transaction = await _payment(stage)
    await submit(client, transaction)
    sentence = await _stalled(stage, left, height, stopped)
    network.start(*stopped)

    async def moving() -> None:
        reached = (await client.status()).height
        if reached <= height:
            raise NotYet(f"{left} is at {reached}")

    await network.wait_ready(stage.probe, *stopped)
    await until("blocks again", moving, seconds=RESTART_SECONDS)
    receipt = await submit_and_wait(client, transaction)
    await stage.agree(receipt.height)
    return f'no block; {left} says "{sentence}"; both back: block {receipt.height}'


async def _stalled(stage: Stage, name: str, height: int, stopped: tuple[str, ...]) -> str:
    """The sentence of a node that waits for those who are stopped."""
    url = stage.network.url(name)

    async def named() -> str:
        state = await stage.probe.ask(url, "consensus_state", ConsensusState)
        if not all(one in state.sentence for one in stopped):
            raise NotYet(f"{name} says: {state.sentence}")
        return state.sentence

    sentence = await until("the sentence names who is missing", named, seconds=20)
    looks = iter(range(STALL_LOOKS))

    async def still() -> None:
        state = await stage.probe.ask(url, "consensus_state", ConsensusState)
        require(state.height == height + 1, "a block came although two of four are stopped")
        if next(looks, None) is not None:
            raise NotYet("looking")

    await until("no block", still, seconds=20)
    return sentence
