"""One proxied connection: two pumps, each bounded, both ended together.

Rules of this file:
1. Bytes of one direction of a connection leave in the order in which they came.
2. What waits is bounded by CHUNKS_MAX reads; then the sender is not read, and TCP slows it down.
3. When a side closes, what waits is still delivered; a reset or a hole in the stream ends both
   sides at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

from tests.campaigns.network.direction import Direction

CHUNK_BYTES = 16 * 1024
CHUNKS_MAX = 64
"""Reads under way in one direction: at most 1 MiB."""
LINGER_NOTHING = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: the close becomes a reset."""


class Pump:
    """One direction of one connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: Direction
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._direction = direction
        self._waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=CHUNKS_MAX)
        self._loop = asyncio.get_running_loop()
        self._free_at = 0.0
        """When the line has sent what it took; for bandwidth."""

    async def run(self) -> None:
        """Until the sender closes and all is delivered. OSError when a side is gone."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._read())
            group.create_task(self._write())

    async def _read(self) -> None:
        last = 0.0
        while data := await self._reader.read(CHUNK_BYTES):
            last = self._direction.release_at(self._loop.time(), last)
            await self._waiting.put((last, data))
        await self._waiting.put((last, b""))

    async def _write(self) -> None:
        direction = self._direction
        while True:
            at, data = await self._waiting.get()
            at = max(at, self._free_at)
            if at > self._loop.time() or direction.weather.held:
                direction.delayed += 1
                await self._until(at)
                await direction.opened()
            if not data:
                with contextlib.suppress(OSError):
                    self._writer.write_eof()
                return
            if direction.weather.swallowed:
                direction.swallowed += len(data)
                continue
            self._writer.write(data)
            await self._writer.drain()
            direction.passed += len(data)
            self._free_at = self._loop.time() + direction.spent_s(len(data))

    async def _until(self, at: float) -> None:
        due = asyncio.Event()
        handle = self._loop.call_at(at, due.set)
        try:
            await due.wait()
        finally:
            handle.cancel()


class Connection:
    """A dialler, the node that it dialled, and the two pumps between them."""

    def __init__(
        self,
        dialler: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        dialled: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        forth: Direction,
        back: Direction,
    ) -> None:
        self._writers = (dialler[1], dialled[1])
        self._pumps = (
            Pump(dialler[0], dialled[1], forth),
            Pump(dialled[0], dialler[1], back),
        )

    async def run(self) -> None:
        """Until both sides closed, or one is gone, or it is reset."""
        try:
            async with asyncio.TaskGroup() as group:
                for pump in self._pumps:
                    group.create_task(pump.run())
        except* OSError:
            self.reset()
        finally:
            for writer in self._writers:
                writer.close()

    def reset(self) -> None:
        """RST to both sides."""
        for writer in self._writers:
            held = writer.get_extra_info("socket")
            if held is not None:
                with contextlib.suppress(OSError):
                    held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOTHING)
            writer.transport.abort()
