"""Four real nodes that can be killed at named points, a client workload, and what must hold.

Rules of this file:
1. An acknowledgement is a receipt that a node gave to `tx_submitAndWait`. It counts from the moment
   the client has read it; each has to be on every node afterwards, at the same place.
2. A double vote is looked for in three places: signatures noted by all lives of a node, evidence
   that any node holds, and the guard files themselves.
"""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from consensus.evidence import contradicts
from consensus.messages import SignedPart
from consensus.signed import content_of, order_of, signed_part
from node.devnet.cast import ALICE, BANK_1, BANK_1_ACCOUNT, COIN
from node.devnet.network import Network
from node.devnet.probe import Probe
from node.devnet.process import ChildProcess
from node.devnet.profile import dev_genesis
from node.devnet.story import money
from node.devnet.story.stage import Stage
from node.devnet.truth import level_height
from node.devnet.wait import NotYet, until
from node.sdk.errors import NodeUnreachable, RpcFailed
from node.sdk.ledger_client import submit_and_wait
from node.sdk.schema.chain import Block
from node.sdk.schema.common import Receipt
from node.sdk.schema.consensus import EvidenceInfo
from node.sdk.schema.node import NodeStatus
from node.signing_desk import restored_messages
from node.storage.sign_guard import SignGuard
from tests.campaigns.storage.report import require
from tests.campaigns.storage.victim import arm, command, read_votes
from tokens.jsonform.names import FormError
from tokens.ops.transfer import Transfer
from tokens.transaction import DecodedTransaction

PORTS_FROM, PORTS_EACH, RUNS_BESIDE = 27_000, 8, 100
"""Ports of one's own, below those that the kernel gives away: a node that was killed must find its
port free although others start networks meanwhile."""
VALID_BLOCKS = 900
LEVEL_SECONDS = 60
NEWEST_CHECKED = 8
"""Acknowledgements looked up on every node after each fault; all of them at the end."""


@dataclass(slots=True)
class Workload:
    """Payments one after another; each is repeated with the same bytes until it is final."""

    stage: Stage
    acknowledged: dict[bytes, Receipt] = field(default_factory=dict)
    stopping: bool = False
    stores_are_damaged: bool = False
    """A node that meets the damage answers INTERNAL_ERROR before it ends."""

    def payment(self) -> DecodedTransaction:
        """A signed transfer, never the same twice."""
        transfer = Transfer(
            asset=COIN,
            source=BANK_1_ACCOUNT.address,
            target=ALICE.address,
            amount=1,
            end_to_end_ref="",
        )
        return self.stage.wallet(BANK_1).build(
            transfer, valid_until=self.stage.height + VALID_BLOCKS
        )

    async def run(self) -> None:
        """Until told to stop."""
        while not self.stopping:
            made = self.payment()
            receipt = await self._send(made)
            self.acknowledged[made.tx_id] = receipt
            self.stage.height = max(self.stage.height, receipt.height)

    async def _send(self, made: DecodedTransaction) -> Receipt:
        """Ask the nodes in turn, for ever: a node that is away says so at once."""

        async def ask() -> Receipt:
            try:
                client = (await self.stage.clients())[0]
                return await submit_and_wait(client, made)
            except (NodeUnreachable, RpcFailed, ZeroDivisionError) as error:
                if isinstance(error, RpcFailed) and not self._elsewhere(error):
                    raise
                raise NotYet(str(error)) from None

        return await until("a payment final", ask, seconds=2 * LEVEL_SECONDS)

    def _elsewhere(self, refusal: RpcFailed) -> bool:
        """Whether another node may take it: one that is far behind finds it too far ahead."""
        if self.stores_are_damaged and refusal.symbol == "INTERNAL_ERROR":
            return True
        return refusal.is_retryable or refusal.symbol == "TOO_FAR_AHEAD"


