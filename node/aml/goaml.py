"""goAML 5.0.2 XML of a cash report or a suspicious-transaction report.

Rules of this file:
1. Ledger facts are joined with the private customer file; neither alone makes a report.
2. What leaves here is valid under our schema, or it does not leave: `checked` is the only way out.
3. The same facts give the same bytes.
"""

import datetime as dt
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple
from xml.etree import ElementTree

from xmlschema import XMLSchema11, XMLSchemaValidationError

from node.aml.customers import (
    Customer,
    CustomerFile,
    Institution,
    LegalEntity,
    Person,
    Place,
    Stranger,
)
from tokens.records.ramps import Rail, RampDirection

INDICATORS_MAX = 20
OF_TOKENS = "CRPTC"
"""Funds code of the side that is tokens."""
OFF_RAMP = "off-ramp: tokens of the client became money"
TRANSACTIONS_MAX = 1_000

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


class ReportCode(Enum):
    """What kind of report."""

    CASH = "CTR"
    SUSPICIOUS = "STR"


class Leg(NamedTuple):
    """One payment through a ramp, as the ledger tells it."""

    ramp: str
    """Id of the ramp, 0x and hex."""
    number: int
    """Number of the ramp."""
    account: str
    """The client's account, as text."""
    direction: RampDirection
    rail: Rail
    reference: str
    """SHA-256 of the payment's reference, 0x and hex."""
    amount: int
    """Minor units of the local currency, hundredths."""
    date: dt.date
    """Business date of the block."""


class Draft(NamedTuple):
    """What a report says beside its legs."""

    code: ReportCode
    reference: str
    """The institution's own, for the unit's answer."""
    submitted_on: dt.date
    currency: str
    indicators: Sequence[str]
    reason: str | None = None
    """Why it is suspicious; never of a cash report."""
    action: str | None = None
    """What the institution did."""


class NoReport(Exception):
    """Facts and file make no report. The message names accounts, never people."""


def goaml(draft: Draft, legs: Sequence[Leg], known: CustomerFile) -> bytes:
    """The report, valid under our schema. Raises NoReport."""
    if not 1 <= len(legs) <= TRANSACTIONS_MAX:
        raise NoReport(f"1 to {TRANSACTIONS_MAX} transactions")
    if not 1 <= len(draft.indicators) <= INDICATORS_MAX:
        raise NoReport(f"1 to {INDICATORS_MAX} indicators")
    of = known.institution
    root = ElementTree.Element("report")
    _put(root, "rentity_id", str(of.rentity_id))
    _put(root, "rentity_branch", of.branch)
    _put(root, "submission_code", "E")
    _put(root, "report_code", draft.code.value)
    _put(root, "entity_reference", draft.reference)
    _put(root, "submission_date", _date(draft.submitted_on))
    _put(root, "currency_code_local", draft.currency)
    reporter = ElementTree.SubElement(root, "reporting_person")
    _put(reporter, "first_name", of.reporter.first_name)
    _put(reporter, "last_name", of.reporter.last_name)
    _put(reporter, "email", of.reporter.email)
    _put(reporter, "occupation", of.reporter.occupation)
    _place(ElementTree.SubElement(root, "location"), of.place)
    _put(root, "reason", draft.reason)
    _put(root, "action", draft.action)
    for leg in legs:
        _transaction(ElementTree.SubElement(root, "transaction"), leg, draft.currency, known)
    indicators = ElementTree.SubElement(root, "report_indicators")
    for indicator in draft.indicators:
        _put(indicators, "indicator", indicator)
    ElementTree.indent(root)
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return checked(data)


def checked(data: bytes) -> bytes:
    """The same bytes, if the schema takes them. Raises NoReport with the first fault's place."""
    for fault in faults_of(data):
        raise NoReport(fault)
    return data


def faults_of(data: bytes) -> list[str]:
    """What our schema has against a report: (path, reason) as sentences without its content."""
    try:
        root = ElementTree.fromstring(data)  # noqa: S314
    except ElementTree.ParseError as error:
        return [f"no XML: line {error.position[0]}"]
    schema = _schema()
    return [f"{error.path}: {_kind(error)}" for error in schema.iter_errors(root)]


@lru_cache(maxsize=1)
def _schema() -> XMLSchema11:
    return XMLSchema11((files("node.aml") / "goaml_subset.xsd").read_text(encoding="utf-8"))


def _kind(error: XMLSchemaValidationError) -> str:
    """What part of the schema refuses, without the text that it refused."""
    return type(error.validator).__name__.removeprefix("Xsd").removeprefix("Xsd11")


