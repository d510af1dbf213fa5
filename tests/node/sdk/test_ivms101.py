"""IVMS101: both versions go round, neither is taken for the other, and the constraints hold."""

import datetime as dt
import json
from collections.abc import Callable

import pytest

from node.sdk.ivms101 import Payload101, Payload2023
from node.sdk.ivms101_checks import BadPayload, canonical, read_payload, version_of
from tests.node.sdk.ivms101_samples import company, payload, text
from tokens.finance.lei import lei_check_digits
from tokens.records.travel import PayloadVersion

TODAY = dt.date(2026, 7, 1)
OLD, NEW = PayloadVersion.IVMS101, PayloadVersion.IVMS101_2023
NAMES = {OLD: "101", NEW: "101.2023"}
LEI = "529900TESTMOHUR000" + lei_check_digits("529900TESTMOHUR000")

Tree = dict[str, "Tree"]


def person_of(made: object, side: str = "originator") -> dict[str, object]:
    """The first person of a side, to be changed."""
    assert isinstance(made, dict)
    found = next(value for key, value in made[side].items() if key.startswith(side))[0]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_payload_goes_round(version: PayloadVersion) -> None:
    read = read_payload(text(payload(NAMES[version])), version, TODAY)
    assert version_of(read) is version
    assert isinstance(read, Payload101 if version is OLD else Payload2023)
    once = canonical(read)
    assert json.loads(once) == payload(NAMES[version])
    assert canonical(read_payload(once, version, TODAY)) == once
    assert b" " not in once.replace(b"Mall Road", b"").replace(b"Mills Ltd", b"").replace(
        b"Bank A", b""
    )


def test_the_order_of_keys_changes_nothing() -> None:
    made = payload("101.2023")
    turned = dict(reversed(list(made.items())))
    one = read_payload(text(made), NEW, TODAY)
    assert canonical(read_payload(text(turned), NEW, TODAY)) == canonical(one)


@pytest.mark.parametrize(("claimed", "written"), [(OLD, "101.2023"), (NEW, "101")])
def test_one_version_is_never_taken_for_the_other(claimed: PayloadVersion, written: str) -> None:
    with pytest.raises(BadPayload):
        read_payload(text(payload(written)), claimed, TODAY)
    liar = payload(written, payloadMetadata={"payloadVersion": NAMES[claimed]})
    with pytest.raises(BadPayload):
        read_payload(text(liar), claimed, TODAY)


def test_the_old_version_need_not_be_named_and_the_new_must() -> None:
    nameless = payload("101")
    del nameless["payloadMetadata"]
    assert version_of(read_payload(text(nameless), OLD, TODAY)) in PayloadVersion
    other = payload("101.2023")
    del other["payloadMetadata"]
    with pytest.raises(BadPayload, match="payloadMetadata"):
        read_payload(text(other), NEW, TODAY)


@pytest.mark.parametrize("field", ["originator", "beneficiary", "originatingVASP"])
def test_what_must_be_there(field: str) -> None:
    made = payload("101.2023")
    del made[field]
    with pytest.raises(BadPayload, match=field):
        read_payload(text(made), NEW, TODAY)


def test_a_field_of_the_other_version_is_named_in_the_fault_and_no_value_is() -> None:
    made = payload("101.2023")
    natural = person_of(made)["naturalPerson"]
    assert isinstance(natural, dict)
    natural["customerNumber"] = "SECRET"
    with pytest.raises(BadPayload) as caught:
        read_payload(text(made), NEW, TODAY)
    assert "originatorPerson" in str(caught.value)
    assert "SECRET" not in str(caught.value)


def _natural(made: object) -> dict[str, object]:
    found = person_of(made)["naturalPerson"]
    assert isinstance(found, dict)
    return found


def _legal(made: object) -> dict[str, object]:
    found = person_of(made, "beneficiary")["legalPerson"]
    assert isinstance(found, dict)
    return found


def bare(made: object) -> None:
    for name in list(_natural(made)):
        if name != "name":
            del _natural(made)[name]


def alias(made: object) -> None:
    name = {"primaryIdentifier": "K", "naturalPersonNameIdentifierType": "ALIA"}
    _natural(made)["name"] = {"nameIdentifier": [name]}


def unborn(made: object) -> None:
    _natural(made)["dateAndPlaceOfBirth"] = {"dateOfBirth": "2026-07-01", "placeOfBirth": "x"}


def street_only(made: object) -> None:
    _natural(made)["geographicAddress"] = [
        {"addressType": "HOME", "streetName": "Mall Road", "country": "PK"}
    ]


def lei_of_a_person(made: object) -> None:
    identity = {"nationalIdentifier": LEI, "nationalIdentifierType": "LEIX"}
    _natural(made)["nationalIdentification"] = identity


