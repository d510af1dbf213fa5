"""How much of the pool each sender fills, and which one fills most. Both in constant or log time.

A scan over all senders at each refusal would make a full pool slow, and a pool is full exactly when
the node has no time.
"""

import heapq


class SenderLoad:
    """Bytes by sender.

    The heap holds stale values; they are corrected when they come to the top.
    """

    __slots__ = ("_bytes", "_heap")

    def __init__(self) -> None:
        self._bytes: dict[bytes, int] = {}
        self._heap: list[tuple[int, bytes]] = []

    def __len__(self) -> int:
        return len(self._bytes)

    def of(self, sender: bytes) -> int:
        """Bytes held for a sender, 0 for an unknown one."""
        return self._bytes.get(sender, 0)

    def add(self, sender: bytes, size_bytes: int) -> None:
        """A transaction came."""
        load = self._bytes.get(sender, 0) + size_bytes
        self._bytes[sender] = load
        heapq.heappush(self._heap, (-load, sender))
        if len(self._heap) > 4 * len(self._bytes) + 64:
            self._heap = [(-load, sender) for sender, load in self._bytes.items()]
            heapq.heapify(self._heap)

    def remove(self, sender: bytes, size_bytes: int) -> None:
        """A transaction left."""
        load = self._bytes[sender] - size_bytes
        if load:
            self._bytes[sender] = load
        else:
            del self._bytes[sender]

    def heaviest(self) -> tuple[bytes, int] | None:
        """The sender with most bytes, and how many; None when there is nobody."""
        while self._heap:
            recorded, sender = self._heap[0]
            load = self._bytes.get(sender, 0)
            if -recorded == load:
                return sender, load
            if load:
                heapq.heapreplace(self._heap, (-load, sender))
            else:
                heapq.heappop(self._heap)
        return None
