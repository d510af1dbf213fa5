"""Values that an adversary tries: any operation, made of names that mean something in its world."""

import datetime as dt
import enum
import functools
import types
from typing import Annotated, Union, get_args, get_origin, get_type_hints

import hypothesis.strategies as st
import msgspec

from tests.tokens.ops.build import terms
from tests.tokens.support import ACCOUNTS, MONEY, PARTICIPANTS, account, addr, digest, key
from tokens.finance.isin import isin_check_digit
from tokens.ops import OPERATIONS, SPEC_OF
from tokens.ops.accounts import OpenAccount
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.governance import SetApprovalPolicy
from tokens.ops.participants import SetKeyPolicy, UpdateParticipant
from tokens.records.holdings import LegalBasis
from tokens.records.parties import KeyPolicy
from tokens.types import NO_ADDRESS, AccountPurpose

START = dt.date(2026, 7, 1)
FACE = 100_000
PKRS = "PKRS"


def isin_of(number: int) -> str:
    """Of a bond with two digits."""
    return f"PK0000000{number}" + isin_check_digit(f"PK0000000{number}")


ISINS = tuple(isin_of(number) for number in range(10, 15))
ASSETS = (MONEY, PKRS, *ISINS)
BASIS = LegalBasis(authority="FIU", order_no="1", sha256=bytes(32))
ORDERS = tuple(bytes([number]) * 32 for number in range(1, 5))
NAMES = tuple(entry.name for entry in PARTICIPANTS)
FRESH = tuple(f"fresh-{number}" for number in range(3))
EXTRA = (
    msgspec.structs.replace(account("client-c1", "bank-a"), owner=digest("person client-b1")),
    account("scra-a1", "bank-a", residency="SCRA"),
    msgspec.structs.replace(
        account("scra-b1", "bank-b", residency="SCRA"), owner=digest("person scra-a1")
    ),
)
"""Accounts beside those of the small world: a person at two banks, and one from abroad."""
HOLDERS = {
    "bank-a-cash": "bank-a",
    "bank-b-cash": "bank-b",
    "client-a1": "bank-a",
    "client-a2": "client-a2",
    "client-b1": "bank-b",
    "client-c1": "bank-a",
    "issuer-cash": "issuer",
    "treasury-cash": "treasury",
    "fresh-0": "bank-a",
    "scra-a1": "bank-a",
    "scra-b1": "bank-b",
}
"""Account to who signs for it."""

names = st.sampled_from(NAMES)
accounts = st.sampled_from(sorted(HOLDERS))
assets = st.sampled_from(ASSETS)
lots = st.sampled_from([1, 2, 5, 12])
amounts = st.sampled_from([1, 7, FACE, 5 * FACE, 2**62, 2**63, 2**64 - 1])
anyone = st.sampled_from([*NAMES, "client-a2"])
DATES = st.integers(-3, 40).map(lambda days: START + dt.timedelta(days=days))

_ADDRESSES = (
    *(addr(name) for name in (*NAMES, *FRESH)),
    *(entry.id for entry in ACCOUNTS),
    NO_ADDRESS,
)
_TEXTS = ("default", "atl", "none", "pk", "cash_mint", "revoke_grant", "agenda_quota", "T1", "PK")
_SET_PIECES = (OpenDay, CloseDay, SetApprovalPolicy, SetKeyPolicy, UpdateParticipant)
"""Come from rules of their own, so that the world does not end at once."""

WILD = [spec.operation for spec in OPERATIONS if spec.operation not in _SET_PIECES]


