"""What a reader is told when a page cannot be made: a status, a heading, a plain sentence.

Rules of this file:
1. A sentence is written here or is the node's own, which never repeats input.
2. Hidden and missing are one answer of the node, so they are one sentence.
"""

from dataclasses import dataclass

from node.sdk.errors import NodeUnreachable, RpcFailed
from tokens.jsonform import FormError


class BadInput(Exception):
    """What was asked cannot be read; the message says what belongs there."""


class NotThere(Exception):
    """There is no such thing; the message says what."""


class NotForReader(Exception):
    """The node tells it to others; the message says to whom, and how a reader becomes one."""


class TokenRefused(Exception):
    """The node does not take the view token of this explorer."""


class TooManyCalls(Exception):
    """A page asks the node more than a page may: a defect of the page."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that is no page."""

    status: int
    """HTTP."""
    heading: str
    sentence: str


NOT_SHOWN = (
    "This is not there, or it is not for you to see: the node answers both alike. Which records "
    "are public, and who sees the others, is said on the page Who sees what."
)
VIEW_REFUSED = (
    "The node does not take the view token of this explorer: its height is over, it is for another "
    "node or network, or its key was replaced. Whoever runs the explorer makes another one: mohur "
    "view create."
)
_BY_SYMBOL = {
    "UNAUTHORISED": Failure(403, "Not shown", NOT_SHOWN),
    "NOT_FOUND": Failure(404, "Not there", "The ledger has nothing under this name."),
    "PRUNED": Failure(404, "Not kept", "This node does not keep blocks or states as old as that."),
    "UNAVAILABLE": Failure(
        503, "Not yet", "The node is catching up, or this height is not decided yet."
    ),
    "LIMIT_EXCEEDED": Failure(
        503, "Too much", "The node refused the question as too wide, or is asked too often now."
    ),
    "METHOD_DISABLED": Failure(403, "Not shown", "The node does not answer this question."),
    "METHOD_NOT_FOUND": Failure(502, "Other version", "The node does not know this question."),
    "INVALID_PARAMS": Failure(400, "Not understood", "This address of a page is not well formed."),
    "INVALID_INPUT": Failure(400, "Not understood", "This address of a page is not well formed."),
}


def refusal_text(what: str, error: RpcFailed) -> str:
    """Why a part of a page is not there."""
    return f"{what}: {refusal_of(error).sentence}"


def refusal_of(error: RpcFailed) -> Failure:
    """What to say of a refusal of the node."""
    return _BY_SYMBOL.get(error.symbol, Failure(502, "Refused", "The node refused the question."))


def failure_of(error: BaseException) -> Failure | None:
    """What to say; None for what is a defect of the explorer."""
    match error:
        case RpcFailed():
            return refusal_of(error)
        case NodeUnreachable():
            return Failure(502, "No answer", "The node that this explorer asks does not answer.")
        case TimeoutError():
            return Failure(504, "No answer in time", "The node took too long to answer.")
        case FormError():
            return Failure(502, "Other version", "The node answered in a form not known here.")
        case TokenRefused():
            return Failure(403, "View token refused", VIEW_REFUSED)
        case BadInput():
            return Failure(400, "Not understood", f"{error}.")
        case NotThere():
            return Failure(404, "Not there", f"{error}.")
        case NotForReader():
            return Failure(403, "Not shown", f"{error}.")
        case _:
            return None