def trade_name(made: object) -> None:
    name = {"legalPersonName": "Mills", "legalPersonNameIdentifierType": "TRAD"}
    _legal(made)["name"] = {"nameIdentifier": [name]}


def bad_lei(made: object) -> None:
    identity = {"nationalIdentifier": LEI[:-1] + "0", "nationalIdentifierType": "LEIX"}
    _legal(made)["nationalIdentification"] = identity


def no_authority(made: object) -> None:
    identity = {"nationalIdentifier": "R-1", "nationalIdentifierType": "RAID"}
    _legal(made)["nationalIdentification"] = identity


def passport_of_a_company(made: object) -> None:
    identity = {
        "nationalIdentifier": "R-1",
        "nationalIdentifierType": "CCPT",
        "registrationAuthority": "RA000480",
    }
    _legal(made)["nationalIdentification"] = identity


def issued(made: object) -> None:
    identity = _legal(made)["nationalIdentification"]
    assert isinstance(identity, dict)
    identity["countryOfIssue"] = "PK"


def both(made: object) -> None:
    person_of(made)["legalPerson"] = company("Two")["legalPerson"]


def nobody(made: object) -> None:
    del person_of(made)["naturalPerson"]


def natural_bank(made: object) -> None:
    assert isinstance(made, dict)
    made["originatingVASP"] = {"originatingVASP": {"naturalPerson": _natural(made)}}


FAULTS: list[tuple[Callable[[object], None], str]] = [
    (bare, "C1"),
    (alias, "C6"),
    (unborn, "C2"),
    (street_only, "C8"),
    (lei_of_a_person, "C7"),
    (trade_name, "C5"),
    (bad_lei, "C11"),
    (no_authority, "C9"),
    (passport_of_a_company, "C9"),
    (issued, "C9"),
    (both, "one of the two"),
    (nobody, "one of the two"),
    (natural_bank, "legal person"),
]


@pytest.mark.parametrize(("spoil", "word"), FAULTS, ids=[spoil.__name__ for spoil, _ in FAULTS])
def test_constraints_of_the_standard(spoil: Callable[[object], None], word: str) -> None:
    made = json.loads(text(payload("101.2023")))
    spoil(made)
    with pytest.raises(BadPayload, match=word):
        read_payload(text(made), NEW, TODAY)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"null", b"[" * 100_000])
def test_rubbish_is_refused(data: bytes) -> None:
    with pytest.raises(BadPayload):
        read_payload(data, NEW, TODAY)


def test_an_institution_may_be_known_by_its_lei() -> None:
    made = json.loads(text(payload("101.2023")))
    identity = {"nationalIdentifier": LEI, "nationalIdentifierType": "LEIX"}
    _legal(made)["nationalIdentification"] = identity
    assert version_of(read_payload(text(made), NEW, TODAY)) in PayloadVersion


def test_a_payload_that_would_not_fit_is_refused() -> None:
    made = json.loads(text(payload("101.2023")))
    names = [{"primaryIdentifier": "K" * 100, "naturalPersonNameIdentifierType": "LEGL"}] * 5
    people = []
    for _ in range(4):
        person = json.loads(json.dumps(person_of(made)))
        person["naturalPerson"]["name"]["nameIdentifier"] = names
        people.append(person)
    made["originator"]["originatorPerson"] = people * 1
    lines = {"addressType": "HOME", "addressLine": ["L" * 70] * 7, "country": "PK"}
    for person in people:
        person["naturalPerson"]["geographicAddress"] = [lines] * 5
    with pytest.raises(BadPayload, match="bytes"):
        read_payload(text(made), NEW, TODAY)


@pytest.mark.parametrize("version", ["101", "101.2023"])
def test_a_field_that_stands_twice_is_refused(version: str) -> None:
    """One reader takes the first and another the last: two names for one payer."""
    claimed = OLD if version == "101" else NEW
    whole = text(payload(version)).decode()
    read_payload(whole.encode(), claimed, TODAY)
    twice = whole.replace('"primaryIdentifier":', '"primaryIdentifier": "X", "primaryIdentifier":')
    assert twice != whole
    with pytest.raises(BadPayload, match="a name stands twice"):
        read_payload(twice.encode(), claimed, TODAY)


@pytest.mark.parametrize("name", ["Ayesha Khan", "\x1b[2J", "a` - at `$.x", "`", "a\nb"])
def test_the_name_of_an_unknown_field_is_not_repeated(name: str) -> None:
    """Whoever sent the payload chose it: a person's name, or bytes that a terminal obeys."""
    for made in (payload("101.2023") | {name: 1}, payload("101.2023")):
        made["originator"] = made["originator"] | {name: 1}  # type: ignore[operator]
        with pytest.raises(BadPayload, match=r"unknown field `\.\.\.`") as caught:
            read_payload(text(made), NEW, TODAY)
        assert str(caught.value).partition(" - at ")[0].count("`") == 2
        assert len(name) == 1 or name not in str(caught.value)