def instrument_terms(place: int, months: int) -> msgspec.Struct:
    """A small bond that pays monthly, from the third date on."""
    return terms(
        isin=ISINS[place],
        denomination=FACE,
        increment=FACE,
        max_supply=10_000 * FACE,
        dated_date=START,
        issue_date=START,
        maturity_date=dt.date(2026 + (6 + months) // 12, (6 + months) % 12 + 1, 1),
        freq=12,
        roll_day=1,
        settlement_asset=(MONEY, PKRS)[place % 2],
        treasury_account=addr("treasury-cash"),
        tax_profile="pk",
        mutable_fields=("kyc_tier_min", "name", "record_offset_bd", "treasury_account"),
    )


@st.composite
def wild(draw: st.DrawFn) -> msgspec.Struct:
    """Any operation; most make no sense, and some almost do."""
    return draw(struct_of(draw(st.sampled_from(WILD))))


def needs_agreement(operation: msgspec.Struct) -> bool:
    """Whether one participant is not enough."""
    return SPEC_OF[type(operation)].approval is not None


@functools.cache
def struct_of(of: type[msgspec.Struct]) -> st.SearchStrategy[msgspec.Struct]:
    """Values of a struct."""
    hints = get_type_hints(of, include_extras=True)
    return st.builds(of, **{name: value_of(hints[name]) for name in of.__struct_fields__})


def value_of(hint: object, *metas: msgspec.Meta) -> st.SearchStrategy[object]:
    """Values of a field."""
    origin = get_origin(hint)
    if origin is Annotated:
        base, *more = get_args(hint)
        return value_of(base, *(m for m in more if isinstance(m, msgspec.Meta)), *metas)
    if origin in (Union, types.UnionType):
        return st.one_of(
            *(st.none() if arg is type(None) else value_of(arg) for arg in get_args(hint))
        )
    if origin is tuple:
        shortest = max((meta.min_length or 0 for meta in metas), default=0)
        most = min((meta.max_length for meta in metas if meta.max_length), default=3)
        inner = st.lists(value_of(get_args(hint)[0]), min_size=shortest, max_size=min(3, most))
        return inner.map(tuple)
    return _scalar(hint, metas)


def _scalar(hint: object, metas: tuple[msgspec.Meta, ...]) -> st.SearchStrategy[object]:
    if not isinstance(hint, type):
        raise TypeError(f"no values of {hint!r}")
    if issubclass(hint, msgspec.Struct):
        return struct_of(hint)
    if issubclass(hint, enum.Enum):
        return st.sampled_from(list(hint))
    if hint is bool:
        return st.booleans()
    if hint is int:
        return st.sampled_from(_numbers(metas))
    if hint is dt.date:
        return DATES
    if hint is bytes:
        return st.sampled_from(_bytes(metas))
    return st.sampled_from(_texts(metas))


def _numbers(metas: tuple[msgspec.Meta, ...]) -> list[int]:
    low = max((int(meta.ge) for meta in metas if meta.ge is not None), default=0)
    highs = [int(meta.le) for meta in metas if meta.le is not None]
    highs += [int(meta.lt) - 1 for meta in metas if meta.lt is not None]
    high = min(highs, default=2**64 - 1)
    wanted = (low, 1, 2, 3, FACE, 5 * FACE, high)
    return sorted({number for number in wanted if low <= number <= high})


def _bytes(metas: tuple[msgspec.Meta, ...]) -> tuple[bytes, ...]:
    length = max((meta.min_length or 0 for meta in metas), default=0)
    if length == 16:
        return _ADDRESSES
    if length == 32:
        return (*ORDERS, key("fresh-0"), key("bank-a"), digest("nothing"))
    return (bytes(max(length, 1)), b"\x93\x01" * max(length, 1))


def _texts(metas: tuple[msgspec.Meta, ...]) -> tuple[str, ...]:
    import re

    pattern = next((meta.pattern for meta in metas if meta.pattern is not None), "")
    longest = min((meta.max_length for meta in metas if meta.max_length is not None), default=99)
    wanted = (*ASSETS, *_TEXTS, "PKR", "RESIDENT", "treasury-node")
    fitting = [t for t in wanted if re.search(pattern, t) and len(t) <= longest]
    shortest = max((meta.min_length or 0 for meta in metas), default=0)
    return tuple(t for t in fitting if len(t) >= shortest)


def opening(
    name: str,
    owner: str = "person",
    *,
    bank: str = "bank-a",
    tier: int = 3,
    keys: KeyPolicy | None = None,
    tax_class: str = "atl",
) -> OpenAccount:
    """A client's account at a bank."""
    return OpenAccount(
        id=addr(name),
        owner=key(owner),
        holder=NO_ADDRESS,
        servicer=addr(bank),
        purpose=AccountPurpose.GENERAL,
        kyc_tier=tier,
        residency="RESIDENT",
        tax_class=tax_class,
        policy=keys,
    )
