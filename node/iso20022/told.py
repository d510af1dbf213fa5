"""A message that tells something: what it says, and where the ledger says otherwise.

Rules of this file:
1. A status, a confirmation, a notification, a report or an answer asks for nothing: no operation
   comes of it. It is a claim of its sender, and the ledger says whether it is true.
2. What is compared are facts, so that neither order nor zeros that say nothing make a difference.
"""

from collections.abc import Iterator

import msgspec

from node.iso20022 import camt_054, semt_002, sese_024, sese_025, sese_027
from node.iso20022.camt_054 import Notification
from node.iso20022.directory import Directory
from node.iso20022.header import sender_of
from node.iso20022.profile import check
from node.iso20022.reading import parse
from node.iso20022.refusal import MessageRefused
from node.iso20022.semt_002 import Report
from node.iso20022.sese_024 import Advice
from node.iso20022.sese_025 import Confirmation
from node.iso20022.sese_027 import Answer

Facts = Advice | Confirmation | Answer | Notification | Report


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that the ledger has otherwise."""

    at: str
    """Names of the facts, divided by `/`; a place in a list as a number from 0."""
    said: str | None
    """None where the message says nothing of it."""
    ledger: str | None
    """None where the ledger has nothing of it."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A message that followed its profile."""

    message: str
    """For example sese.025.001.11."""
    sender: bytes | None
    """Participant in its header, if it has one: whoever tells, not whom it is about."""
    facts: Facts


def told(directory: Directory, data: bytes) -> Told:
    """What a message tells. MessageRefused, with the path of the element."""
    message = parse(data)
    check(message.identifier, message.root)
    sender = sender_of(directory, message)
    facts: Facts
    match message.identifier:
        case sese_024.MESSAGE:
            facts = sese_024.read(message.root)
        case sese_025.MESSAGE:
            facts = sese_025.read(directory, message.root)
        case sese_027.MESSAGE:
            facts = sese_027.read(message.root)
        case camt_054.MESSAGE:
            facts = camt_054.read(directory, message.root)
        case semt_002.MESSAGE:
            facts = semt_002.read(directory, message.root)
        case other:
            raise MessageRefused("Document", f"{other} asks for an operation: mohur iso import")
    return Told(message=message.identifier, sender=sender, facts=facts)


def differences(said: Facts, ledger: Facts) -> Iterator[Difference]:
    """Where two tell different things, in the order of what is said."""
    found, known = dict(_leaves(said, "")), dict(_leaves(ledger, ""))
    for at in (*found, *[at for at in known if at not in found]):
        if found.get(at) != known.get(at):
            yield Difference(at=at, said=found.get(at), ledger=known.get(at))


def _leaves(value: object, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _leaves(getattr(value, name), f"{at}/{name}" if at else name)
    elif isinstance(value, tuple):
        for name, entry in _named(value):
            yield from _leaves(entry, f"{at}/{name}")
    elif value is not None:
        yield at, value.hex() if isinstance(value, bytes) else str(value)


def _named(entries: tuple[object, ...]) -> Iterator[tuple[str, object]]:
    """Entries of a list by what they are about, or by place: one more shifts no other."""
    for place, entry in enumerate(entries):
        match entry:
            case semt_002.Held(account=account):
                yield account.hex(), entry
            case semt_002.Holding(asset=name) | camt_054.Entry(ref=name) | sese_024.Status(at=name):
                yield name, entry
            case _:
                yield str(place), entry
