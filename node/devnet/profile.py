"""The genesis document of local networks: rules as a state would set them, keys that all know."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from node.devnet.cast import (
    BOOKS,
    CALENDAR,
    CENTRAL_BANK,
    CHAIN_ID,
    MONEY,
    PARTIES,
    TAX_ACCOUNT,
    Book,
    Party,
)
from node.identity import dev_keys
from node.profile.ledger import (
    calendar_of,
    mark_of,
    money_of,
    parameters_of,
    require_covered,
    rules_of,
    tax_tables_of,
)
from node.profile.root import ProfileFile
from tokens.finance.calendar import WEEKEND_SATURDAY_SUNDAY, Calendar
from tokens.genesis import CentralBankMoney, DevBalance, Genesis, GenesisRule, ProfileMark
from tokens.records.day import TaxEntry, TaxTable
from tokens.records.governance import Validator
from tokens.records.parties import Account, Participant
from tokens.records.proposals import ApprovalPolicy
from tokens.records.system import Parameter
from tokens.types import AccountStatus, Role

VALIDATORS = tuple(sorted(party.validator for party in PARTIES if party.validator is not None))
"""Ids of the four validators, in the order of the validator set."""
BUSINESS_DATE = dt.date(2026, 1, 5)
"""A Monday."""
TIMESTAMP_MS = 1_767_571_200_000
"""The same day, 00:00 UTC."""
BLOCK_TRANSACTIONS_MAX = 500
"""Four validators share the cores of one machine here: a block of thousands takes them longer than
the shortest view timeout (250 ms), and a burst would change views instead of being decided."""
TAX_PROFILE = "government-securities"
TAX_FROM = dt.date(2025, 7, 1)

POLICIES: dict[str, tuple[tuple[tuple[Role, ...], ...], int, bool]] = {
    "auction": (((Role.TREASURY,), (Role.CENTRAL_BANK,)), 1, False),
    "business_day": (((Role.CENTRAL_BANK,),), 2, False),
    "calendar": (((Role.CENTRAL_BANK,), (Role.TREASURY, Role.SECURITIES_REGULATOR)), 1, False),
    "cash_asset": (((Role.CENTRAL_BANK,), (Role.CASH_ISSUER,)), 1, False),
    "central_bank_money": (((Role.CENTRAL_BANK,),), 2, False),
    "emergency": (((Role.TREASURY,), (Role.CENTRAL_BANK,)), 1, True),
    "enforcement": (((Role.CENTRAL_BANK, Role.SECURITIES_REGULATOR),), 1, False),
    "force_transfer": (((Role.CENTRAL_BANK,), (Role.SECURITIES_REGULATOR, Role.FIU)), 1, False),
    "instrument": (((Role.TREASURY,), (Role.CENTRAL_BANK,)), 1, False),
    "marks": (((Role.MARK_SOURCE,),), 1, False),
    "mint_grant": (((Role.CENTRAL_BANK,), (Role.CASH_ISSUER,)), 1, False),
    "parameters": (((Role.CENTRAL_BANK,), (Role.TREASURY,)), 1, False),
    "participants": (((Role.CENTRAL_BANK,), (Role.SECURITIES_REGULATOR, Role.TREASURY)), 1, False),
    "pause": (((Role.CENTRAL_BANK,), (Role.TREASURY, Role.SECURITIES_REGULATOR)), 1, False),
    "licence": (((Role.VA_REGULATOR,),), 1, False),
    "licence_grant": (((Role.VA_REGULATOR,), (Role.CENTRAL_BANK,)), 1, False),
    "reassignment": (((Role.VA_REGULATOR, Role.CENTRAL_BANK),), 1, False),
    "recovery": (((Role.CENTRAL_BANK,),), 1, False),
    "rules": (((Role.CENTRAL_BANK,), (Role.TREASURY, Role.SECURITIES_REGULATOR)), 1, False),
    "sanctions": (((Role.FIU,), (Role.CENTRAL_BANK,)), 1, False),
    "tax": (((Role.TAX_AUTHORITY,), (Role.TREASURY,)), 1, False),
    "validators": ((), 1, True),
}
"""Name -> slots of roles, threshold of a filler's own policy, whether validators must agree."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a state sets in a genesis document."""

    calendar: Calendar
    parameters: dict[str, int]
    tax_tables: tuple[TaxTable, ...]
    money: CentralBankMoney
    jurisdiction: str
    rules: tuple[GenesisRule, ...]
    mark: ProfileMark | None


