"""A small genesis: treasury, central bank, issuer, two banks, clients, four validators.

Names stand for addresses and keys: `addr("bank-a")`, `key("bank-a")`. Same name, same bytes.
"""

import datetime
import hashlib
from collections.abc import Sequence

import msgspec

from tokens.finance.calendar import WEEKEND_SATURDAY_SUNDAY, Calendar
from tokens.genesis import CentralBankMoney, DevBalance, Genesis
from tokens.ops import OPERATIONS
from tokens.records.governance import Validator
from tokens.records.parties import Account, KeyPolicy, Participant
from tokens.records.proposals import ApprovalPolicy
from tokens.records.system import Parameter
from tokens.types import NO_ADDRESS, AccountPurpose, AccountStatus, Role

CHAIN_ID = "mohur-test"
MONEY = "PKR"
DATE = datetime.date(2026, 7, 1)
"""Business date of genesis, a Wednesday."""


def digest(name: str) -> bytes:
    """32 bytes that a name stands for."""
    return hashlib.sha256(name.encode()).digest()


def addr(name: str) -> bytes:
    """Address that a name stands for."""
    return digest(f"address {name}")[:16]


def key(name: str, number: int = 0) -> bytes:
    """Public key number `number` of a name."""
    return digest(f"key {name} {number}")


def policy(name: str, threshold: int = 1, count: int = 1) -> KeyPolicy:
    """The first `count` keys of a name."""
    return KeyPolicy(
        threshold=threshold, keys=tuple(sorted(key(name, number) for number in range(count)))
    )


def participant(
    name: str, *roles: Role, group: str | None = None, threshold: int = 1, keys: int = 1
) -> Participant:
    """A participant whose control group is its own name."""
    return Participant(
        id=addr(name),
        name=name,
        lei="",
        jurisdiction="PK",
        control_group=group or name,
        roles=tuple(sorted(roles)),
        policy=policy(name, threshold, keys),
        encryption_key=digest(f"seal {name}"),
    )


def account(
    name: str,
    servicer: str,
    *,
    holder: str | None = None,
    purpose: AccountPurpose = AccountPurpose.GENERAL,
    own_keys: bool = False,
    kyc_tier: int = 3,
    residency: str = "RESIDENT",
    tax_class: str = "atl",
) -> Account:
    """An open account; without a holder it is a client's."""
    return Account(
        id=addr(name),
        owner=digest(f"person {name}"),
        holder=NO_ADDRESS if holder is None else addr(holder),
        servicer=addr(servicer),
        purpose=purpose,
        kyc_tier=kyc_tier,
        residency=residency,
        tax_class=tax_class,
        policy=policy(name) if own_keys else None,
        status=AccountStatus.OPEN,
    )


def approval(name: str, *slots: Role | tuple[Role, ...], minimum: int = 1) -> ApprovalPolicy:
    """A policy: one participant for each slot."""
    required = tuple(slot if isinstance(slot, tuple) else (slot,) for slot in slots)
    return ApprovalPolicy(
        name=name,
        required=required,
        approvals_min=max(minimum, 1),
        validator_quorum=False,
        threshold_min=1,
    )


def policies() -> tuple[ApprovalPolicy, ...]:
    """One for each name that an operation uses: page 04, Approval policies are data."""
    both = (Role.TREASURY, Role.CENTRAL_BANK)
    authority = (
        Role.SECURITIES_REGULATOR,
        Role.VA_REGULATOR,
        Role.FIU,
        Role.TAX_AUTHORITY,
    )
    known = {
        "business_day": approval("business_day", Role.CENTRAL_BANK),
        "central_bank_money": approval("central_bank_money", Role.CENTRAL_BANK),
        "mint_grant": approval("mint_grant", Role.CASH_ISSUER, Role.CENTRAL_BANK),
        "freeze": approval("freeze", authority),
        "marks": approval("marks", Role.MARK_SOURCE),
        "seizure": approval("seizure", Role.CENTRAL_BANK, authority),
        "emergency": msgspec.structs.replace(approval("emergency", *both), validator_quorum=True),
        "validators": msgspec.structs.replace(approval("validators"), validator_quorum=True),
    }
    named = [spec.approval for spec in OPERATIONS] + [spec.grant_policy for spec in OPERATIONS]
    for name in named:
        if name is not None and name not in known:
            known[name] = approval(name, *both)
    return tuple(known[name] for name in sorted(known))


