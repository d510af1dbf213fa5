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

from node.aml.customers import CustomerFile
from node.aml.dates import check_dates
from node.aml.facts import Fact, Leg, NoReport
from node.aml.goaml_parties import child, moment, put, put_place
from node.aml.goaml_transactions import put_leg, put_move

INDICATORS_MAX = 20
TRANSACTIONS_MAX = 1_000


class ReportCode(Enum):
    """What kind of report."""

    CASH = "CTR"
    SUSPICIOUS = "STR"


class Draft(NamedTuple):
    """What a report says beside its facts."""

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


def goaml(draft: Draft, facts: Sequence[Fact], known: CustomerFile) -> bytes:
    """The report, valid under our schema. Raises NoReport."""
    if not 1 <= len(facts) <= TRANSACTIONS_MAX:
        raise NoReport(f"1 to {TRANSACTIONS_MAX} transactions")
    if not 1 <= len(draft.indicators) <= INDICATORS_MAX:
        raise NoReport(f"1 to {INDICATORS_MAX} indicators")
    check_dates(facts, known, draft.submitted_on)
    of = known.institution
    root = ElementTree.Element("report")
    put(root, "rentity_id", str(of.rentity_id))
    put(root, "rentity_branch", of.branch)
    put(root, "submission_code", "E")
    put(root, "report_code", draft.code.value)
    put(root, "entity_reference", draft.reference)
    put(root, "submission_date", moment(draft.submitted_on))
    put(root, "currency_code_local", draft.currency)
    reporter = child(root, "reporting_person")
    put(reporter, "first_name", of.reporter.first_name)
    put(reporter, "last_name", of.reporter.last_name)
    put(reporter, "email", of.reporter.email)
    put(reporter, "occupation", of.reporter.occupation)
    put_place(child(root, "location"), of.place)
    put(root, "reason", draft.reason)
    put(root, "action", draft.action)
    for fact in facts:
        transaction = child(root, "transaction")
        if isinstance(fact, Leg):
            put_leg(transaction, fact, draft.currency, known)
        else:
            put_move(transaction, fact, draft.currency, known)
    indicators = child(root, "report_indicators")
    for indicator in draft.indicators:
        put(indicators, "indicator", indicator)
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
