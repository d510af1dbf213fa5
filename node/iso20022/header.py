"""head.001, business application header: who sends a message to whom.

Rules of this file:
1. The standard has no element around header and document: networks have their own. Here it is
   BizMsg in a namespace of Mohur, with AppHdr and Document in it, each in its own.
2. A header gives no authority. It must not contradict the message: the sender is the party for
   which the message speaks, the identifier is that of the document.
"""

import datetime as dt

from node.iso20022.directory import Directory, institution_element
from node.iso20022.element import node, wrapped
from node.iso20022.paths import HEAD_001
from node.iso20022.places import institution_at
from node.iso20022.profile import check
from node.iso20022.reading import Message
from node.iso20022.refusal import MessageRefused, NotSayable

MESSAGE = HEAD_001
ROOT = "AppHdr"


def text_with_header(
    directory: Directory,
    message: Message,
    *,
    sender: bytes,
    receiver: bytes,
    reference: str,
    created: dt.datetime,
) -> str:
    """A message that follows its profile, behind a header. NotSayable, MessageRefused."""
    check(message.identifier, message.root)
    header = node(
        ROOT,
        institution_element(directory, "Fr/FIId", sender),
        institution_element(directory, "To/FIId", receiver),
        node("BizMsgIdr", reference),
        node("MsgDefIdr", message.identifier),
        node("CreDt", created.isoformat(timespec="seconds")),
    )
    try:
        check(MESSAGE, header)
    except MessageRefused as error:
        raise NotSayable(f"{MESSAGE} cannot say it: {error}") from None
    return wrapped(MESSAGE, header, message.identifier, message.root)


def sender_of(directory: Directory, message: Message) -> bytes | None:
    """Who sends a message, if it has a header. MessageRefused if header and message differ."""
    header = message.header
    if header is None:
        return None
    check(MESSAGE, header)
    if header.text_at("MsgDefIdr") != message.identifier:
        raise MessageRefused(f"{ROOT}/MsgDefIdr", f"the document is {message.identifier}")
    institution_at(directory, header, "To/FIId")
    return institution_at(directory, header, "Fr/FIId")
