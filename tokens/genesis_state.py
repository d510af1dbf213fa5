"""The state at height 0, from a checked genesis document."""

import msgspec

from tokens.authority import replace_keys
from tokens.genesis import Genesis, genesis_digest
from tokens.genesis_checks import require_valid
from tokens.holders import count_change
from tokens.parameters import PARAMETERS
from tokens.records.day import BUSINESS_DAY, CALENDAR, TAX_TABLE, BusinessDay, CalendarRecord
from tokens.records.day_mark import DAY_MARK, DayMark
from tokens.records.governance import VALIDATOR_SETS, ValidatorSets
from tokens.records.holdings import BANK_TOTAL, POSITION, SUPPLY, BankTotal, Position, Supply
from tokens.records.instruments import ASSET, Asset
from tokens.records.parties import ACCOUNT, PARTICIPANT
from tokens.records.persons import HOLDER_BOOK, HolderBook
from tokens.records.proposals import APPROVAL_POLICY
from tokens.records.rules import HolderCapRule
from tokens.records.system import CHAIN, PARAMETER, Chain, Parameter
from tokens.ruling import begin_rule
from tokens.state import Changes, Overlay
from tokens.store import MemoryStore, StoreState
from tokens.types import AMOUNT_LIMIT, AssetFlag, AssetKind, AssetStatus


def build_state(genesis: Genesis) -> Changes:
    """The records of height 0: write `changes.writes()` into an empty store.

    Raises GenesisInvalid.
    """
    require_valid(genesis)
    state = Overlay(StoreState(MemoryStore()))
    state.put(
        CHAIN,
        Chain(
            chain_id=genesis.chain_id,
            is_dev=genesis.is_dev,
            protocol_version=genesis.protocol_version,
            genesis_timestamp_ms=genesis.timestamp_ms,
            genesis=genesis_digest(genesis),
        ),
    )
    set_values = {entry.name: entry.value for entry in genesis.parameters}
    for spec in PARAMETERS:
        value = set_values.get(spec.name, spec.default)
        state.put(PARAMETER, Parameter(name=spec.name, value=value))
    for policy in genesis.approval_policies:
        state.put(APPROVAL_POLICY, policy)
    for table in genesis.tax_tables:
        state.put(TAX_TABLE, table)
    _put_day(state, genesis)
    for participant in genesis.participants:
        state.put(PARTICIPANT, participant)
        replace_keys(state, participant.id, None, participant.policy)
    for account in genesis.accounts:
        state.put(ACCOUNT, account)
        replace_keys(state, account.id, None, account.policy)
    members = genesis.validators
    state.put(VALIDATOR_SETS, ValidatorSets(current=members, next=members, next_from=1))
    _put_money(state, genesis)
    for rule in genesis.rules:
        begin_rule(state, rule.id, rule.asset, rule.body)
    _count_holders(state, genesis)
    return state.changes()


def _put_day(state: Overlay, genesis: Genesis) -> None:
    calendar = genesis.calendar
    state.put(CALENDAR, CalendarRecord(current=calendar, pending=None, effective_on=None))
    state.put(
        BUSINESS_DAY,
        BusinessDay(date=genesis.business_date, open=genesis.day_open, calendar=calendar.id),
    )
    state.put(DAY_MARK, DayMark(date=genesis.business_date, opened_at=0))


def _count_holders(state: Overlay, genesis: Genesis) -> None:
    """A holder cap needs the count of holders; here it is whole at once."""
    money = genesis.central_bank_money.asset
    asset = state.get(ASSET, money)
    if asset is None or not any(isinstance(rule.body, HolderCapRule) for rule in genesis.rules):
        return
    flags = asset.flags | AssetFlag.COUNTED.value
    state.put(ASSET, msgspec.structs.replace(asset, flags=flags))
    state.put(HOLDER_BOOK, HolderBook(asset=money, holders=0, counted=None))
    accounts = {account.id: account for account in genesis.accounts}
    for entry in genesis.dev_balances:
        count_change(state, money, accounts[entry.account], entry.amount)


def _put_money(state: Overlay, genesis: Genesis) -> None:
    money = genesis.central_bank_money
    state.put(
        ASSET,
        Asset(
            id=money.asset,
            kind=AssetKind.MONEY,
            name=money.name,
            currency=money.currency,
            issuer=money.issuer,
            status=AssetStatus.OUTSTANDING,
            flags=0,
            paused=0,
            denomination=1,
            increment=1,
            max_supply=AMOUNT_LIMIT,
            kyc_tier_min=0,
            record_no=0,
            unpaid_record=0,
        ),
    )
    servicer_of = {account.id: account.servicer for account in genesis.accounts}
    totals: dict[bytes, int] = {}
    for entry in genesis.dev_balances:
        position = Position(
            asset=money.asset,
            account=entry.account,
            balance=entry.amount,
            held=0,
            pledged=0,
            frozen=0,
            record_no=0,
            record_quantity=0,
        )
        state.put(POSITION, position)
        servicer = servicer_of[entry.account]
        totals[servicer] = totals.get(servicer, 0) + entry.amount
    for servicer, amount in totals.items():
        state.put(BANK_TOTAL, BankTotal(servicer=servicer, asset=money.asset, amount=amount))
    state.put(SUPPLY, Supply(asset=money.asset, amount=sum(totals.values())))
