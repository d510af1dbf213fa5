"""Promises about power and money that no single state shows: judged over a block, from outside.

Rules of this file:
1. Each judge sees the records before and after a block and what its receipts say; it takes no
   count of the ledger's own where it can make one.
2. What may have changed in the same block in another way excuses: a judge that cries at a right
   block is worth as little as one that is silent at a wrong one.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.tokens.adversary_dust_judge import judge_deliveries
from tokens.amount import mul_div_half_up
from tokens.events import (
    BreachChanged,
    CashMinted,
    CashRedeemed,
    FreezeChanged,
    GrantEnded,
    GrantSet,
    LedgerEvent,
    LienEnded,
    LienPlaced,
    PrincipalPaid,
    Seized,
    TaxWithheld,
)
from tokens.invariants import Snapshot
from tokens.invariants_reserves import value_of
from tokens.records.cash import CASH_ASSET
from tokens.records.day import BUSINESS_DAY
from tokens.records.governance import VALIDATOR_SETS, Validator
from tokens.records.holdings import LIEN, SUPPLY
from tokens.records.instruments import ASSET
from tokens.records.proposals import GRANT, Grant
from tokens.records.tax import TAX_CERTIFICATE
from tokens.types import AssetFlag, LienKind

Events = Sequence[LedgerEvent]


def judge_promises(before: Snapshot, after: Snapshot, events: Events) -> list[str]:
    """All of them."""
    return [
        *judge_breach(before, after, events),
        *judge_mints(before, after, events),
        *judge_orders(before, after, events),
        *judge_tax(after, events),
        *judge_operators(after),
        *judge_deliveries(before, after, events),
    ]


def judge_breach(before: Snapshot, after: Snapshot, events: Events) -> Iterator[str]:
    """In BREACH nothing is minted, and only redemption at par lowers the value (page 04)."""
    if before.all(BUSINESS_DAY) != after.all(BUSINESS_DAY):
        return  # marks and dates lower a value with a new date
    flags = {asset.id: asset.flags for asset in before.all(ASSET)}
    told = {event.asset for event in events if isinstance(event, BreachChanged)}
    supplies = [{e.asset: e.amount for e in one.all(SUPPLY)} for one in (before, after)]
    for cash in before.all(CASH_ASSET):
        if not flags[cash.asset] & AssetFlag.BREACH or cash.asset in told:
            continue
        redeemed = sum(
            event.amount
            for event in events
            if isinstance(event, CashRedeemed) and event.asset == cash.asset
        )
        old, new = supplies[0].get(cash.asset, 0), supplies[1].get(cash.asset, 0)
        if new != old - redeemed:
            yield f"{cash.asset}: in BREACH, and the supply went from {old} to {new}"
        had, has = value_of(before, cash), value_of(after, cash)
        repaid = any(
            isinstance(event, PrincipalPaid) and event.account == cash.reserve_account
            for event in events
        )
        if has < had - redeemed and not repaid:  # paper above par ends at par
            yield f"{cash.asset}: in BREACH, and the value went from {had} to {has}"


def judge_mints(before: Snapshot, after: Snapshot, events: Events) -> Iterator[str]:
    """Each mint has a grant that is not over, into an account that it names, and is counted."""
    today = after.all(BUSINESS_DAY)[0].date
    minted: Counter[str] = Counter()
    grants = [
        {(g.grantor, g.grantee, g.asset): g for g in one.all(GRANT) if g.operation == "cash_mint"}
        for one in (before, after)
    ]
    for event in events:
        if isinstance(event, CashMinted):
            minted[event.asset] += event.amount
            if not any(_lets(grant, event, today) for one in grants for grant in one.values()):
                yield f"{event.asset}: {event.amount} minted without power"
    if any(isinstance(event, GrantSet | GrantEnded) for event in events):
        return  # a count ended or began in this block
    for asset, amount in minted.items():
        used = sum(grant.used_total for grant in grants[1].values() if grant.asset == asset)
        used -= sum(grant.used_total for grant in grants[0].values() if grant.asset == asset)
        if used != amount:
            yield f"{asset}: {amount} minted, grants count {used}"


def _lets(grant: Grant, event: CashMinted, today: dt.date) -> bool:
    return (
        grant.asset == event.asset
        and event.target in (grant.targets or (event.target,))
        and event.source in (grant.sources or (event.source,))
        and event.amount <= grant.cap_call
        and today < grant.expires_on
    )


def judge_orders(before: Snapshot, after: Snapshot, events: Events) -> Iterator[str]:
    """What was seized stands in an order of that account, which is lowered by as much."""
    orders = {lien.id: lien for lien in before.all(LIEN) if lien.kind is LienKind.FREEZE}
    left = {lien.id: lien for lien in after.all(LIEN)}
    changed = {event.order for event in events if isinstance(event, FreezeChanged)}
    changed |= {event.lien for event in events if isinstance(event, LienPlaced)}
    ended = {event.lien for event in events if isinstance(event, LienEnded)}
    # An id whose order was lifted may be another order in the same block.
    places = {(lien.id, lien.account) for lien in orders.values()}
    places |= {(event.lien, event.account) for event in events if isinstance(event, LienPlaced)}
    taken: Counter[bytes] = Counter()
    for event in events:
        if isinstance(event, Seized):
            taken[event.order] += event.amount
            if (event.order, event.source) not in places:
                yield f"order {event.order.hex()}: seized from another account"
    for name, amount in taken.items():
        if name in changed or (name not in orders and name not in ended):
            continue
        order, rest = orders.get(name), left.get(name)
        if order is None:
            yield f"order {name.hex()}: seized under none"
        elif order.amount is not None:
            remains = 0 if rest is None or rest.amount is None else rest.amount
            grows = order.memo == "credit stop"  # with what is paid into the account
            if amount > order.amount or (remains > order.amount - amount and not grows):
                yield f"order {name.hex()}: {amount} of {order.amount} seized, {remains} left"


def judge_tax(after: Snapshot, events: Events) -> Iterator[str]:
    """Withheld is half up of the base at the certified rate, and never more than was paid."""
    certified = {
        (entry.account, entry.security, entry.payment): entry
        for entry in after.all(TAX_CERTIFICATE)
    }
    for event in events:
        if not isinstance(event, TaxWithheld):
            continue
        if (event.account, event.security, event.payment) not in certified:
            yield f"{event.security} {event.payment}: withheld without a certificate"
            continue
        most = mul_div_half_up(event.base, event.rate_e6, 10**6)
        if event.withheld > most:
            yield f"{event.security} {event.payment}: withheld {event.withheld} of {most}"


def judge_operators(after: Snapshot) -> Iterator[str]:
    """At most a third, less one, of the validators have one operator (page 04, Genesis)."""
    for sets in after.all(VALIDATOR_SETS):
        for members in (sets.current, sets.next):
            if is_crowded(members):
                yield f"{len(members)} validators, too many of one operator"


def is_crowded(members: Sequence[Validator]) -> bool:
    """Whether one operator has more than floor((n-1)/3) of them, and more than one."""
    counts = Counter(member.operator for member in members)
    return max(counts.values()) > max(1, (len(members) - 1) // 3)
