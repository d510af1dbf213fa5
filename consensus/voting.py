"""May this node vote? The start conditions of R12 and everything that ends voting.

Rules of this file:
1. A node votes once its store has decided guard height - 1 and q - 1 others showed no signature of
   its key that its guard lacks.
2. A stale guard makes an observer; it may vote at heights > M + 2, M = the highest tip among q
   others, or from the height that the operator names.
3. A signature of the own key that the guard lacks, seen while voting, stops voting for good.
"""

from consensus.messages import SignedPart
from consensus.signed import content_of, order_of
from consensus.types import ValidatorId

OWN_PARTS_MAX = 512
"""Own signatures kept to recognise them when a peer shows one."""
STALE_MARGIN = 2
"""A node that had forgotten its votes may vote above M + 2 (R12)."""


class Voting:
    """The right to vote of one replica."""

    __slots__ = (
        "cleared",
        "guard_height",
        "halted",
        "me",
        "parts",
        "shown",
        "stale",
        "tips",
        "trusted_from",
    )

    def __init__(self, me: ValidatorId | None, guard_height: int, stale: str | None) -> None:
        self.me = me
        self.guard_height = guard_height
        """Height of the highest own signature; grows with each one."""
        self.parts: dict[tuple[int, int, int], SignedPart] = {}
        """Own signed parts of guard_height, the newest OWN_PARTS_MAX of them."""
        self.stale = stale
        """Why the guard cannot be trusted; None if it can, or a way back was found."""
        self.trusted_from = 0
        """No vote below this height; what was signed below it by this key is not held
        against it."""
        self.cleared = False
        """q - 1 others have shown what they hold of this key."""
        self.halted: str | None = None
        """Stable symbol of the reason for which this node signs nothing any more."""
        self.tips: dict[ValidatorId, int] = {}
        """Highest tip that each other validator proved since the start; kept while stale."""
        self.shown: dict[ValidatorId, bool] = {}
        """Validators of whom a Status came since the start; kept until cleared."""

    def heard(self, peer: ValidatorId, tip_height: int | None, q: int) -> None:
        """A Status of another validator of the current set.

        Args:
            peer: its sender.
            tip_height: its tip, proved by a certificate; None if it names a tip that it does not
                prove. Such a Status shows signatures, but M must not be taken too low.
            q: quorum of the current set.
        """
        if not self.cleared:
            self.shown[peer] = True
            self.cleared = len(self.shown) >= q - 1
        if self.stale is None or tip_height is None:
            return
        self.tips[peer] = max(tip_height, self.tips.get(peer, 0))
        if len(self.tips) >= q:
            self.release(max(self.tips.values()) + STALE_MARGIN + 1)

    def release(self, from_height: int) -> None:
        """A stale node may vote again from that height on."""
        self.stale = None
        self.trusted_from = from_height

    def permitted(self, height: int) -> bool:
        """Whether a member of the set may sign at that height (R14 is another question)."""
        return (
            self.cleared
            and self.halted is None
            and self.stale is None
            and height >= self.guard_height
            and height >= self.trusted_from
        )

    def why_not(self, height: int) -> str:
        """The reason in words, empty if it may vote."""
        if self.halted is not None:
            return f"stopped voting: {self.halted}"
        if self.stale is not None:
            return f"observing: the sign guard is stale ({self.stale})"
        if height < self.trusted_from:
            return f"observing: may vote from height {self.trusted_from} on"
        if height < self.guard_height:
            return f"observing: the sign guard is at height {self.guard_height}"
        if not self.cleared:
            return "not voting before a quorum of validators showed what they hold of this key"
        return ""

    def signed(self, part: SignedPart) -> None:
        """The guard holds this own signature."""
        if part.height > self.guard_height:
            self.guard_height = part.height
            self.parts = {}
        if part.height == self.guard_height:
            self.parts[order_of(part)] = part
            if len(self.parts) > OWN_PARTS_MAX:
                del self.parts[min(self.parts)]

    def lacks(self, part: SignedPart, open_height: int) -> bool:
        """Whether this verified signature of the own key proves an old guard or two nodes.

        Of a decided height the guard may have dropped its records: having none says nothing then;
        what is below the listed ones is too old to say anything.
        """
        if part.height < self.trusted_from or part.height < self.guard_height:
            return False
        if part.height > self.guard_height:
            return True
        order = order_of(part)
        held = self.parts.get(order)
        if held is not None:
            return content_of(held) != content_of(part)
        if self.parts and order < min(self.parts) and len(self.parts) >= OWN_PARTS_MAX:
            return False
        return bool(self.parts) or part.height >= open_height
