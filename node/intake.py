"""The way of transactions into the pool: decode, check once, ask the ledger, admit, tell peers.

Rules of this file:
1. Signatures are checked inline in chunks. In one turn of the loop there is one chunk of clients
   and one of peers at most (signature_check).
2. What waits to be checked is bounded; a peer that overfills it loses its batch (R9 sends again), a
   client is told.
3. Clients' transactions go to all validators; what came from a peer does not go on.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Protocol

from node.mempool import AHEAD_MARGIN, Mempool
from node.signature_check import CHUNK, SignatureCheck
from node.stages import Stage, Stages
from node.turns import Turns
from tokens.results import Code
from tokens.transaction import DecodedTransaction, decode_transaction

WAITING_BYTES_PER_PEER_MAX = 4 * 1024 * 1024
"""Batches of one peer that wait for their check: a flood drops its own sender's batches only."""
_FAULTS = frozenset((Code.BAD_SIGNATURE, Code.MALFORMED, Code.NON_CANONICAL_ENCODING))
"""What an honest peer never sends: it has checked all of these itself."""


class Admission(Protocol):
    """What the ledger says of a transaction now (R8)."""

    def includable(self, transaction: DecodedTransaction, height: int | None = None) -> Code | None:
        """None if it may enter the next block, or the block of that later height."""


class Spread(Protocol):
    """Who tells the other validators."""

    def add(self, transaction: DecodedTransaction) -> None:
        """Put it into the next batch."""