def figures_of(file: ProfileFile | None, *, tax_account: bytes, central_bank: bytes) -> Figures:
    """Those of a profile, or those of local networks."""
    if file is None:
        return Figures(
            calendar=calendar(),
            parameters={},
            tax_tables=(tax_table(tax_account),),
            money=CentralBankMoney(
                asset=MONEY,
                name="Pakistani rupee, central-bank money",
                currency="PKR",
                issuer=central_bank,
            ),
            jurisdiction="PK",
            rules=(),
            mark=None,
        )
    profile = file.profile
    return Figures(
        calendar=calendar_of(profile),
        parameters=parameters_of(profile),
        tax_tables=tax_tables_of(profile, tax_account),
        money=money_of(profile, central_bank),
        jurisdiction=profile.jurisdiction,
        rules=rules_of(profile),
        mark=mark_of(file),
    )


def dev_genesis(
    *,
    more_books: Sequence[Book] = (),
    balances: Sequence[tuple[bytes, int]] = (),
    window_blocks: int | None = None,
    profile: ProfileFile | None = None,
) -> Genesis:
    """The document as a value, with the figures of a state if its profile is given."""
    if profile is not None:
        require_covered(profile.profile, BUSINESS_DATE)
    figures = figures_of(
        profile,
        tax_account=TAX_ACCOUNT.address,
        central_bank=CENTRAL_BANK.address,
    )
    parameters = {"block_transactions_max": BLOCK_TRANSACTIONS_MAX} | figures.parameters
    if window_blocks is not None:
        parameters["window_blocks"] = window_blocks
    return Genesis(
        chain_id=CHAIN_ID,
        is_dev=True,
        protocol_version=1,
        timestamp_ms=TIMESTAMP_MS,
        business_date=BUSINESS_DATE,
        day_open=True,
        calendar=figures.calendar,
        parameters=tuple(
            Parameter(name=name, value=value) for name, value in sorted(parameters.items())
        ),
        approval_policies=approval_policies(),
        tax_tables=figures.tax_tables,
        participants=participants(PARTIES, figures.jurisdiction),
        accounts=accounts((*BOOKS, *more_books)),
        validators=tuple(_validator(party) for party in _operators()),
        central_bank_money=figures.money,
        dev_balances=tuple(
            DevBalance(account=account, amount=amount) for account, amount in sorted(balances)
        ),
        rules=figures.rules,
        profile=figures.mark,
    )


def calendar() -> Calendar:
    """Saturdays and Sundays, and three days on which the story passes over."""
    return Calendar(
        id=CALENDAR,
        version=1,
        weekend_mask=WEEKEND_SATURDAY_SUNDAY,
        holidays=(dt.date(2026, 2, 5), dt.date(2026, 3, 23), dt.date(2026, 5, 1)),
    )


def approval_policies() -> tuple[ApprovalPolicy, ...]:
    """Who must agree to what (docs/spec/ledger.md)."""
    return tuple(
        ApprovalPolicy(
            name=name,
            required=tuple(tuple(sorted(slot)) for slot in required),
            approvals_min=max(len(required), 1),
            validator_quorum=validators,
            threshold_min=threshold,
        )
        for name, (required, threshold, validators) in sorted(POLICIES.items())
    )


def tax_table(account: bytes) -> TaxTable:
    """Rates of tax year 2025-26 as an example: they are data, not part of the software."""
    rates = (("default", 400_000), ("exempt", 0), ("filer", 200_000), ("non-filer", 400_000))
    return TaxTable(
        profile=TAX_PROFILE,
        version=1,
        account=account,
        year_month=7,
        entries=tuple(
            TaxEntry(tax_class=name, from_date=TAX_FROM, rate_e6=rate, above=None)
            for name, rate in rates
        ),
    )


def participants(parties: Iterable[Party], jurisdiction: str = "PK") -> tuple[Participant, ...]:
    """Parties as records, in order of id."""
    records = [
        Participant(
            id=party.address,
            name=party.title,
            lei="",
            jurisdiction=jurisdiction,
            control_group=party.name,
            roles=tuple(sorted(party.roles)),
            policy=party.policy,
            encryption_key=party.seal_key.public,
        )
        for party in parties
    ]
    return tuple(sorted(records, key=lambda record: record.id))


def accounts(books: Iterable[Book]) -> tuple[Account, ...]:
    """Accounts as records, in order of id."""
    by_name = {party.name: party.address for party in PARTIES}
    records = [
        Account(
            id=book.address,
            owner=hashlib.sha256(b"mohur/dev-person/v1" + book.name.encode()).digest(),
            holder=book.holder,
            servicer=by_name[book.servicer],
            purpose=book.purpose,
            kyc_tier=3,
            residency="RESIDENT",
            tax_class=book.tax_class,
            policy=book.policy,
            status=AccountStatus.OPEN,
        )
        for book in books
    ]
    return tuple(sorted(records, key=lambda record: record.id))


def _operators() -> list[Party]:
    return sorted((p for p in PARTIES if p.validator is not None), key=lambda p: str(p.validator))


def _validator(party: Party) -> Validator:
    name = str(party.validator)
    keys = dev_keys(name)
    return Validator(
        id=name,
        public_key=keys.signer.public_key,
        network_key=keys.network_key,
        operator=party.address,
    )
