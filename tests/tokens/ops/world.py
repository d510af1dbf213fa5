"""A small state with its usual people, and blocks of operations without signatures.

Rules of this file:
1. A block is a list of (who agrees, operations); after it the agenda runs and every invariant is
   checked.
2. After each block the state is written to the store and read back: what does not encode does not
   pass.
"""

import datetime as dt

import msgspec

from tests.tokens.tally import Tally
from tokens import agenda, clearing
from tokens.codec import encode, tagged_hash
from tokens.context import Actors, Context
from tokens.events import LedgerEvent
from tokens.execution import RUNNER, run_operations
from tokens.finance.calendar import Calendar
from tokens.invariants import INVARIANTS, Snapshot, validate_agenda, validate_owners
from tokens.invariants_parties import validate_closed
from tokens.ops import AGENDA_HANDLERS, SPEC_OF
from tokens.posting import balance_of, supply_of
from tokens.records.day import (
    BUSINESS_DAY,
    CALENDAR,
    TAX_TABLE,
    BusinessDay,
    CalendarRecord,
    TaxEntry,
    TaxTable,
)
from tokens.records.instruments import ASSET, PAYMENT, Asset, Payment
from tokens.records.parties import ACCOUNT, PARTICIPANT, Account, KeyPolicy, Participant
from tokens.records.proposals import APPROVAL_POLICY, ApprovalPolicy
from tokens.records.system import AgendaItem
from tokens.results import Code
from tokens.state import Overlay
from tokens.store import MemoryStore, StoreState
from tokens.types import (
    NO_ADDRESS,
    AccountPurpose,
    AccountStatus,
    AssetKind,
    AssetStatus,
    Role,
)

Event = LedgerEvent
CBM = "PKR-CB"
PKRS = "PKRS"
START = dt.date(2025, 7, 1)


def address(name: str) -> bytes:
    """16 bytes from a name."""
    return tagged_hash(b"test/address", name.encode())[:16]


def person_of(name: str) -> bytes:
    """person_id from a name."""
    return tagged_hash(b"test/person", name.encode())


def _policy(name: str) -> KeyPolicy:
    return KeyPolicy(threshold=1, keys=(tagged_hash(b"test/key", name.encode()),))


PEOPLE: dict[str, tuple[Role, ...]] = {
    "treasury": (Role.TREASURY,),
    "central": (Role.CENTRAL_BANK,),
    "issuer": (Role.CASH_ISSUER,),
    "tax": (Role.TAX_AUTHORITY,),
    "fiu": (Role.FIU,),
    "regulator": (Role.SECURITIES_REGULATOR,),
    "va": (Role.VA_REGULATOR,),
    "bank_a": (Role.BANK_CUSTODIAN,),
    "bank_b": (Role.BANK_CUSTODIAN,),
    "marker": (Role.MARK_SOURCE,),
}

POLICIES: dict[str, tuple[Role, ...]] = {
    "business_day": (Role.CENTRAL_BANK,),
    "central_bank_money": (Role.CENTRAL_BANK,),
    "cash_asset": (Role.CASH_ISSUER, Role.CENTRAL_BANK),
    "mint_grant": (Role.CASH_ISSUER, Role.CENTRAL_BANK),
    "instrument": (Role.TREASURY, Role.CENTRAL_BANK),
    "tax": (Role.TAX_AUTHORITY, Role.CENTRAL_BANK),
    "calendar": (Role.CENTRAL_BANK, Role.SECURITIES_REGULATOR),
    "pause": (Role.CENTRAL_BANK, Role.SECURITIES_REGULATOR),
    "seizure": (Role.CENTRAL_BANK,),
    "marks": (Role.MARK_SOURCE,),
    "rules": (Role.CENTRAL_BANK, Role.SECURITIES_REGULATOR),
    "sanctions": (Role.FIU, Role.CENTRAL_BANK),
    "licence": (Role.VA_REGULATOR,),
    "licence_grant": (Role.VA_REGULATOR, Role.CENTRAL_BANK),
    "enforcement": (Role.SECURITIES_REGULATOR,),
    "reassignment": (Role.VA_REGULATOR,),
    "recovery": (Role.CENTRAL_BANK,),
}

