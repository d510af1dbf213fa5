"""goAML reports: what stands in them, and that none leaves that the schema refuses."""

import datetime as dt
import re
from collections.abc import Callable
from importlib.resources import files
from xml.etree import ElementTree

import msgspec
import pytest
from xmlschema import XMLSchema10, XMLSchema11

from node.aml.customers import CustomerFile
from node.aml.facts import NoReport
from node.aml.goaml import ReportCode, checked, faults_of, goaml
from tests.node.aml.samples import INTO, MOVE, OUT, customers, draft

REPORT = goaml(draft(ReportCode.SUSPICIOUS), (INTO, OUT), customers())
"""Both ways, a person and a company."""


def texts(data: bytes, path: str) -> list[str | None]:
    return [found.text for found in ElementTree.fromstring(data).findall(path)]


@pytest.mark.parametrize("code", ReportCode)
def test_a_report_joins_ledger_facts_with_the_private_file(code: ReportCode) -> None:
    data = goaml(draft(code), (INTO, OUT), customers())
    assert texts(data, "report_code") == [code.value]
    assert texts(data, "transaction/amount_local") == ["2000000.50", "2000000.50"]
    assert texts(data, "transaction/transactionnumber") == ["0xaa", "0xbb"]
    assert texts(data, "transaction/t_to_my_client/to_account/account") == ["person"]
    assert texts(data, "transaction/t_from_my_client/from_account/t_entity/name") == ["Mills Ltd"]
    assert texts(data, "transaction/t_to/to_person/last_name") == ["Weber"]
    assert texts(data, "transaction/t_from/from_person/last_name") == ["Khan"]
    assert texts(data, "transaction/t_from/from_funds_code") == ["CASH"]
    assert (texts(data, "reason") == []) is (code is ReportCode.CASH)


def test_the_same_facts_give_the_same_bytes() -> None:
    assert goaml(draft(ReportCode.SUSPICIOUS), (INTO, OUT), customers()) == REPORT


def test_every_small_sum_has_its_hundredths() -> None:
    data = goaml(draft(), (INTO._replace(amount=7), OUT._replace(amount=110)), customers())
    assert texts(data, "transaction/amount_local") == ["0.07", "1.10"]


def _drop(name: str) -> Callable[[bytes], bytes]:
    pattern = re.compile(rb"\s*<" + name.encode() + rb">.*?</" + name.encode() + rb">", re.DOTALL)
    return lambda data: pattern.sub(b"", data, count=1)


def _swap(old: str, new: str) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(old.encode(), new.encode(), 1)


SPOILED = {
    "no number at the unit": _drop("rentity_id"),
    "no reason for a suspicion": _drop("reason"),
    "no birth date": _drop("birthdate"),
    "no indicator": _drop("indicator"),
    "neither side is a client": _drop("t_to_my_client"),
    "unknown kind of report": _swap(">STR<", ">XYZ<"),
    "a sum of nothing": _swap("2000000.50", "0.00"),
    "thousandths": _swap("2000000.50", "2000000.505"),
    "a date without a time": _swap("2025-07-01T00:00:00", "2025-07-01"),
    "a transaction after the report": _swap("2025-07-01T00:00:00", "2025-08-01T00:00:00"),
    "a transaction twice": _swap("0xbb", "0xaa"),
    "a sign in a name": _swap("Ayesha", "Ayesha!"),
    "a field of another": _swap("<reason>", "<secret>x</secret><reason>"),
    "an order turned": _swap("<rentity_branch>Main</rentity_branch>", ""),
}


@pytest.mark.parametrize("what", [name for name in SPOILED if name != "an order turned"])
def test_an_invalid_report_is_refused(what: str) -> None:
    spoiled = SPOILED[what](REPORT)
    assert spoiled != REPORT
    assert faults_of(spoiled)
    with pytest.raises(NoReport):
        checked(spoiled)


def test_the_order_of_elements_is_part_of_it() -> None:
    branch = b"<rentity_branch>Main</rentity_branch>"
    turned = REPORT.replace(branch, b"").replace(b"<report_code>", branch + b"<report_code>")
    assert faults_of(turned)
    assert checked(REPORT) == REPORT


def test_a_fault_names_a_place_and_no_person() -> None:
    spoiled = REPORT.replace(b"1980-02-03T00:00:00", b"Khan born 1980")
    (fault,) = [fault for fault in faults_of(spoiled) if "birthdate" in fault][:1]
    assert "Khan" not in fault
    assert faults_of(b"<report") == ["no XML: line 1"]


def test_an_older_processor_would_check_nothing() -> None:
    """XML Schema 1.0 loads a schema with vc:minVersion 1.1 as an empty one: hence 1.1 here."""
    text = (files("node.aml") / "goaml_subset.xsd").read_text(encoding="utf-8")
    assert list(XMLSchema11(text).elements) == ["report"]
    assert list(XMLSchema10(text).elements) == []


