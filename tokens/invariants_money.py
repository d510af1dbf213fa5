"""What must hold of money, bonds and settlement after every block (page 04, Invariants).

Rules of this file:
1. A check reads the whole state and yields one sentence per violation; nothing here repairs.
2. It recomputes from the finest records: balances, liens, payments. Sums that are kept are only
   compared.
"""

from collections.abc import Callable, Iterator

from tokens.liens import HOLDERS, LIENS_BY_ACCOUNT
from tokens.posting import balance_of, supply_of
from tokens.records.cash import CASH_ASSET, QUEUED_REDEMPTION, REDEMPTION_QUEUE
from tokens.records.control import ACCOUNT_FREEZES
from tokens.records.holdings import BANK_TOTAL, LIEN, POSITION
from tokens.records.instruments import (
    ASSET,
    BOND,
    OPEN_PAYMENTS,
    PAYMENT,
    PAYMENTS,
    Asset,
    Payment,
    PaymentKind,
    PaymentStatus,
)
from tokens.records.parties import ACCOUNT
from tokens.records.settlement import BATCH, BATCHES, BatchStatus
from tokens.state import Overlay
from tokens.types import AMOUNT_LIMIT, AssetFlag, AssetStatus, LienKind

ALL = 10_000_000
"""Records that one check reads at most: more than a test or an audit of one machine holds."""

ASSETS = ASSET.indexes[0]
BANK_TOTALS = BANK_TOTAL.indexes[0]

Check = Callable[[Overlay], Iterator[str]]


def money_violations(state: Overlay) -> list[str]:
    """Every violation in the state; empty = sound."""
    return [sentence for check in CHECKS for sentence in check(state)]


def supplies(state: Overlay) -> Iterator[str]:
    """Sum of balances = supply <= max supply, for each asset."""
    for asset in state.scan(ASSET, ASSETS, limit=ALL):
        positions = state.scan(POSITION, HOLDERS, (asset.id,), limit=ALL)
        total = sum(position.balance for position in positions)
        supply = supply_of(state, asset.id)
        if total != supply:
            yield f"{asset.id}: balances {total}, supply {supply}"
        if supply > asset.max_supply:
            yield f"{asset.id}: supply {supply} above {asset.max_supply}"
        ended = asset.status in (AssetStatus.REDEEMED, AssetStatus.CANCELLED)
        early = asset.status in (AssetStatus.DRAFT, AssetStatus.APPROVED)
        if supply and (ended or early):
            yield f"{asset.id}: supply {supply} while {asset.status.name}"


def bank_totals(state: Overlay) -> Iterator[str]:
    """Bank total = sum of the balances of the accounts it services."""
    totals: dict[tuple[bytes, str], int] = {}
    for position in state.scan(POSITION, HOLDERS, limit=ALL):
        account = state.get(ACCOUNT, position.account)
        if account is None:
            yield f"a position in {position.asset} without an account"
            continue
        place = (account.servicer, position.asset)
        totals[place] = totals.get(place, 0) + position.balance
    for total in state.scan(BANK_TOTAL, BANK_TOTALS, limit=ALL):
        expected = totals.pop((total.servicer, total.asset), 0)
        if total.amount != expected:
            yield f"bank total of {total.asset}: {total.amount}, accounts {expected}"
    for (_, asset), amount in totals.items():
        if amount:
            yield f"bank total of {asset} missing: accounts {amount}"


