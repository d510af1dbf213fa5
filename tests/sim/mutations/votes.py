"""Mutations of Prepares, Commits and whatever has a height and a view."""

import msgspec

from consensus.messages import Commit, Prepare, ViewChange
from node.wire.peer_messages import PeerMessage
from tests.sim.mutations.liar import Liar, Vote

ROOT_MASK = 1
"""Turns the lowest bit of a root over."""


def _shifted(liar: Liar, message: PeerMessage, *, heights: int, views: int) -> PeerMessage | None:
    if not isinstance(message, Vote):
        return None
    part = message.head if isinstance(message, ViewChange) else message
    height, view = part.height + heights, part.view + views
    if height < 0 or view < 0:
        return None
    if isinstance(message, ViewChange):
        head = msgspec.structs.replace(message.head, height=height, view=view)
        return liar.signed(msgspec.structs.replace(message, head=head))
    return liar.signed(msgspec.structs.replace(message, height=height, view=view))


def view_up(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """One view later."""
    return _shifted(liar, message, heights=0, views=1)


def view_down(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """One view earlier."""
    return _shifted(liar, message, heights=0, views=-1)


def height_up(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """One height later."""
    return _shifted(liar, message, heights=1, views=0)


def height_down(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """One height earlier."""
    return _shifted(liar, message, heights=-1, views=0)


def earlier_digest(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A vote for another block that was seen."""
    if not isinstance(message, Prepare | Commit):
        return None
    others = [digest for digest in liar.proposals if digest != message.digest]
    digest = liar.choose(others)
    if digest is None:
        return None
    return liar.signed(msgspec.structs.replace(message, digest=digest))


def other_root(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A Commit with a root that nobody computed."""
    if not isinstance(message, Commit):
        return None
    root = message.root[:-1] + bytes((message.root[-1] ^ ROOT_MASK,))
    return liar.signed(msgspec.structs.replace(message, root=root))


def swapped_kind(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A Prepare becomes a Commit, a Commit a Prepare."""
    if isinstance(message, Prepare):
        root = liar.choose([vote.root for vote in liar.votes if isinstance(vote, Commit)])
        return liar.signed(
            Commit(
                height=message.height,
                view=message.view,
                digest=message.digest,
                root=message.digest if root is None else root,
                sender=message.sender,
                signature=b"",
            )
        )
    if isinstance(message, Commit):
        return liar.signed(
            Prepare(
                height=message.height,
                view=message.view,
                digest=message.digest,
                sender=message.sender,
                signature=b"",
            )
        )
    return None


def kind_relabelled(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """A Prepare's signature under a Commit: what the kind in the signing bytes forbids."""
    if not isinstance(message, Prepare):
        return None
    return Commit(
        height=message.height,
        view=message.view,
        digest=message.digest,
        root=message.digest,
        sender=message.sender,
        signature=message.signature,
    )


def other_sender(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """The own vote under another's name, with a signature of that one for something else."""
    if not isinstance(message, Prepare | Commit):
        return None
    other = liar.choose([vote for vote in liar.votes if _sender(vote) != liar.name])
    if other is None:
        return None
    signature = other.head.signature if isinstance(other, ViewChange) else other.signature
    return msgspec.structs.replace(message, sender=_sender(other), signature=signature)


def earlier_vote(liar: Liar, message: PeerMessage) -> PeerMessage | None:
    """Any vote seen before, of anybody, in the place of this one."""
    return liar.choose(list(liar.votes)) if isinstance(message, Vote) else None


def _sender(vote: Vote) -> str:
    return vote.head.sender if isinstance(vote, ViewChange) else vote.sender


VOTE_MUTATIONS = {
    "view + 1": view_up,
    "view - 1": view_down,
    "height + 1": height_up,
    "height - 1": height_down,
    "digest of another block": earlier_digest,
    "another root": other_root,
    "Prepare and Commit swapped": swapped_kind,
    "signature of another kind": kind_relabelled,
    "another's name": other_sender,
    "an earlier vote": earlier_vote,
}
