"""People of an IVMS101 payload, natural and legal, in both versions."""

from typing import Annotated

import msgspec

from node.sdk.ivms101_parts import (
    Addresses,
    Birth,
    Country,
    LegalNames,
    LocalNaturalName,
    NationalIdentification,
    NaturalNameType,
    Text50,
    Text100,
)


class NaturalName101(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Of version 101."""

    primary_identifier: Text100
    secondary_identifier: Text100 | None = None
    name_identifier_type: NaturalNameType


class NaturalName2023(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Of version 101.2023."""

    primary_identifier: Text100
    secondary_identifier: Text100 | None = None
    natural_person_name_identifier_type: NaturalNameType


class NaturalNames101(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """At least one; one of them LEGL (constraint C6)."""

    name_identifier: Annotated[tuple[NaturalName101, ...], msgspec.Meta(min_length=1, max_length=5)]
    local_name_identifier: Annotated[tuple[LocalNaturalName, ...], msgspec.Meta(max_length=5)] = ()


class NaturalNames2023(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """At least one; one of them LEGL (constraint C6)."""

    name_identifier: Annotated[
        tuple[NaturalName2023, ...], msgspec.Meta(min_length=1, max_length=5)
    ]
    local_name_identifier: Annotated[tuple[LocalNaturalName, ...], msgspec.Meta(max_length=5)] = ()


class NaturalPerson101(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Of version 101."""

    name: NaturalNames101
    geographic_address: Addresses = ()
    national_identification: NationalIdentification | None = None
    customer_number: Text50 | None = None
    date_and_place_of_birth: Birth | None = None
    country_of_residence: Country | None = None


class NaturalPerson2023(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Of version 101.2023."""

    name: NaturalNames2023
    geographic_address: Addresses = ()
    national_identification: NationalIdentification | None = None
    customer_identification: Text50 | None = None
    date_and_place_of_birth: Birth | None = None
    country_of_residence: Country | None = None


class LegalPerson101(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Of version 101."""

    name: LegalNames
    geographic_address: Addresses = ()
    customer_number: Text50 | None = None
    national_identification: NationalIdentification | None = None
    country_of_registration: Country | None = None


class LegalPerson2023(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Of version 101.2023."""

    name: LegalNames
    geographic_address: Addresses = ()
    customer_identification: Text50 | None = None
    national_identification: NationalIdentification | None = None
    country_of_registration: Country | None = None


class Person101(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Natural or legal: one of the two."""

    natural_person: NaturalPerson101 | None = None
    legal_person: LegalPerson101 | None = None


class Person2023(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Natural or legal: one of the two."""

    natural_person: NaturalPerson2023 | None = None
    legal_person: LegalPerson2023 | None = None
