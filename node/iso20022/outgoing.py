"""The text of a message: checked by its profile before anybody sees it."""

from node.iso20022.element import Element, document
from node.iso20022.profile import check
from node.iso20022.refusal import MessageRefused, NotSayable


def text_of(message: str, root: Element) -> str:
    """The XML. NotSayable if what the ledger holds does not fit into the message."""
    try:
        check(message, root)
    except MessageRefused as error:
        raise NotSayable(f"{message} cannot say it: {error}") from None
    return document(message, root)
