"""A customer file with a person and a company, and two legs of ramps."""

import datetime as dt
import json

import msgspec

from node.aml.customers import CustomerFile
from node.aml.facts import Leg, Move
from node.aml.goaml import Draft, ReportCode
from tokens.records.ramps import Rail, RampDirection

PLACE = {"address": "1 Mall Road", "city": "Lahore", "state": "Punjab", "country": "PK"}
PERSON = {
    "firstName": "Ayesha",
    "lastName": "Khan",
    "bornOn": "1980-02-03",
    "idNumber": "35202-0000000-0",
    "nationality": "PK",
    "residence": "PK",
    "phone": "042000000",
    "address": PLACE,
    "document": {
        "kind": "EID",
        "number": "35202-0000000-0",
        "issuedOn": "2020-01-01",
        "expiresOn": "2030-01-01",
        "country": "PK",
    },
}
MILLS = {
    "name": "Mills Ltd",
    "legalForm": "-",
    "registrationNo": "R-1",
    "business": "cotton",
    "address": PLACE,
    "incorporatedOn": "1999-01-01",
    "state": "Punjab",
    "country": "PK",
    "directors": [{"firstName": "Bilal", "lastName": "Shah", "role": "DIR"}],
}
FILE: dict[str, object] = {
    "institution": {
        "rentityId": 77,
        "name": "Bank A",
        "code": "BKA",
        "branch": "Main",
        "isBank": True,
        "place": PLACE,
        "reporter": {"firstName": "Omar", "lastName": "Aziz", "email": "mlro@bank.example"},
    },
    "customers": {
        "person": {
            "accountName": "Ayesha Khan",
            "openedOn": "2025-01-01",
            "signatories": [PERSON],
        },
        "company": {
            "accountName": "Mills Ltd",
            "openedOn": "2025-01-01",
            "entity": MILLS,
            "signatories": [PERSON | {"occupation": "manager"}],
        },
    },
    "outside": {"0x02": {"firstName": "Carl", "lastName": "Weber", "country": "DE"}},
}


def customers() -> CustomerFile:
    """As read."""
    return msgspec.json.decode(json.dumps(FILE), type=CustomerFile)


INTO = Leg(
    ramp="0x01",
    number=1,
    account="person",
    direction=RampDirection.IN,
    rail=Rail.CASH,
    reference="0xaa",
    amount=200_000_050,
    date=dt.date(2025, 7, 1),
)
OUT = INTO._replace(
    ramp="0x02",
    number=2,
    account="company",
    direction=RampDirection.OUT,
    rail=Rail.CORRESPONDENT,
    reference="0xbb",
)

MOVE = Move(
    transaction="0xcc",
    part=1,
    height=9,
    account="person",
    other=None,
    comes_in=False,
    amount=300,
    date=dt.date(2025, 7, 2),
)


def draft(code: ReportCode = ReportCode.CASH) -> Draft:
    """Of the day after."""
    reason = "pays in what it does not earn" if code is ReportCode.SUSPICIOUS else None
    return Draft(
        code=code,
        reference="BKA-1",
        submitted_on=dt.date(2025, 7, 2),
        currency="PKR",
        indicators=("A1",),
        reason=reason,
    )
