"""The links of a network, seen from the campaign: partitions, weather, resets, counters."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Collection, Iterable

import msgspec

from tests.campaigns.network.messages import (
    Change,
    Command,
    Counters,
    Listen,
    Look,
    Reset,
    Weather,
)

CALM = Weather()
ANSWER_SECONDS = 30


class ProxyFailed(Exception):
    """The proxy process ended or did not answer."""


class Links:
    """Commands to one proxy process."""

    def __init__(self, process: Process, names: tuple[str, ...]) -> None:
        self._process = process
        self.names = names
        self._weather: dict[tuple[str, str], Weather] = {}
        """Of the directions that are not calm."""

    @classmethod
    async def start(cls, ports: dict[str, int], seed: int) -> Links:
        """A proxy for the nodes that listen on these ports. ProxyFailed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.campaigns.network.proxy",
            stdin=PIPE,
            stdout=PIPE,
            process_group=0,
        )
        links = cls(process, tuple(ports))
        await links._ask(Listen(ports=ports, seed=seed))
        return links

    async def stop(self) -> None:
        """End of input ends it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()

    async def change(self, sender: str, receiver: str, weather: Weather) -> None:
        """The weather of one direction."""
        known = self._weather.pop((sender, receiver), CALM)
        if weather != CALM:
            self._weather[sender, receiver] = weather
        if weather != known:
            await self._ask(Change(sender=sender, receiver=receiver, weather=weather))

    async def all(self, weather: Weather) -> None:
        """The same weather in all directions."""
        for sender in self.names:
            await self.around(sender, weather)

    async def around(self, name: str, weather: Weather) -> None:
        """All directions to and from a node."""
        for other in self.names:
            if other != name:
                await self.change(name, other, weather)
                await self.change(other, name, weather)

    async def heal(self) -> None:
        """Calm everywhere."""
        for sender, receiver in list(self._weather):
            await self.change(sender, receiver, CALM)

    async def split(self, *groups: Collection[str], bridge: Collection[str] = ()) -> None:
        """Hold everything between two groups; whoever is in `bridge` hears and is heard by all."""
        of = {name: number for number, group in enumerate(groups) for name in group}
        for sender, receiver in self.pairs():
            apart = of.get(sender) != of.get(receiver)
            if apart and sender not in bridge and receiver not in bridge:
                await self.change(sender, receiver, Weather(held=True))

    async def reset(self, one: str, other: str) -> None:
        """Cut the connections of two nodes once."""
        await self._ask(Reset(one=one, other=other))

    async def counters(self) -> Counters:
        """Of the moment."""
        return await self._ask(Look())

    def pairs(self) -> Iterable[tuple[str, str]]:
        """All (sender, receiver)."""
        return [(one, other) for one in self.names for other in self.names if one != other]

    async def _ask(self, command: Command) -> Counters:
        process = self._process
        if process.stdin is None or process.stdout is None:
            raise ProxyFailed("the proxy has no pipes")
        process.stdin.write(msgspec.json.encode(command) + b"\n")
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                line = await process.stdout.readline()
        except TimeoutError:
            raise ProxyFailed(f"no answer to {type(command).__name__}") from None
        if not line:
            raise ProxyFailed("the proxy ended; see its messages above")
        return msgspec.json.decode(line, type=Counters)
