"""What must hold of liens, reserves, payments and settlement after every block (page 04).

Rules of this file:
1. A check reads all records of a state and yields one sentence per violation; nothing here repairs.
2. It recomputes from the finest records: balances, liens, payments. Kept sums are only compared.
3. INVARIANTS of tokens/invariants.py lists these; supplies and bank totals are checked there.
"""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

import msgspec

from tokens.records.control import ACCOUNT_FREEZES, UNCLAIMED
from tokens.records.holdings import LIEN, POSITION, SUPPLY
from tokens.records.instruments import (
    ASSET,
    INSTRUMENT,
    PAYMENT,
    Asset,
    Payment,
    PaymentStatus,
)
from tokens.records.kind import RecordKind
from tokens.records.parties import ACCOUNT
from tokens.records.settlement import BATCH, BatchStatus
from tokens.types import AMOUNT_LIMIT, AccountPurpose, AssetStatus, LienKind

R = TypeVar("R", bound=msgspec.Struct)

FINISHED = (PaymentStatus.PAID, PaymentStatus.CURED)


class Records(Protocol):
    """All records of a state, by kind."""

    def all(self, kind: RecordKind[R]) -> list[R]:
        """The records of a kind."""


def _balances(state: Records) -> dict[tuple[str, bytes], int]:
    return {(entry.asset, entry.account): entry.balance for entry in state.all(POSITION)}


def validate_statuses(state: Records) -> Iterator[str]:
    """Units exist only between issue and redemption; an instrument has its terms."""
    supplies = {entry.asset: entry.amount for entry in state.all(SUPPLY)}
    existing = (AssetStatus.OUTSTANDING, AssetStatus.MATURED)
    for asset in state.all(ASSET):
        if supplies.get(asset.id, 0) and asset.status not in existing:
            yield f"{asset.id}: supply {supplies[asset.id]} while {asset.status.name}"


def validate_freezes(state: Records) -> Iterator[str]:
    """Frozen = sum of freezes, stopped at the limit; a freeze of ALL counts as the limit."""
    sums: dict[tuple[bytes, str], int] = {}
    whole: dict[bytes, int] = {}
    for lien in state.all(LIEN):
        if lien.kind is not LienKind.FREEZE:
            continue
        if lien.asset is None:
            whole[lien.account] = whole.get(lien.account, 0) + 1
        else:
            place = (lien.account, lien.asset)
            amount = AMOUNT_LIMIT if lien.amount is None else lien.amount
            sums[place] = sums.get(place, 0) + amount
    for position in state.all(POSITION):
        expected = sums.pop((position.account, position.asset), 0)
        expected += AMOUNT_LIMIT * whole.get(position.account, 0)
        if position.frozen != min(expected, AMOUNT_LIMIT):
            yield f"{position.asset}: frozen {position.frozen}, liens {expected}"
    for (_, asset_id), amount in sums.items():
        yield f"{asset_id}: freeze of {amount} without a position"
    counted = {entry.account: entry.count for entry in state.all(ACCOUNT_FREEZES)}
    if counted != whole:
        yield f"freezes of whole accounts: {len(counted)} counted, {len(whole)} there"


def validate_payments(state: Records) -> Iterator[str]:
    """Paid + residual = funded; what was funded and is unpaid lies in the paying account."""
    balances = _balances(state)
    assets = {asset.id: asset for asset in state.all(ASSET)}
    payments: dict[str, list[Payment]] = {}
    for payment in state.all(PAYMENT):
        payments.setdefault(payment.asset, []).append(payment)
    for instrument in state.all(INSTRUMENT):
        asset, own = assets[instrument.asset], payments.get(instrument.asset, [])
        for payment in own:
            yield from _payment(asset, payment)
        funded = (PaymentStatus.FUNDED, PaymentStatus.PAYING)
        aside = sum(entry.required - entry.paid for entry in own if entry.status in funded)
        lies = balances.get((instrument.terms.settlement_asset, instrument.paying_account), 0)
        if lies != aside:
            yield f"{asset.id}: paying account holds {lies}, owed {aside}"
        owed = [
            entry.record_no for entry in own if entry.record_no and entry.status not in FINISHED
        ]
        if asset.unpaid_record != min(owed, default=0):
            yield f"{asset.id}: oldest unpaid record {asset.unpaid_record}, payments {owed}"


def _payment(asset: Asset, payment: Payment) -> Iterator[str]:
    name = f"{asset.id} payment {payment.number}"
    if not 0 <= payment.withheld <= payment.paid <= payment.required:
        yield f"{name}: withheld {payment.withheld}, paid {payment.paid} of {payment.required}"
    untouched = (PaymentStatus.RECORD_TAKEN, PaymentStatus.FUNDED, PaymentStatus.MISSED)
    if payment.paid and payment.status in untouched:
        yield f"{name}: paid {payment.paid} before paying"
    if payment.record_no > asset.record_no:
        yield f"{name}: record from the future"


def validate_unclaimed(state: Records) -> Iterator[str]:
    """What is on the list of unclaimed money lies in the accounts that the list names."""
    accounts = {account.id: account for account in state.all(ACCOUNT)}
    owed: dict[tuple[str, bytes], int] = {}
    for entry in state.all(UNCLAIMED):
        place = (entry.asset, entry.keeper)
        owed[place] = owed.get(place, 0) + entry.amount
    for place, balance in _balances(state).items():
        if accounts[place[1]].purpose is AccountPurpose.UNCLAIMED and place in owed:
            owed[place] -= min(balance, owed[place])
    for (asset, _), amount in owed.items():
        if amount:
            yield f"{asset}: {amount} unclaimed that is not there"


def validate_batches(state: Records) -> Iterator[str]:
    """Holds rest only on open batches; ALLOCATED means that everybody has allocated."""
    liens = {lien.id for lien in state.all(LIEN)}
    for batch in state.all(BATCH):
        name = f"batch {batch.batch_id}"
        if batch.status in (BatchStatus.MATCHED, BatchStatus.ALLOCATED):
            if not all(party.approved for party in batch.parties):
                yield f"{name}: {batch.status.name} without approval"
            if any(leg.source is None or leg.target is None for leg in batch.legs):
                yield f"{name}: {batch.status.name} without accounts"
        elif batch.liens:
            yield f"{name}: {batch.status.name} with holds"
        allocated = all(party.allocated for party in batch.parties)
        if batch.status is BatchStatus.ALLOCATED and not allocated:
            yield f"{name}: ALLOCATED, but not by all"
        if any(lien not in liens for lien in batch.liens):
            yield f"{name}: a hold is gone"


MONEY_INVARIANTS: tuple[Callable[[Records], Iterator[str]], ...] = (
    validate_statuses,
    validate_freezes,
    validate_payments,
    validate_unclaimed,
    validate_batches,
)
