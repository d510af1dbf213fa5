"""What must hold in every state (page 04): run after every block in tests.

Rules of this file:
1. An invariant is a function of a snapshot that gives errors as values; none stops at the first.
2. A family adds its own to INVARIANTS (holdings in invariants_money.py): one line.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

import msgspec

from tokens.invariants_auctions import AUCTION_INVARIANTS
from tokens.invariants_collateral import COLLATERAL_INVARIANTS
from tokens.invariants_commodities import COMMODITY_INVARIANTS
from tokens.invariants_market import MARKET_INVARIANTS
from tokens.invariants_money import MONEY_INVARIANTS
from tokens.invariants_parties import PARTY_INVARIANTS
from tokens.invariants_payments import PAYMENT_INVARIANTS
from tokens.invariants_protocol import validate_activation, validate_day_marks
from tokens.invariants_ramps import RAMP_INVARIANTS
from tokens.invariants_rates import RATE_INVARIANTS
from tokens.invariants_reserves import RESERVE_INVARIANTS
from tokens.invariants_rules import RULE_INVARIANTS
from tokens.invariants_travel import TRAVEL_INVARIANTS
from tokens.parameters import PARAMETER_OF
from tokens.records.governance import VALIDATOR_SETS
from tokens.records.holdings import BANK_TOTAL, LIEN, POSITION, SUPPLY
from tokens.records.instruments import ASSET
from tokens.records.kind import Kind, RecordKind
from tokens.records.parties import ACCOUNT, KEY_OWNER, PARTICIPANT
from tokens.records.proposals import GRANT, PROPOSAL, ProposalStatus
from tokens.records.reassignments import REASSIGNMENT
from tokens.records.recovery import RECOVERY
from tokens.records.system import AGENDA_ITEM, PARAMETER
from tokens.store import RawStore, all_records
from tokens.types import LienKind

R = TypeVar("R", bound=msgspec.Struct)


class Broken(NamedTuple):
    """One thing that must not be."""

    invariant: str
    what: str


class Snapshot:
    """All records of a state, by kind, in order of key hashes."""

    __slots__ = ("_records",)

    def __init__(self, store: RawStore) -> None:
        self._records: dict[int, list[msgspec.Struct]] = {}
        for kind, key_hash, record in all_records(store):
            if _key_hash(kind, record) != key_hash:
                raise ValueError(f"a {kind.name} lies under another key")
            self._records.setdefault(kind.tag, []).append(record)

    def all(self, kind: RecordKind[R]) -> list[R]:
        """The records of a kind."""
        return self._records.get(kind.tag, [])  # type: ignore[return-value]


def _key_hash(kind: Kind, record: msgspec.Struct) -> bytes:
    return kind.key_hash(kind.key_of(record))


Invariant = Callable[[Snapshot], Iterator[str]]


def validate_supply(state: Snapshot) -> Iterator[str]:
    """Sum of balances = supply for each asset; supply <= max supply."""
    sums: dict[str, int] = {}
    for position in state.all(POSITION):
        sums[position.asset] = sums.get(position.asset, 0) + position.balance
    supplies = {entry.asset: entry.amount for entry in state.all(SUPPLY)}
    for asset in sorted({**sums, **supplies}):
        if sums.get(asset, 0) != supplies.get(asset, 0):
            yield f"{asset}: balances {sums.get(asset, 0)}, supply {supplies.get(asset, 0)}"
    for definition in state.all(ASSET):
        if supplies.get(definition.id, 0) > definition.max_supply:
            yield f"{definition.id}: supply above {definition.max_supply}"


def validate_bank_totals(state: Snapshot) -> Iterator[str]:
    """A bank's total of an asset = sum over the accounts that it services.

    What a reassignment has not reached is in the total of the servicer before.
    """
    servicer = {account.id: account.servicer for account in state.all(ACCOUNT)}
    moving = {entry.account: entry for entry in state.all(REASSIGNMENT)}
    for entry in moving.values():
        if servicer[entry.account] != entry.new:
            yield f"{entry.account.hex()}: on the way to another servicer than it has"
    sums: dict[tuple[bytes, str], int] = {}
    for position in state.all(POSITION):
        move = moving.get(position.account)
        waits = move is not None and position.asset > move.cursor
        place = (move.old if move and waits else servicer[position.account], position.asset)
        sums[place] = sums.get(place, 0) + position.balance
    totals = {(entry.servicer, entry.asset): entry.amount for entry in state.all(BANK_TOTAL)}
    for place in sorted({**sums, **totals}):
        if sums.get(place, 0) != totals.get(place, 0):
            yield f"{place[0].hex()} {place[1]}: {sums.get(place, 0)}, total {totals.get(place, 0)}"


def validate_sub_balances(state: Snapshot) -> Iterator[str]:
    """Cached held and pledged = sums of liens; held + pledged <= balance."""
    sums: dict[tuple[str, bytes, LienKind], int] = {}
    for lien in state.all(LIEN):
        if lien.kind is not LienKind.FREEZE and lien.asset is not None:
            place = (lien.asset, lien.account, lien.kind)
            sums[place] = sums.get(place, 0) + (lien.amount or 0)
    for position in state.all(POSITION):
        where = f"{position.asset} {position.account.hex()}"
        if position.held + position.pledged > position.balance:
            yield f"{where}: held and pledged above the balance"
        cached = ((LienKind.HOLD, position.held), (LienKind.PLEDGE, position.pledged))
        for kind, amount in cached:
            expected = sums.pop((position.asset, position.account, kind), 0)
            if expected != amount:
                yield f"{where}: {kind.name} {amount}, liens {expected}"
    for asset, account, kind in sums:
        yield f"{asset} {account.hex()}: {kind.name} without a position"


def validate_owners(state: Snapshot) -> Iterator[str]:
    """Each key belongs to the one policy that lists it; accounts have a known servicer."""
    owners = {entry.key: entry.owner for entry in state.all(KEY_OWNER)}
    participants = {entry.id for entry in state.all(PARTICIPANT)}
    policies = [(entry.id, entry.policy) for entry in state.all(PARTICIPANT)]
    policies += [(a.id, a.policy) for a in state.all(ACCOUNT) if a.policy is not None]
    for owner, policy in policies:
        for key in policy.keys:
            if owners.pop(key, None) != owner:
                yield f"key {key.hex()} of {owner.hex()} is recorded of another"
    for recovery in state.all(RECOVERY):
        for key in recovery.policy.keys:
            if owners.pop(key, recovery.account) != recovery.account:
                yield f"key {key.hex()} of a recovery is recorded of another"
    for key in owners:
        yield f"key {key.hex()} is in no policy"
    for account in state.all(ACCOUNT):
        if account.servicer not in participants:
            yield f"account {account.id.hex()} has no servicer"


def validate_agenda(state: Snapshot) -> Iterator[str]:
    """Open proposals and grants are on the agenda, closed ones are not."""
    items = [item.subject for item in state.all(AGENDA_ITEM) if item.handler == "proposal_expiry"]
    waiting = [p.id for p in state.all(PROPOSAL) if p.status is ProposalStatus.OPEN]
    if sorted(items) != sorted(waiting):
        yield "open proposals and their expiries differ"
    grants = [item for item in state.all(AGENDA_ITEM) if item.handler == "grant_expiry"]
    if len(grants) != len(state.all(GRANT)):
        yield "grants and their expiries differ"


def validate_grants(state: Snapshot) -> Iterator[str]:
    """Nothing was used above its cap."""
    for grant in state.all(GRANT):
        if grant.used_total > grant.cap_total or grant.used_day > grant.cap_day:
            yield f"grant of {grant.grantor.hex()} over {grant.operation} {grant.asset}"


def validate_parameters(state: Snapshot) -> Iterator[str]:
    """Each parameter is known and in its range."""
    for entry in state.all(PARAMETER):
        spec = PARAMETER_OF.get(entry.name)
        if spec is None or not spec.low <= entry.value <= spec.high:
            yield f"{entry.name} = {entry.value}"


def validate_validators(state: Snapshot) -> Iterator[str]:
    """Sets are ascending by id, and no key is in a set twice."""
    for sets in state.all(VALIDATOR_SETS):
        for members in (sets.current, sets.next):
            ids = [member.id for member in members]
            keys = [key for m in members for key in (m.public_key, m.network_key)]
            if ids != sorted(set(ids)) or len(set(keys)) != len(keys):
                yield f"validators {', '.join(ids)}"


INVARIANTS: tuple[Invariant, ...] = (
    validate_supply,
    validate_bank_totals,
    validate_sub_balances,
    validate_owners,
    validate_agenda,
    validate_grants,
    validate_parameters,
    validate_validators,
    validate_activation,
    validate_day_marks,
    *PARTY_INVARIANTS,
    *MONEY_INVARIANTS,
    *AUCTION_INVARIANTS,
    *MARKET_INVARIANTS,
    *COLLATERAL_INVARIANTS,
    *PAYMENT_INVARIANTS,
    *RAMP_INVARIANTS,
    *RATE_INVARIANTS,
    *RESERVE_INVARIANTS,
    *RULE_INVARIANTS,
    *COMMODITY_INVARIANTS,
    *TRAVEL_INVARIANTS,
)  # fmt: skip


def broken_invariants(store: RawStore) -> list[Broken]:
    """Everything that does not hold in the state of a store; empty = all is well."""
    return broken_in(Snapshot(store))


def broken_in(snapshot: Snapshot) -> list[Broken]:
    """The same of records that are at hand."""
    return [
        Broken(invariant.__name__, what) for invariant in INVARIANTS for what in invariant(snapshot)
    ]
