"""tax_*: tables of rates, certificates of what was withheld, issue prices."""

from collections.abc import Iterator

from node.rpc.errors import RpcCode, RpcError, not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema import tax as schema
from tokens.issue_price import issue_price_half_up
from tokens.records.day import TAX_TABLE, TaxTable
from tokens.records.kind import Key, Kind
from tokens.records.parties import ACCOUNT
from tokens.records.tax import CERTIFICATES, ISSUE_PRICE, TAX_CERTIFICATE, TaxCertificate

SUMMED_MAX = 50_000
"""Certificates of one account and year that a call adds up: 4,096 instruments with 12 payments."""
_PAGE = 1_000


def get_table(call: Call, params: schema.TaxTableParams) -> TaxTable:
    """The table in force."""
    table = call.state.get(TAX_TABLE, params.profile)
    if table is None:
        raise not_found("tax table")
    return table


def get_certificates(call: Call, params: schema.CertificateParams) -> schema.TaxCertificates:
    """A page of certificates, and the sums of the year."""
    if call.state.get(ACCOUNT, params.account) is None:
        raise not_found("account")
    records, following, pinned = page_of(
        call,
        TAX_CERTIFICATE,
        CERTIFICATES,
        (params.account, params.year),
        cursor=params.cursor,
        limit=params.limit,
    )
    return schema.TaxCertificates(
        items=tuple(records), next=following, pinned_height=pinned, totals=_totals(call, params)
    )


def _totals(call: Call, params: schema.CertificateParams) -> tuple[schema.TaxTotal, ...]:
    sums: dict[tuple[str, str], tuple[int, int, int]] = {}
    for entry in _all(call, (params.account, params.year)):
        place = (entry.profile, entry.settlement_asset)
        count, base, withheld = sums.get(place, (0, 0, 0))
        sums[place] = (count + 1, base + entry.base, withheld + entry.withheld)
    return tuple(
        schema.TaxTotal(
            profile=profile,
            settlement_asset=asset,
            certificates=count,
            base=base,
            withheld=withheld,
        )
        for (profile, asset), (count, base, withheld) in sorted(sums.items())
    )


def _all(call: Call, prefix: tuple[bytes, int]) -> Iterator[TaxCertificate]:
    after: Key | None = None
    for _ in range(0, SUMMED_MAX, _PAGE):
        page = call.state.scan(TAX_CERTIFICATE, CERTIFICATES, prefix, after=after, limit=_PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        after = TAX_CERTIFICATE.key(page[-1])
    raise RpcError(RpcCode.UNAVAILABLE, f"more than {SUMMED_MAX} certificates in one year")


def get_issue_price(call: Call, params: schema.IssuePriceParams) -> schema.IssuePriceInfo:
    """What an instrument was sold for."""
    known = call.state.get(ISSUE_PRICE, params.asset)
    price = issue_price_half_up(call.state, params.asset)
    if known is None or price is None:
        raise not_found("issue price")
    return schema.IssuePriceInfo(
        asset=known.asset, face=known.face_sum, cost=known.cost, price_e4=price
    )


def _table_key(params: schema.TaxTableParams) -> tuple[Kind, Key]:
    return TAX_TABLE, (params.profile,)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "tax_getTable",
        schema.TaxTableParams,
        TaxTable,
        READ,
        get_table,
        "Withholding rates of a profile, by holder class and date.",
        reads=STATE,
        proves=_table_key,
    ),
    method(
        "tax_getCertificates",
        schema.CertificateParams,
        schema.TaxCertificates,
        READ,
        get_certificates,
        "Certificates of tax withheld from an account in a tax year, and their sums.",
        reads=STATE,
    ),
    method(
        "tax_getIssuePrice",
        schema.IssuePriceParams,
        schema.IssuePriceInfo,
        READ,
        get_issue_price,
        "Weighted average price of issue over an instrument's auctions and batches.",
        reads=STATE,
    ),
)
