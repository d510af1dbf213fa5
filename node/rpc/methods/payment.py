"""payment_*: payments since their record, elections of puts, causes of default."""

from node.rpc.errors import not_found
from node.rpc.instruments import require_instrument
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.paging import page_of
from node.sdk.schema import payment as schema
from node.sdk.schema.common import Page
from tokens.records.instruments import PAYMENT, PAYMENTS, Payment
from tokens.records.kind import Key, Kind
from tokens.records.options import DEFAULT, DEFAULTS, ELECTIONS, PUT_ELECTION, Default, PutElection


def get(call: Call, params: schema.PaymentParams) -> Payment:
    """One payment, from its record on."""
    found = call.state.get(PAYMENT, params.asset, params.number)
    if found is None:
        raise not_found("payment")
    return found


def list_payments(call: Call, params: schema.PaymentListParams) -> Page[Payment]:
    """All payments of an instrument whose record is taken, by number."""
    require_instrument(call, params.asset)
    records, following, pinned = page_of(
        call, PAYMENT, PAYMENTS, (params.asset,), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_elections(call: Call, params: schema.ElectionListParams) -> Page[PutElection]:
    """Who gives how much back at a put date that is not paid yet, by account."""
    require_instrument(call, params.asset)
    records, following, pinned = page_of(
        call,
        PUT_ELECTION,
        ELECTIONS,
        (params.asset, params.number),
        cursor=params.cursor,
        limit=params.limit,
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def get_defaults(call: Call, params: schema.PaymentListParams) -> Page[Default]:
    """Why an instrument is in default: each payment that was not made."""
    require_instrument(call, params.asset)
    records, following, pinned = page_of(
        call, DEFAULT, DEFAULTS, (params.asset,), cursor=params.cursor, limit=params.limit
    )
    return Page(items=tuple(records), next=following, pinned_height=pinned)


def _payment_key(params: schema.PaymentParams) -> tuple[Kind, Key]:
    return PAYMENT, (params.asset, params.number)


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "payment_get",
        schema.PaymentParams,
        Payment,
        READ,
        get,
        "A coupon, redemption, repayment, call or put, from its record on.",
        reads=STATE,
        proves=_payment_key,
    ),
    method(
        "payment_list",
        schema.PaymentListParams,
        Page[Payment],
        READ,
        list_payments,
        "Payments of an instrument whose record is taken, by number.",
        reads=STATE,
    ),
    method(
        "payment_getElections",
        schema.ElectionListParams,
        Page[PutElection],
        READ,
        get_elections,
        "Elections of a put, by account.",
        reads=STATE,
    ),
    method(
        "payment_getDefaults",
        schema.PaymentListParams,
        Page[Default],
        READ,
        get_defaults,
        "Missed payments for which an instrument is in default.",
        reads=STATE,
    ),
)
