"""A process that makes load: `python -m node.devnet.bench.generator`, commands on standard input.

Rules of this file:
1. What is sent was signed before (signed.py); here only HTTP and clocks run.
2. Every buffer is bounded: the closed loop by `outstanding`, the open one by what it was told to
   send, the book of pending ids by both.
"""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import cycle, pairwise

import aiohttp
import msgspec

from node.devnet.bench.messages import Closed, Command, Open, Result, Setup, Sign, Single, Use
from node.devnet.bench.signed import Stock
from node.devnet.bench.watch import watch_blocks

WORKERS = 8
"""Requests under way at once in the closed loop."""
DRAIN_SECONDS = 20
"""How long a phase waits for what it sent."""

_decode = msgspec.json.Decoder(Command).decode


class Phase:
    """What one phase has sent and seen."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.sent = 0
        self.accepted = 0
        self.rejected: dict[str, int] = {}
        self.pending: dict[str, float] = {}
        """tx_id -> when it was sent."""
        self.done: list[tuple[float, float]] = []
        """(when final, seconds it took)."""
        self.changed = asyncio.Event()

    def on_block(self, ids: list[str], at: float) -> None:
        """Ids of a block whose news arrived."""
        pending = self.pending
        for tx_id in ids:
            sent = pending.pop(tx_id, None)
            if sent is not None:
                self.done.append((at, at - sent))
        self.changed.set()

    def result(self, until: float) -> Result:
        """Figures of what became final before `until`; latencies of all."""
        in_time = [at for at, _ in self.done if at <= until]
        seconds = [0] * max(1, int(until - self.began + 0.999))
        for at in in_time:
            seconds[min(int(at - self.began), len(seconds) - 1)] += 1
        edges = [self.began, *sorted({at for at, _ in self.done})]
        gaps = [after - before for before, after in pairwise(edges)]
        return Result(
            sent=self.sent,
            accepted=self.accepted,
            rejected=self.rejected,
            final=len(in_time),
            elapsed_seconds=round(until - self.began, 3),
            latencies_us=tuple(sorted(int(took * 1e6) for _, took in self.done)),
            gap_longest_ms=int(max(gaps, default=0.0) * 1e3),
            unresolved=len(self.pending),
            final_by_second=tuple(seconds),
            timeline=tuple(
                (int((at - self.began) * 1e3), int(took * 1e6)) for at, took in self.done
            ),
        )


class Generator:
    """Sends what the stock holds to all nodes in turn."""

    def __init__(
        self, setup: Setup, session: aiohttp.ClientSession, group: asyncio.TaskGroup
    ) -> None:
        self._session = session
        self._group = group
        self._watcher: asyncio.Task[None] | None = None
        self._urls = cycle(setup.urls)
        self._stock = Stock(
            first=setup.first,
            count=setup.count,
            senders=setup.senders,
            generator=setup.generator,
        )
        self._phase = self._new_phase()

    async def watch(self, url: str) -> None:
        """Watch the blocks of a node instead of those of the one before; returns when it does."""
        if self._watcher is not None:
            self._watcher.cancel()
        started = asyncio.Event()
        self._watcher = self._group.create_task(
            watch_blocks(self._session, url, self._on_block, started)
        )
        await started.wait()

    def stop(self) -> None:
        """Watch no more."""
        if self._watcher is not None:
            self._watcher.cancel()

    def _on_block(self, ids: list[str], at: float) -> None:
        self._phase.on_block(ids, at)

    async def run(self, command: Command) -> Result:
        """Do one command."""
        match command:
            case Sign(count=count, valid_until=valid_until):
                self._stock.sign(max(0, count - len(self._stock)), valid_until)
                return Result()
            case Closed():
                return await self._closed(command)
            case Open():
                return await self._open(command)
            case Single(count=count):
                return await self._single(count)
            case Use(urls=urls, watch=watch):
                self._urls = cycle(urls)
                await self.watch(watch)
                return Result()
            case Setup():
                return Result()

    def _new_phase(self) -> Phase:
        self._phase = Phase(asyncio.get_running_loop().time())
        return self._phase

    async def _closed(self, command: Closed) -> Result:
        phase = self._new_phase()
        until = phase.began + command.seconds
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._work(phase, command, until))
        await self._drain(phase)
        return phase.result(min(until, asyncio.get_running_loop().time()))

    async def _work(self, phase: Phase, command: Closed, until: float) -> None:
        loop = asyncio.get_running_loop()
        while loop.time() < until:
            if len(phase.pending) + command.batch > command.outstanding:
                phase.changed.clear()
                try:
                    async with asyncio.timeout_at(until):
                        await phase.changed.wait()
                except TimeoutError:
                    return
                continue
            if not await self._send(phase, command.batch):
                return

    async def _open(self, command: Open) -> Result:
        """A batch at each beat of the clock; a late beat is sent at once, so that none is lost."""
        phase = self._new_phase()
        loop = asyncio.get_running_loop()
        beats = int(command.seconds * command.per_second / command.batch)
        pause = command.batch / command.per_second
        async with asyncio.TaskGroup() as group:
            for beat in range(beats):
                await asyncio.sleep(max(0.0, phase.began + beat * pause - loop.time()))
                group.create_task(self._send(phase, command.batch))
        until = loop.time()
        await self._drain(phase)
        return phase.result(until)

    async def _single(self, count: int) -> Result:
        phase = self._new_phase()
        loop = asyncio.get_running_loop()
        for _ in range(count):
            taken = self._stock.take(1)
            if not taken:
                break
            phase.sent += 1
            before = loop.time()
            reply = await self._call("tx_submitAndWait", {"transaction": taken[0][1]})
            after = loop.time()
            if isinstance(reply, dict) and reply.get("status") == "success":
                phase.accepted += 1
                phase.done.append((after, after - before))
            else:
                phase.rejected["failed"] = phase.rejected.get("failed", 0) + 1
        return phase.result(loop.time())

    async def _send(self, phase: Phase, count: int) -> bool:
        """One batch. False when the stock is empty."""
        taken = self._stock.take(count)
        if not taken:
            return False
        at = asyncio.get_running_loop().time()
        for tx_id, _ in taken:
            phase.pending["0x" + tx_id.hex()] = at
        phase.sent += len(taken)
        reply = await self._call("tx_submitBatch", {"transactions": [data for _, data in taken]})
        if not isinstance(reply, list):
            self._reject(phase, [tx_id for tx_id, _ in taken], str(reply))
            return True
        for (tx_id, _), answer in zip(taken, reply, strict=True):
            if answer["status"] in ("PENDING", "DUPLICATE"):
                phase.accepted += 1
            else:
                self._reject(phase, [tx_id], answer["symbol"])
        return True

    @staticmethod
    def _reject(phase: Phase, ids: list[bytes], symbol: str) -> None:
        for tx_id in ids:
            phase.pending.pop("0x" + tx_id.hex(), None)
        phase.rejected[symbol] = phase.rejected.get(symbol, 0) + len(ids)
        phase.changed.set()

    async def _call(self, method: str, params: dict[str, object]) -> object:
        """Result, or the symbol of what went wrong as text. A node that is away costs one call."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        try:
            async with self._session.post(next(self._urls), data=json.dumps(request)) as response:
                reply = json.loads(await response.read())
        except (aiohttp.ClientError, TimeoutError, ConnectionError, ValueError) as error:
            return type(error).__name__
        if "error" in reply:
            return str(reply["error"].get("data", {}).get("symbol", "ERROR"))
        result: object = reply["result"]
        return result

    async def _drain(self, phase: Phase) -> None:
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while phase.pending:
                    phase.changed.clear()
                    await phase.changed.wait()
        except TimeoutError:
            return


async def serve() -> None:
    """Commands until standard input ends."""
    loop = asyncio.get_running_loop()
    first = _decode(await loop.run_in_executor(None, sys.stdin.readline))
    if not isinstance(first, Setup):
        raise TypeError("the first command is a setup")
    timeout = aiohttp.ClientTimeout(total=35)
    headers = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
        asyncio.TaskGroup() as group,
    ):
        generator = Generator(first, session, group)
        await generator.watch(first.watch)
        _answer(Result())
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            _answer(await generator.run(_decode(line)))
        generator.stop()


def _answer(result: Result) -> None:
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve())
