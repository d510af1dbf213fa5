"""Events of instruments, coupons and redemptions."""

import datetime as dt

import msgspec

from tokens.records.instruments import PaymentKind, PaymentStatus, TaxBase
from tokens.types import Address, Amount, AssetId, AssetStatus, Count, Hash, Symbol, Text


class AssetDefined(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=100,
):
    """An asset came into being."""

    asset: AssetId
    name: Text
    issuer: Address


class AssetStatusChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=101,
):
    """An asset went on in its life."""

    asset: AssetId
    status: AssetStatus


class DocumentAdded(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=102,
):
    """A document was added to an asset."""

    asset: AssetId
    number: Count
    name: Text
    version: Count
    sha256: Hash


class TermsAmended(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=103,
):
    """Fields that the terms declare mutable were changed."""

    asset: AssetId
    fields: tuple[Symbol, ...]


class RecordTaken(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=104,
):
    """Who holds the instrument now gets the payment."""

    asset: AssetId
    payment: Count
    record_no: Count
    recorded: Amount
    required: Amount
    payment_date: dt.date


class PaymentFunded(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=105,
):
    """The money for a payment was set aside, whole."""

    asset: AssetId
    payment: Count
    kind: PaymentKind
    amount: Amount
    source: Address


class PaymentStatusChanged(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=106,
):
    """A payment began, ended, or was missed."""

    asset: AssetId
    payment: Count
    kind: PaymentKind
    status: PaymentStatus


class CouponPaid(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=107,
):
    """One holder's coupon, with the certificate of what was withheld: net = gross - withheld."""

    asset: AssetId
    payment: Count
    account: Address
    quantity: Amount
    """Face that the record entitles."""
    gross: Amount
    withheld: Amount
    tax_class: Symbol
    rate_e6: int
    """Part withheld, x 10^6."""


class PrincipalPaid(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=108,
):
    """One holder's principal: redeemed units are burned, an amortisation leaves them."""

    asset: AssetId
    payment: Count
    account: Address
    quantity: Amount
    """Face that was paid on."""
    amount: Amount
    """Gross."""
    withheld: Amount
    """Tax on the discount; net = amount - withheld."""


class PaymentUnclaimed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=109,
):
    """A payment could not be credited: it waits in the servicer's unclaimed account."""

    asset: AssetId
    payment: Count
    account: Address
    unclaimed_account: Address
    amount: Amount


class ResidualReturned(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=110,
):
    """What roundings left of a funded payment went back."""

    asset: AssetId
    payment: Count
    target: Address
    amount: Amount


class TaxTableSet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=111,
):
    """A withholding table changed."""

    profile: Symbol
    version: Count


class UnclaimedPaid(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=112,
):
    """Unclaimed money reached another account of its owner."""

    account: Address
    """Account that could not be credited."""
    target: Address
    asset: AssetId
    amount: Amount


class TaxWithheld(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=130,
):
    """Certificate of what was withheld from one payment to one account."""

    account: Address
    year: Count
    """Tax year, named after the calendar year in which it ends."""
    security: AssetId
    payment: Count
    tax_base: TaxBase
    base: Amount
    """What tax was computed on."""
    rate_e6: int
    """Part of the base, x 10^6."""
    withheld: Amount


class RecordBlocked(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=131,
):
    """A record was due, but its coupon has no rate yet: it is taken after the fixing."""

    asset: AssetId
    payment: Count
    record_date: dt.date


class InstrumentCalled(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=132,
):
    """The issuer gave notice of a call."""

    asset: AssetId
    date: dt.date
    """Call date of the terms."""
    face: Amount
    """Minor units of face; 0 = all of it."""
    price_e4: int


class PutElected(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=133,
):
    """A holder elected to give units back at a put date, or took that back (face 0)."""

    asset: AssetId
    date: dt.date
    account: Address
    face: Amount


class DefaultDeclared(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=134,
):
    """An instrument is in default: a payment was missed and its days of grace are over."""

    asset: AssetId
    cause: AssetId
    """Instrument whose payment it is: another one by cross-default."""
    payment: Count


class DefaultCured(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=135,
):
    """The missed payment was made: it is no cause of default any more."""

    asset: AssetId
    cause: AssetId
    payment: Count
    in_default: bool
    """Another cause is left."""


class CrossDefaultSet(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    array_like=True,
    forbid_unknown_fields=True,
    tag=136,
):
    """Which instruments of an issuer default together."""

    issuer: Address
    assets: tuple[AssetId, ...]
