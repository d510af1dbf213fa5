"""Who sends and who receives: IVMS101 payloads of the versions 101 and 101.2023, as types.

The two look alike. 101.2023 says originatorPerson, beneficiaryPerson, customerIdentification and
naturalPersonNameIdentifierType where 101 says originatorPersons, beneficiaryPersons, customerNumber
and nameIdentifierType, and it must name its version. A field that is not listed is refused, so a
payload of one version is never taken for the other.

Not taken: phonetic names, transfer paths over intermediaries.
"""

from typing import Annotated, Literal

import msgspec

from node.sdk.ivms101_parts import Text100
from node.sdk.ivms101_people import Person101, Person2023

Accounts = Annotated[tuple[Text100, ...], msgspec.Meta(min_length=1, max_length=4)]
People101 = Annotated[tuple[Person101, ...], msgspec.Meta(min_length=1, max_length=4)]
People2023 = Annotated[tuple[Person2023, ...], msgspec.Meta(min_length=1, max_length=4)]


class Originator101(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Who sends."""

    originator_persons: People101
    account_number: Accounts


class Originator2023(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Who sends."""

    originator_person: People2023
    account_number: Accounts


class Beneficiary101(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Who receives."""

    beneficiary_persons: People101
    account_number: Accounts


class Beneficiary2023(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Who receives."""

    beneficiary_person: People2023
    account_number: Accounts


class OriginatingVasp101(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """The sender's institution."""

    person: Person101 = msgspec.field(name="originatingVASP")


class OriginatingVasp2023(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """The sender's institution."""

    person: Person2023 = msgspec.field(name="originatingVASP")


class BeneficiaryVasp101(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """The receiver's institution."""

    person: Person101 = msgspec.field(name="beneficiaryVASP")


class BeneficiaryVasp2023(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """The receiver's institution."""

    person: Person2023 = msgspec.field(name="beneficiaryVASP")


Transliterations = Annotated[
    tuple[Annotated[str, msgspec.Meta(pattern="^[a-z]{4}\\Z")], ...], msgspec.Meta(max_length=5)
]


class Metadata101(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """May name its version."""

    transliteration_method: Transliterations = ()
    payload_version: Literal["101"] | None = None


class Metadata2023(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Names its version."""

    transliteration_method: Transliterations = ()
    payload_version: Literal["101.2023"]


class Payload101(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
    """Version 101, of 2020."""

    originator: Originator101
    beneficiary: Beneficiary101
    originating_vasp: OriginatingVasp101 = msgspec.field(name="originatingVASP")
    beneficiary_vasp: BeneficiaryVasp101 | None = msgspec.field(
        name="beneficiaryVASP", default=None
    )
    payload_metadata: Metadata101 | None = None


class Payload2023(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename="camel",
):
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