ACCOUNTS: dict[str, tuple[str, AccountPurpose]] = {
    "treasury/main": ("treasury", AccountPurpose.TREASURY),
    "reserve": ("issuer", AccountPurpose.RESERVE),
    "tax/main": ("tax", AccountPurpose.TAX),
    "a/main": ("bank_a", AccountPurpose.GENERAL),
    "a/second": ("bank_a", AccountPurpose.GENERAL),
    "b/main": ("bank_b", AccountPurpose.GENERAL),
}


UNCHECKED = (validate_agenda, validate_owners, validate_closed)
CHECKED = [check for check in INVARIANTS if check not in UNCHECKED]
"""People, grants and closed accounts are put in place without their operations."""


class World:
    """The state, and what happened."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.base = StoreState(self.store)
        self.state = Overlay(self.base)
        self.height = 0
        self.quota = 500
        self.events: list[Event] = []
        self.tally = Tally()
        self._populate()
        self.write()

    def _populate(self) -> None:
        state = self.state
        calendar = Calendar(id="PK", version=1, weekend_mask=0b1100000, holidays=())
        state.put(CALENDAR, CalendarRecord(current=calendar, pending=None, effective_on=None))
        state.put(BUSINESS_DAY, BusinessDay(date=START, open=True, calendar="PK"))
        for name, roles in PEOPLE.items():
            state.put(
                PARTICIPANT,
                Participant(
                    id=address(name),
                    name=name,
                    lei="",
                    jurisdiction="PK",
                    control_group=name,
                    roles=roles,
                    policy=_policy(name),
                    encryption_key=bytes(32),
                ),
            )
        for name, (holder, purpose) in ACCOUNTS.items():
            self.account(name, holder, holder, purpose=purpose)
        for name, slots in POLICIES.items():
            policy = ApprovalPolicy(
                name=name,
                required=tuple((role,) for role in slots),
                approvals_min=len(slots),
                validator_quorum=False,
                threshold_min=1,
            )
            state.put(APPROVAL_POLICY, policy)
        self.money(CBM, AssetKind.MONEY)
        entries = (
            TaxEntry(tax_class="filer", from_date=dt.date(2020, 7, 1), rate_e6=150_000, above=None),
            TaxEntry(tax_class="filer", from_date=dt.date(2025, 7, 1), rate_e6=200_000, above=None),
            TaxEntry(
                tax_class="non-filer", from_date=dt.date(2020, 7, 1), rate_e6=400_000, above=None
            ),
            TaxEntry(
                tax_class="whole", from_date=dt.date(2020, 7, 1), rate_e6=1_000_000, above=None
            ),
        )
        state.put(
            TAX_TABLE,
            TaxTable(
                profile="pk", version=1, account=address("tax/main"), year_month=7, entries=entries
            ),
        )

    def account(
        self,
        name: str,
        holder: str | None,
        servicer: str,
        *,
        purpose: AccountPurpose = AccountPurpose.GENERAL,
        tax_class: str = "filer",
        kyc_tier: int = 3,
        residency: str = "RESIDENT",
        person: str | None = None,
        policy: KeyPolicy | None = None,
    ) -> bytes:
        """Open an account; holder None = a client's."""
        opened = Account(
            id=address(name),
            owner=person_of(person or holder or name),
            holder=NO_ADDRESS if holder is None else address(holder),
            servicer=address(servicer),
            purpose=purpose,
            kyc_tier=kyc_tier,
            residency=residency,
            tax_class=tax_class,
            policy=policy,
            status=AccountStatus.OPEN,
        )
        self.state.put(ACCOUNT, opened)
        return opened.id

    def money(self, name: str, kind: AssetKind) -> None:
        """Define a money."""
        asset = Asset(
            id=name,
            kind=kind,
            name=name,
            currency="PKR",
            issuer=address("central"),
            status=AssetStatus.OUTSTANDING,
            flags=0,
            paused=0,
            denomination=1,
            increment=1,
            max_supply=2**63,
            kyc_tier_min=0,
            record_no=0,
            unpaid_record=0,
        )
        self.state.put(ASSET, asset)

    def attempt(self, who: str, *operations: msgspec.Struct) -> Code:
        """Run operations as one transaction; `who` may be several names joined by +."""
        return self._run(self.actors(who), operations)

    def actors(self, who: str) -> Actors:
        """Participants by name, joined by +."""
        return Actors(address(who.split("+")[0]), _addresses(who))

    def attempt_account(self, account: str, *operations: msgspec.Struct) -> Code:
        """The same, signed by an account's own keys."""
        return self._run(Actors(address(account), (), (address(account),)), operations)

    def _run(self, actors: Actors, operations: tuple[msgspec.Struct, ...]) -> Code:
        for operation in operations:
            assert RUNNER.decode(encode(operation)) == operation
        context = self.context(actors)
        savepoint = self.state.savepoint()
        code, index = run_operations(context, operations)
        events = context.events if code is Code.OK else ()
        self.tally.transaction(operations, code, events, index)
        if code is Code.OK:
            self.events += context.events
        else:
            assert code in codes_of(operations[index]), f"{code.name} is not declared"
            self.state.rollback(savepoint)
        return code

    def context(self, actors: Actors) -> Context:
        """A fresh context; each has its own transaction id."""
        day = self.state.get(BUSINESS_DAY)
        assert day is not None
        self.height += 1
        return Context(
            state=self.state,
            height=self.height,
            business_date=day.date,
            day_open=day.open,
            actors=actors,
            tx_id=tagged_hash(b"test/tx", self.height.to_bytes(8, "big")),
            operation_index=0,
            runner=RUNNER,
        )

    def act(self, who: str, *operations: msgspec.Struct) -> None:
        """Run operations that must succeed, as a block of their own."""
        code = self.attempt(who, *operations)
        assert code is Code.OK, code.name
        self.end_block()

    def refuse(self, code: Code, who: str, *operations: msgspec.Struct) -> None:
        """Run operations that must be refused with this code."""
        found = self.attempt(who, *operations)
        assert found is code, f"{found.name}, not {code.name}"

    def end_block(self) -> None:
        """Agenda, invariants, write."""
        contexts = clearing.run_books(self.state, lambda _: self.context(Actors(NO_ADDRESS, ())))
        contexts += agenda.run_due(self.state, AGENDA_HANDLERS, self.quota, self._agenda_context)
        self.tally.blocks += 1
        for context in contexts:
            self.events += context.events
            for event in context.events:
                self.tally.event(event)
        self.check()
        self.write()

    def _agenda_context(self, item: AgendaItem) -> Context:
        return self.context(Actors(NO_ADDRESS, ()))

    def finish_agenda(self, blocks_max: int = 10_000) -> int:
        """Empty blocks until nothing is due. Returns how many."""
        for count in range(blocks_max):
            if agenda.next_due(self.state) is None:
                return count
            self.end_block()
        raise AssertionError("the agenda does not end")

    def check(self) -> None:
        """Every invariant."""
        store = MemoryStore()
        store.write(self.store.iterate(b"", b"\xff"))
        store.write(self.state.changes().writes())
        snapshot = Snapshot(store)
        found = [sentence for check in CHECKED for sentence in check(snapshot)]
        assert found == []

    def write(self) -> None:
        """Make the overlay durable and start a new one."""
        changes = self.state.changes()
        self.store.write(changes.writes())
        self.base = StoreState(self.store)
        self.state = Overlay(self.base)

    def balance(self, asset: str, account: str) -> int:
        """Balance by names."""
        return balance_of(self.state, asset, address(account))

    def supply(self, asset: str) -> int:
        """Units in existence."""
        return supply_of(self.state, asset)

    def payment(self, asset: str, number: int) -> Payment:
        """A payment that must exist."""
        payment = self.state.get(PAYMENT, asset, number)
        assert payment is not None
        return payment

    def last(self, kind: type[msgspec.Struct]) -> msgspec.Struct:
        """The last event of a kind."""
        return [event for event in self.events if isinstance(event, kind)][-1]


def codes_of(operation: msgspec.Struct) -> tuple[Code, ...]:
    """Codes that an operation declares."""
    spec = SPEC_OF[type(operation)]
    runners = () if spec.in_recovery else (Code.RECOVERY_OPEN,)
    approvals = (Code.NEEDS_APPROVAL,) if spec.approval else ()
    return (*spec.codes, *runners, *approvals)


def _addresses(who: str) -> tuple[bytes, ...]:
    return tuple(address(name) for name in who.split("+"))
