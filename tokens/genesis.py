"""Genesis: the document from which every node computes the same state at height 0.

Rules of this file:
1. Each check has a name (GenesisFault); a document with a fault starts no node.
2. No balance is born here but on networks that say `is_dev`: first money is `cb_issue` (page 04).
3. The digest covers the canonical bytes. The JSON form is the node's business (docs/spec/wire.md).
"""

import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from tokens.codec import Canonical, Malformed, NonCanonical, encode, tagged_hash
from tokens.finance.calendar import Calendar
from tokens.records.day import TaxTable
from tokens.records.governance import VALIDATORS_MAX, Validator
from tokens.records.parties import Account, Participant
from tokens.records.proposals import ApprovalPolicy
from tokens.records.rules import RuleBody
from tokens.records.system import Parameter
from tokens.types import Address, AssetId, Hash, PositiveAmount, Symbol, Text

_DOMAIN = b"mohur/genesis/v1"


class CentralBankMoney(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """The one asset of genesis: central-bank money with supply 0."""

    asset: AssetId
    name: Text
    currency: Annotated[str, msgspec.Meta(min_length=3, max_length=3, pattern="^[A-Z]{3}\\Z")]
    """ISO 4217."""
    issuer: Address
    """Participant with role CENTRAL_BANK."""


class DevBalance(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Central-bank money that a dev network starts with."""

    account: Address
    amount: PositiveAmount


class GenesisRule(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """A governed rule that is in force from the beginning, as version 1."""

    id: Symbol
    """Name of the rule."""
    asset: AssetId | None
    """The money of genesis; None = all assets."""
    body: RuleBody
    """What it says."""


class ProfileMark(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """Which file gave a genesis document its figures: anybody can compare it (docs/profiles.md)."""

    id: Symbol
    name: Text
    """The state."""
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    as_of: datetime.date
    """Date to which its facts were looked up."""
    sha256: Hash
    """Of the bytes of the file, as `sha256sum` prints it."""


ChainId = Annotated[
    str, msgspec.Meta(min_length=1, max_length=32, pattern="^[a-z0-9][a-z0-9-]*\\Z")
]
"""Name of a network."""


class Genesis(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What a network is before its first block."""

    chain_id: ChainId
    is_dev: bool
    """Balances at the start and dev methods are allowed; never true where money is real."""
    protocol_version: Annotated[int, msgspec.Meta(ge=1, le=255)]
    """In force at height 1."""
    timestamp_ms: Annotated[int, msgspec.Meta(ge=0, le=2**62)]
    """Milliseconds since the epoch, UTC; block 1 is later."""
    business_date: datetime.date
    """Date of the ledger at height 0. It is closed: the first `open_day` opens a later one, unless
    `day_open`."""
    day_open: bool
    """The business date is open at height 0."""
    calendar: Calendar
    """Which dates are business days."""
    parameters: Annotated[tuple[Parameter, ...], msgspec.Meta(max_length=256)]
    """Only those that differ from the default, ascending by name (tokens/parameters.py)."""
    approval_policies: Annotated[tuple[ApprovalPolicy, ...], msgspec.Meta(max_length=256)]
    """Ascending by name; one for each policy that an operation names."""
    tax_tables: Annotated[tuple[TaxTable, ...], msgspec.Meta(max_length=64)]
    """Ascending by profile."""
    participants: Annotated[tuple[Participant, ...], msgspec.Meta(min_length=1, max_length=4_096)]
    """Ascending by id."""
    accounts: Annotated[tuple[Account, ...], msgspec.Meta(max_length=65_536)]
    """Ascending by id."""
    validators: Annotated[
        tuple[Validator, ...], msgspec.Meta(min_length=1, max_length=VALIDATORS_MAX)
    ]
    """Ascending by id."""
    central_bank_money: CentralBankMoney
    dev_balances: Annotated[tuple[DevBalance, ...], msgspec.Meta(max_length=65_536)]
    """Ascending by account; empty unless `is_dev`."""
    rules: Annotated[tuple[GenesisRule, ...], msgspec.Meta(max_length=64)] = ()
    """Ascending by id."""
    profile: ProfileMark | None = None
    """None: the figures came from no profile."""


class GenesisFault(StrEnum):
    """Why a genesis document is refused."""

    MALFORMED = "MALFORMED"
    NOT_CANONICAL = "NOT_CANONICAL"
    NOT_ASCENDING = "NOT_ASCENDING"
    UNKNOWN_PARAMETER = "UNKNOWN_PARAMETER"
    PARAMETER_OUT_OF_RANGE = "PARAMETER_OUT_OF_RANGE"
    MISSING_POLICY = "MISSING_POLICY"
    BAD_CALENDAR = "BAD_CALENDAR"
    NOT_A_BUSINESS_DAY = "NOT_A_BUSINESS_DAY"
    BAD_KEY_POLICY = "BAD_KEY_POLICY"
    KEY_IN_USE = "KEY_IN_USE"
    ADDRESS_IN_USE = "ADDRESS_IN_USE"
    BAD_LEI = "BAD_LEI"
    BAD_ROLES = "BAD_ROLES"
    MISSING_ROLE = "MISSING_ROLE"
    UNKNOWN_PARTICIPANT = "UNKNOWN_PARTICIPANT"
    UNKNOWN_ACCOUNT = "UNKNOWN_ACCOUNT"
    ACCOUNT_NOT_OPEN = "ACCOUNT_NOT_OPEN"
    BALANCE_OUTSIDE_DEV = "BALANCE_OUTSIDE_DEV"
    SUPPLY_OVERFLOW = "SUPPLY_OVERFLOW"
    TOO_FEW_VALIDATORS = "TOO_FEW_VALIDATORS"
    VALIDATOR_KEY_IN_USE = "VALIDATOR_KEY_IN_USE"
    TOO_MANY_PER_OPERATOR = "TOO_MANY_PER_OPERATOR"
    UNSUPPORTED_VERSION = "UNSUPPORTED_VERSION"
    BAD_RULE = "BAD_RULE"


class GenesisInvalid(Exception):
    """A genesis document that starts no node: the fault and where it is."""

    def __init__(self, fault: GenesisFault, where: str) -> None:
        super().__init__(f"{fault.value}: {where}")
        self.fault = fault
        self.where = where


_genesis = Canonical[Genesis](Genesis)


def encode_genesis(genesis: Genesis) -> bytes:
    """Canonical bytes of a document."""
    return encode(genesis)


def decode_genesis(data: bytes) -> Genesis:
    """A document from canonical bytes; not yet checked. Raises GenesisInvalid."""
    try:
        return _genesis.decode(data)
    except NonCanonical as error:
        raise GenesisInvalid(GenesisFault.NOT_CANONICAL, str(error)) from None
    except Malformed as error:
        raise GenesisInvalid(GenesisFault.MALFORMED, str(error)) from None


def genesis_digest(genesis: Genesis) -> bytes:
    """What the network is called in signatures and in the first header."""
    return tagged_hash(_DOMAIN, encode_genesis(genesis))
