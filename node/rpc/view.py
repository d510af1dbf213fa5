"""What one reader may see of the state: the one place that decides it (page 04, Privacy).

Rules of this file:
1. A closed view shows nothing that no rule names. Participants and assets are public; accounts,
   holdings and what happens between accounts are not.
2. A scope is read from the state of the call: a key that was replaced sees nothing more.
3. What is hidden and what does not exist are refused alike: `refused`.
"""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from node.rpc.errors import RpcCode, RpcError
from node.sdk.view_token import VALID_HEIGHTS_MAX, ViewToken
from tokens.authority import policy_of
from tokens.events import (
    AssetDefined,
    AssetStatusChanged,
    AuctionAnnounced,
    AuctionCut,
    AuctionStatusChanged,
    BreachChanged,
    CalendarSet,
    CouponFixed,
    DayClosed,
    DayOpened,
    DocumentAdded,
    LedgerEvent,
    LotChanged,
    LotDocumentAdded,
    ParameterSet,
    PaymentStatusChanged,
    RecordTaken,
    RedemptionPaused,
    ReferenceRateSet,
    ReservePolicySet,
    SupplyRaised,
    TaxTableSet,
    ValidatorsChanged,
)
from tokens.events.collateral import MarkSet
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.records.ramps import Ramp
from tokens.state import Overlay
from tokens.store import MemoryStore, StoreState
from tokens.types import NO_ADDRESS, Role

SEES_ALL = frozenset(
    {
        Role.CENTRAL_BANK,
        Role.SECURITIES_REGULATOR,
        Role.VA_REGULATOR,
        Role.FIU,
        Role.AUDITOR,
    }
)
"""Supervisors: a participant with one of these roles sees everything (page 04)."""

PUBLIC_EVENTS = (
    AssetDefined,
    AssetStatusChanged,
    AuctionAnnounced,
    AuctionCut,
    AuctionStatusChanged,
    BreachChanged,
    CalendarSet,
    CouponFixed,
    DayClosed,
    DayOpened,
    DocumentAdded,
    LotChanged,
    LotDocumentAdded,
    MarkSet,
    ParameterSet,
    PaymentStatusChanged,
    RecordTaken,
    RedemptionPaused,
    ReferenceRateSet,
    ReservePolicySet,
    SupplyRaised,
    TaxTableSet,
    ValidatorsChanged,
)
"""Events of no party: aggregates, terms, the calendar."""

ADDRESS_BYTES = 16
HASH_BYTES = 32
T = TypeVar("T")


def refused() -> RpcError:
    """One answer for what is hidden and what there is not."""
    return RpcError(RpcCode.UNAUTHORISED, "not in the scope of this caller")


