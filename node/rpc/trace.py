"""Where units came from: every posting of an asset played again, first in, first out.

Rules of this file:
1. A view: units are alike, and the ledger does not say which of them a transfer moved. Here the
   ones that came first leave first. Nothing is stored for it, and nothing decides by it.
2. Receipts of all who ever held the asset are read by the history index, in the order of blocks. A
   history too long for one answer is refused, never cut.
3. Inside of one receipt the order of postings is not the order of ownership (a batch posts net, and
   tells its legs as instructed). Where an account would give what it does not have yet, the receipt
   is taken as a whole: those who have less after it give to those who have more, in the order in
   which they appear.
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from node.rpc.errors import RpcCode, RpcError
from node.rpc.method import Call
from node.rpc.view import refused
from node.rpc.views import check_kept
from node.sdk.schema import trace as schema
from tokens.events import Burned, Issued, LedgerEvent, Moved
from tokens.genesis import DevBalance
from tokens.posting import balance_of
from tokens.records.holdings import POSITION
from tokens.results import Receipt

HOLDERS_MAX = 2_000
"""Accounts that ever held the asset."""
RECEIPTS_MAX = 20_000
"""Receipts of all of them together."""
LOTS_MAX = 20_000
"""Lots of all holders together: a transfer adds one at most."""
STEPS_MAX = 64
"""Movements told of one lot; older ones are counted."""
AT_ONCE = 50
"""Receipts between two turns of the event loop: consensus goes on meanwhile."""
NO_TRANSACTION = bytes(32)
"""Stands for the transaction of what genesis brought."""
_PAGE = 500

HOLDERS = POSITION.indexes[0]


class Origin(NamedTuple):
    """An issue."""

    height: int
    tx_id: bytes
    target: bytes
    amount: int


class Path(NamedTuple):
    """The movements behind a lot, the newest one first; shared by the lots that it was cut into."""

    step: schema.TraceStep
    before: "Path | None"


class Lot(NamedTuple):
    """Units of one origin and path."""

    amount: int
    origin: Origin
    path: Path | None


class Books:
    """Lots of each account, the oldest in the account first."""

    def __init__(self, asset: str) -> None:
        self._asset = asset
        self.lots: dict[bytes, deque[Lot]] = {}
        self.count = 0

    def held(self, account: bytes) -> int:
        """Units of an account."""
        return sum([lot.amount for lot in self.lots.get(account, ())])

    def begin(self, balances: Sequence[DevBalance]) -> None:
        """What accounts of a development network have from genesis on: issued at height 0."""
        for entry in balances:
            origin = Origin(0, NO_TRANSACTION, entry.account, entry.amount)
            self._add(entry.account, Lot(entry.amount, origin, None))

    def play(self, receipt: Receipt) -> None:
        """Post a receipt. LIMIT_EXCEEDED for too many lots."""
        events = [event for event in receipt.events if _is_of(event, self._asset)]
        if not self._has_all(events):
            events = _netted(events, self._asset)
        for event in events:
            self._post(event, receipt)
        if self.count > LOTS_MAX:
            raise RpcError(RpcCode.LIMIT_EXCEEDED, f"more than {LOTS_MAX} lots")

    def _has_all(self, events: list[LedgerEvent]) -> bool:
        """Whether each giver has what it gives when it gives it."""
        if len(events) == 1:
            return True
        held: dict[bytes, int] = {}
        for event in events:
            for account, amount in _effects(event):
                now = held.setdefault(account, self.held(account)) + amount
                if now < 0:
                    return False
                held[account] = now
        return True

    def _post(self, event: LedgerEvent, receipt: Receipt) -> None:
        match event:
            case Issued():
                origin = Origin(receipt.height, receipt.tx_id, event.target, event.amount)
                self._add(event.target, Lot(event.amount, origin, None))
            case Burned():
                for _ in self._take(event.source, event.amount):
                    pass
            case Moved() if event.source != event.target:
                step = schema.TraceStep(
                    height=receipt.height,
                    tx_id=receipt.tx_id,
                    source=event.source,
                    target=event.target,
                )
                for lot in list(self._take(event.source, event.amount)):
                    self._add(event.target, Lot(lot.amount, lot.origin, Path(step, lot.path)))
            case _:
                return

    def _add(self, account: bytes, lot: Lot) -> None:
        if lot.amount:
            self.lots.setdefault(account, deque()).append(lot)
            self.count += 1

    def _take(self, account: bytes, amount: int) -> Iterator[Lot]:
        """The oldest lots of an account, the last one cut. PRUNED if they are not there."""
        lots = self.lots.get(account, deque())
        left = amount
        while left:
            if not lots:
                raise RpcError(RpcCode.PRUNED, "the history kept here does not reach that far")
            lot = lots.popleft()
            self.count -= 1
            if lot.amount > left:
                lots.appendleft(Lot(lot.amount - left, lot.origin, lot.path))
                self.count += 1
                lot = Lot(left, lot.origin, lot.path)
            left -= lot.amount
            yield lot


async def trace(call: Call, params: schema.TraceParams) -> schema.Trace:
    """The lots of one holder. METHOD_DISABLED, LIMIT_EXCEEDED, PRUNED."""
    require_supervisor(call)
    balance = balance_of(call.state, params.asset, params.account)
    books = await books_of(call, params.asset)
    if books.held(params.account) != balance:
        raise RpcError(RpcCode.PRUNED, "the history kept here does not reach that far")
    lots = list(books.lots.get(params.account, ()))
    shown = lots[params.first : params.first + params.limit]
    return schema.Trace(
        asset=params.asset,
        account=params.account,
        balance=balance,
        lots_total=len(lots),
        lots=tuple([_view(lot) for lot in shown]),
    )


def require_supervisor(call: Call) -> None:
    """Only for who sees everything."""
    if not call.view.is_open:
        raise refused()


async def books_of(call: Call, asset: str) -> Books:
    """All postings of an asset up to the tip of the call, played from the first.

    The state is read before the first await: later it may be of another height.
    """
    check_kept(call, 1)
    holders = call.state.scan(POSITION, HOLDERS, (asset,), limit=HOLDERS_MAX + 1)
    if len(holders) > HOLDERS_MAX:
        raise RpcError(RpcCode.LIMIT_EXCEEDED, f"more than {HOLDERS_MAX} accounts held it")
    places: dict[tuple[int, int], None] = {}
    for holder in holders:
        for place in _places(call, holder.account):
            if place[0] <= call.tip.height:
                places[place] = None
            if len(places) > RECEIPTS_MAX:
                raise RpcError(RpcCode.LIMIT_EXCEEDED, f"more than {RECEIPTS_MAX} receipts")
        await asyncio.sleep(0)
    books = Books(asset)
    genesis = call.api.genesis
    if asset == genesis.central_bank_money.asset:
        books.begin(genesis.dev_balances)
    for number, receipt in enumerate(_receipts(call, sorted(places)), 1):
        books.play(receipt)
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
    return books


def _places(call: Call, account: bytes) -> Iterator[tuple[int, int]]:
    before: tuple[int, int] | None = None
    while True:
        found = call.api.account_history(account, before, _PAGE)
        for place in found:
            yield (place.height, place.index)
        if len(found) < _PAGE:
            return
        before = (found[-1].height, found[-1].index)


def _receipts(call: Call, places: list[tuple[int, int]]) -> Iterator[Receipt]:
    at = 0
    receipts: tuple[Receipt, ...] = ()
    for height, index in places:
        if height != at:
            block = call.api.block(height)
            if block is None:
                raise RpcError(RpcCode.PRUNED, "that block is no longer kept here")
            at, receipts = height, block.receipts
        yield receipts[index]


def _is_of(event: LedgerEvent, asset: str) -> bool:
    return isinstance(event, Issued | Burned | Moved) and event.asset == asset


def _effects(event: LedgerEvent) -> list[tuple[bytes, int]]:
    """(account, change), what is given first."""
    match event:
        case Issued():
            return [(event.target, event.amount)]
        case Burned():
            return [(event.source, -event.amount)]
        case Moved():
            return [(event.source, -event.amount), (event.target, event.amount)]
        case _:
            return []


def _netted(events: list[LedgerEvent], asset: str) -> list[LedgerEvent]:
    """Issues first, then one movement for each pair of giver and taker, then burns (rule 3)."""
    issued = [event for event in events if isinstance(event, Issued)]
    burned = [event for event in events if isinstance(event, Burned)]
    net: dict[bytes, int] = {}
    for event in events:
        if isinstance(event, Moved):
            for account, amount in _effects(event):
                net[account] = net.get(account, 0) + amount
    takers = deque([(account, amount) for account, amount in net.items() if amount > 0])
    moved: list[LedgerEvent] = []
    for giver, amount in net.items():
        left = max(-amount, 0)
        while left:
            taker, wanted = takers.popleft()
            part = min(left, wanted)
            moved.append(Moved(asset=asset, source=giver, target=taker, amount=part))
            left -= part
            if wanted > part:
                takers.appendleft((taker, wanted - part))
    return [*issued, *moved, *burned]


def _view(lot: Lot) -> schema.TraceLot:
    steps: list[schema.TraceStep] = []
    left_out, path = 0, lot.path
    while path is not None:
        if len(steps) < STEPS_MAX:
            steps.append(path.step)
        else:
            left_out += 1
        path = path.before
    return schema.TraceLot(
        amount=lot.amount,
        issued_at=lot.origin.height,
        issue_tx=lot.origin.tx_id,
        issued_to=lot.origin.target,
        issue_amount=lot.origin.amount,
        steps=tuple(steps[::-1]),
        steps_left_out=left_out,
    )
