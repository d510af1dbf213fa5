"""Who sends and who receives: IVMS101 payloads of the versions 101 and 101.2023, as types.

The two look alike. 101.2023 says originatorPerson, beneficiaryPerson, customerIdentification and
naturalPersonNameIdentifierType where 101 says originatorPersons, beneficiaryPersons, customerNumber
and nameIdentifierType, and it must name its version. A field that is not listed is refused, so a
payload of one version is never taken for the other.

Not taken: phonetic names, transfer paths over intermediaries.
"""

import datetime as dt
from typing import Annotated, Literal

import msgspec

Country = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}\\Z")]
"""ISO 3166-1 alpha-2."""
Text100 = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Text70 = Annotated[str, msgspec.Meta(min_length=1, max_length=70)]
Text50 = Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
Text35 = Annotated[str, msgspec.Meta(min_length=1, max_length=35)]
Text16 = Annotated[str, msgspec.Meta(min_length=1, max_length=16)]

NaturalNameType = Literal["ALIA", "BIRT", "MAID", "LEGL", "MISC"]
LegalNameType = Literal["LEGL", "SHRT", "TRAD"]


class Part(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Strict: unknown fields are refused, absent ones are left out of the canonical form."""


class Address(Part, frozen=True, kw_only=True):
    """Lines, or a street with a building (constraint C8)."""

    address_type: Literal["HOME", "BIZZ", "GEOG"]
    street_name: Text70 | None = None
    building_number: Text16 | None = None
    building_name: Text35 | None = None
    post_code: Text16 | None = None
    town_name: Text35 | None = None
    country_sub_division: Text35 | None = None
    address_line: Annotated[tuple[Text70, ...], msgspec.Meta(max_length=7)] = ()
    country: Country


class NationalIdentification(Part, frozen=True, kw_only=True):
    """A number that a state or a register gave."""

    national_identifier: Text35
    national_identifier_type: Literal[
        "ARNU", "CCPT", "RAID", "DRLC", "FIIN", "TXID", "SOCS", "IDCD", "LEIX", "MISC"
    ]
    country_of_issue: Country | None = None
    registration_authority: Annotated[str, msgspec.Meta(pattern="^RA[0-9]{6}\\Z")] | None = None


class Birth(Part, frozen=True, kw_only=True):
    """When and where."""

    date_of_birth: dt.date
    place_of_birth: Text70


class LocalNaturalName(Part, frozen=True, kw_only=True):
    """In a script of its own; one form in both versions."""

    primary_identifier: Text100
    secondary_identifier: Text100 | None = None
    name_identifier_type: NaturalNameType


class NaturalName101(Part, frozen=True, kw_only=True):
    """Of version 101."""

    primary_identifier: Text100
    secondary_identifier: Text100 | None = None
    name_identifier_type: NaturalNameType


class NaturalName2023(Part, frozen=True, kw_only=True):
    """Of version 101.2023."""

    primary_identifier: Text100
    secondary_identifier: Text100 | None = None
    natural_person_name_identifier_type: NaturalNameType


class NaturalNames101(Part, frozen=True, kw_only=True):
    """At least one; one of them LEGL (constraint C6)."""

    name_identifier: Annotated[tuple[NaturalName101, ...], msgspec.Meta(min_length=1, max_length=5)]
    local_name_identifier: Annotated[tuple[LocalNaturalName, ...], msgspec.Meta(max_length=5)] = ()


class NaturalNames2023(Part, frozen=True, kw_only=True):
    """At least one; one of them LEGL (constraint C6)."""

    name_identifier: Annotated[
        tuple[NaturalName2023, ...], msgspec.Meta(min_length=1, max_length=5)
    ]
    local_name_identifier: Annotated[tuple[LocalNaturalName, ...], msgspec.Meta(max_length=5)] = ()


class LegalName(Part, frozen=True, kw_only=True):
    """One form in both versions."""

    legal_person_name: Text100
    legal_person_name_identifier_type: LegalNameType


class LegalNames(Part, frozen=True, kw_only=True):
    """At least one; one of them LEGL (constraint C5)."""

    name_identifier: Annotated[tuple[LegalName, ...], msgspec.Meta(min_length=1, max_length=5)]
    local_name_identifier: Annotated[tuple[LegalName, ...], msgspec.Meta(max_length=5)] = ()


Addresses = Annotated[tuple[Address, ...], msgspec.Meta(max_length=5)]


class NaturalPerson101(Part, frozen=True, kw_only=True):
    """Of version 101."""

    name: NaturalNames101
    geographic_address: Addresses = ()
    national_identification: NationalIdentification | None = None
    customer_number: Text50 | None = None
    date_and_place_of_birth: Birth | None = None
    country_of_residence: Country | None = None


class NaturalPerson2023(Part, frozen=True, kw_only=True):
    """Of version 101.2023."""

    name: NaturalNames2023
    geographic_address: Addresses = ()
    national_identification: NationalIdentification | None = None
    customer_identification: Text50 | None = None
    date_and_place_of_birth: Birth | None = None
    country_of_residence: Country | None = None


class LegalPerson101(Part, frozen=True, kw_only=True):
    """Of version 101."""

    name: LegalNames
    geographic_address: Addresses = ()
    customer_number: Text50 | None = None
    national_identification: NationalIdentification | None = None
    country_of_registration: Country | None = None


class LegalPerson2023(Part, frozen=True, kw_only=True):
    """Of version 101.2023."""

    name: LegalNames
    geographic_address: Addresses = ()
    customer_identification: Text50 | None = None
    national_identification: NationalIdentification | None = None
    country_of_registration: Country | None = None


class Person101(Part, frozen=True, kw_only=True):
    """Natural or legal: one of the two."""

    natural_person: NaturalPerson101 | None = None
    legal_person: LegalPerson101 | None = None


class Person2023(Part, frozen=True, kw_only=True):
    """Natural or legal: one of the two."""

    natural_person: NaturalPerson2023 | None = None
    legal_person: LegalPerson2023 | None = None


Accounts = Annotated[tuple[Text100, ...], msgspec.Meta(min_length=1, max_length=4)]
People101 = Annotated[tuple[Person101, ...], msgspec.Meta(min_length=1, max_length=4)]
People2023 = Annotated[tuple[Person2023, ...], msgspec.Meta(min_length=1, max_length=4)]


class Originator101(Part, frozen=True, kw_only=True):
    """Who sends."""

    originator_persons: People101
    account_number: Accounts


class Originator2023(Part, frozen=True, kw_only=True):
    """Who sends."""

    originator_person: People2023
    account_number: Accounts


class Beneficiary101(Part, frozen=True, kw_only=True):
    """Who receives."""

    beneficiary_persons: People101
    account_number: Accounts


class Beneficiary2023(Part, frozen=True, kw_only=True):
    """Who receives."""

    beneficiary_person: People2023
    account_number: Accounts


class OriginatingVasp101(Part, frozen=True, kw_only=True):
    """The sender's institution."""

    person: Person101 = msgspec.field(name="originatingVASP")


class OriginatingVasp2023(Part, frozen=True, kw_only=True):
    """The sender's institution."""

    person: Person2023 = msgspec.field(name="originatingVASP")


class BeneficiaryVasp101(Part, frozen=True, kw_only=True):
    """The receiver's institution."""

    person: Person101 = msgspec.field(name="beneficiaryVASP")


class BeneficiaryVasp2023(Part, frozen=True, kw_only=True):
    """The receiver's institution."""

    person: Person2023 = msgspec.field(name="beneficiaryVASP")


Transliterations = Annotated[
    tuple[Annotated[str, msgspec.Meta(pattern="^[a-z]{4}\\Z")], ...], msgspec.Meta(max_length=5)
]


class Metadata101(Part, frozen=True, kw_only=True):
    """May name its version."""

    transliteration_method: Transliterations = ()
    payload_version: Literal["101"] | None = None


class Metadata2023(Part, frozen=True, kw_only=True):
    """Names its version."""

    transliteration_method: Transliterations = ()
    payload_version: Literal["101.2023"]


class Payload101(Part, frozen=True, kw_only=True):
    """Version 101, of 2020."""

    originator: Originator101
    beneficiary: Beneficiary101
    originating_vasp: OriginatingVasp101 = msgspec.field(name="originatingVASP")
    beneficiary_vasp: BeneficiaryVasp101 | None = msgspec.field(
        name="beneficiaryVASP", default=None
    )
    payload_metadata: Metadata101 | None = None


class Payload2023(Part, frozen=True, kw_only=True):
    """Version 101.2023."""

    originator: Originator2023
    beneficiary: Beneficiary2023
    originating_vasp: OriginatingVasp2023 = msgspec.field(name="originatingVASP")
    beneficiary_vasp: BeneficiaryVasp2023 | None = msgspec.field(
        name="beneficiaryVASP", default=None
    )
    payload_metadata: Metadata2023


Payload = Payload101 | Payload2023
AnyPerson = Person101 | Person2023
