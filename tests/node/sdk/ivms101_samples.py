"""Payloads of both versions about the same people."""

import json

Json = dict[str, object]

ADDRESS: Json = {
    "addressType": "HOME",
    "streetName": "Mall Road",
    "buildingNumber": "1",
    "townName": "Lahore",
    "country": "PK",
}


def payload(version: str, **changes: object) -> Json:
    """A person pays a company, through two institutions."""
    new = version == "101.2023"
    kind = "naturalPersonNameIdentifierType" if new else "nameIdentifierType"
    number = "customerIdentification" if new else "customerNumber"
    ending = "Person" if new else "Persons"
    sender: Json = {
        "naturalPerson": {
            "name": {
                "nameIdentifier": [
                    {"primaryIdentifier": "Khan", "secondaryIdentifier": "Ayesha", kind: "LEGL"}
                ]
            },
            "geographicAddress": [ADDRESS],
            "nationalIdentification": {
                "nationalIdentifier": "35202-0000000-0",
                "nationalIdentifierType": "IDCD",
                "countryOfIssue": "PK",
            },
            number: "C-1",
            "dateAndPlaceOfBirth": {"dateOfBirth": "1980-02-03", "placeOfBirth": "Lahore"},
            "countryOfResidence": "PK",
        }
    }
    made: Json = {
        "originator": {f"originator{ending}": [sender], "accountNumber": ["sender"]},
        "beneficiary": {
            f"beneficiary{ending}": [company("Mills Ltd")],
            "accountNumber": ["receiver"],
        },
        "originatingVASP": {"originatingVASP": company("Bank A")},
        "payloadMetadata": {"payloadVersion": version},
    }
    return made | changes


def company(name: str) -> Json:
    """A legal person; one form in both versions."""
    return {
        "legalPerson": {
            "name": {
                "nameIdentifier": [
                    {"legalPersonName": name, "legalPersonNameIdentifierType": "LEGL"}
                ]
            },
            "nationalIdentification": {
                "nationalIdentifier": "R-1",
                "nationalIdentifierType": "RAID",
                "registrationAuthority": "RA000480",
            },
            "countryOfRegistration": "PK",
        }
    }


def text(made: object) -> bytes:
    """As an institution might write it."""
    return json.dumps(made, indent=1).encode()
