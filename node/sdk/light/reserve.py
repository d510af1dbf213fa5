"""Proof of reserve: the value computed here, from records that validators signed.

Nothing but records is believed: not the node's sum, not the flag BREACH, not the coverage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from node.sdk.light.faults import Fault, Unproven
from node.sdk.schema.common import Proof
from tokens.posting import supply_of
from tokens.records.cash import CASH_ASSET
from tokens.records.day import BUSINESS_DAY
from tokens.records.kind import Key, Kind
from tokens.reserve import is_breached
from tokens.reserve_keys import reserve_keys
from tokens.reserve_value import worth_of
from tokens.state import Overlay
from tokens.store import MemoryStore, StoreState

ROUNDS_MAX = 8
"""Records name further records: coin, rules, securities, calendars."""

Check = Callable[[Kind, Key, Proof], msgspec.Struct | None]
"""The record of a proof at the one height of all of them; raises Unproven."""


class ProvenHolding(msgspec.Struct, frozen=True, kw_only=True):
    """One security of a reserve."""

    asset: str
    face: int
    value: int
    """What it counts, minor units of money; 0 if it does not count."""


class ReserveReport(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind a stablecoin, computed from proven records."""

    asset: str
    business_date: str
    supply: int
    money: int
    """Central-bank money in the reserve account."""
    holdings: tuple[ProvenHolding, ...]
    value: int
    covered: bool
    """The value is not below the supply."""
    breach: bool
    """What the flag on the ledger says."""


@dataclass(slots=True)
class _Given:
    """Proofs as a node sent them, by what they claim to prove."""

    proofs: dict[tuple[str, bytes], Proof]

    def of(self, kind: Kind, key: Key) -> Proof:
        """The proof of one record. Raises Unproven."""
        found = self.proofs.get((kind.name, kind.key_hash(key)))
        if found is None:
            raise Unproven(Fault.WRONG_RECORD, f"the node sent no proof of a {kind.name}")
        return found


def report_of(asset: str, proofs: tuple[Proof, ...], check: Check) -> ReserveReport:
    """Check every record that the value follows from, then compute it. Raises Unproven."""
    given = _Given({(proof.kind, proof.key_hash): proof for proof in proofs})
    state = Overlay(StoreState(MemoryStore()))
    done: set[tuple[int, Key]] = set()
    for _ in range(ROUNDS_MAX):
        missing = [(k, key) for k, key in reserve_keys(state, asset) if (k.tag, key) not in done]
        if not missing:
            return _report(state, asset)
        for kind, key in missing:
            record = check(kind, key, given.of(kind, key))
            if record is not None:
                state.put(kind, record)  # type: ignore[arg-type]
            done.add((kind.tag, key))
    raise Unproven(Fault.WRONG_RECORD, "the records of a reserve name ever further ones")


def _report(state: Overlay, asset: str) -> ReserveReport:
    cash, day = state.get(CASH_ASSET, asset), state.get(BUSINESS_DAY)
    if cash is None or day is None:
        raise Unproven(Fault.WRONG_RECORD, f"validators signed that {asset} is no stablecoin")
    worth, supply = worth_of(state, cash), supply_of(state, asset)
    return ReserveReport(
        asset=asset,
        business_date=day.date.isoformat(),
        supply=supply,
        money=worth.money,
        holdings=tuple(
            ProvenHolding(asset=one.asset, face=one.face, value=one.value) for one in worth.holdings
        ),
        value=worth.value,
        covered=worth.value >= supply,
        breach=is_breached(state, asset),
    )
