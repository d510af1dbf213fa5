"""Bodies beside the pool: wanted by a proposal, not by the pool. Bounded; the oldest goes first."""

from collections import Counter, OrderedDict

from tokens.transaction import DecodedTransaction


class SpareBodies:
    """Transactions by wire id, in order of arrival."""

    __slots__ = ("_bytes_max", "_count_max", "_counters", "_held", "bytes")

    def __init__(self, *, count_max: int, bytes_max: int, counters: Counter[str]) -> None:
        self._count_max = count_max
        self._bytes_max = bytes_max
        self._counters = counters
        """`spare_evicted` is counted here."""
        self._held: OrderedDict[bytes, DecodedTransaction] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._held)

    def get(self, wire_id: bytes) -> DecodedTransaction | None:
        """One of them."""
        return self._held.get(wire_id)

    def keep(self, transaction: DecodedTransaction) -> None:
        """Hold it; those that came first make room."""
        if transaction.wire_id in self._held:
            return
        self._held[transaction.wire_id] = transaction
        self.bytes += len(transaction.data)
        while len(self._held) > self._count_max or self.bytes > self._bytes_max:
            self.drop(next(iter(self._held)))
            self._counters["spare_evicted"] += 1

    def drop(self, wire_id: bytes) -> None:
        """Hold it no longer; nothing happens if it is not held."""
        transaction = self._held.pop(wire_id, None)
        if transaction is not None:
            self.bytes -= len(transaction.data)
