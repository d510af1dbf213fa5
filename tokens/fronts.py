"""Where the entries of an index begin that are left in the store.

Books, queues and the agenda lose their entries at the front. An ordered store of the kind in use
keeps what was deleted until it merges its files, and a scan from the old beginning steps over it:
20,000 deleted entries cost up to a tenth of a second. So a scan of everything below a prefix begins
where the last one found the first entry.

What is remembered only leaves out what is not there; no answer depends on it.
"""

from collections import Counter, OrderedDict

FRONTS_MAX = 4_096
"""Prefixes remembered; the one asked for least recently leaves first."""


class Fronts:
    """Of one store, whose owner says what it writes."""

    __slots__ = ("_fronts", "_lengths")

    def __init__(self) -> None:
        self._fronts: OrderedDict[tuple[int, bytes], bytes] = OrderedDict()
        """(index tag, prefix of order keys) -> no order key below this one is there."""
        self._lengths: dict[int, Counter[int]] = {}
        """Index tag -> lengths of its prefixes, with how many of each."""

    def of(self, tag: int, prefix: bytes) -> bytes:
        """Where to begin a scan of what begins with a prefix."""
        place = (tag, prefix)
        front = self._fronts.get(place)
        if front is None:
            return prefix
        self._fronts.move_to_end(place)
        return front

    def found(self, tag: int, prefix: bytes, first: bytes) -> None:
        """A scan that began at `of` found this order key first, or nothing below it."""
        place = (tag, prefix)
        if place not in self._fronts:
            self._lengths.setdefault(tag, Counter())[len(prefix)] += 1
        self._fronts[place] = first
        if len(self._fronts) > FRONTS_MAX:
            (forgotten, gone), _ = self._fronts.popitem(last=False)
            lengths = self._lengths[forgotten]
            lengths[len(gone)] -= 1
            if not lengths[len(gone)]:
                del lengths[len(gone)]

    def written(self, tag: int, order: bytes) -> None:
        """An order key is there from now on."""
        for length in self._lengths.get(tag, ()):
            place = (tag, order[:length])
            front = self._fronts.get(place)
            if front is not None and order < front:
                self._fronts[place] = order
