"""What must hold of rules, holders, lists, licences and recoveries after every block (page 04)."""

from collections.abc import Callable, Iterator

from tokens.invariants_money import Records
from tokens.records.complaints import COMPLAINT, ComplaintStatus
from tokens.records.holdings import POSITION
from tokens.records.instruments import ASSET
from tokens.records.licences import LICENCE
from tokens.records.parties import ACCOUNT
from tokens.records.persons import (
    HOLDER_BOOK,
    LOCK_UP,
    PERSON_HOLDING,
    SANCTIONED,
    SANCTIONS_LIST,
)
from tokens.records.recovery import RECOVERY
from tokens.records.rules import RANKS, RULE, RULE_TABLE, RULES_MAX
from tokens.records.system import AGENDA_ITEM
from tokens.ruling import table_name
from tokens.types import AccountPurpose, AccountStatus, AssetFlag, LicencePhase


def validate_rules(state: Records) -> Iterator[str]:
    """A table names exactly the rules of its asset that have or will have a body, in order."""
    listed: dict[str, list[tuple[int, str]]] = {}
    for rule in state.all(RULE):
        body = rule.body or rule.next_body
        if body is not None:
            listed.setdefault(table_name(rule.asset, body), []).append((RANKS[type(body)], rule.id))
        if rule.next_on is None and rule.next_body is not None:
            yield f"rule {rule.id} waits for no date"
    tables = {table.asset: table.rules for table in state.all(RULE_TABLE)}
    for asset in sorted({*listed, *tables}):
        expected = tuple(name for _, name in sorted(listed.get(asset, [])))
        if tables.get(asset, ()) != expected or len(expected) > RULES_MAX:
            yield f"rules of {asset or 'all assets'}: {expected}, table {tables.get(asset)}"


def validate_holders(state: Records) -> Iterator[str]:
    """What persons hold of a counted asset is the sum over their GENERAL accounts counted."""
    accounts = {account.id: account for account in state.all(ACCOUNT)}
    books = {book.asset: book for book in state.all(HOLDER_BOOK)}
    sums: dict[tuple[str, bytes], int] = {}
    for position in state.all(POSITION):
        book, account = books.get(position.asset), accounts[position.account]
        if book is None or account.purpose is not AccountPurpose.GENERAL:
            continue
        if position.balance and (book.counted is None or account.id <= book.counted):
            place = (position.asset, account.owner)
            sums[place] = sums.get(place, 0) + position.balance
    held = {(entry.asset, entry.person): entry.amount for entry in state.all(PERSON_HOLDING)}
    if held != sums:
        yield f"holdings by person: {len(held)} records, {len(sums)} sums, or others"
    for asset, book in books.items():
        found = sum(1 for place in held if place[0] == asset)
        if book.holders != found:
            yield f"{asset}: {book.holders} holders, {found} found"


def validate_flags(state: Records) -> Iterator[str]:
    """An asset with a book or a lock-up says so: a movement would not ask otherwise."""
    flags = {asset.id: asset.flags for asset in state.all(ASSET)}
    for book in state.all(HOLDER_BOOK):
        if not flags[book.asset] & AssetFlag.COUNTED:
            yield f"{book.asset} is counted and does not say so"
    for lock in state.all(LOCK_UP):
        if not flags[lock.asset] & AssetFlag.LOCKED_UP:
            yield f"{lock.asset} has a lock-up and does not say so"


def validate_sanctions(state: Records) -> Iterator[str]:
    """A list says how many are on it, and somebody on one is looked for."""
    counts: dict[str, int] = {}
    for entry in state.all(SANCTIONED):
        for name in entry.lists:
            counts[name] = counts.get(name, 0) + 1
    for known in state.all(SANCTIONS_LIST):
        if counts.pop(known.id, 0) != known.persons:
            yield f"list {known.id} says {known.persons}"
    if counts:
        yield f"entries of unknown lists {sorted(counts)}"
    screened = any(table.screened for table in state.all(RULE_TABLE) if not table.asset)
    if screened != bool(state.all(SANCTIONED)):
        yield f"screened is {screened} with {len(state.all(SANCTIONED))} persons on lists"


def validate_licences(state: Records) -> Iterator[str]:
    """A licence has the numbers and the date that its phase stands for."""
    for licence in state.all(LICENCE):
        has = (
            bool(licence.goaml_id),
            bool(licence.registration_no),
            licence.expires_on is not None,
        )
        wanted = _WANTED.get(licence.phase)
        if wanted is not None and has != wanted:
            yield f"licence of {licence.institution.hex()}: {licence.phase.name} with {has}"
        stands = licence.phase in (LicencePhase.LICENSED, LicencePhase.SUSPENDED)
        ended = licence.phase in (LicencePhase.REVOKED, LicencePhase.EXPIRED)
        if licence.exit_only if stands else ended and not licence.exit_only:
            yield f"licence of {licence.institution.hex()}: exit_only is {licence.exit_only}"


_WANTED = {
    LicencePhase.APPLIED: (False, False, False),
    LicencePhase.NOC: (False, False, False),
    LicencePhase.AML_REGISTERED: (True, False, False),
    LicencePhase.INCORPORATED: (True, True, False),
    LicencePhase.LICENSED: (True, True, True),
    LicencePhase.SUSPENDED: (True, True, True),
    LicencePhase.EXPIRED: (True, True, True),
}
"""Numbers and dates of each phase; REVOKED keeps what it had."""


def validate_recoveries(state: Records) -> Iterator[str]:
    """An account is RECOVERING exactly while it has a recovery."""
    waiting = {entry.account for entry in state.all(RECOVERY)}
    for account in state.all(ACCOUNT):
        if (account.status is AccountStatus.RECOVERING) != (account.id in waiting):
            yield f"account {account.id.hex()} is {account.status.name}"


def validate_complaints(state: Records) -> Iterator[str]:
    """Whoever must take the next step has a deadline on the agenda; the rest have none."""
    waiting = {(i.subject, i.due_on) for i in state.all(AGENDA_ITEM) if i.handler == "complaint"}
    expected = set()
    for entry in state.all(COMPLAINT):
        timed = entry.status not in (ComplaintStatus.ESCALATED, ComplaintStatus.CLOSED)
        if timed is not (entry.due_on is not None):
            yield f"complaint {entry.reference} is {entry.status.name}, due {entry.due_on}"
        if entry.due_on is not None:
            expected.add((entry.account + entry.reference.encode(), entry.due_on))
    if waiting != expected:
        yield "the agenda has other deadlines than the complaints"


RULE_INVARIANTS: tuple[Callable[[Records], Iterator[str]], ...] = (
    validate_rules,
    validate_holders,
    validate_flags,
    validate_sanctions,
    validate_licences,
    validate_recoveries,
    validate_complaints,
)
