"""Reading an IVMS101 payload: its types, then what the standard asks beyond types.

Rules of this file:
1. A payload is read as the version that it is sent as. What claims or looks like the other one is
   refused, with the path of the first field that is wrong; values never enter a message.
2. One payload has one canonical form: keys sorted, nothing absent written, no spaces.
"""

import datetime as dt
import re
from collections.abc import Iterator

import msgspec

from node.sdk.ivms101 import (
    AnyPerson,
    Payload,
    Payload101,
    Payload2023,
)
from node.sdk.ivms101_parts import Address, NationalIdentification
from node.sdk.ivms101_people import NaturalName101
from node.sdk.json_names import NameTwice, check_names
from tokens.finance.lei import is_lei
from tokens.records.travel import PayloadVersion

PAYLOAD_BYTES_MAX = 7_000
"""Of the canonical form: sealed to three it stays within 8 KiB."""

_TYPES: dict[PayloadVersion, type[Payload101] | type[Payload2023]] = {
    PayloadVersion.IVMS101: Payload101,
    PayloadVersion.IVMS101_2023: Payload2023,
}
_encoder = msgspec.json.Encoder(order="sorted")


class BadPayload(Exception):
    """It is no payload of that version. The message names fields, never what stands in them."""


def read_payload(data: bytes, version: PayloadVersion, today: dt.date) -> Payload:
    """The payload; `today` is the date that a birth must lie before. Raises BadPayload."""
    try:
        payload = msgspec.json.decode(data, type=_TYPES[version])
        check_names(data)
    except NameTwice as error:
        raise BadPayload(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload(_without_values(str(error))) from None
    for fault in faults_of(payload, today):
        raise BadPayload(fault)
    if len(canonical(payload)) > PAYLOAD_BYTES_MAX:
        raise BadPayload(f"more than {PAYLOAD_BYTES_MAX} bytes")
    return payload


def canonical(payload: Payload) -> bytes:
    """The one form that is sealed and hashed."""
    return _encoder.encode(payload)


def version_of(payload: Payload) -> PayloadVersion:
    """What it is."""
    if isinstance(payload, Payload101):
        return PayloadVersion.IVMS101
    return PayloadVersion.IVMS101_2023


def people_of(payload: Payload) -> tuple[tuple[AnyPerson, ...], tuple[AnyPerson, ...]]:
    """Originators and beneficiaries."""
    if isinstance(payload, Payload101):
        return payload.originator.originator_persons, payload.beneficiary.beneficiary_persons
    return payload.originator.originator_person, payload.beneficiary.beneficiary_person


def faults_of(payload: Payload, today: dt.date) -> Iterator[str]:
    """What the constraints of the standard say against it, in order of the fields."""
    senders, receivers = people_of(payload)
    for place, person in enumerate(senders):
        yield from _person_faults(f"originator person {place}", person, today)
        if not _is_told_apart(person):
            yield f"originator person {place}: no address, number, identification or birth (C1, C4)"
    for place, person in enumerate(receivers):
        yield from _person_faults(f"beneficiary person {place}", person, today)
    vasps: list[tuple[str, AnyPerson]] = [("originatingVASP", payload.originating_vasp.person)]
    if payload.beneficiary_vasp is not None:
        vasps.append(("beneficiaryVASP", payload.beneficiary_vasp.person))
    for name, person in vasps:
        yield from _person_faults(name, person, today)
        if person.legal_person is None:
            yield f"{name}: an institution is a legal person"


def _is_told_apart(person: AnyPerson) -> bool:
    """Constraints C1 and C4: a name alone is nobody."""
    one = person.natural_person
    if one is not None:
        number = one.customer_number if hasattr(one, "customer_number") else None
        number = number or getattr(one, "customer_identification", None)
        born = one.date_and_place_of_birth
        return bool(one.geographic_address or number or one.national_identification or born)
    other = person.legal_person
    if other is None:
        return False
    number = getattr(other, "customer_number", None)
    number = number or getattr(other, "customer_identification", None)
    return bool(other.geographic_address or number or other.national_identification)


def _person_faults(where: str, person: AnyPerson, today: dt.date) -> Iterator[str]:
    natural, legal = person.natural_person, person.legal_person
    if (natural is None) == (legal is None):
        yield f"{where}: a natural or a legal person, one of the two"
        return
    if natural is not None:
        kinds = [
            name.name_identifier_type
            if isinstance(name, NaturalName101)
            else name.natural_person_name_identifier_type
            for name in natural.name.name_identifier
        ]
        if "LEGL" not in kinds:
            yield f"{where}: no name is LEGL (C6)"
        born = natural.date_and_place_of_birth
        if born is not None and born.date_of_birth >= today:
            yield f"{where}: born after today (C2)"
        yield from _address_faults(where, natural.geographic_address)
        found = natural.national_identification
        if found is not None and found.national_identifier_type == "LEIX":
            yield f"{where}: an LEI is of a legal person (C7)"
    if legal is not None:
        names = legal.name.name_identifier
        if all(name.legal_person_name_identifier_type != "LEGL" for name in names):
            yield f"{where}: no name is LEGL (C5)"
        yield from _address_faults(where, legal.geographic_address)
        if legal.national_identification is not None:
            yield from _register_faults(where, legal.national_identification)


def _address_faults(where: str, addresses: tuple[Address, ...]) -> Iterator[str]:
    for address in addresses:
        building = address.building_name or address.building_number
        if not address.address_line and not (address.street_name and building):
            yield f"{where}: an address needs lines, or a street and a building (C8)"


def _register_faults(where: str, found: NationalIdentification) -> Iterator[str]:
    """Constraints C9 and C11."""
    kind = found.national_identifier_type
    if kind not in ("RAID", "MISC", "LEIX", "TXID"):
        yield f"{where}: {kind} is of a natural person (C9)"
    if found.country_of_issue is not None:
        yield f"{where}: a legal person has no country of issue (C9)"
    if (kind == "LEIX") == (found.registration_authority is not None):
        yield f"{where}: a registration authority for all but an LEI (C9)"
    if kind == "LEIX" and not is_lei(found.national_identifier):
        yield f"{where}: no LEI (C11)"


_OF_ONE_VERSION = frozenset(
    (
        "beneficiaryPerson",
        "beneficiaryPersons",
        "customerIdentification",
        "customerNumber",
        "nameIdentifierType",
        "naturalPersonNameIdentifierType",
        "originatorPerson",
        "originatorPersons",
    )
)
"""Names by which the versions differ: told, for they are what goes wrong most often."""
_UNKNOWN_RE = re.compile(r"unknown field `(.*?)`(?= - at `\$|\Z)", re.DOTALL)


def _without_values(message: str) -> str:
    """What msgspec says, up to a value that it quotes.

    The name of an unknown field is a value, too: whoever sent the payload chose it.
    """
    message = _UNKNOWN_RE.sub(_named, message)
    head, quote, rest = message.partition("'")
    if not quote:
        return message
    return head + "..." + rest[rest.rfind("'") + 1 :]


def _named(found: re.Match[str]) -> str:
    return f"unknown field `{found[1] if found[1] in _OF_ONE_VERSION else '...'}`"