class Cluster:
    """The nodes of one campaign."""

    def __init__(self, network: Network, stage: Stage, trace: Path) -> None:
        self.network = network
        self.stage = stage
        self.trace = trace
        self.load = Workload(stage)
        self._token = itertools.count()
        self._checked: dict[str, int] = {}

    @property
    def arm_file(self) -> Path:
        """Shared by all nodes: whoever takes it away dies."""
        return self.trace / "arm"

    def arm(self, point: str, victim: str, count: int) -> None:
        """Order a death."""
        arm(self.arm_file, point, victim, count, next(self._token))

    def launch(self, name: str, prefix: Sequence[str] = ()) -> None:
        """Give a node its command: a victim, behind a prefix such as `env LD_PRELOAD=…`."""
        config = self.network.layout.config(name)
        self.start_with(name, (*prefix, *command(config, self.trace, self.arm_file)))

    def start_with(self, name: str, arguments: Sequence[str]) -> None:
        """Give a node another command from its next start on."""
        log = self.network.layout.log(name)
        self.network.children[name] = ChildProcess(name, arguments, log, self.network._pipe)

    async def died(self, *, seconds: float = 60) -> str:
        """The node that took the order away."""

        async def dead() -> str:
            for name in self.network.ended():
                return name
            raise NotYet("nobody died")

        name = await until("a death at the point", dead, seconds=seconds)
        require(not self.arm_file.exists(), f"{name} ended, but not at the point: {self.why(name)}")
        status = self.network.children[name].exit_status
        require(status == -9, f"{name} ended with {status}, not by SIGKILL: {self.why(name)}")
        self.network.kill(name)
        self.check_guard(name)
        return name

    def check_guard(self, name: str) -> None:
        """What a dead node may have sent lies in its guard (R12)."""
        votes = read_votes(self.trace / f"{name}.votes")
        if votes:
            with tempfile.TemporaryDirectory() as copy:
                shutil.copytree(self.network.layout.data(name) / "guard", copy, dirs_exist_ok=True)
                require_held(Path(copy), votes[-1])

    def why(self, name: str) -> str:
        """End of a node's log."""
        return self.network.children[name].log_tail()[-600:]

    async def back(self, *names: str) -> None:
        """Start nodes and see everybody ready and level."""
        self.network.start(*names)
        await self.network.wait_ready(self.stage.probe, *names, seconds=LEVEL_SECONDS)
        await level_height(self.network, self.stage.probe, seconds=LEVEL_SECONDS)

    async def acknowledge(self, more: int, *, seconds: float = LEVEL_SECONDS) -> None:
        """Wait until so many further payments are final."""
        goal = len(self.load.acknowledged) + more

        async def enough() -> None:
            if len(self.load.acknowledged) < goal:
                raise NotYet(f"{len(self.load.acknowledged)} of {goal} payments")

        await until("payments", enough, seconds=seconds)

    async def voting(self, *names: str, seconds: float = LEVEL_SECONDS) -> None:
        """Until these nodes, or all, vote: nobody is an observer."""

        async def vote() -> None:
            for name in names or self.network.names:
                url = self.network.url(name)
                status = await self.stage.probe.ask(url, "node_status", NodeStatus)
                if not status.voting:
                    raise NotYet(f"{name}: {status.sentence}")

        await until("all voting", vote, seconds=seconds)

    async def proposer(self) -> str:
        """Who proposed the newest block."""
        url = self.network.url(self.network.running[0])
        status = await self.stage.probe.ask(url, "node_status", NodeStatus)
        block = await self.stage.probe.ask(url, "chain_getBlock", Block, {"block": status.height})
        return block.header.proposer

    # --- what must hold ---------------------------------------------------------------------------

    async def check(self, *, newest: int = NEWEST_CHECKED) -> None:
        """Of the newest acknowledgements none lost, nobody double-voted, no evidence. Violation."""
        receipts = list(self.load.acknowledged.items())
        for tx_id, receipt in receipts[-newest:]:
            for name in self.network.running:
                await self._kept(name, tx_id, receipt)
        for name in self.network.running:
            found = await self.stage.probe.ask(
                self.network.url(name), "consensus_evidence", tuple[EvidenceInfo, ...]
            )
            require(found == (), f"{name} holds evidence: {found}")
        self.check_votes()

    async def _kept(self, name: str, tx_id: bytes, receipt: Receipt) -> None:
        params = {"txId": "0x" + tx_id.hex()}

        async def found() -> Receipt:
            try:
                url = self.network.url(name)
                return await self.stage.probe.ask(url, "tx_getReceipt", Receipt, params)
            except (RpcFailed, FormError) as error:
                raise NotYet(str(error)) from None

        here = await until(f"{name}: 0x{tx_id.hex()} acknowledged", found, seconds=20)
        require(
            (here.height, here.index) == (receipt.height, receipt.index),
            f"{name}: {tx_id.hex()} acknowledged at {receipt.height} lies at {here.height}",
        )

    def check_votes(self) -> int:
        """No two signatures of one key contradict each other; how many were looked at."""
        return sum(check_votes(path) for path in sorted(self.trace.glob("*.votes")))


def require_held(folder: Path, vote: SignedPart) -> None:
    """The guard in a folder (a copy: to open it may cut a torn append) holds a signature."""
    (path,) = folder.glob("*.guard")
    guard = SignGuard.open(folder, bytes.fromhex(path.stem))
    held = [content_of(signed_part(message)) for message in restored_messages(guard, vote.height)]
    guard.close()
    require(
        guard.height > vote.height or content_of(vote) in held,
        f"{vote} was sent; the guard is at height {guard.height} and holds {held}",
    )


def check_votes(path: Path) -> int:
    """All lives of one key. Violation."""
    by_height: dict[int, dict[object, SignedPart]] = {}
    votes = read_votes(path)
    for part in votes:
        held = by_height.setdefault(part.height, {})
        if content_of(part) in held:
            continue
        for other in held.values():
            require(not contradicts(part, other), f"{path.name}: {other} and {part}")
        held[content_of(part)] = part
    for height, held in by_height.items():
        orders = [order_of(part) for part in held.values()]
        require(orders == sorted(orders), f"{path.name}: height {height} signed out of order")
    return len(votes)


def _nothing(_: Cluster) -> None:
    """Before the first start."""


@asynccontextmanager
async def cluster(
    folder: Path, before: Callable[[Cluster], None] = _nothing
) -> AsyncIterator[Cluster]:
    """Four victims with money and a stablecoin, under load; checked whole at the end."""
    trace = folder / "trace"
    trace.mkdir(parents=True)
    first_port = PORTS_FROM + PORTS_EACH * (os.getpid() % RUNS_BESIDE)
    network = Network.open(folder / "net", genesis=dev_genesis(), first_port=first_port)
    try:
        async with Probe() as probe:
            made = Cluster(network, Stage(network, probe), trace)
            for name in network.names:
                made.launch(name)
            before(made)
            network.start()
            await network.wait_ready(probe, seconds=LEVEL_SECONDS)
            await money.quorum(made.stage)
            await money.central_bank_money(made.stage)
            await money.stablecoin(made.stage)
            async with asyncio.TaskGroup() as group:
                paying = group.create_task(made.load.run())
                yield made
                made.load.stopping = True
                await paying
                await level_height(network, probe, seconds=LEVEL_SECONDS)
                await made.stage.agree()
                await made.check(newest=len(made.load.acknowledged))
    finally:
        network.close()
