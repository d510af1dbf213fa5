"""The campaign: `python -m tests.campaigns.duplicates.campaign --size ci --seed 1`.

Four real processes; every payment goes to all of them at 2,000 a second, one of them is killed
meanwhile and starts again, and what has no receipt is sent again to any node. Then the four stores
are read: equal, replayed from genesis; each (sender, client_ref) is in the chain exactly once, and
each receipt that a client saw is where it said. Ends with 1 at the first thing that does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from node.devnet.bench.accounts import BALANCE, sender_books
from node.devnet.network import Network, NodeEnded
from node.devnet.probe import Probe
from node.devnet.profile import dev_genesis
from node.devnet.truth import level_height
from node.devnet.wait import DeadlinePassed
from tests.campaigns.duplicates.clients import Clients
from tests.campaigns.duplicates.stock import SENDERS, Payment, payments
from tests.campaigns.network.history import Broken, Place, judge
from tests.campaigns.network.stores import Finalised, read_alike
from tests.campaigns.span import last
from tests.e2e.support import FIRST_PORT

PER_SECOND = 2_000.0
SIZES = {"ci": 2_500, "full": 25_000}
"""Payments: each is submitted to four nodes at least."""
WINDOW_BLOCKS = 10_000
VALID_UNTIL = 9_000
LEVEL_SECONDS = 60


def judge_references(sent: Sequence[Payment], places: Mapping[bytes, list[Place]]) -> None:
    """One version of each payment is in the chain, once, and nothing else is. Broken."""
    for payment in sent:
        found = [place for each in payment.versions for place in places.get(each.tx_id, [])]
        if len(found) != 1:
            raise Broken(f"{payment.versions[0].tx_id.hex()} and its rivals are at {found}")
    known = {each.tx_id for payment in sent for each in payment.versions}
    if strangers := set(places) - known:
        raise Broken(f"{len(strangers)} transactions in the chain that nobody sent")


async def run(count: int, seed: int, folder: Path) -> None:
    """All of it. Broken, NodeEnded, DeadlinePassed."""
    sent = payments(count, seed, VALID_UNTIL)
    genesis = dev_genesis(
        more_books=list(sender_books(SENDERS)),
        balances=[(book.address, BALANCE) for book in sender_books(SENDERS)],
        window_blocks=WINDOW_BLOCKS,
    )
    network = Network.open(folder / "net", genesis=genesis, first_port=FIRST_PORT)
    try:
        network.start()
        async with Probe() as probe:
            await network.wait_ready(probe)
            urls = {name: network.url(name) for name in network.names}
            async with Clients(urls, sent, seed) as clients:
                async with asyncio.TaskGroup() as group:
                    group.create_task(_kill_one(network, seed, count / PER_SECOND))
                    group.create_task(clients.send_all(PER_SECOND))
                await network.wait_ready(probe)
                await clients.settle()
                await clients.look_again()
            await level_height(network, probe, seconds=LEVEL_SECONDS)
        network.check()
        network.stop()
        folders = {name: network.layout.data(name) for name in network.names}
        finalised = await asyncio.to_thread(read_alike, folders)
    finally:
        network.close()
    judge(clients.operations.values(), finalised.places)
    judge_references(sent, finalised.places)
    _report(clients, finalised, 4 * count)


async def _kill_one(network: Network, seed: int, seconds: float) -> None:
    """In the middle of the rush, without goodbye; it is back before the end."""
    victim = random.Random(f"{seed} victim").choice(network.names)
    await last(0.4 * seconds)
    network.kill(victim)
    await last(0.2 * seconds)
    network.start(victim)


def _report(clients: Clients, finalised: Finalised, least: int) -> None:
    """Figures; Broken if there were fewer submissions than the campaign promises."""
    if clients.submissions < least:
        raise Broken(f"{clients.submissions} submissions, {least} were promised")
    acked = sum(op.place is not None for op in clients.operations.values())
    rate = len(clients.payments) / clients.rate_seconds
    print(
        f"{clients.submissions} submissions of {len(clients.payments)} payments "
        f"({len(clients.operations)} transactions with rivals) at {rate:.0f} payments a second to "
        f"all four nodes, one killed and started again: {finalised.transactions} in "
        f"{finalised.blocks} blocks, 0 twice; {acked} acknowledged, 0 of them missing"
    )
    words = ", ".join(f"{times} {what}" for what, times in clients.answers.most_common())
    print(f"  answers: {words}")


def main(arguments: Sequence[str]) -> int:
    """The command line; 1 if something broke."""
    parser = argparse.ArgumentParser(prog="tests.campaigns.duplicates.campaign")
    parser.add_argument("--size", choices=SIZES, default="ci")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--payments", type=int, default=None, help="instead of the size's number")
    given = parser.parse_args(arguments)
    count = SIZES[given.size] if given.payments is None else given.payments
    begin, status = time.monotonic(), 0
    try:
        with tempfile.TemporaryDirectory(prefix="mohur-duplicates-") as folder:
            asyncio.run(run(count, given.seed, Path(folder)))
    except* (Broken, NodeEnded, DeadlinePassed) as errors:
        print(f"BROKEN: {errors.exceptions}\n  make duplicates SIZE={given.size} SEED={given.seed}")
        status = 1
    print(f"  {time.monotonic() - begin:.0f} s")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
