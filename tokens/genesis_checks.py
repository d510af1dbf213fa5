"""The checks of a genesis document, each with its name.

Rules of this file:
1. A check is a function that yields (fault, where); all of them run, so that an operator sees every
   fault at once.
2. What governance may not do later (validators per operator, keys in two policies) is refused here.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from tokens.eligibility import RESERVED
from tokens.finance.calendar import check_calendar, is_business_day
from tokens.finance.lei import check_lei
from tokens.genesis import Genesis, GenesisFault, GenesisInvalid
from tokens.ops import OPERATIONS
from tokens.parameters import PARAMETER_OF
from tokens.protocol import PROTOCOL_VERSION
from tokens.records.parties import KeyPolicy
from tokens.records.rules import RULES_MAX
from tokens.ruling import is_sound, table_name
from tokens.types import AMOUNT_LIMIT, NO_ADDRESS, AccountStatus, Role
from tokens.validators import per_operator_max

Finding = tuple[GenesisFault, str]

VALIDATORS_MIN = 4
"""Fewest validators outside dev networks (n = 3f + 1 with f = 1)."""


def check_genesis(genesis: Genesis) -> list[Finding]:
    """Every fault of a document; empty = it can start a network."""
    return [finding for check in CHECKS for finding in check(genesis)]


def require_valid(genesis: Genesis) -> None:
    """Raise GenesisInvalid with the first fault, if there is one."""
    for fault, where in check_genesis(genesis):
        raise GenesisInvalid(fault, where)


def _order(genesis: Genesis) -> Iterator[Finding]:
    lists: tuple[tuple[str, Sequence[str] | Sequence[bytes]], ...] = (
        ("parameters", [entry.name for entry in genesis.parameters]),
        ("approval_policies", [entry.name for entry in genesis.approval_policies]),
        ("rules", [entry.id for entry in genesis.rules]),
        ("tax_tables", [entry.profile for entry in genesis.tax_tables]),
        ("participants", [entry.id for entry in genesis.participants]),
        ("accounts", [entry.id for entry in genesis.accounts]),
        ("validators", [entry.id for entry in genesis.validators]),
        ("dev_balances", [entry.account for entry in genesis.dev_balances]),
    )
    for name, keys in lists:
        if any(first >= second for first, second in pairwise(keys)):  # type: ignore[operator]
            yield GenesisFault.NOT_ASCENDING, name


def _version(genesis: Genesis) -> Iterator[Finding]:
    if genesis.protocol_version > PROTOCOL_VERSION:
        yield GenesisFault.UNSUPPORTED_VERSION, str(genesis.protocol_version)


def _parameters(genesis: Genesis) -> Iterator[Finding]:
    for entry in genesis.parameters:
        spec = PARAMETER_OF.get(entry.name)
        if spec is None:
            yield GenesisFault.UNKNOWN_PARAMETER, entry.name
        elif not spec.low <= entry.value <= spec.high:
            yield GenesisFault.PARAMETER_OUT_OF_RANGE, f"{entry.name} is {spec.low}..{spec.high}"


def _policies(genesis: Genesis) -> Iterator[Finding]:
    known = [policy.name for policy in genesis.approval_policies]
    needed = [spec.approval for spec in OPERATIONS] + [spec.grant_policy for spec in OPERATIONS]
    missing = sorted({name for name in needed if name is not None and name not in known})
    for name in missing:
        yield GenesisFault.MISSING_POLICY, name
    for policy in genesis.approval_policies:
        for slot in policy.required:
            if not slot or any(first >= second for first, second in pairwise(slot)):
                yield GenesisFault.BAD_ROLES, policy.name


def _calendar(genesis: Genesis) -> Iterator[Finding]:
    fault = check_calendar(genesis.calendar)
    if fault is not None:
        yield GenesisFault.BAD_CALENDAR, fault.value
    elif not is_business_day(genesis.calendar, genesis.business_date):
        yield GenesisFault.NOT_A_BUSINESS_DAY, genesis.business_date.isoformat()


def _keys(genesis: Genesis) -> Iterator[Finding]:
    seen: dict[bytes, str] = {}
    policies: list[tuple[str, KeyPolicy | None]] = [
        *((entry.name, entry.policy) for entry in genesis.participants),
        *((f"account {entry.id.hex()}", entry.policy) for entry in genesis.accounts),
    ]
    for name, policy in policies:
        if policy is None:
            continue
        ascending = all(first < second for first, second in pairwise(policy.keys))
        if not ascending or policy.threshold > len(policy.keys):
            yield GenesisFault.BAD_KEY_POLICY, name
        for key in policy.keys:
            if seen.setdefault(key, name) != name:
                yield GenesisFault.KEY_IN_USE, f"{name} and {seen[key]}"


def _participants(genesis: Genesis) -> Iterator[Finding]:
    for entry in genesis.participants:
        if entry.lei and check_lei(entry.lei) is not None:
            yield GenesisFault.BAD_LEI, entry.name
        if any(first >= second for first, second in pairwise(entry.roles)):
            yield GenesisFault.BAD_ROLES, entry.name
        if entry.id == NO_ADDRESS:
            yield GenesisFault.ADDRESS_IN_USE, entry.name
    held = [role for entry in genesis.participants for role in entry.roles]
    for role in (Role.TREASURY, Role.CENTRAL_BANK):
        if role not in held:
            yield GenesisFault.MISSING_ROLE, role.name
    issuer = genesis.central_bank_money.issuer
    if not any(e.id == issuer and Role.CENTRAL_BANK in e.roles for e in genesis.participants):
        yield GenesisFault.MISSING_ROLE, "issuer of central-bank money"


def _accounts(genesis: Genesis) -> Iterator[Finding]:
    participants = {entry.id for entry in genesis.participants}
    for entry in genesis.accounts:
        where = entry.id.hex()
        if entry.id in participants or entry.id == NO_ADDRESS:
            yield GenesisFault.ADDRESS_IN_USE, where
        if entry.servicer not in participants:
            yield GenesisFault.UNKNOWN_PARTICIPANT, f"servicer of {where}"
        if entry.holder != NO_ADDRESS and entry.holder not in participants:
            yield GenesisFault.UNKNOWN_PARTICIPANT, f"holder of {where}"
        if entry.status is not AccountStatus.OPEN:
            yield GenesisFault.ACCOUNT_NOT_OPEN, where
        if entry.purpose in RESERVED and entry.policy is not None:
            yield GenesisFault.BAD_KEY_POLICY, where
    accounts = {entry.id for entry in genesis.accounts}
    for table in genesis.tax_tables:
        if table.account not in accounts:
            yield GenesisFault.UNKNOWN_ACCOUNT, f"tax table {table.profile}"


def _balances(genesis: Genesis) -> Iterator[Finding]:
    accounts = {entry.id for entry in genesis.accounts}
    if genesis.dev_balances and not genesis.is_dev:
        yield GenesisFault.BALANCE_OUTSIDE_DEV, "dev_balances"
    for entry in genesis.dev_balances:
        if entry.account not in accounts:
            yield GenesisFault.UNKNOWN_ACCOUNT, entry.account.hex()
    if sum(entry.amount for entry in genesis.dev_balances) > AMOUNT_LIMIT:
        yield GenesisFault.SUPPLY_OVERFLOW, "dev_balances"


def _rules(genesis: Genesis) -> Iterator[Finding]:
    """Bodies that `set_rule` would take, for the one asset that there is."""
    known = (None, genesis.central_bank_money.asset)
    sizes: dict[str, int] = {}
    for entry in genesis.rules:
        if entry.asset not in known or not is_sound(entry.body, entry.asset):
            yield GenesisFault.BAD_RULE, entry.id
        table = table_name(entry.asset, entry.body)
        sizes[table] = sizes.get(table, 0) + 1
    for table, size in sizes.items():
        if size > RULES_MAX:
            yield GenesisFault.BAD_RULE, f"more than {RULES_MAX} for {table or 'all assets'}"


def _validators(genesis: Genesis) -> Iterator[Finding]:
    members = genesis.validators
    if len(members) < VALIDATORS_MIN and not genesis.is_dev:
        yield GenesisFault.TOO_FEW_VALIDATORS, f"{len(members)}, at least {VALIDATORS_MIN}"
    participants = {entry.id for entry in genesis.participants}
    seen: dict[bytes, str] = {}
    run: dict[bytes, int] = {}
    for member in members:
        if member.operator not in participants:
            yield GenesisFault.UNKNOWN_PARTICIPANT, f"operator of {member.id}"
        for key in (member.public_key, member.network_key):
            if key in seen:
                yield GenesisFault.VALIDATOR_KEY_IN_USE, f"{member.id} and {seen[key]}"
            seen[key] = member.id
        run[member.operator] = run.get(member.operator, 0) + 1
    if not genesis.is_dev and max(run.values()) > per_operator_max(len(members)):
        yield GenesisFault.TOO_MANY_PER_OPERATOR, f"at most {per_operator_max(len(members))} each"


CHECKS: tuple[Callable[[Genesis], Iterator[Finding]], ...] = (
    _order,
    _version,
    _parameters,
    _policies,
    _calendar,
    _keys,
    _participants,
    _accounts,
    _balances,
    _rules,
    _validators,
)