def lien_sums(state: Overlay) -> Iterator[str]:
    """held, pledged, frozen = sums of liens; held + pledged <= balance."""
    sums: dict[tuple[bytes, str, LienKind], int] = {}
    whole: dict[bytes, int] = {}
    for lien in state.scan(LIEN, LIENS_BY_ACCOUNT, limit=ALL):
        if lien.asset is None:
            whole[lien.account] = whole.get(lien.account, 0) + 1
            continue
        place = (lien.account, lien.asset, lien.kind)
        sums[place] = sums.get(place, 0) + (AMOUNT_LIMIT if lien.amount is None else lien.amount)
    for position in state.scan(POSITION, HOLDERS, limit=ALL):
        account, asset = position.account, position.asset
        frozen = sums.pop((account, asset, LienKind.FREEZE), 0)
        frozen += AMOUNT_LIMIT * whole.get(account, 0)
        expected = (
            sums.pop((account, asset, LienKind.HOLD), 0),
            sums.pop((account, asset, LienKind.PLEDGE), 0),
            min(frozen, AMOUNT_LIMIT),
        )
        if (position.held, position.pledged, position.frozen) != expected:
            yield f"{position.asset}: cached {position}, liens {expected}"
        if position.held + position.pledged > position.balance:
            yield f"{position.asset}: held and pledged above the balance"
    for (_, asset_id, kind), amount in sums.items():
        yield f"{asset_id}: {kind.name} of {amount} without a position"
    for address, count in whole.items():
        record = state.get(ACCOUNT_FREEZES, address)
        if record is None or record.count != count:
            yield f"account freezes: {record}, liens {count}"


def reserves(state: Overlay) -> Iterator[str]:
    """Stablecoin supply <= reserve value unless in BREACH; the queue adds up."""
    for asset in state.scan(ASSET, ASSETS, limit=ALL):
        cash = state.get(CASH_ASSET, asset.id)
        if cash is None:
            continue
        supply = supply_of(state, asset.id)
        value = balance_of(state, cash.backing, cash.reserve_account)
        if supply > value and not asset.flags & AssetFlag.BREACH:
            yield f"{asset.id}: supply {supply} above reserve {value}"
        queue = state.scan(QUEUED_REDEMPTION, REDEMPTION_QUEUE, (asset.id,), limit=ALL)
        if sum(entry.amount for entry in queue) != cash.queued:
            yield f"{asset.id}: queued {cash.queued}, entries differ"


def payments(state: Overlay) -> Iterator[str]:
    """Paid + residual = funded; what was funded and is unpaid lies in the paying account."""
    for asset in state.scan(ASSET, ASSETS, limit=ALL):
        bond = state.get(BOND, asset.id)
        if bond is None:
            continue
        aside = 0
        for payment in state.scan(PAYMENT, PAYMENTS, (asset.id,), limit=ALL):
            yield from _payment(asset, payment)
            if payment.status in (PaymentStatus.FUNDED, PaymentStatus.PAYING):
                aside += payment.required - payment.paid
        lies = balance_of(state, bond.terms.settlement_asset, bond.paying_account)
        if lies != aside:
            yield f"{asset.id}: paying account holds {lies}, owed {aside}"
        owed = state.scan(PAYMENT, OPEN_PAYMENTS, (asset.id,), limit=ALL)
        oldest = [entry.record_no for entry in owed if entry.kind is PaymentKind.COUPON]
        if asset.unpaid_record != min(oldest, default=0):
            yield f"{asset.id}: oldest unpaid record {asset.unpaid_record}, payments {oldest}"


def _payment(asset: Asset, payment: Payment) -> Iterator[str]:
    if not 0 <= payment.withheld <= payment.paid <= payment.required:
        yield f"{asset.id} payment {payment.number}: {payment}"
    untouched = (PaymentStatus.RECORD_TAKEN, PaymentStatus.FUNDED, PaymentStatus.MISSED)
    if payment.paid and payment.status in untouched:
        yield f"{asset.id} payment {payment.number}: paid {payment.paid} before paying"
    if payment.record_no > asset.record_no:
        yield f"{asset.id} payment {payment.number}: record from the future"
    done = payment.status in (PaymentStatus.PAID, PaymentStatus.CURED)
    if payment.kind is PaymentKind.REDEMPTION and done and payment.paid != payment.required:
        yield f"{asset.id}: redemption paid {payment.paid} of {payment.required}"


def batches(state: Overlay) -> Iterator[str]:
    """Holds rest only on open batches; ALLOCATED means that everybody has allocated."""
    for batch in state.scan(BATCH, BATCHES, limit=ALL):
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
        for lien_id in batch.liens:
            if state.get(LIEN, lien_id) is None:
                yield f"{name}: a hold is gone"


CHECKS: tuple[Check, ...] = (supplies, bank_totals, lien_sums, reserves, payments, batches)
