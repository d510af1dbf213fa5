"""Issue prices, sums of tax years, certificates: what withholding computes on and leaves (5.3)."""

import datetime as dt
from typing import Annotated

import msgspec

from tokens.records.instruments import PaymentKind, TaxBase
from tokens.records.kind import Index, RecordKind
from tokens.types import Address, Amount, AssetId, Count, Hash, PositiveAmount, Symbol

Year = Annotated[int, msgspec.Meta(ge=1, le=9_999)]
"""A tax year, named after the calendar year in which it ends."""


class IssuePrice(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What an instrument was sold for, in auctions and batches: face and cost of the same units."""

    asset: AssetId
    face_sum: PositiveAmount
    """Minor units of face."""
    cost: Amount
    """Minor units of money, whole ones of the exact sum; without accrued interest."""
    cost_rest: Annotated[int, msgspec.Meta(ge=0, lt=10**6)]
    """The rest of it, x 10^-6 minor units."""


class TaxYear(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What one person received under one tax table in one tax year: thresholds ask it."""

    owner: Hash
    """person_id."""
    profile: Symbol
    """Tax table."""
    year: Year
    base: Amount
    """Sum of the amounts that tax was computed on, minor units."""
    withheld: Amount


class TaxCertificate(
    msgspec.Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """What was withheld from one payment to one account. Never changed."""

    account: Address
    year: Year
    security: AssetId
    payment: Count
    """Number of the payment."""
    kind: PaymentKind
    tax_base: TaxBase
    """COUPON: `base` is the gross coupon; DISCOUNT: the discount on the units redeemed."""
    profile: Symbol
    version: Count
    """Version of the tax table that was in force."""
    tax_class: Symbol
    quantity: Amount
    """Face that was paid on."""
    base: PositiveAmount
    """Minor units of money that tax was computed on."""
    rate_e6: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
    withheld: Amount
    """Half up of base x rate, once; never more than was paid."""
    settlement_asset: AssetId
    paid_on: dt.date
    """Business date when paying began: rates and tax year are of this date."""


ISSUE_PRICE = RecordKind(33, "issue_price", IssuePrice, lambda r: (r.asset,))
TAX_YEAR = RecordKind(34, "tax_year", TaxYear, lambda r: (r.owner, r.profile, r.year))
TAX_CERTIFICATE = RecordKind(
    35,
    "tax_certificate",
    TaxCertificate,
    lambda r: (r.account, r.year, r.security, r.payment),
    (
        Index(
            35,
            "tax_certificates",
            lambda r: (r.account, r.year, r.security, r.payment),
            static=True,
        ),
    ),
)

CERTIFICATES = TAX_CERTIFICATE.indexes[0]