class View:
    """The scope of one caller on one state."""

    __slots__ = ("_known", "_state", "is_open", "roles", "subject")

    def __init__(self, state: Overlay, subject: bytes | None, *, is_open: bool = False) -> None:
        participant = None if subject is None else state.get(PARTICIPANT, subject)
        self.subject = subject
        """Participant or account; None: nobody, who sees what is public."""
        self.roles: tuple[Role, ...] = () if participant is None else participant.roles
        self.is_open = is_open or any(role in SEES_ALL for role in self.roles)
        """Sees everything."""
        self._state = state
        self._known: dict[bytes, bool] = {}

    @property
    def state(self) -> Overlay:
        """That the scope was read from."""
        return self._state

    def covers(self, address: bytes | None) -> bool:
        """Whether an address is the reader's: itself, or an account that it holds or services."""
        if self.is_open:
            return True
        if address is None or self.subject is None:
            return False
        known = self._known.get(address)
        if known is None:
            known = address == self.subject or self._has(address)
            self._known[address] = known
        return known

    def _has(self, address: bytes) -> bool:
        if address == NO_ADDRESS:
            return False
        account = self._state.get(ACCOUNT, address)
        return account is not None and self.subject in (account.holder, account.servicer)

    def hides(self, address: bytes) -> bool:
        """Whether an address is neither the reader's nor a participant's, who are public."""
        return not self.covers(address) and self._state.get(PARTICIPANT, address) is None

    def named(self, address: bytes | None) -> bytes | None:
        """An address as the reader may be told it: None for an account of others."""
        return None if address is None or self.hides(address) else address

    def events(
        self, events: Sequence[LedgerEvent], sender: bytes | None
    ) -> tuple[LedgerEvent, ...]:
        """The events that the reader may see, accounts of others blotted out (NO_ADDRESS).

        One that names nobody is its sender's, unless it is public.
        """
        if self.is_open:
            return tuple(events)
        is_sender = self.covers(sender)
        return tuple([self.blot(event) for event in events if self._sees(event, is_sender)])

    def owns(self, value: object) -> bool:
        """Whether a value names only what is the reader's: no other address, no id of a record.

        Ids are hashes of 32 bytes. A hash of a text is taken for one: it is asked more than needed.
        """
        if isinstance(value, bytes):
            return len(value) != HASH_BYTES and (len(value) != ADDRESS_BYTES or self.covers(value))
        if isinstance(value, tuple):
            return all(self.owns(each) for each in value)
        if isinstance(value, msgspec.Struct):
            return all(self.owns(getattr(value, name)) for name in value.__struct_fields__)
        return True

    def touches(self, events: Sequence[LedgerEvent]) -> bool:
        """Whether one of them names the reader or an account of it."""
        return any(self.covers(each) for event in events for each in _addresses(event))

    def _sees(self, event: LedgerEvent, is_sender: bool) -> bool:
        if isinstance(event, PUBLIC_EVENTS):
            return True
        named = [each for each in _addresses(event) if each != NO_ADDRESS]
        return any(self.covers(each) for each in named) if named else is_sender

    def blot(self, value: T) -> T:
        """The same value with NO_ADDRESS for each account of others, at any depth.

        Of a ramp also for who holds it: the unit behind a hold is a case (A13).
        """
        return self._blot(value)  # type: ignore[return-value]

    def _blot(self, value: object) -> object:
        if isinstance(value, bytes) and len(value) == ADDRESS_BYTES:
            return NO_ADDRESS if self.hides(value) else value
        if isinstance(value, tuple):
            return tuple([self._blot(each) for each in value])
        if isinstance(value, msgspec.Struct):
            names = value.__struct_fields__
            told = msgspec.structs.replace(
                value, **{name: self._blot(getattr(value, name)) for name in names}
            )
            if isinstance(told, Ramp) and not self._knows_hold(told):
                return msgspec.structs.replace(told, held_by=NO_ADDRESS)
            return told
        return value

    def _knows_hold(self, ramp: Ramp) -> bool:
        """Whether the reader may know who holds a ramp: the client's institution, or who holds it.

        For everybody else one hold is like another: where the bank were named and the unit not,
        the blank would be its name.
        """
        account = self._state.get(ACCOUNT, ramp.account)
        servicer = None if account is None else account.servicer
        return self.is_open or self.subject in (servicer, ramp.held_by)


def _addresses(value: object) -> list[bytes]:
    """Every 16 bytes in a value."""
    if isinstance(value, bytes):
        return [value] if len(value) == ADDRESS_BYTES else []
    if isinstance(value, tuple):
        return [each for part in value for each in _addresses(part)]
    if isinstance(value, msgspec.Struct):
        names = value.__struct_fields__
        return [each for name in names for each in _addresses(getattr(value, name))]
    return []


OPEN = View(Overlay(StoreState(MemoryStore())), None, is_open=True)
"""Sees everything without a look at the state."""


def view_of(state: Overlay, height: int, token: ViewToken | None) -> View:
    """The view of a caller on a closed network. UNAUTHORISED for a token that holds no longer."""
    if token is None:
        return View(state, None)
    policy = policy_of(state, token.subject)
    if policy is None or token.key not in policy.keys:
        raise RpcError(RpcCode.UNAUTHORISED, "the view token's key is not its subject's")
    if not height <= token.valid_until <= height + VALID_HEIGHTS_MAX:
        raise RpcError(RpcCode.UNAUTHORISED, "the view token does not hold at this height")
    return View(state, token.subject)
