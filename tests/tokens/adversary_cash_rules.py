"""Rules of a machine about ramps, reserves and lots; the moves are adversary_cash.py."""

import datetime as dt

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from tests.tokens.adversary_cash import BANKS, CashMoves
from tests.tokens.adversary_values import FACE, PKRS, accounts, anyone
from tests.tokens.adversary_world import AdversaryWorld
from tokens.ops.redemption_pauses import ResumeRedemption, SuspendRedemption
from tokens.ops.redemption_queue import WithdrawRedemption

small = st.sampled_from([1, 3, 10, 97, 100, 250])
fees = st.sampled_from([0, 1, 3])


class CashRules:
    """Rules of a machine that has a `world` and `moves`."""

    world: AdversaryWorld
    moves: CashMoves

    @rule(account=accounts, bank=st.sampled_from(BANKS), amount=small, fee=fees, way=st.booleans())
    def ramp(self, account: str, bank: str, amount: int, fee: int, way: bool) -> None:
        self.moves.ramp(account, bank, amount, fee, way)

    @precondition(lambda self: self.moves.ramps())
    @rule(
        place=st.integers(0, 500),
        number=st.integers(0, 9),
        amount=small,
        fee=fees,
        cheat=anyone,
        walk=st.booleans(),
    )
    def ramp_step(
        self, place: int, number: int, amount: int, fee: int, cheat: str, walk: bool
    ) -> None:
        found = self.moves.ramps()
        ramp = found[place % len(found)]
        ways = ((0, 1, 3, 4), (6, 7, 8))[ramp.direction.value - 1] if walk else (number,)
        for at in ways:
            self.moves.step(ramp, at, amount, fee, cheat)

    @rule(percent=st.sampled_from([82, 90, 96, 99, 110]))
    def mark(self, percent: int) -> None:
        self.moves.mark(percent)

    @rule(
        lots=st.sampled_from([1, 2, 9]),
        more=st.sampled_from([-1, 0, 0, 1]),
        back=st.booleans(),
        cheat=anyone,
    )
    def swap(self, lots: int, more: int, back: bool, cheat: str) -> None:
        self.moves.swap(lots, more, back, cheat)

    @rule(amount=st.sampled_from([1, 5_000, FACE]), taken=st.booleans())
    def change_reserve(self, amount: int, taken: bool) -> None:
        self.moves.change(amount, taken)

    @rule(haircut=st.sampled_from([0, 200, 900]), most=st.sampled_from([1, 10_000]))
    def reserve_rules(self, haircut: int, most: int) -> None:
        self.moves.rules(haircut, most)

    @rule(days=st.integers(1, 5), resume=st.booleans())
    def suspend_redemption(self, days: int, resume: bool) -> None:
        until = self.world.ledger.business_date + dt.timedelta(days=days)
        made = SuspendRedemption(asset=PKRS, reason="a test", until=until)
        agreed = ["issuer", "central-bank", "treasury"]
        self.world.propose(agreed, ResumeRedemption(asset=PKRS) if resume else made)

    @rule(
        lot=st.integers(0, 4),
        fine=st.sampled_from([0, 5, 90, 300]),
        days=st.integers(1, 9),
        who=st.sampled_from(["attestor", "attestor", "issuer", "vault"]),
    )
    def attest(self, lot: int, fine: int, days: int, who: str) -> None:
        self.moves.attest(lot, fine, days, who)

    @rule(number=st.integers(1, 9), who=anyone)
    def withdraw_redemption(self, number: int, who: str) -> None:
        self.world.submit(who, WithdrawRedemption(asset=PKRS, number=number))

    @rule(receiver=accounts, amount=small, cheat=anyone)
    def receipts(self, receiver: str, amount: int, cheat: str) -> None:
        self.moves.receipts(receiver, amount, cheat)

    @rule(account=accounts, amount=small, number=st.integers(1, 9), what=st.integers(0, 2))
    def deliver(self, account: str, amount: int, number: int, what: int) -> None:
        self.moves.deliver(account, amount, number, what)
