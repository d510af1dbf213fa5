"""Transactions as goAML 5.0.2 writes them: a payment through a ramp, a movement on the ledger.

One side is a client's account of the institution. At the other end of a ramp stands the client
itself where the file names nobody else; at the other end of a movement another client, or whom the
file names: nobody is guessed.
"""

from node.aml.customers import Customer, CustomerFile, Stranger
from node.aml.facts import Leg, Move, NoReport
from node.aml.goaml_parties import Element, child, moment, put, put_account
from tokens.records.ramps import Rail, RampDirection

OF_TOKENS = "CRPTC"
"""Funds code of the side that is tokens."""
ON_RAMP = "on-ramp: money of the client became tokens"
OFF_RAMP = "off-ramp: tokens of the client became money"
ON_LEDGER = "tokens passed from one account of the ledger to another"

RAIL_CODES: dict[Rail, tuple[str, str]] = {
    Rail.RTGS: ("ELCFT", "ELCFT"),
    Rail.INSTANT: ("ELCFT", "ELCFT"),
    Rail.INTERBANK: ("ELCFT", "ELCFT"),
    Rail.CORRESPONDENT: ("SWIFT", "SWF"),
    Rail.CHEQUE: ("-", "CHQ"),
    Rail.CASH: ("-", "CASH"),
    Rail.BOOK: ("INTRN", "BANKD"),
}
"""(transmode_code, funds code) of a rail. Each unit has its own lists: see docs/aml.md."""


def put_leg(into: Element, leg: Leg, currency: str, known: CustomerFile) -> None:
    """A payment through a ramp. Raises NoReport."""
    customer = _customer(known, leg.account)
    transmode, funds = RAIL_CODES[leg.rail]
    comes_in = leg.direction is RampDirection.IN
    put(into, "transactionnumber", leg.reference)
    put(into, "internal_ref_number", f"ramp {leg.number}")
    put(into, "transaction_location", known.institution.branch)
    put(into, "transaction_description", ON_RAMP if comes_in else OFF_RAMP)
    put(into, "date_transaction", moment(leg.date))
    put(into, "transmode_code", transmode)
    put(into, "transmode_comment", "-")
    put(into, "amount_local", _money(leg.amount))
    other = known.outside.get(leg.ramp) or _itself(customer)
    if comes_in:
        _put_outside(into, "from", funds, other)
        _put_client(into, "to", leg.account, currency, known)
    else:
        _put_client(into, "from", leg.account, currency, known)
        _put_outside(into, "to", funds, other)


def put_move(into: Element, move: Move, currency: str, known: CustomerFile) -> None:
    """A movement on the ledger. Raises NoReport."""
    number = move.transaction if move.part == 1 else f"{move.transaction}-{move.part}"
    put(into, "transactionnumber", number)
    put(into, "internal_ref_number", f"block {move.height}")
    put(into, "transaction_location", known.institution.branch)
    put(into, "transaction_description", ON_LEDGER)
    put(into, "date_transaction", moment(move.date))
    put(into, "transmode_code", "-")
    put(into, "transmode_comment", "-")
    put(into, "amount_local", _money(move.amount))
    ends = (move.other, move.account) if move.comes_in else (move.account, move.other)
    for way, end in zip(("from", "to"), ends, strict=True):
        if end is not None and (end == move.account or end in known.customers):
            _put_client(into, way, end, currency, known)
            continue
        stranger = known.outside.get(move.transaction)
        if stranger is None:
            raise NoReport("a movement whose other end the customer file does not name")
        _put_outside(into, way, OF_TOKENS, stranger)


def _customer(known: CustomerFile, account: str) -> Customer:
    customer = known.customers.get(account)
    if customer is None:
        raise NoReport(f"{account}: not in the customer file")
    return customer


def _itself(customer: Customer) -> Stranger:
    first = customer.signatories[0]
    return Stranger(first_name=first.first_name, last_name=first.last_name, country=first.residence)


def _money(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}"


def _put_outside(into: Element, way: str, funds: str, other: Stranger) -> None:
    side = child(into, f"t_{way}")
    put(side, f"{way}_funds_code", funds)
    inner = child(side, f"{way}_person")
    put(inner, "first_name", other.first_name)
    put(inner, "last_name", other.last_name)
    put(side, f"{way}_country", other.country)


def _put_client(into: Element, way: str, account: str, currency: str, known: CustomerFile) -> None:
    customer, of = _customer(known, account), known.institution
    side = child(into, f"t_{way}_my_client")
    put(side, f"{way}_funds_code", OF_TOKENS)
    put_account(child(side, f"{way}_account"), account, currency, of, customer)
    put(side, f"{way}_country", of.place.country)
