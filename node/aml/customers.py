"""The private customer file of an institution: never on the ledger, never sent to a node.

A JSON file of mode 0600. docs/aml.md shows one. Unknown fields are refused, so that a misspelt one
is not left out of a report in silence.
"""

import datetime as dt
from pathlib import Path
from typing import Annotated

import msgspec

from node.aml.private_file import load_private

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Plain = Annotated[str, msgspec.Meta(min_length=1, max_length=255, pattern="^[a-zA-Z0-9 .'-]*\\Z")]
"""What goAML takes in names."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern="^[a-zA-Z0-9 .'-]*\\Z")]
Country = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}\\Z")]
Code = Annotated[str, msgspec.Meta(pattern="^(-|[A-Z0-9]{1,10})\\Z")]
"""Of a list of the unit; `-` where it has an entry for unknown."""


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """A postal address."""

    kind: Code = "-"
    address: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    city: Words
    state: Words
    country: Country


class Document(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """By what a person was identified."""

    kind: Code
    number: Words
    issued_on: dt.date
    expires_on: dt.date
    country: Country


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """A natural person who signs for an account."""

    first_name: Name
    last_name: Name
    gender: Code = "-"
    born_on: dt.date
    id_number: Words
    nationality: Country
    residence: Country
    phone: Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
    address: Place
    occupation: Words | None = None
    document: Document
    role: Code = "-"


class Director(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """Who runs a legal person."""

    first_name: Name
    last_name: Name
    role: Code


class LegalEntity(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """The legal person that an account belongs to."""

    name: Plain
    legal_form: Code
    registration_no: Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
    business: Words
    address: Place
    incorporated_on: dt.date
    state: Words
    country: Country
    directors: Annotated[tuple[Director, ...], msgspec.Meta(min_length=1)]


class Stranger(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """Who stands at the other end of a payment outside."""

    first_name: Name
    last_name: Name
    country: Country


class Customer(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """Who stands behind one account of the ledger."""

    account_name: Plain
    opened_on: dt.date
    account_kind: Code = "-"
    entity: LegalEntity | None = None
    signatories: Annotated[tuple[Person, ...], msgspec.Meta(min_length=1)]


class Reporter(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """The money-laundering reporting officer."""

    first_name: Name
    last_name: Name
    email: Words | None = None
    occupation: Words | None = None


class Institution(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """Who reports."""

    rentity_id: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    """Number at the unit."""
    name: Words
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
    branch: Words
    is_bank: bool
    place: Place
    reporter: Reporter


class CustomerFile(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """All of it."""

    institution: Institution
    customers: dict[str, Customer]
    """By the address of the account, as text."""
    outside: dict[str, Stranger] = {}
    """By the ramp, or the transaction of a movement, as 0x and hex: who is at its other end."""


def load_customers(path: Path) -> CustomerFile:
    """Read it. Raises FileUnreadable."""
    return load_private(path, CustomerFile)