def _transaction(into: ElementTree.Element, leg: Leg, currency: str, known: CustomerFile) -> None:
    customer = known.customers.get(leg.account)
    if customer is None:
        raise NoReport(f"{leg.account}: not in the customer file")
    transmode, funds = RAIL_CODES[leg.rail]
    comes_in = leg.direction is RampDirection.IN
    of = known.institution
    _put(into, "transactionnumber", leg.reference)
    _put(into, "internal_ref_number", f"ramp {leg.number}")
    _put(into, "transaction_location", of.branch)
    what = "on-ramp: money of the client became tokens"
    _put(into, "transaction_description", what if comes_in else OFF_RAMP)
    _put(into, "date_transaction", _date(leg.date))
    _put(into, "transmode_code", transmode)
    _put(into, "transmode_comment", "-")
    _put(into, "amount_local", f"{leg.amount // 100}.{leg.amount % 100:02}")
    stranger = known.outside.get(leg.ramp)
    if comes_in:
        _outside(ElementTree.SubElement(into, "t_from"), "from", funds, stranger, customer)
        _client(ElementTree.SubElement(into, "t_to_my_client"), "to", leg, currency, of, customer)
    else:
        client = ElementTree.SubElement(into, "t_from_my_client")
        _client(client, "from", leg, currency, of, customer)
        _outside(ElementTree.SubElement(into, "t_to"), "to", funds, stranger, customer)


def _outside(
    into: ElementTree.Element, way: str, funds: str, other: Stranger | None, customer: Customer
) -> None:
    """Who is at the other end; the client itself where the file names nobody else."""
    first = customer.signatories[0]
    own = Stranger(first_name=first.first_name, last_name=first.last_name, country=first.residence)
    person = own if other is None else other
    _put(into, f"{way}_funds_code", funds)
    inner = ElementTree.SubElement(into, f"{way}_person")
    _put(inner, "first_name", person.first_name)
    _put(inner, "last_name", person.last_name)
    _put(into, f"{way}_country", person.country)


def _client(
    into: ElementTree.Element,
    way: str,
    leg: Leg,
    currency: str,
    of: Institution,
    customer: Customer,
) -> None:
    _put(into, f"{way}_funds_code", OF_TOKENS)
    account = ElementTree.SubElement(into, f"{way}_account")
    _put(account, "institution_name", of.name)
    _put(account, "institution_code", of.code)
    _put(account, "non_bank_institution", "false" if of.is_bank else "true")
    _put(account, "branch", of.branch)
    _put(account, "account", leg.account)
    _put(account, "currency_code", currency)
    _put(account, "account_name", customer.account_name)
    _put(account, "personal_account_type", customer.account_kind)
    if customer.entity is not None:
        _entity(ElementTree.SubElement(account, "t_entity"), customer.entity)
    for person in customer.signatories:
        signatory = ElementTree.SubElement(account, "signatory")
        _person(ElementTree.SubElement(signatory, "t_person"), person)
        _put(signatory, "role", person.role)
    _put(account, "opened", _date(customer.opened_on))
    _put(account, "status_code", "-")
    _put(account, "beneficiary", "-")
    _put(into, f"{way}_country", of.place.country)


def _person(into: ElementTree.Element, person: Person) -> None:
    _put(into, "gender", person.gender)
    _put(into, "first_name", person.first_name)
    _put(into, "last_name", person.last_name)
    _put(into, "birthdate", _date(person.born_on))
    _put(into, "id_number", person.id_number)
    _put(into, "nationality1", person.nationality)
    _put(into, "residence", person.residence)
    phone = ElementTree.SubElement(ElementTree.SubElement(into, "phones"), "phone")
    _put(phone, "tph_contact_type", "-")
    _put(phone, "tph_communication_type", "-")
    _put(phone, "tph_number", person.phone)
    addresses = ElementTree.SubElement(into, "addresses")
    _place(ElementTree.SubElement(addresses, "address"), person.address)
    _put(into, "occupation", person.occupation)
    document = ElementTree.SubElement(into, "identification")
    _put(document, "type", person.document.kind)
    _put(document, "number", person.document.number)
    _put(document, "issue_date", _date(person.document.issued_on))
    _put(document, "expiry_date", _date(person.document.expires_on))
    _put(document, "issue_country", person.document.country)
    _put(into, "tax_reg_number", "-")


def _entity(into: ElementTree.Element, entity: LegalEntity) -> None:
    _put(into, "name", entity.name)
    _put(into, "incorporation_legal_form", entity.legal_form)
    _put(into, "incorporation_number", entity.registration_no)
    _put(into, "business", entity.business)
    addresses = ElementTree.SubElement(into, "addresses")
    _place(ElementTree.SubElement(addresses, "address"), entity.address)
    _put(into, "incorporation_state", entity.state)
    _put(into, "incorporation_country_code", entity.country)
    for director in entity.directors:
        inner = ElementTree.SubElement(into, "director_id")
        _put(inner, "first_name", director.first_name)
        _put(inner, "last_name", director.last_name)
        _put(inner, "role", director.role)
    _put(into, "incorporation_date", _date(entity.incorporated_on))
    _put(into, "tax_reg_number", "-")


def _place(into: ElementTree.Element, place: Place) -> None:
    _put(into, "address_type", place.kind)
    _put(into, "address", place.address)
    _put(into, "city", place.city)
    _put(into, "country_code", place.country)
    _put(into, "state", place.state)


def _put(into: ElementTree.Element, name: str, text: str | None) -> None:
    """A leaf; none where there is nothing to say."""
    if text is not None:
        ElementTree.SubElement(into, name).text = text


def _date(date: dt.date) -> str:
    return f"{date.isoformat()}T00:00:00"
