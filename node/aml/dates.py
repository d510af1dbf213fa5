"""Dates of the customer file that no report may carry: a birth still to come is a slip of the pen.

Rules of this file:
1. They are held against the date of the report, never against a clock.
2. A message names a customer by its place in the file, and no date: neither who nor when is told.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from node.aml.customers import Customer, CustomerFile
from node.aml.facts import Fact, Move, NoReport


def check_dates(facts: Sequence[Fact], known: CustomerFile, reported_on: dt.date) -> None:
    """Of the customers that the facts are about. Raises NoReport with the first that is odd."""
    named = {fact.account for fact in facts}
    named |= {fact.other for fact in facts if isinstance(fact, Move) and fact.other is not None}
    for place, (account, customer) in enumerate(known.customers.items()):
        if account not in named:
            continue
        for field in _after(customer, reported_on):
            raise NoReport(f"customers[{place}] of the customer file: {field}")


def _after(customer: Customer, reported_on: dt.date) -> Iterator[str]:
    """Fields that lie after the date of the report; a birth on it, too."""
    if customer.opened_on > reported_on:
        yield "openedOn is after the date of the report"
    if customer.entity is not None and customer.entity.incorporated_on > reported_on:
        yield "entity.incorporatedOn is after the date of the report"
    for place, person in enumerate(customer.signatories):
        if person.born_on >= reported_on:
            yield f"signatories[{place}].bornOn is not before the date of the report"
        if person.document.issued_on > reported_on:
            yield f"signatories[{place}].document.issuedOn is after the date of the report"
