"""The text of a message: checked by its profile before anybody sees it."""

from node.iso20022.element import Element, document
from node.iso20022.profile import check
from node.iso20022.reading import ELEMENTS_MAX, MESSAGE_BYTES_MAX
from node.iso20022.refusal import MessageRefused, NotSayable

_AROUND = 32
"""Elements of Document, of a header and the envelope around both."""
_AROUND_BYTES = 4_096
"""Their bytes."""


def text_of(message: str, root: Element) -> str:
    """The XML. NotSayable if what the ledger holds does not fit into the message.

    What is written can be read: it stays within the bounds of what comes in.
    """
    try:
        check(message, root)
    except MessageRefused as error:
        raise NotSayable(f"{message} cannot say it: {error}") from None
    text = document(message, root)
    elements, size = _count(root), len(text.encode())
    if elements > ELEMENTS_MAX - _AROUND or size > MESSAGE_BYTES_MAX - _AROUND_BYTES:
        raise NotSayable(f"{message} would have {elements} elements and {size} bytes: ask for less")
    return text


def _count(element: Element) -> int:
    return 1 + sum(_count(child) for child in element.children)
