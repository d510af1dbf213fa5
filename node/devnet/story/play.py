"""Plays the story: one line a step, each verified on all nodes; then the calm table."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from node.cli.exits import Exit
from node.devnet.card import print_card, print_next
from node.devnet.explorer import explorer_beside
from node.devnet.layout import BEGUN, DONE, UNPLAYED, Layout
from node.devnet.network import Network, NodeEnded
from node.devnet.probe import Probe
from node.devnet.session import Interrupted, run_session
from node.devnet.story import (
    auction,
    audit,
    bond,
    control,
    faults,
    market,
    money,
    people,
    reserve,
    travel,
)
from node.devnet.story.stage import Stage, StepFailed
from node.devnet.table import show_until_cancelled
from node.devnet.truth import Disagreement
from node.devnet.wait import DeadlinePassed, NotYet
from node.sdk.errors import NeverFinal, NodeUnreachable, RpcFailed

FAILURES = (
    StepFailed,
    Disagreement,
    DeadlinePassed,
    NodeEnded,
    NotYet,
    NeverFinal,
    NodeUnreachable,
    RpcFailed,
)
"""What may end a step; its message is a sentence."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story."""

    title: str
    run: Callable[[Stage], Awaitable[str]]
    """Does it and verifies it; what it found, as a sentence."""


STEPS = (
    Step("quorum reached", money.quorum),
    Step("central-bank money issued", money.central_bank_money),
    Step("stablecoin minted against the reserve", money.stablecoin),
    Step("bond agreed, issued against payment", bond.issue),
    Step("bond traded, delivery versus payment", bond.trade),
    Step("bill auctioned, 20 sealed bids", auction.sealed_auction),
    Step("clock moved by a day, bill settled", auction.settled),
    Step("bill traded on the order book", market.book),
    Step("repo opened and closed", market.repo),
    Step("reserve of the coin proven to a light client", reserve.proven),
    Step("reserve marked down, in breach, made good", reserve.breached),
    Step("exchange licensed, phase by phase", people.licence),
    Step("money brought in, a payment made", people.on_ramp),
    Step("large payment held for the travel rule", travel.travel_rule),
    Step("account frozen, refused, unfrozen", control.freeze),
    Step("seized by order of a court", people.seizure),
    Step("lost key replaced", people.lost_key),
    Step("bill redeemed at maturity", auction.redeemed),
    Step("clock moved, coupon paid net of tax", bond.coupon),
    Step("primary killed under load", faults.primary_killed),
    Step("two of four stopped", faults.two_stopped),
    Step("audit", audit.audit),
)


def play(folder: Path, *, once: bool) -> int:
    """0 if every step held on all nodes; 1 and the name of the step otherwise.

    `once` wants a folder without a network.
    """
    try:
        return run_session(lambda: _play(folder, once=once))
    except Interrupted:
        if once:
            print("stopped")
            return Exit.INTERRUPTED
        layout = Layout(folder)
        if layout.exists and layout.load().story == BEGUN:
            print(f"stopped in the middle of the story; {_cannot_go_on(folder)}")
            return Exit.INTERRUPTED
        print("stopped; the state is kept, the same command goes on from there")
        return Exit.OK


def _cannot_go_on(folder: Path) -> str:
    return (
        f"it cannot go on from there: mohur devnet clean --dir {folder}, and again; or "
        f"mohur devnet up --dir {folder} for the network alone"
    )


async def _play(folder: Path, *, once: bool) -> int:
    network = Network.open(folder)
    try:
        if network.state.story == BEGUN:
            print(f"the story was interrupted; {_cannot_go_on(folder)}", file=sys.stderr)
            return Exit.FAILED
        network.start()
        async with Probe() as probe:
            await network.wait_ready(probe)
            async with explorer_beside(network) as explorer:
                return await _beside(network, probe, explorer, once=once)
    finally:
        network.close()


async def _beside(network: Network, probe: Probe, explorer: str, *, once: bool) -> int:
    """The card, the story if it was not played, then the table until it is cancelled."""
    await print_card(network, probe, explorer)
    if network.state.story == UNPLAYED and not await _steps(network, probe):
        return 1
    if not once:
        print_next(network)
        await show_until_cancelled(network, probe, restart=True)
    return 0


async def _steps(network: Network, probe: Probe) -> bool:
    """Whether all held. The first one that does not ends the story."""
    stage = Stage(network, probe)
    console = Console(highlight=False, soft_wrap=True)
    network.remember(BEGUN)
    for number, step in enumerate(STEPS, start=1):
        began = time.monotonic()
        with console.status(f"{step.title} …"):
            found, failures = await _attempt(step, stage)
        label = f"{number:>2}/{len(STEPS)}"
        if failures:
            sentence = "; ".join(str(error) for error in failures)
            console.print(f"{label}  [red]FAILED[/red]  {step.title}: {sentence}")
            return False
        took = time.monotonic() - began
        root = stage.root.hex()[:8]
        console.print(
            f"{label}  [green]ok[/green]  {step.title} ({took:.1f} s): {found} "
            f"\\[height {stage.height}, root {root} on {len(network.names)} nodes]"
        )
    network.remember(DONE)
    return True


async def _attempt(step: Step, stage: Stage) -> tuple[str, list[BaseException]]:
    """What the step found, or why it failed."""
    failures: list[BaseException] = []
    found = ""
    try:
        found = await step.run(stage)
    except* FAILURES as group:
        failures = _leaves(group)
    return found, failures


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
