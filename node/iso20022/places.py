"""What has to stand at a place of a message: read once for all messages, refused with its path."""

import datetime as dt

from node.iso20022.directory import Directory, read_institution, read_party
from node.iso20022.element import Element
from node.iso20022.refusal import MessageRefused


def refused(root: Element, path: str, reason: str) -> MessageRefused:
    """A refusal of an element below the root."""
    return MessageRefused(f"{root.name}/{path}", reason)


def text_at(root: Element, path: str) -> str:
    """Text that has to be there. MessageRefused."""
    text = root.text_at(path)
    if text is None:
        raise refused(root, path, "missing")
    return text


def date_at(root: Element, path: str) -> dt.date:
    """A date that has to be there, and that the profile has checked. MessageRefused."""
    return dt.date.fromisoformat(text_at(root, path))


def party_at(directory: Directory, root: Element, path: str) -> bytes:
    """The participant that a message about securities names there. MessageRefused."""
    element = root.at(path)
    if element is None:
        raise refused(root, path, "missing")
    return read_party(directory, element, f"{root.name}/{path}")


def institution_at(directory: Directory, root: Element, path: str) -> bytes:
    """The participant that a header or a message about money names below it. MessageRefused."""
    inner = f"{path}/FinInstnId"
    return read_institution(directory, root.at(inner), f"{root.name}/{inner}")
