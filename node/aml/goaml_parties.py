"""Persons, companies, accounts and addresses as goAML 5.0.2 writes them."""

import datetime as dt
from xml.etree import ElementTree

from node.aml.customers import Customer, Institution, LegalEntity, Person, Place

Element = ElementTree.Element


def put(into: Element, name: str, text: str | None) -> None:
    """A leaf; none where there is nothing to say."""
    if text is not None:
        child(into, name).text = text


def child(into: Element, name: str) -> Element:
    """A new element inside of another, after those that are there."""
    return ElementTree.SubElement(into, name)


def moment(date: dt.date) -> str:
    """The beginning of a date, as xs:dateTime."""
    return f"{date.isoformat()}T00:00:00"


def put_account(
    into: Element, address: str, currency: str, of: Institution, customer: Customer
) -> None:
    """An account of the institution and who stands behind it."""
    put(into, "institution_name", of.name)
    put(into, "institution_code", of.code)
    put(into, "non_bank_institution", "false" if of.is_bank else "true")
    put(into, "branch", of.branch)
    put(into, "account", address)
    put(into, "currency_code", currency)
    put(into, "account_name", customer.account_name)
    put(into, "personal_account_type", customer.account_kind)
    if customer.entity is not None:
        _put_entity(child(into, "t_entity"), customer.entity)
    for person in customer.signatories:
        signatory = child(into, "signatory")
        _put_person(child(signatory, "t_person"), person)
        put(signatory, "role", person.role)
    put(into, "opened", moment(customer.opened_on))
    put(into, "status_code", "-")
    put(into, "beneficiary", "-")


def put_place(into: Element, place: Place) -> None:
    """A postal address."""
    put(into, "address_type", place.kind)
    put(into, "address", place.address)
    put(into, "city", place.city)
    put(into, "country_code", place.country)
    put(into, "state", place.state)


def _put_person(into: Element, person: Person) -> None:
    put(into, "gender", person.gender)
    put(into, "first_name", person.first_name)
    put(into, "last_name", person.last_name)
    put(into, "birthdate", moment(person.born_on))
    put(into, "id_number", person.id_number)
    put(into, "nationality1", person.nationality)
    put(into, "residence", person.residence)
    phone = child(child(into, "phones"), "phone")
    put(phone, "tph_contact_type", "-")
    put(phone, "tph_communication_type", "-")
    put(phone, "tph_number", person.phone)
    put_place(child(child(into, "addresses"), "address"), person.address)
    put(into, "occupation", person.occupation)
    document = child(into, "identification")
    put(document, "type", person.document.kind)
    put(document, "number", person.document.number)
    put(document, "issue_date", moment(person.document.issued_on))
    put(document, "expiry_date", moment(person.document.expires_on))
    put(document, "issue_country", person.document.country)
    put(into, "tax_reg_number", "-")


def _put_entity(into: Element, entity: LegalEntity) -> None:
    put(into, "name", entity.name)
    put(into, "incorporation_legal_form", entity.legal_form)
    put(into, "incorporation_number", entity.registration_no)
    put(into, "business", entity.business)
    put_place(child(child(into, "addresses"), "address"), entity.address)
    put(into, "incorporation_state", entity.state)
    put(into, "incorporation_country_code", entity.country)
    for director in entity.directors:
        inner = child(into, "director_id")
        put(inner, "first_name", director.first_name)
        put(inner, "last_name", director.last_name)
        put(inner, "role", director.role)
    put(into, "incorporation_date", moment(entity.incorporated_on))
    put(into, "tax_reg_number", "-")
