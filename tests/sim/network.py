"""Links between nodes: delay, loss, duplicates, reorder, cuts in one or both directions, clogging.

Rules of this file:
1. A message leaves encoded, in the real frame, and is decoded once for all of a broadcast.
2. Each cause of trouble is counted on, not set: two partitions that overlap end one by one.
3. A connection has a number; what was under way when it was lost never arrives.
4. What waits on a clogged link waits in the real send queue, bounded in bytes.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from random import Random
from typing import Protocol

import msgspec

from node.p2p.send_queue import Outgoing, SendQueue, outgoing
from node.wire.framing import HEADER_SIZE_BYTES
from node.wire.peer_messages import PeerMessage, decode_message
from tests.sim.streams import chance

QUEUE_BYTES_MAX = 1 << 20
"""Of one link."""
UP_AFTER_MS = 10
"""From two running nodes that may talk to their connection."""
CAUSES = ("down", "lossy", "clogged")
"""What can be wrong with a direction: no connection; connected, but silent; slow without end."""

Pair = tuple[str, str]


class Weather(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with all links all the time; drawn for each seed."""

    delay_ms: tuple[int, int]
    loss_e3: int
    duplicates_e3: int
    reorder: bool
    """Whether a message may overtake another one of its link."""
    tail_e3: int
    """Messages of 1,000 that take ten times as long."""


class Station(Protocol):
    """What the network needs of a node."""

    @property
    def alive(self) -> bool:
        """Whether a process runs."""

    def on_up(self, peer: str) -> None:
        """A connection exists."""

    def on_down(self, peer: str) -> None:
        """It is lost."""

    def receive(self, sender: str, parcel: "Parcel") -> None:
        """A frame came in."""


class Parcel:
    """One message on its way, encoded once."""

    __slots__ = ("_message", "outgoing")

    def __init__(self, message: PeerMessage) -> None:
        self.outgoing: Outgoing = outgoing(message)
        self._message: PeerMessage | None = None

    @property
    def message(self) -> PeerMessage:
        """What a receiver decodes."""
        if self._message is None:
            self._message = decode_message(self.outgoing.data[HEADER_SIZE_BYTES:])
        return self._message


