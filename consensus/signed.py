"""What one signature of a validator covers, and in which order a validator may sign.

Rules of this file:
1. Two messages conflict exactly when their places are equal and their contents differ (R11).
2. An honest key signs in ascending order of `order_of` (R12).
"""

from typing import assert_never

from consensus.messages import (
    Commit,
    ConsensusMessage,
    Prepare,
    PrePrepare,
    PrePrepareHead,
    SignedPart,
    Step,
    ViewChange,
    ViewChangeHead,
)

Content = tuple[object, ...]
"""Everything under a signature besides chain and key; equal contents have equal signing bytes."""


def signed_part(message: ConsensusMessage) -> SignedPart:
    """The part of a message that its signature covers."""
    match message:
        case Prepare() | Commit():
            return message
        case ViewChange():
            return message.head
        case PrePrepare():
            return head_of(message)
        case _:
            assert_never(message)


def head_of(message: PrePrepare) -> PrePrepareHead:
    """The signed part of a PrePrepare."""
    return PrePrepareHead(
        height=message.height,
        view=message.view,
        digest=message.digest,
        sender=message.sender,
        signature=message.signature,
    )


_STEPS: dict[type, Step] = {
    PrePrepare: Step.PRE_PREPARE,
    PrePrepareHead: Step.PRE_PREPARE,
    Prepare: Step.PREPARE,
    Commit: Step.COMMIT,
    ViewChange: Step.VIEW_CHANGE,
    ViewChangeHead: Step.VIEW_CHANGE,
}


def step_of(part: SignedPart | ConsensusMessage) -> Step:
    """The step of a signature inside its view; a ViewChange counts with the view it asks for."""
    return _STEPS[type(part)]


def order_of(part: SignedPart) -> tuple[int, int, int]:
    """(height, view, step): the place of a signature in the order of R12."""
    return (part.height, part.view, _STEPS[type(part)])


def content_of(part: SignedPart) -> Content:
    """What must be equal for two signatures of one place to be the same vote."""
    match part:
        case Prepare() | PrePrepareHead():
            return (*order_of(part), part.digest)
        case Commit():
            return (*order_of(part), part.digest, part.root)
        case ViewChangeHead():
            return (*order_of(part), part.prepared_view, part.prepared_digest)
        case _:
            assert_never(part)
