"""A ledger that somebody tries to break: real blocks of anybody's transactions, judged outside.

Rules of this file:
1. A block takes what was submitted since the last one. No code is expected of a transaction; an
   exception, a broken invariant or a broken promise ends the run.
2. Promises are judged on balances before and after, not on what the ledger says of itself: money
   comes and goes with bookings only, what is frozen stays, a coupon pays who held at the record.
3. What `check` says is asked in full, past the first refusal, as a simulation does.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

import msgspec

from tests.tokens.adversary_audit import Audit
from tests.tokens.adversary_dust_judge import met_of
from tests.tokens.adversary_judge import judge_fills
from tests.tokens.adversary_lives import Lives
from tests.tokens.adversary_notices import Notices
from tests.tokens.adversary_promises import judge_promises
from tests.tokens.adversary_spoil import spoiled
from tests.tokens.adversary_values import EXTRA, NAMES
from tests.tokens.support import ACCOUNTS, MONEY, Ledger, addr, approval, genesis
from tokens.authority import policy_of
from tokens.codec import encode
from tokens.events import (
    CentralBankMoneyIssued,
    CentralBankMoneyWithdrawn,
    CouponPaid,
    FreezeChanged,
    FreezeLifted,
    LedgerEvent,
    PrincipalPaid,
    RecordTaken,
    Seized,
)
from tokens.events.collateral import PledgeEnforced, RepoClosedOut
from tokens.genesis import Genesis
from tokens.invariants import Snapshot, broken_in
from tokens.lookup import require
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.proposals import Approve, Propose, operations_digest, proposal_id
from tokens.records.day import BUSINESS_DAY
from tokens.records.holdings import POSITION
from tokens.records.instruments import PAYMENT, PaymentStatus
from tokens.records.proposals import PROPOSAL
from tokens.records.repos import REPO
from tokens.results import Code
from tokens.simulate import simulate
from tokens.terms import coupon_of
from tokens.transaction import decode_transaction
from tokens.types import Role

FULL_CHECK_BLOCKS = 50
"""After so many blocks the root and the indexes are compared with a rebuild."""

START = {
    "bank-a-cash": 2**63,
    "bank-b-cash": 2**62,
    "treasury-cash": 2**62 - 10**12,
    "issuer-cash": 10**9,
}
"""Central-bank money from the beginning: close to the largest amount."""

RESTS_MAX = 50
"""Blocks that a walk waits for the agenda: longer than a day of one of these worlds takes."""

UNHINDERED = addr("treasury-cash")
"""No freeze of it stops the funding of a payment (5.3)."""


def document() -> Genesis:
    """The small world with few postings a block and a short window."""
    made = genesis(
        accounts=(*ACCOUNTS, *EXTRA),
        balances=START,
        parameters={
            "agenda_quota": 11,
            "auction_reveal_blocks": 3,
            "enforcement_notice_days": 2,
            "window_blocks": 20,
        },
    )
    seized = approval("pause", Role.CENTRAL_BANK, Role.SECURITIES_REGULATOR)
    policies = [seized if p.name == "pause" else p for p in made.approval_policies]
    return msgspec.structs.replace(made, approval_policies=tuple(policies))


class AdversaryWorld:
    """The ledger, what waits for the next block, and the books that judge it."""

    def __init__(self) -> None:
        self.ledger = Ledger(document())
        self.pending: list[bytes] = []
        self.proposals: list[bytes] = []
        self.steps = 0
        self.codes: dict[str, int] = {}
        """How often each code and each event came."""
        self.money = sum(START.values())
        self.notices = Notices()
        self.held: dict[tuple[str, int], dict[bytes, int]] = {}
        self.audit: Audit | None = None
        self.lives: Lives | None = None
        self.past: list[bytes] = []
        """Some of what blocks took: nothing of it may enter another one."""
        self.cheats: list[int] = []
        """What is changed in each of the next transactions, and into what (adversary_spoil.py)."""
        self._seen: tuple[int, Snapshot] | None = None

    @property
    def snapshot(self) -> Snapshot:
        """All records after the newest block, read once."""
        if self._seen is None or self._seen[0] != self.ledger.height:
            self._seen = (self.ledger.height, Snapshot(self.ledger.store))
        return self._seen[1]

    def submit(self, sender: str, *operations: msgspec.Struct) -> bytes | None:
        """Put a transaction into the next block, if it may stand there; its tx_id.

        While there are cheats, somebody is quicker, with one thing changed.
        """
        if self.cheats and len(operations) == 1:
            number, other = divmod(self.cheats.pop(), 8)
            name = NAMES[number % len(NAMES)] if not other else sender
            self._submit(name, spoiled(operations[0], number))
        return self._submit(sender, *operations)

    def _submit(self, sender: str, *operations: msgspec.Struct) -> bytes | None:
        self.steps += 1
        policy = policy_of(self.ledger.state, addr(sender))
        if policy is None:
            return None
        data = self.ledger.transaction(sender, *operations, keys=policy.keys[: policy.threshold])
        tx = decode_transaction(data)
        if isinstance(tx, Code):
            return None
        simulate(self.ledger.state, tx, self.ledger.height + 1)
        self.pending.append(data)
        return tx.tx_id

    def alone(self, sender: str, *operations: msgspec.Struct) -> bytes | None:
        """A block of its own: what others submitted goes first."""
        self.end_block()
        tx_id = self.submit(sender, *operations)
        self.end_block()
        return tx_id

    def propose(
        self, names: list[str], *operations: msgspec.Struct, approvers: tuple[bytes, ...] = ()
    ) -> None:
        """Propose by the first, approve by the others, one after the other in this block.

        While there are cheats, first the same with one thing changed in the last operation.
        """
        if self.cheats:
            other = spoiled(operations[-1], self.cheats.pop())
            self._propose(names, (*operations[:-1], other), approvers)
        self._propose(names, operations, approvers)

    def _propose(
        self, names: list[str], operations: Sequence[msgspec.Struct], approvers: tuple[bytes, ...]
    ) -> None:
        encoded = tuple(encode(operation) for operation in operations)
        if any(len(data) > 8_192 for data in encoded):
            return
        expires_on = self.ledger.business_date + dt.timedelta(days=3)
        made = Propose(operations=encoded, approvers=approvers, expires_on=expires_on)
        tx_id = self.submit(names[0], made)
        if tx_id is None:
            return
        proposal = proposal_id(tx_id, 0)
        self.proposals = [*self.proposals[-20:], proposal]
        digest = operations_digest(encoded)
        for name in names[1:]:
            self.submit(name, Approve(proposal_id=proposal, operations_digest=digest))

    def approve(self, name: str, place: int) -> None:
        """Approve some proposal, open or not."""
        if not self.proposals:
            return
        record = self.ledger.state.get(PROPOSAL, self.proposals[place % len(self.proposals)])
        if record is not None:
            digest = record.operations_digest
            self.submit(name, Approve(proposal_id=record.id, operations_digest=digest))

    def end_block(self) -> None:
        """Apply what waits, and judge."""
        seen = self.snapshot
        audit = self.audit = self.audit or Audit(seen)
        lives = self.lives = self.lives or Lives(seen)
        before = positions_in(seen)
        result = self.ledger.block(*self.pending, check=False)
        self.past, count = [*self.past[-20:], *self.pending[:1]], len(self.pending)
        self.pending = []
        for receipt in result.receipts:
            self._count(Code(receipt.code).name)
        events = [event for receipt in result.receipts for event in receipt.events]
        for event in events:
            self._count(type(event).__name__)
        found = self.snapshot
        broken = broken_in(found)
        assert not broken, broken
        after = positions_in(found)
        self._judge_money(events, after)
        wrong = audit.judge(self.ledger.state, count, result.receipts, found)
        wrong += lives.judge(result.changes.records)
        wrong += judge_promises(seen, found, events)
        self.ledger.tally.met.update(met_of(seen, found))
        assert not wrong, wrong
        judge_fills(self.ledger, events)
        self.notices.judge(self.ledger.business_date, events)
        self._judge_freezes(events, before, after)
        self._judge_coupons(events, before)
        if self.ledger.height % FULL_CHECK_BLOCKS == 0:
            self.ledger.check()

    def next_day(self, days: int) -> None:
        """A business date so many days on, over a weekend; each act in a block of its own."""
        target = self.ledger.business_date + dt.timedelta(days=days)
        target += dt.timedelta(days=7 - target.weekday() if target.weekday() > 4 else 0)
        day = self.ledger.state.get(BUSINESS_DAY)
        assert day is not None
        if day.open:
            self.alone("central-bank", CloseDay(date=day.date))
        self.alone("central-bank", OpenDay(date=target))

    def rest(self) -> None:
        """The agenda of a day is done before the next moves."""
        for _ in range(RESTS_MAX):
            if not self.ledger.core.agenda_is_due():
                return
            self.end_block()

    def replay(self, place: int) -> None:
        """Somebody sends again what a block has taken: nowhere is it let in (exactly once)."""
        for data in self.past[place % max(1, len(self.past)) :][:1]:
            assert self.ledger.admission(data) is not None, "taken twice"

    def _count(self, name: str) -> None:
        self.codes[name] = self.codes.get(name, 0) + 1

    def _judge_money(self, events: list[LedgerEvent], after: "Positions") -> None:
        for event in events:
            if isinstance(event, CentralBankMoneyIssued) and event.asset == MONEY:
                self.money += event.amount
            elif isinstance(event, CentralBankMoneyWithdrawn):
                self.money -= event.amount
        assert self.money == sum(e[0] for place, e in after.items() if place[0] == MONEY)

    def _judge_freezes(
        self, events: list[LedgerEvent], before: "Positions", after: "Positions"
    ) -> None:
        changed = {e.account for e in events if isinstance(e, FreezeLifted | FreezeChanged)}
        changed |= {event.source for event in events if isinstance(event, Seized)}
        changed |= {event.account for event in events if isinstance(event, PledgeEnforced)}
        # a pledge ranks before the freezes that came after it
        repos = [
            require(self.ledger.state, REPO, e.repo) for e in events if isinstance(e, RepoClosedOut)
        ]
        changed |= {a for r in repos for a in (r.seller_securities, r.seller_cash) if a}
        burned = {(e.asset, e.account) for e in events if isinstance(e, PrincipalPaid)}
        for place, (balance, frozen) in before.items():
            now, still = after[place]
            exempt = place in burned or place[1] in changed or place[1] == UNHINDERED
            if still >= frozen and not exempt:
                assert now >= min(balance, frozen), f"{place[0]} escaped its freeze"

    def _judge_coupons(self, events: list[LedgerEvent], before: "Positions") -> None:
        """Records are taken by blocks of their own: `before` is who held."""
        for event in events:
            if isinstance(event, RecordTaken):
                self.held[event.asset, event.payment] = {
                    account: entry[0]
                    for (asset, account), entry in before.items()
                    if asset == event.asset and entry[0]
                }
            elif isinstance(event, CouponPaid):
                entitled = self.held[event.asset, event.payment].pop(event.account)
                assert event.quantity == entitled, "another quantity than at the record"

    def finish(self) -> None:
        """Work ends; who was entitled to a finished coupon was paid, or it rounds to nothing."""
        self.end_block()
        for _ in range(10_000):
            if not self.ledger.core.agenda_is_due():
                break
            self.end_block()
        assert not self.ledger.core.agenda_is_due(), "the agenda does not end"
        self.ledger.check()
        done = (PaymentStatus.PAID, PaymentStatus.CURED)
        for (asset, number), left in self.held.items():
            payment = self.ledger.state.get(PAYMENT, asset, number)
            if payment is not None and payment.status in done and payment.required:
                for quantity in left.values():
                    due = coupon_of(
                        payment.fraction,
                        quantity,
                        rate_e6=payment.rate_e6,
                        factor_e6=payment.factor_e6,
                    )
                    assert due == 0, "somebody was forgotten"


Positions = dict[tuple[str, bytes], tuple[int, int]]
"""(asset, account) -> (balance, frozen)."""


def positions(ledger: Ledger) -> Positions:
    """All of a state."""
    return positions_in(Snapshot(ledger.store))


def positions_in(snapshot: Snapshot) -> Positions:
    """The same of records that are at hand."""
    found: Iterator[tuple[tuple[str, bytes], tuple[int, int]]] = (
        ((entry.asset, entry.account), (entry.balance, entry.frozen))
        for entry in snapshot.all(POSITION)
    )
    return dict(found)
