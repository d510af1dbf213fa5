"""What must hold of payments, tax, calls and defaults after every block (5.3, 5.4).

Rules of this file: those of invariants_money.py.
"""

from collections.abc import Callable, Iterator

from tokens.invariants_money import FINISHED, Records
from tokens.payment_amounts import owed_floor
from tokens.records.holdings import POSITION, SUPPLY
from tokens.records.instruments import ASSET, PAYMENT, PaymentKind
from tokens.records.options import CALL_SHARE, DEFAULT, PUT_BOOK, PUT_ELECTION
from tokens.records.parties import ACCOUNT
from tokens.records.tax import TAX_CERTIFICATE, TAX_YEAR
from tokens.types import AssetFlag, AssetStatus


def validate_certificates(state: Records) -> Iterator[str]:
    """Certificates add up to what payments withheld, and to the years of their owners."""
    owners = {account.id: account.owner for account in state.all(ACCOUNT)}
    by_payment: dict[tuple[str, int], int] = {}
    by_year: dict[tuple[bytes, str, int], tuple[int, int]] = {}
    for entry in state.all(TAX_CERTIFICATE):
        place = (entry.security, entry.payment)
        by_payment[place] = by_payment.get(place, 0) + entry.withheld
        year = (owners[entry.account], entry.profile, entry.year)
        base, withheld = by_year.get(year, (0, 0))
        by_year[year] = (base + entry.base, withheld + entry.withheld)
        if entry.withheld > entry.base:
            yield f"{entry.security} {entry.payment}: withheld {entry.withheld} of {entry.base}"
    for payment in state.all(PAYMENT):
        found = by_payment.pop((payment.asset, payment.number), 0)
        if found != payment.withheld:
            yield f"{payment.asset} {payment.number}: withheld {payment.withheld}, shown {found}"
    for asset, number in by_payment:
        yield f"{asset} {number}: certificates without a payment"
    kept = {
        (entry.owner, entry.profile, entry.year): (entry.base, entry.withheld)
        for entry in state.all(TAX_YEAR)
    }
    if kept != by_year:
        yield f"tax years: {len(kept)} kept, certificates make {len(by_year)}, or sums differ"


def validate_payment_sums(state: Records) -> Iterator[str]:
    """A finished payment left less than one minor unit a holder; at par a redemption is exact.

    What orders took from a call or a put between its pages is no rounding: those are not asked.
    """
    holders: dict[str, int] = {}
    for position in state.all(POSITION):
        holders[position.asset] = holders.get(position.asset, 0) + 1
    for payment in state.all(PAYMENT):
        name = f"{payment.asset} payment {payment.number}"
        if payment.required != owed_floor(payment, payment.recorded):
            yield f"{name}: required {payment.required} is not what it owes"
        if payment.status not in FINISHED or not payment.required:
            continue
        residual = payment.required - payment.paid
        by_record = payment.kind in (PaymentKind.COUPON, PaymentKind.REPAYMENT)
        whole = payment.kind is PaymentKind.REDEMPTION
        at_par = whole and owed_floor(payment, payment.recorded) == payment.recorded
        if at_par and residual:
            yield f"{name}: redemption paid {payment.paid} of {payment.required}"
        if (by_record or whole) and not 0 <= residual < holders.get(payment.asset, 0):
            yield f"{name}: residual {residual} of {holders.get(payment.asset, 0)} positions"


def validate_redeemed(state: Records) -> Iterator[str]:
    """After REDEEMED: nothing exists, nothing is owed, no share, election or default is left."""
    supplies = {entry.asset: entry.amount for entry in state.all(SUPPLY)}
    payments = state.all(PAYMENT)
    for asset in state.all(ASSET):
        if asset.status is not AssetStatus.REDEEMED:
            continue
        if supplies.get(asset.id, 0):
            yield f"{asset.id}: REDEEMED with a supply"
        own = [entry for entry in payments if entry.asset == asset.id]
        if any(entry.status not in FINISHED for entry in own):
            yield f"{asset.id}: REDEEMED with a payment open"
        if not any(entry.kind is PaymentKind.REDEMPTION for entry in own):
            yield f"{asset.id}: REDEEMED without a redemption"


def validate_defaults(state: Records) -> Iterator[str]:
    """The flag DEFAULT stands exactly while a cause does, and a cause is a payment not made."""
    payments = {(entry.asset, entry.number): entry for entry in state.all(PAYMENT)}
    caused: dict[str, int] = {}
    for cause in state.all(DEFAULT):
        caused[cause.asset] = caused.get(cause.asset, 0) + 1
        payment = payments.get((cause.cause, cause.payment))
        if payment is None or not payment.was_missed or payment.status in FINISHED:
            yield f"{cause.asset}: in default for {cause.cause} {cause.payment}"
    for asset in state.all(ASSET):
        if bool(asset.flags & AssetFlag.DEFAULT) is not (asset.id in caused):
            yield f"{asset.id}: flag DEFAULT and {caused.get(asset.id, 0)} causes"


def validate_options(state: Records) -> Iterator[str]:
    """Books add up to their elections; shares exist only while units stand still."""
    sums: dict[tuple[str, int], int] = {}
    for election in state.all(PUT_ELECTION):
        place = (election.asset, election.payment)
        sums[place] = sums.get(place, 0) + election.face
    payments = {(entry.asset, entry.number) for entry in state.all(PAYMENT)}
    statuses = {asset.id: asset for asset in state.all(ASSET)}
    for book in state.all(PUT_BOOK):
        place = (book.asset, book.payment)
        open_window = place not in payments
        live = statuses[book.asset].status is AssetStatus.OUTSTANDING
        if open_window and live and sums.get(place, 0) != book.face:
            yield f"{book.asset} put {book.payment}: book {book.face}, {sums.get(place, 0)}"
    for share in state.all(CALL_SHARE):
        if not statuses[share.asset].flags & AssetFlag.DRAWING:
            yield f"{share.asset}: shares of a call that is not being drawn"


PAYMENT_INVARIANTS: tuple[Callable[[Records], Iterator[str]], ...] = (
    validate_certificates,
    validate_payment_sums,
    validate_redeemed,
    validate_defaults,
    validate_options,
)
