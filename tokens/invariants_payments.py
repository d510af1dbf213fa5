"""What must hold of payments, tax, calls and defaults after every block (5.3, 5.4).

Rules of this file: those of invariants_money.py.
"""

from collections.abc import Callable, Iterator

from tokens.invariants_money import Records
from tokens.records.instruments import PAYMENT
from tokens.records.parties import ACCOUNT
from tokens.records.tax import TAX_CERTIFICATE, TAX_YEAR


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


PAYMENT_INVARIANTS: tuple[Callable[[Records], Iterator[str]], ...] = (validate_certificates,)
