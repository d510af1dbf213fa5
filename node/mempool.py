"""Transactions that wait for a block: bounded, fair between senders, each refusal with a name.

Rules of this file:
1. The pool holds what passed the signature check (node/signature_check.py). It knows nothing of the
   ledger's state: `includable` (R8) is handed in and asked again at each height.
2. Pool limits and fairness never make a proposal invalid: bodies of proposals that the pool would
   refuse are kept beside it, in `spare` (another signature version of a held transaction, a full
   pool).
3. Every buffer is bounded in count and bytes; what leaves early is counted by reason.
"""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator

import msgspec

from node.failing_senders import FailingSenders
from node.pool_entry import Entry, reference_of, sender_of
from node.sender_load import SenderLoad
from node.spare_bodies import SpareBodies
from node.wire.peer_messages import WIRE_IDS_MAX
from tokens.results import Code
from tokens.transaction import DecodedTransaction

Includable = Callable[[DecodedTransaction], Code | None]
"""R8 bound to one parent state and height; None or Code.OK = may enter a block now."""

AHEAD_MARGIN = 100
"""Heights beyond the window W for which a transaction is kept and not refused (R8)."""

FAILING_TRANSACTIONS_MAX = 100
"""Waiting of one sender whose transactions mostly fail (failing_senders.py)."""
FAILING_SHARE = 50
"""All of them together have at most a fiftieth of a block, and one place at least: what waits and
never enters would keep the primary making empty blocks."""
BACKLOG_MIN = 2_000
BACKLOG_BLOCKS = 4
"""Clients' transactions are taken while the pool holds fewer than BACKLOG_MIN, or fewer than so
many blocks like the largest of the last BLOCKS_REMEMBERED. Each one is verified by every validator;
beyond that, taking them slows the blocks that would make room."""
BLOCKS_REMEMBERED = 16
_STAYS = frozenset((Code.OK, Code.TOO_FAR_AHEAD, None))
"""Answers of `includable` with which a transaction waits on. With any other it would be refused if
it came now, and it leaves: what stays in front and cannot enter is asked about at each batch."""


class PoolLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds; the defaults hold 10 seconds of the target load."""

    transactions_max: int = 50_000
    bytes_max: int = 64 * 1024 * 1024
    sender_transactions_max: int = 20_000
    """Of one sender: a bank's batch job must not need tuning, but one sender never fills the
    pool."""
    sender_bytes_max: int = 24 * 1024 * 1024
    spare_transactions_max: int = 2 * WIRE_IDS_MAX
    """All bodies of the largest block must fit, or a full pool could never prepare it."""
    spare_bytes_max: int = 16 * 1024 * 1024
    window: int = 1_000
    """W of genesis: heights for which valid_until may be ahead."""


class Mempool:
    """The pool of one node."""

    def __init__(self, limits: PoolLimits | None = None, *, height: int = 1) -> None:
        self.limits = PoolLimits() if limits is None else limits
        self.height = height
        """Height in progress: what is decided next."""
        self.counters: Counter[str] = Counter()
        """admitted, refused_<code>, evicted, expired, dropped_<code>, decided."""
        self.bytes = 0
        self._entries: dict[bytes, Entry] = {}
        self._by_tx_id: dict[bytes, bytes] = {}
        self._by_reference: dict[tuple[bytes, bytes], bytes] = {}
        self._by_sender: dict[bytes, dict[bytes, Entry]] = {}
        self._load = SenderLoad()
        self._by_expiry: dict[int, dict[bytes, None]] = {}
        self._spare = SpareBodies(
            count_max=self.limits.spare_transactions_max,
            bytes_max=self.limits.spare_bytes_max,
            counters=self.counters,
        )
        self._serial = 0
        self.failing = FailingSenders()
        self._block_sizes: deque[int] = deque(maxlen=BLOCKS_REMEMBERED)

    def __len__(self) -> int:
        return len(self._entries)

    def admit(
        self,
        transaction: DecodedTransaction,
        *,
        verdict: Code | None = None,
        own: bool = False,
    ) -> Code:
        """Take a transaction whose signatures are valid.

        `verdict` is what `includable` says of it now; `own` = from a client of this node. Answers:
        OK; ALREADY_KNOWN (this one, or another signature version of it: kept as spare);
        CLIENT_REF_REUSED, EXPIRED, TOO_FAR_AHEAD, SENDER_LIMIT, MEMPOOL_FULL; else the verdict.
        """
        code = self._refusal(transaction, verdict)
        if code is Code.ALREADY_KNOWN and transaction.wire_id not in self._entries:
            self.keep_spare(transaction)
        if code is not Code.OK:
            self.counters[f"refused_{code.name.lower()}"] += 1
            return code
        self._insert(Entry(transaction=transaction, serial=self._serial, own=own))
        self.counters["admitted"] += 1
        return Code.OK

    def refuses(self, transaction: DecodedTransaction, *, own: bool) -> Code | None:
        """MEMPOOL_FULL or SENDER_LIMIT if there is no room for it, asked before it is verified.

        `own` = from a client of this node: refused earlier, when enough waits already. Nothing is
        evicted for what may turn out to be forged; `admit` does that afterwards.
        """
        backlog = BACKLOG_BLOCKS * max(self._block_sizes, default=0)
        if own and len(self._entries) >= max(BACKLOG_MIN, backlog):
            return Code.MEMPOOL_FULL
        code = self._room(transaction, evict=False)
        return None if code is Code.OK else code

    def _refusal(self, transaction: DecodedTransaction, verdict: Code | None) -> Code:
        if transaction.tx_id in self._by_tx_id:
            return Code.ALREADY_KNOWN
        if reference_of(transaction) in self._by_reference:
            return Code.CLIENT_REF_REUSED
        valid_until = transaction.signed.transaction.valid_until
        if valid_until < self.height:
            return Code.EXPIRED
        if valid_until > self.height + self.limits.window + AHEAD_MARGIN:
            return Code.TOO_FAR_AHEAD
        if verdict is not None and verdict not in (Code.OK, Code.TOO_FAR_AHEAD):
            return verdict
        return self._room(transaction)

    def _room(self, transaction: DecodedTransaction, *, evict: bool = True) -> Code:
        """Make room, from the sender that holds most; refuse if that is this sender itself."""
        limits, size_bytes, sender = self.limits, len(transaction.data), sender_of(transaction)
        waiting = self._by_sender.get(sender, {})
        used = self._load.of(sender) + size_bytes
        failing = sender in self.failing
        count_max = FAILING_TRANSACTIONS_MAX if failing else limits.sender_transactions_max
        if len(waiting) >= count_max or used > limits.sender_bytes_max:
            return Code.SENDER_LIMIT
        while (
            len(self._entries) >= limits.transactions_max
            or self.bytes + size_bytes > limits.bytes_max
        ):
            heaviest = self._load.heaviest()
            if heaviest is None or heaviest[1] <= used:
                return Code.MEMPOOL_FULL
            if not evict:
                break
            # Its newest: the oldest waited longest and may be in somebody's proposal already.
            self._remove(next(reversed(self._by_sender[heaviest[0]])))
            self.counters["evicted"] += 1
        return Code.OK

    # --- reading ---------------------------------------------------------------------------------

    def holds(self, transaction: DecodedTransaction) -> bool:
        """Whether these very bytes wait here."""
        return transaction.wire_id in self._entries

    def get(self, tx_id: bytes) -> DecodedTransaction | None:
        """The held version of a transaction, by tx_id."""
        wire_id = self._by_tx_id.get(tx_id)
        return None if wire_id is None else self._entries[wire_id].transaction

    def body(self, wire_id: bytes) -> DecodedTransaction | None:
        """A transaction by wire_id, waiting or spare."""
        entry = self._entries.get(wire_id)
        return self._spare.get(wire_id) if entry is None else entry.transaction

    def tx_ids(self, limit: int) -> list[bytes]:
        """tx_ids in order of arrival."""
        return [entry.transaction.tx_id for entry in itertools.islice(self.entries(), limit)]

    def entries(self) -> Iterator[Entry]:
        """In order of arrival."""
        return iter(self._entries.values())

    def select(
        self, includable: Includable, limit_count: int, limit_bytes: int
    ) -> list[DecodedTransaction]:
        """What goes into a block now: oldest first, and senders take turns when not all fit.

        Failing senders together have a fiftieth of it at most. Asks `includable` of each candidate;
        what would not be admitted any more leaves the pool.
        """
        chosen: list[Entry] = []
        size_bytes = 0
        failing_left = max(1, limit_count // FAILING_SHARE)
        all_fit = len(self._entries) <= limit_count and self.bytes <= limit_bytes
        for entry in list(self._entries.values()) if all_fit else self._by_turns():
            if len(chosen) >= limit_count:
                break
            failing = self.is_failing(entry.transaction)
            if failing and failing_left == 0:
                continue
            if size_bytes + entry.size_bytes > limit_bytes or not self._ask(includable, entry):
                continue
            failing_left -= failing
            chosen.append(entry)
            size_bytes += entry.size_bytes
        chosen.sort(key=lambda entry: entry.serial)
        return [entry.transaction for entry in chosen]

    def count_includable(self, includable: Includable, enough: int) -> int:
        """How many may enter now; stops at `enough`, because the caller only compares."""
        count = 0
        refused: list[tuple[Entry, Code]] = []
        # No copy of the pool: this is asked after every batch that came in.
        for entry in self._entries.values():
            if count >= enough:
                break
            if self._is_ahead(entry):
                continue
            code = includable(entry.transaction)
            if code is None or code is Code.OK:
                count += 1
            elif code not in _STAYS:
                refused.append((entry, code))
        for entry, code in refused:
            self._drop(entry, code)
        return count

    def _is_ahead(self, entry: Entry) -> bool:
        """Too far ahead for the next block: known without asking; a bank may have thousands."""
        return entry.transaction.signed.transaction.valid_until > self.height + self.limits.window

    def _ask(self, includable: Includable, entry: Entry) -> bool:
        if self._is_ahead(entry):
            return False
        code = includable(entry.transaction)
        if code is None or code is Code.OK:
            return True
        if code not in _STAYS:
            self._drop(entry, code)
        return False

    def _drop(self, entry: Entry, code: Code) -> None:
        """It would not be admitted any more."""
        self._remove(entry.transaction.wire_id)
        self.counters[f"dropped_{code.name.lower()}"] += 1

    def _by_turns(self) -> Iterator[Entry]:
        """One of each sender, oldest sender first, then the next of each. Safe against removals."""
        lines = [iter(list(line.values())) for line in self._by_sender.values()]
        while lines:
            going_on = []
            for line in lines:
                entry = next(line, None)
                if entry is not None:
                    going_on.append(line)
                    yield entry
            lines = going_on

    # --- leaving ---------------------------------------------------------------------------------

    def remove_decided(self, transactions: Iterable[DecodedTransaction]) -> int:
        """A block was decided.

        Its transactions leave, and whatever else their references rule out.
        """
        removed = count = 0
        for transaction in transactions:
            count += 1
            self._spare.drop(transaction.wire_id)
            wire_id = self._by_reference.get(reference_of(transaction))
            if wire_id is not None:
                self._remove(wire_id)
                removed += 1
        self._block_sizes.append(count)
        self.counters["decided"] += removed
        return removed

    def note_outcomes(self, outcomes: list[tuple[bytes, bool]]) -> None:
        """(sender, whether it succeeded) of a decided block; who is failing now keeps little."""
        for sender in self.failing.note(outcomes):
            for wire_id in list(self._by_sender.get(sender, ()))[FAILING_TRANSACTIONS_MAX:]:
                self._remove(wire_id)
                self.counters["failing_dropped"] += 1

    def is_failing(self, transaction: DecodedTransaction) -> bool:
        """Whether its sender's transactions mostly fail."""
        return sender_of(transaction) in self.failing

    def drop_expired(self, height: int) -> int:
        """`height` is in progress now: what was valid only before it leaves."""
        expired = [until for until in self._by_expiry if until < height]
        removed = 0
        for until in expired:
            for wire_id in list(self._by_expiry.get(until, ())):
                self._remove(wire_id)
                removed += 1
        self.height = height
        self.counters["expired"] += removed
        return removed

    def keep_spare(self, transaction: DecodedTransaction) -> None:
        """Hold a body for a proposal although the pool does not want it.

        The oldest spare goes first.
        """
        if transaction.wire_id not in self._entries:
            self._spare.keep(transaction)

    def _insert(self, entry: Entry) -> None:
        transaction = entry.transaction
        wire_id, sender = transaction.wire_id, sender_of(transaction)
        self._serial += 1
        self._entries[wire_id] = entry
        self._by_tx_id[transaction.tx_id] = wire_id
        self._by_reference[reference_of(transaction)] = wire_id
        self._by_sender.setdefault(sender, {})[wire_id] = entry
        self._load.add(sender, entry.size_bytes)
        until = transaction.signed.transaction.valid_until
        self._by_expiry.setdefault(until, {})[wire_id] = None
        self.bytes += entry.size_bytes
        self._spare.drop(wire_id)

    def _remove(self, wire_id: bytes) -> None:
        entry = self._entries.pop(wire_id)
        transaction = entry.transaction
        sender = sender_of(transaction)
        del self._by_tx_id[transaction.tx_id]
        del self._by_reference[reference_of(transaction)]
        del self._by_sender[sender][wire_id]
        self._load.remove(sender, entry.size_bytes)
        if not self._by_sender[sender]:
            del self._by_sender[sender]
        until = transaction.signed.transaction.valid_until
        del self._by_expiry[until][wire_id]
        if not self._by_expiry[until]:
            del self._by_expiry[until]
        self.bytes -= entry.size_bytes