class Intake:
    """One queue for peers, a direct way for clients."""

    def __init__(
        self,
        *,
        pool: Mempool,
        check: SignatureCheck,
        admission: Admission,
        spread: Spread,
        on_admitted: Callable[[], None],
        forbids: Callable[[DecodedTransaction], bool],
        wants: Callable[[bytes], bool],
        on_bodies: Callable[[], None],
        on_again: Callable[[str, bytes], None],
        on_fault: Callable[[str, str], None],
        on_waste: Callable[[str, float], None],
        cpu_seconds: Callable[[], float],
        stages: Stages,
    ) -> None:
        self._pool = pool
        self._check = check
        self._admission = admission
        self._spread = spread
        self._on_admitted = on_admitted
        self._forbids = forbids
        """Whether it names a key that this network must not know (node/named_keys.py)."""
        self._wants = wants
        """Whether an open block lacks the body of this wire id."""
        self._on_bodies = on_bodies
        self._on_again = on_again
        """(peer, wire id): the peer sent what the pool holds already (R6, censorship)."""
        self._on_fault = on_fault
        """(peer, symbol): the peer sent what no honest one sends."""
        self._on_waste = on_waste
        """(peer, CPU seconds): what was refused of its transactions has cost so much."""
        self._cpu_seconds = cpu_seconds
        self._stages = stages
        self._lines: dict[str, deque[tuple[bytes, ...]]] = {}
        self._waiting_bytes: Counter[str] = Counter()
        self._wake = asyncio.Event()
        self._turns = Turns()
        """Clients' chunks, one a turn of the loop, however many calls are under way."""
        self.dropped: Counter[str] = Counter()
        """Transactions of peers that were not admitted, by symbol."""

    # --- peers ------------------------------------------------------------------------------------

    def on_batch(self, peer: str, bodies: tuple[bytes, ...]) -> None:
        """Transactions that a peer disseminates, or that it was asked for."""
        size_bytes = sum(map(len, bodies))
        if self._waiting_bytes[peer] + size_bytes > WAITING_BYTES_PER_PEER_MAX:
            self.dropped["INTAKE_FULL"] += len(bodies)
            return
        if not self._lines and len(bodies) <= CHUNK:
            self._take(peer, bodies)
            return
        self._lines.setdefault(peer, deque()).append(bodies)
        self._waiting_bytes[peer] += size_bytes
        self._wake.set()

    async def run(self) -> None:
        """Work the lines off, one chunk of each peer in turn; ended by cancellation."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._lines:
                for peer in tuple(self._lines):
                    self._take(peer, self._next_chunk(peer))
                    await asyncio.sleep(0)

    def _next_chunk(self, peer: str) -> tuple[bytes, ...]:
        """Take the next bodies of a peer's line; a line that is empty then is removed."""
        line = self._lines[peer]
        bodies = line.popleft()
        chunk, rest = bodies[:CHUNK], bodies[CHUNK:]
        if rest:
            line.appendleft(rest)
        elif not line:
            del self._lines[peer]
        self._waiting_bytes[peer] -= sum(map(len, chunk))
        return chunk

    def _take(self, peer: str, bodies: Sequence[bytes]) -> None:
        began = self._cpu_seconds()
        admitted = wanted = 0
        for transaction in self._decode(bodies):
            code = (
                transaction
                if isinstance(transaction, Code)
                else self._admit(transaction, own=False)
            )
            if code is Code.OK:
                admitted += 1
                continue
            self.dropped[code.name] += 1
            if code in _FAULTS:
                self._on_fault(peer, code.name)
                break
            if isinstance(transaction, Code):
                continue
            if code is Code.ALREADY_KNOWN:
                self._on_again(peer, transaction.wire_id)
            wanted += self._keep_wanted(transaction)
        useless = len(bodies) - admitted - wanted
        if useless:
            self._on_waste(peer, (self._cpu_seconds() - began) * useless / len(bodies))
        self._on_bodies()
        if admitted:
            self._on_admitted()

    def _keep_wanted(self, transaction: DecodedTransaction) -> bool:
        """A body of an open proposal is kept even if the pool does not want it (R8)."""
        if self._wants(transaction.wire_id) and self._check.check(transaction):
            self._pool.keep_spare(transaction)
            return True
        return False

    # --- clients ----------------------------------------------------------------------------------

    async def submit(self, items: Sequence[bytes]) -> list[tuple[Code, DecodedTransaction | None]]:
        """One answer each, in order; a refused item has no influence on the others."""
        answers: list[tuple[Code, DecodedTransaction | None]] = []
        for start in range(0, len(items), CHUNK):
            await self._turns.enter("")
            admitted = False
            for decoded in self._decode(items[start : start + CHUNK]):
                if isinstance(decoded, Code):
                    answers.append((decoded, None))
                    continue
                code = self._admit(decoded, own=True)
                if code is Code.OK:
                    self._spread.add(decoded)
                    admitted = True
                answers.append((code, decoded))
            if admitted:
                self._on_admitted()
        return answers

    def offer(self, transaction: DecodedTransaction) -> Code:
        """A transaction that this node made itself; OK, or why it does not enter the pool."""
        code = self._admit(transaction, own=True)
        if code is Code.OK:
            self._spread.add(transaction)
            self._on_admitted()
        return code

    # --- both -------------------------------------------------------------------------------------

    def _decode(self, bodies: Sequence[bytes]) -> list[DecodedTransaction | Code]:
        self._stages.enter(Stage.DECODE)
        try:
            return [decode_transaction(body) for body in bodies]
        finally:
            self._stages.leave()

    def _admit(self, transaction: DecodedTransaction, *, own: bool) -> Code:
        if self._pool.get(transaction.tx_id) is not None:
            held = self._pool.body(transaction.wire_id)
            if held is not None:
                return Code.ALREADY_KNOWN
        self._stages.enter(Stage.POOL)
        try:
            # Cheap and read-only first: a stranger's or an expired transaction costs no signature.
            verdict = self._admission.includable(transaction)
            if verdict is Code.TOO_FAR_AHEAD:
                refusal = self._refusal_later(transaction)
                if refusal is not None:
                    return refusal
            elif verdict is not None:
                return verdict
            if not self._check.is_known(transaction.wire_id):
                full = self._pool.refuses(transaction, own=own)
                if full is not None:
                    return full
            self._stages.enter(Stage.VERIFY)
            try:
                valid = self._check.check(transaction)
            finally:
                self._stages.leave()
            if not valid:
                return Code.BAD_SIGNATURE
            if self._forbids(transaction):
                return Code.DEV_KEY
            return self._pool.admit(transaction, verdict=verdict, own=own)
        finally:
            self._stages.leave()

    def _refusal_later(self, transaction: DecodedTransaction) -> Code | None:
        """Why a transaction that is too far ahead is not worth waiting for.

        Asked as of the first height at which it may enter: else senders that do not exist could
        fill the pool.
        """
        valid_until, window = transaction.signed.transaction.valid_until, self._pool.limits.window
        if valid_until > self._pool.height + window + AHEAD_MARGIN:
            return Code.TOO_FAR_AHEAD
        return self._admission.includable(transaction, valid_until - window)
