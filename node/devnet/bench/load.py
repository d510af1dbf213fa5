"""The generator processes of a bench, seen from the bench."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process

import msgspec

from node.devnet.bench.messages import Closed, Command, Open, Result, Setup, Sign, Single, Use
from node.devnet.bench.meters import cpu_seconds

LINE_BYTES_MAX = 64 * 1024 * 1024
"""A result carries one number a transaction."""
ANSWER_SECONDS = 900


class GeneratorFailed(Exception):
    """A generator ended or did not answer."""


class Load:
    """All generators as one."""

    def __init__(self, processes: list[Process]) -> None:
        self._processes = processes

    @classmethod
    async def start(cls, count: int, senders: int, urls: tuple[str, ...], watch: str) -> Load:
        """Start them; each has its share of the senders."""
        share = senders // count
        load = cls([])
        for number in range(count):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "node.devnet.bench.generator",
                stdin=PIPE,
                stdout=PIPE,
                limit=LINE_BYTES_MAX,
                process_group=0,
            )
            load._processes.append(process)
            setup = Setup(
                urls=urls,
                watch=watch,
                first=number * share,
                count=share,
                senders=senders,
                generator=number,
            )
            await _ask(process, setup)
        return load

    async def use(self, urls: list[str]) -> None:
        """Send to these nodes only, and watch the blocks of the last one."""
        await self._all(Use(urls=tuple(urls), watch=urls[-1]))

    async def sign(self, count: int, valid_until: int) -> None:
        """Have `count` transfers ready in all."""
        share = -(-count // len(self._processes))
        await self._all(Sign(count=share, valid_until=valid_until))

    async def closed(self, seconds: float, outstanding: int, batch: int) -> Result:
        """As fast as it goes."""
        share = outstanding // len(self._processes)
        return await self._all(Closed(seconds=seconds, outstanding=share, batch=batch))

    async def open(self, seconds: float, per_second: int, batch: int) -> Result:
        """At a rate."""
        share = max(1, per_second // len(self._processes))
        return await self._all(Open(seconds=seconds, per_second=share, batch=batch))

    async def single(self, count: int) -> Result:
        """One at a time, from one generator."""
        return await _ask(self._processes[0], Single(count=count))

    def cpu_seconds(self) -> float:
        """CPU that all generators have used so far."""
        return sum(cpu_seconds(process.pid) for process in self._processes)

    async def stop(self) -> None:
        """End of input ends them."""
        for process in self._processes:
            if process.stdin is not None:
                process.stdin.close()
        for process in self._processes:
            try:
                async with asyncio.timeout(5):
                    await process.wait()
            except TimeoutError:
                process.kill()

    async def _all(self, command: Command) -> Result:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_ask(process, command)) for process in self._processes]
        return merged([task.result() for task in tasks])


async def _ask(process: Process, command: Command) -> Result:
    if process.stdin is None or process.stdout is None:
        raise GeneratorFailed("a generator has no pipes")
    process.stdin.write(msgspec.json.encode(command) + b"\n")
    try:
        await process.stdin.drain()
        async with asyncio.timeout(ANSWER_SECONDS):
            line = await process.stdout.readline()
    except (ConnectionError, TimeoutError) as error:
        raise GeneratorFailed(f"a generator does not answer ({type(error).__name__})") from None
    if not line:
        raise GeneratorFailed("a generator ended; its message is above")
    return msgspec.json.decode(line, type=Result)


def merged(results: list[Result]) -> Result:
    """Figures of all generators together. They ran at the same time."""
    if len(results) == 1:
        return results[0]
    rejected: dict[str, int] = {}
    for result in results:
        for symbol, count in result.rejected.items():
            rejected[symbol] = rejected.get(symbol, 0) + count
    length = max(len(result.final_by_second) for result in results)
    by_second = [0] * length
    for result in results:
        for second, count in enumerate(result.final_by_second):
            by_second[second] += count
    return Result(
        sent=sum(result.sent for result in results),
        accepted=sum(result.accepted for result in results),
        rejected=rejected,
        final=sum(result.final for result in results),
        elapsed_seconds=max(result.elapsed_seconds for result in results),
        latencies_us=tuple(sorted(us for result in results for us in result.latencies_us)),
        gap_longest_ms=min(result.gap_longest_ms for result in results),
        unresolved=sum(result.unresolved for result in results),
        final_by_second=tuple(by_second),
        timeline=tuple(sorted(entry for result in results for entry in result.timeline)),
    )
