"""What the private file does not say yet and a report needs: told at once, before a report is made.

It goes into a private file of its own and not to the terminal: it names whom a case is about.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

from node.aml.customers import CustomerFile
from node.aml.facts import Fact, Move


class Missing(NamedTuple):
    """What is to be added to the customer file."""

    customers: tuple[str, ...]
    """Accounts that it does not know."""
    outside: tuple[Move, ...]
    """Movements whose other end it does not name."""

    @property
    def entries(self) -> int:
        """How many things."""
        return len(self.customers) + len(self.outside)


def missing_of(accounts: Sequence[str], facts: Sequence[Fact], known: CustomerFile) -> Missing:
    """Of the accounts that a report is about and what they did."""
    unnamed: dict[str, Move] = {}
    for fact in facts:
        if not isinstance(fact, Move) or fact.transaction in known.outside:
            continue
        if fact.other is None or fact.other not in known.customers:
            unnamed.setdefault(fact.transaction, fact)
    unknown = tuple([each for each in accounts if each not in known.customers])
    return Missing(customers=unknown, outside=tuple(unnamed.values()))


def written(missing: Missing) -> bytes:
    """JSON in the shape of the customer file: what to fill in, beside what the ledger tells."""
    outside = {
        move.transaction: {
            "date": move.date.isoformat(),
            "account": move.account,
            "otherAccount": move.other,
            "way": "in" if move.comes_in else "out",
            "amountMinor": str(move.amount),
        }
        for move in missing.outside
    }
    found = {"customers": list(missing.customers), "outside": outside}
    return (json.dumps(found, indent=2) + "\n").encode()
