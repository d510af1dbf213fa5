"""A bounded feed of the fake node, as node/feeds.py has it."""

import asyncio

from node.api import StoredBlock


class FakeFeed:
    """Blocks until it overflows or is closed; stands in the node's list of feeds until then."""

    def __init__(self, queue_max: int, feeds: list["FakeFeed"], changed: asyncio.Event) -> None:
        self.queue: asyncio.Queue[StoredBlock] = asyncio.Queue(maxsize=queue_max)
        self.overflowed = False
        self._feeds, self._changed = feeds, changed
        feeds.append(self)
        changed.set()

    def close(self) -> None:
        if self in self._feeds:
            self._feeds.remove(self)
            self._changed.set()
