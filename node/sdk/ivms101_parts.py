"""Parts of an IVMS101 payload that are alike in both versions."""

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


class Address(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
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


class NationalIdentification(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """A number that a state or a register gave."""

    national_identifier: Text35
    national_identifier_type: Literal[
        "ARNU", "CCPT", "RAID", "DRLC", "FIIN", "TXID", "SOCS", "IDCD", "LEIX", "MISC"
    ]
    country_of_issue: Country | None = None
    registration_authority: Annotated[str, msgspec.Meta(pattern="^RA[0-9]{6}\\Z")] | None = None


class Birth(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """When and where."""

    date_of_birth: dt.date
    place_of_birth: Text70


class LocalNaturalName(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """In a script of its own; one form in both versions."""

    primary_identifier: Text100
    secondary_identifier: Text100 | None = None
    name_identifier_type: NaturalNameType


class LegalName(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """One form in both versions."""

    legal_person_name: Text100
    legal_person_name_identifier_type: LegalNameType


class LegalNames(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """At least one; one of them LEGL (constraint C5)."""

    name_identifier: Annotated[tuple[LegalName, ...], msgspec.Meta(min_length=1, max_length=5)]
    local_name_identifier: Annotated[tuple[LegalName, ...], msgspec.Meta(max_length=5)] = ()


Addresses = Annotated[tuple[Address, ...], msgspec.Meta(max_length=5)]
