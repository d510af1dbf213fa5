"""What must hold of roles, closed accounts, operators and matured paper after every block (04).

Rules of this file: those of invariants_money.py.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from tokens.authority import FREEZING_ROLES
from tokens.invariants_money import Records
from tokens.records.day import BUSINESS_DAY
from tokens.records.governance import VALIDATOR_SETS
from tokens.records.holdings import LIEN, POSITION
from tokens.records.instruments import ASSET
from tokens.records.market import ORDER, OrderStatus
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.records.proposals import GRANT
from tokens.records.repos import REPO_USE
from tokens.records.settlement import BATCH, BatchStatus
from tokens.records.system import AGENDA_ITEM, CHAIN
from tokens.types import AccountStatus, AssetStatus, LienKind, Role
from tokens.validators import per_operator_max


def validate_roles(state: Records) -> Iterator[str]:
    """Who may freeze may not move, and the reverse."""
    for entry in state.all(PARTICIPANT):
        if Role.CENTRAL_BANK in entry.roles and any(r in FREEZING_ROLES for r in entry.roles):
            yield f"{entry.name} may freeze and move"


def validate_closed(state: Records) -> Iterator[str]:
    """Nothing is left in a closed account: no balance, hold, pledge, key, grant or repo."""
    closed = {a.id for a in state.all(ACCOUNT) if a.status is AccountStatus.CLOSED}
    left = {entry.account for entry in state.all(POSITION) if entry.balance}
    left |= {lien.account for lien in state.all(LIEN) if lien.kind is not LienKind.FREEZE}
    left |= {grant.grantor for grant in state.all(GRANT)}
    left |= {use.account for use in state.all(REPO_USE)}
    left |= {account.id for account in state.all(ACCOUNT) if account.policy is not None}
    for account in sorted(closed & left):
        yield f"account {account.hex()} is closed, and something is left in it"


def validate_operators(state: Records) -> Iterator[str]:
    """No operator has more than its part of a set; a development network may begin otherwise."""
    if any(chain.is_dev for chain in state.all(CHAIN)):
        return
    for sets in state.all(VALIDATOR_SETS):
        for members in (sets.current, sets.next):
            counts = Counter(member.operator for member in members)
            if max(counts.values()) > per_operator_max(len(members)):
                yield f"{max(counts.values())} of {len(members)} validators have one operator"


def validate_matured(state: Records) -> Iterator[str]:
    """Orders and allocated batches of what has matured are released, when the day's work is done.

    One may still be instructed: that is judged when it is allocated and settled (5.5).
    """
    today = state.all(BUSINESS_DAY)[0].date
    if any(item.due_on <= today for item in state.all(AGENDA_ITEM)):
        return
    over = (AssetStatus.MATURED, AssetStatus.REDEEMED, AssetStatus.CANCELLED)
    ended = {asset.id for asset in state.all(ASSET) if asset.status in over}
    for order in state.all(ORDER):
        if order.status is OrderStatus.OPEN and order.asset in ended:
            yield f"order {order.id.hex()[:8]}: open, and {order.asset} is over"
    for batch in state.all(BATCH):
        allocated = batch.status is BatchStatus.ALLOCATED
        if allocated and any(leg.asset in ended for leg in batch.legs):
            yield f"batch {batch.batch_id}: ALLOCATED, and its paper is over"


PARTY_INVARIANTS: tuple[Callable[[Records], Iterator[str]], ...] = (
    validate_roles,
    validate_closed,
    validate_operators,
    validate_matured,
)