class Network:
    """All links. Nodes register themselves in `stations`."""

    def __init__(self, weather: Weather, generator: Random, stations: dict[str, Station]) -> None:
        self.weather = weather
        self._random = generator
        self._stations = stations
        self._wrong: dict[str, Counter[Pair]] = {cause: Counter() for cause in CAUSES}
        self._numbers: dict[Pair, int] = {}
        """Number of the connection of an ordered pair of names, while there is one."""
        self._count = 0
        self._last_ms: dict[Pair, float] = {}
        self._queues: dict[Pair, tuple[SendQueue, dict[bytes, Parcel]]] = {}
        self.dropped: Counter[str] = Counter()
        """By the send queues, by reason."""
        self.stats: Counter[str] = Counter()
        self.filters: list[Callable[[str, str, PeerMessage], bool]] = []
        """Each says True for what is lost."""
        self.watch: Callable[[PeerMessage], None] | None = None
        """Sees each message that leaves."""
        self.on_queued: Callable[[Pair, SendQueue], None] | None = None
        """Looks at the queue of a clogged link after each message that it was given."""

    # --- trouble ----------------------------------------------------------------------------------

    def spoil(self, cause: str, pairs: Iterable[Pair]) -> None:
        """Something goes wrong on these directions, once more."""
        for pair in pairs:
            self._wrong[cause][pair] += 1
            if cause == "down":
                self._disconnect(*pair)

    def mend(self, cause: str, pairs: Iterable[Pair]) -> None:
        """It goes right again, once."""
        for pair in pairs:
            self._wrong[cause][pair] -= 1
            if self._wrong[cause][pair]:
                continue
            del self._wrong[cause][pair]
            if cause == "down":
                self._try_soon(*pair)
            elif cause == "clogged":
                self._drain(pair)

    def calm(self, weather: Weather) -> None:
        """All is well from now on, but for this."""
        self.weather = weather
        self.filters.clear()
        for cause, pairs in self._wrong.items():
            for pair, times in list(pairs.items()):
                for _ in range(times):
                    self.mend(cause, (pair,))

    # --- connections ------------------------------------------------------------------------------

    def started(self, name: str) -> None:
        """A process runs: it dials all others, and they it."""
        for other in self._stations:
            if other != name:
                self._try_soon(name, other)

    def stopped(self, name: str) -> None:
        """A process is gone; the kernels of the others notice."""
        for other in self._stations:
            if other != name:
                self._disconnect(name, other)

    def connected(self, one: str, other: str) -> bool:
        """Whether there is a connection."""
        return (one, other) in self._numbers

    def _try_soon(self, one: str, other: str) -> None:
        asyncio.get_running_loop().call_later(UP_AFTER_MS * 0.001, self._connect, one, other)

    def _connect(self, one: str, other: str) -> None:
        wrong, stations = self._wrong["down"], self._stations
        if (
            (one, other) in self._numbers
            or wrong[one, other]
            or wrong[other, one]
            or not (stations[one].alive and stations[other].alive)
        ):
            return
        self._count += 1
        self._numbers[one, other] = self._numbers[other, one] = self._count
        for at, peer in ((one, other), (other, one)):
            if (at, peer) in self._numbers:
                stations[at].on_up(peer)

    def _disconnect(self, one: str, other: str) -> None:
        if self._numbers.pop((one, other), None) is None:
            return
        del self._numbers[other, one]
        for at, peer in ((one, other), (other, one)):
            self._queues.pop((at, peer), None)
            self._last_ms.pop((at, peer), None)
            if self._stations[at].alive:
                self._stations[at].on_down(peer)

    # --- messages ---------------------------------------------------------------------------------

    def peers_of(self, name: str) -> list[str]:
        """All others, in order."""
        return [other for other in self._stations if other != name]

    def send(self, source: str, target: str, parcel: Parcel) -> None:
        """A message leaves a node."""
        self.stats["sent"] += 1
        if self.watch is not None:
            self.watch(parcel.message)
        pair = (source, target)
        if pair not in self._numbers:
            return
        if self._wrong["lossy"][pair] or any(
            lost(source, target, parcel.message) for lost in self.filters
        ):
            self.stats["cut off"] += 1
            return
        if self._wrong["clogged"][pair]:
            self._queue(pair, parcel)
            return
        self._transmit(pair, parcel)

    def _transmit(self, pair: Pair, parcel: Parcel) -> None:
        weather, generator = self.weather, self._random
        if weather.loss_e3 and chance(generator, weather.loss_e3):
            self.stats["lost"] += 1
            return
        delay_ms = generator.randint(*weather.delay_ms)
        if weather.tail_e3 and chance(generator, weather.tail_e3):
            delay_ms *= 10
            self.stats["late"] += 1
        self._deliver_at(pair, parcel, delay_ms, fifo=not weather.reorder)
        if weather.duplicates_e3 and chance(generator, weather.duplicates_e3):
            self.stats["duplicated"] += 1
            self._deliver_at(pair, parcel, 2 * delay_ms + 1, fifo=False)

    def _deliver_at(self, pair: Pair, parcel: Parcel, delay_ms: int, *, fifo: bool) -> None:
        loop = asyncio.get_running_loop()
        at_s = loop.time() + delay_ms * 0.001
        last_s = self._last_ms.get(pair, 0.0)
        if at_s >= last_s:
            self._last_ms[pair] = at_s
        elif fifo:
            at_s = last_s
        else:
            self.stats["reordered"] += 1
        loop.call_at(at_s, self._deliver, pair, self._numbers[pair], parcel)

    def _deliver(self, pair: Pair, number: int, parcel: Parcel) -> None:
        if self._numbers.get(pair) == number:
            self.stats["delivered"] += 1
            self._stations[pair[1]].receive(pair[0], parcel)

    # --- clogging ---------------------------------------------------------------------------------

    def _queue(self, pair: Pair, parcel: Parcel) -> None:
        if pair not in self._queues:
            made = SendQueue(limit_bytes=QUEUE_BYTES_MAX, dropped=self.dropped)
            self._queues[pair] = (made, {})
        queue, parcels = self._queues[pair]
        self.stats["clogged"] += 1
        if queue.put(parcel.outgoing):
            parcels[parcel.outgoing.data] = parcel
        if self.on_queued is not None:
            self.on_queued(pair, queue)

    def _drain(self, pair: Pair) -> None:
        held = self._queues.pop(pair, None)
        if held is None or pair not in self._numbers:
            return
        queue, parcels = held
        while (data := queue.pop()) is not None:
            self._transmit(pair, parcels[data])