PARTICIPANTS = (
    participant("treasury", Role.TREASURY),
    participant("central-bank", Role.CENTRAL_BANK, threshold=2, keys=3),
    participant("issuer", Role.CASH_ISSUER),
    participant("bank-a", Role.BANK_CUSTODIAN, Role.PRIMARY_DEALER),
    participant("bank-b", Role.BANK_CUSTODIAN),
    participant("regulator", Role.SECURITIES_REGULATOR),
    participant("va-regulator", Role.VA_REGULATOR),
    participant("fiu", Role.FIU),
    participant("tax", Role.TAX_AUTHORITY),
    participant("marker", Role.MARK_SOURCE),
)

ACCOUNTS = (
    account("treasury-cash", "central-bank", holder="treasury", purpose=AccountPurpose.TREASURY),
    account("tax-cash", "central-bank", holder="tax", purpose=AccountPurpose.TAX),
    account("issuer-cash", "central-bank", holder="issuer"),
    account("issuer-reserve", "central-bank", holder="issuer", purpose=AccountPurpose.RESERVE),
    account("bank-a-cash", "bank-a", holder="bank-a"),
    account("bank-b-cash", "bank-b", holder="bank-b"),
    account("bank-a-unclaimed", "bank-a", holder="bank-a", purpose=AccountPurpose.UNCLAIMED),
    account("bank-b-unclaimed", "bank-b", holder="bank-b", purpose=AccountPurpose.UNCLAIMED),
    account("client-a1", "bank-a"),
    account("client-a2", "bank-a", own_keys=True),
    account("client-b1", "bank-b"),
)

OPERATORS = ("treasury", "central-bank", "regulator", "va-regulator")


def validator(name: str, operator: str) -> Validator:
    """A validator of an operator."""
    return Validator(
        id=name,
        public_key=digest(f"consensus {name}"),
        network_key=digest(f"network {name}"),
        operator=addr(operator),
    )


def genesis(
    *,
    participants: Sequence[Participant] = PARTICIPANTS,
    accounts: Sequence[Account] = ACCOUNTS,
    balances: dict[str, int] | None = None,
    parameters: dict[str, int] | None = None,
    validators: Sequence[Validator] | None = None,
) -> Genesis:
    """A small state: treasury, central bank, issuer, two banks, clients, four validators."""
    chosen = {"bucket_depth_bits": 6, "window_blocks": 50} | (parameters or {})
    start = {"bank-a-cash": 1_000_000, "bank-b-cash": 1_000_000} if balances is None else balances
    members = validators or [validator(f"{name}-node", name) for name in OPERATORS]
    return Genesis(
        chain_id=CHAIN_ID,
        is_dev=True,
        protocol_version=1,
        timestamp_ms=1_782_900_000_000,
        business_date=DATE,
        day_open=True,
        calendar=Calendar(id="PK", version=1, weekend_mask=WEEKEND_SATURDAY_SUNDAY, holidays=()),
        parameters=tuple(
            Parameter(name=name, value=value) for name, value in sorted(chosen.items())
        ),
        approval_policies=policies(),
        tax_tables=(),
        participants=tuple(sorted(participants, key=lambda entry: entry.id)),
        accounts=tuple(sorted(accounts, key=lambda entry: entry.id)),
        validators=tuple(sorted(members, key=lambda entry: entry.id)),
        central_bank_money=CentralBankMoney(
            asset=MONEY, name="Pakistan rupee", currency="PKR", issuer=addr("central-bank")
        ),
        dev_balances=tuple(
            sorted(
                (DevBalance(account=addr(name), amount=amount) for name, amount in start.items()),
                key=lambda entry: entry.account,
            )
        ),
    )