def test_what_makes_no_report() -> None:
    known = customers()
    for legs, word in (
        ((), "transactions"),
        ((INTO._replace(account="nobody"),), "nobody: not in the customer file"),
    ):
        with pytest.raises(NoReport, match=word):
            goaml(draft(), legs, known)
    for indicators in ((), ("CASH",) * 21):
        with pytest.raises(NoReport, match="1 to 20 indicators"):
            goaml(draft()._replace(indicators=indicators), (INTO,), known)
    with pytest.raises(NoReport):
        goaml(draft()._replace(submitted_on=dt.date(2025, 6, 1)), (INTO,), known)
    with pytest.raises(NoReport):
        goaml(draft(ReportCode.SUSPICIOUS)._replace(reason=None), (INTO,), known)


def _dated(place: int, **changes: object) -> CustomerFile:
    """The file, other in some date of one customer or of its first signatory."""
    known = customers()
    account = list(known.customers)[place]
    customer = known.customers[account]
    person = customer.signatories[0]
    person_changes = {name: value for name, value in changes.items() if name == "born_on"}
    if "issued_on" in changes:
        issued = msgspec.structs.replace(person.document, issued_on=changes["issued_on"])
        person_changes["document"] = issued
    changed = msgspec.structs.replace(
        customer, signatories=(msgspec.structs.replace(person, **person_changes),)
    )
    if "opened_on" in changes:
        changed = msgspec.structs.replace(changed, opened_on=changes["opened_on"])
    if "incorporated_on" in changes:
        assert changed.entity is not None
        begun = msgspec.structs.replace(changed.entity, incorporated_on=changes["incorporated_on"])
        changed = msgspec.structs.replace(changed, entity=begun)
    return msgspec.structs.replace(known, customers=known.customers | {account: changed})


@pytest.mark.parametrize(
    ("place", "name", "days", "says"),
    [
        (0, "born_on", 0, r"customers\[0\] .*: signatories\[0\].bornOn is not before"),
        (1, "born_on", 9_000, r"customers\[1\] .*: signatories\[0\].bornOn is not before"),
        (0, "issued_on", 1, r"customers\[0\] .*: signatories\[0\].document.issuedOn is after"),
        (1, "opened_on", 1, r"customers\[1\] .*: openedOn is after"),
        (1, "incorporated_on", 1, r"customers\[1\] .*: entity.incorporatedOn is after"),
    ],
)
def test_a_customer_of_days_to_come_makes_no_report(
    place: int, name: str, days: int, says: str
) -> None:
    """A birth after the report was written into it; the schema knows one report, not its date."""
    odd = draft().submitted_on + dt.timedelta(days=days)
    with pytest.raises(NoReport, match=says) as caught:
        goaml(draft(), (INTO, OUT), _dated(place, **{name: odd}))
    assert "Khan" not in str(caught.value)
    assert str(odd) not in str(caught.value)
    before = odd - dt.timedelta(days=days + 1)
    assert goaml(draft(), (INTO, OUT), _dated(place, **{name: before}))


def test_a_customer_whom_the_report_does_not_name_stops_none() -> None:
    odd = _dated(1, born_on=draft().submitted_on)
    assert goaml(draft(), (INTO,), odd)
    for facts in ((OUT,), (MOVE._replace(other="company"),)):
        with pytest.raises(NoReport, match="bornOn"):
            goaml(draft(), facts, odd)


MOVES = (
    MOVE._replace(transaction="0xc1", other="company"),
    MOVE._replace(transaction="0xc1", part=2, other="company", comes_in=True),
    MOVE._replace(transaction="0x02"),
    MOVE._replace(transaction="0x02", part=2, comes_in=True),
)
"""Between two clients and with somebody outside, each out and in."""


def test_movements_on_the_ledger_are_transactions_of_both_ends() -> None:
    later = draft(ReportCode.SUSPICIOUS)
    data = goaml(later, (INTO, *MOVES), customers())
    assert texts(data, "transaction/transactionnumber") == [
        "0xaa",
        "0xc1",
        "0xc1-2",
        "0x02",
        "0x02-2",
    ]
    clients = texts(data, "transaction/t_from_my_client/from_account/account")
    assert clients == ["person", "company", "person"]
    clients = texts(data, "transaction/t_to_my_client/to_account/account")
    assert clients == ["person", "company", "person", "person"]
    assert texts(data, "transaction/t_to/to_person/last_name") == ["Weber"]
    assert texts(data, "transaction/t_from/from_person/last_name") == ["Khan", "Weber"]
    assert texts(data, "transaction/t_from/from_funds_code") == ["CASH", "CRPTC"]
    assert texts(data, "transaction/amount_local") == ["2000000.50", *["3.00"] * 4]


def test_a_movement_to_nobody_known_makes_no_report() -> None:
    for move in (MOVE, MOVE._replace(other="elsewhere"), MOVE._replace(account="nobody")):
        with pytest.raises(NoReport):
            goaml(draft(ReportCode.SUSPICIOUS), (move,), customers())
