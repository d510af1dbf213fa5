"""What a liar does with a message other than changing it: omit it, or send it or another one again.

Each gives the messages to send instead, with how many milliseconds later than now.
"""

from collections.abc import Callable

from node.wire.peer_messages import PeerMessage
from tests.sim.mutations.liar import Liar

Sent = list[tuple[int, PeerMessage]]


def omitted(liar: Liar, message: PeerMessage) -> Sent:
    """Nothing."""
    return []


def twice(liar: Liar, message: PeerMessage) -> Sent:
    """The same again, at once."""
    return [(0, message), (0, message)]


def late(liar: Liar, message: PeerMessage) -> Sent:
    """Later, perhaps after the view or the height is over."""
    return [(liar.random.choice((20, 150, 600)), message)]


def again_later(liar: Liar, message: PeerMessage) -> Sent:
    """Now and later."""
    return [(0, message), (liar.random.choice((20, 150, 600)), message)]


def with_an_old_one(liar: Liar, message: PeerMessage) -> Sent:
    """Beside an earlier vote of anybody."""
    old = liar.choose(list(liar.votes))
    return [(0, message)] if old is None else [(0, old), (0, message)]


SENDING: dict[str, Callable[[Liar, PeerMessage], Sent]] = {
    "omitted": omitted,
    "sent twice": twice,
    "sent late": late,
    "sent again later": again_later,
    "sent with an old one": with_an_old_one,
}
