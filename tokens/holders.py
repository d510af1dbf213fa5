"""Counting the holders of an asset by person, for holder caps (page 04, check 7).

Rules of this file:
1. An asset is counted from its first holder cap on: the agenda walks its register once, in order of
   accounts, page by page. Meanwhile a posting counts if its account lies before the page.
2. Only GENERAL accounts count: reserves, the treasury and unclaimed money are nobody's holding.
3. Until the walk is over, what a person holds is the sum over its accounts, read there and then.
"""

import msgspec

from tokens.agenda import AgendaHandler, Step, item_for, schedule
from tokens.context import Context
from tokens.lookup import require, require_account
from tokens.records.holdings import POSITION
from tokens.records.instruments import ASSET, Asset
from tokens.records.parties import ACCOUNT, Account
from tokens.records.persons import HOLDER_BOOK, PERSON_HOLDING, HolderBook, PersonHolding
from tokens.records.system import AgendaItem
from tokens.state import Overlay
from tokens.types import AccountPurpose, AgendaClass, AssetFlag

HANDLER = "holder_count"
HOLDERS = POSITION.indexes[0]
ACCOUNTS_BY_OWNER = ACCOUNT.indexes[1]
PERSON_ACCOUNTS_MAX = 32
"""Accounts of a person, of whatever purpose, that are summed up while an asset is counted."""

_ITEM = b"mohur/holder-count/v1"
_START = bytes(16)


def begin_count(context: Context, asset: Asset) -> None:
    """Count an asset's holders from now on."""
    state = context.state
    if state.get(HOLDER_BOOK, asset.id) is not None:
        return
    flags = asset.flags | AssetFlag.COUNTED.value
    state.put(ASSET, msgspec.structs.replace(asset, flags=flags))
    state.put(HOLDER_BOOK, HolderBook(asset=asset.id, holders=0, counted=_START))
    subject = asset.id.encode()
    schedule(
        state,
        item_for(
            subject,
            handler=HANDLER,
            domain=_ITEM,
            due_on=context.business_date,
            item_class=AgendaClass.CHANGE,
        ),
    )


def count_change(state: Overlay, asset: str, account: Account, delta: int) -> None:
    """A posting changed what an account holds of a counted asset."""
    book = state.get(HOLDER_BOOK, asset)
    if book is None or account.purpose is not AccountPurpose.GENERAL:
        return
    if book.counted is None or account.id <= book.counted:
        _add(state, book, account.owner, delta)


def is_counted(state: Overlay, asset: str) -> bool:
    """Whether the walk through an asset's register is over."""
    book = state.get(HOLDER_BOOK, asset)
    return book is not None and book.counted is None


def holding_of(state: Overlay, asset: str, person: bytes) -> int | None:
    """What a person holds of an asset with a holder cap, minor units.

    None: the register is being counted and the person has more than PERSON_ACCOUNTS_MAX accounts.
    """
    if is_counted(state, asset):
        return _counted_of(state, asset, person)
    limit = PERSON_ACCOUNTS_MAX + 1
    accounts = state.scan(ACCOUNT, ACCOUNTS_BY_OWNER, (person,), limit=limit)
    if len(accounts) == limit:
        return None
    positions = (
        state.get(POSITION, asset, account.id)
        for account in accounts
        if account.purpose is AccountPurpose.GENERAL
    )
    return sum(position.balance for position in positions if position is not None)


def _counted_of(state: Overlay, asset: str, person: bytes) -> int:
    """What the walk and the postings behind it have found of a person, minor units."""
    known = state.get(PERSON_HOLDING, asset, person)
    return 0 if known is None else known.amount


def _add(state: Overlay, book: HolderBook, person: bytes, delta: int) -> None:
    before = _counted_of(state, book.asset, person)
    after = before + delta
    if after:
        state.put(PERSON_HOLDING, PersonHolding(asset=book.asset, person=person, amount=after))
    else:
        state.delete(PERSON_HOLDING, book.asset, person)
    step = bool(after) - bool(before)
    if step:
        state.put(HOLDER_BOOK, msgspec.structs.replace(book, holders=book.holders + step))


def run_count(context: Context, item: AgendaItem, quota: int) -> Step:
    """Agenda: one page of the register."""
    state = context.state
    asset = item.subject.decode()
    book = require(state, HOLDER_BOOK, asset)
    after = book.counted or _START
    page = state.scan(POSITION, HOLDERS, (asset,), after=(asset, after), limit=quota)
    for position in page:
        account = require_account(state, position.account)
        if position.balance and account.purpose is AccountPurpose.GENERAL:
            _add(state, require(state, HOLDER_BOOK, asset), account.owner, position.balance)
    done = len(page) < quota
    counted = None if done else page[-1].account
    book = require(state, HOLDER_BOOK, asset)
    state.put(HOLDER_BOOK, msgspec.structs.replace(book, counted=counted))
    return Step(len(page), None if done else item)


HOLDER_COUNT_AGENDA = AgendaHandler(name=HANDLER, family="rules", run=run_count)
