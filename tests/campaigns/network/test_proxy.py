"""The proxy does to bytes what its weather says, and nothing else."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import pytest

from tests.campaigns.network.direction import Direction
from tests.campaigns.network.messages import Change, Listen, Look, Passed, Reset, Weather
from tests.campaigns.network.proxy import HOST, Proxy, proxy_address

PATIENCE_S = 20.0
FORTH, BACK = ("a", "b"), ("b", "a")
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Line:
    """Node a behind one end, node b (which echoes) behind the other."""

    def __init__(self, proxy: Proxy, port: int) -> None:
        self.proxy = proxy
        self.port = port

    async def dial(self) -> Streams:
        """From a to b."""
        return await asyncio.open_connection(proxy_address(0, 1), self.port)

    def change(self, pair: tuple[str, str], weather: Weather) -> None:
        self.proxy.do(Change(sender=pair[0], receiver=pair[1], weather=weather))

    def passed(self, pair: tuple[str, str]) -> Passed:
        return self.proxy.do(Look()).directions[f"{pair[0]}>{pair[1]}"]

    async def until_swallowed(self, pair: tuple[str, str], size: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self.passed(pair).bytes_swallowed < size:  # noqa: ASYNC110
                await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def line() -> AsyncIterator[Line]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1_000):
                writer.write(data)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, HOST, 0)
    port: int = server.sockets[0].getsockname()[1]
    proxy = Proxy(Listen(ports={"a": port, "b": port}, seed=1))
    await proxy.start()
    try:
        yield Line(proxy, port)
    finally:
        proxy.close()
        server.close()


async def read(streams: Streams, size: int) -> bytes:
    async with asyncio.timeout(PATIENCE_S):
        return await streams[0].readexactly(size)


async def test_calm_weather_passes_all_bytes_in_order() -> None:
    async with line() as found:
        streams = await found.dial()
        data = random.Random(1).randbytes(300_000)
        streams[1].write(data)
        assert await read(streams, len(data)) == data
        assert found.passed(FORTH).bytes_passed == len(data)
        streams[1].close()


async def test_jitter_and_gathering_keep_the_order_of_a_stream() -> None:
    async with line() as found:
        found.change(FORTH, Weather(delay_ms=1, jitter_ms=10, gather_ms=5))
        found.change(BACK, Weather(jitter_ms=5, bytes_per_s=4 * 1024 * 1024))
        streams = await found.dial()
        data = random.Random(2).randbytes(200_000)
        streams[1].write(data)
        assert await read(streams, len(data)) == data
        assert found.passed(FORTH).reads_delayed > 0
        streams[1].close()


async def test_what_is_held_comes_when_it_is_let_go() -> None:
    async with line() as found:
        streams = await found.dial()
        found.change(BACK, Weather(held=True))
        streams[1].write(b"question")
        async with asyncio.timeout(PATIENCE_S):
            while found.passed(FORTH).bytes_passed < 8:  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert found.passed(BACK).bytes_passed == 0
        found.change(BACK, Weather())
        assert await read(streams, 8) == b"question"
        streams[1].close()


async def test_what_is_swallowed_is_gone_and_the_stream_ends_with_the_fault() -> None:
    async with line() as found:
        streams = await found.dial()
        streams[1].write(b"one")
        assert await read(streams, 3) == b"one"
        found.change(FORTH, Weather(swallowed=True))
        streams[1].write(b"two")
        await found.until_swallowed(FORTH, 3)
        found.change(FORTH, Weather())
        with pytest.raises(OSError):
            await read(streams, 1)
        again = await found.dial()
        again[1].write(b"three")
        assert await read(again, 5) == b"three"
        again[1].close()


async def test_a_reset_ends_the_connection_and_a_new_one_works() -> None:
    async with line() as found:
        streams = await found.dial()
        streams[1].write(b"x")
        await read(streams, 1)
        assert found.proxy.do(Reset(one="b", other="a")).resets == 1
        with pytest.raises(OSError):
            await read(streams, 1)
        again = await found.dial()
        again[1].write(b"y")
        assert await read(again, 1) == b"y"
        again[1].close()


def test_gathered_bytes_leave_at_the_end_of_their_period() -> None:
    direction = Direction(random.Random(3))
    direction.change(Weather(gather_ms=100))
    times = [direction.release_at(now, 0.0) for now in (5.0, 5.01, 5.02, 5.03)]
    assert times == sorted(times)
    assert all(5.0 < at <= 5.2 for at in times)
    assert len({round(at, 6) for at in times}) <= 2


def test_bandwidth_is_time_a_byte() -> None:
    direction = Direction(random.Random(3))
    assert direction.spent_s(10_000) == 0
    direction.change(Weather(bytes_per_s=5_000))
    assert direction.spent_s(10_000) == 2
