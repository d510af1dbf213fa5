"""May this node vote? The start conditions of R12 and everything that ends voting.

Rules of this file:
1. A node votes once its store has decided guard height - 1 and q - 1 others showed no signature of
   its key that its guard lacks.
2. A stale guard makes an observer; it may vote at heights > M + 2, M = the highest tip among q
   others, or from the height that the operator names. By the same argument a key that the set names
   for the first time later than that has signed nothing yet.
3. A signature of the own key that the guard lacks, seen while voting, stops voting for good.
4. The operators' word for a height H covers what the key signed of H and H + 1 and forgot: whoever
   lost its memory in the middle of a height was nearly always voting in it. Of such a height it
   signs nothing up to the highest view that others show; what they show of later heights is not
   covered, the word was wrong then.
"""

from collections import OrderedDict

from consensus.messages import SignedPart
from consensus.quorum import quorum
from consensus.signed import content_of, order_of
from consensus.types import Tip, ValidatorId, ValidatorSet

VIEWS_LISTED = 64
"""Views below that of the newest own signature whose signatures are listed, here and in the guard;
what is older may have been dropped, and then nothing can be said about it."""
STALE_MARGIN = 2
"""A node that had forgotten its votes may vote above M + 2 (R12)."""


class Voting:
    """The right to vote of one replica."""

    __slots__ = (
        "cleared",
        "fresh_above",
        "guard_height",
        "halted",
        "key_from",
        "lost_views",
        "me",
        "parts",
        "shown",
        "stale",
        "tips",
        "trusted_from",
        "word_from",
    )

    def __init__(self, me: ValidatorId | None, guard_height: int, stale: str | None) -> None:
        self.me = me
        self.guard_height = guard_height
        """Height of the highest own signature; grows with each one."""
        self.parts: OrderedDict[tuple[int, int, int], SignedPart] = OrderedDict()
        """Own signed parts of guard_height in the order of signing: of the highest view and of the
        VIEWS_LISTED below it."""
        self.stale = stale
        """Why the guard cannot be trusted; None if it can, or a way back was found."""
        self.trusted_from = 0
        """No vote below this height; what was signed below it by this key is not held
        against it."""
        self.word_from: int | None = None
        """H of the operators' word; None if there is none."""
        self.lost_views: dict[int, int] = {}
        """Height that the word covers -> highest view of which a forgotten signature was shown."""
        self.key_from = 0
        """First height of this key: what is signed below it is another key's."""
        self.cleared = False
        """q - 1 others have shown what they hold of this key."""
        self.halted: str | None = None
        """Stable symbol of the reason for which this node signs nothing any more."""
        self.tips: dict[ValidatorId, int] = {}
        """Highest tip that each other validator proved since the start; kept while stale, and until
        `fresh_above` is known."""
        self.fresh_above: int | None = None
        """No key of this node signed above that height before this process began; None while
        unknown."""
        self.shown: dict[ValidatorId, bool] = {}
        """Validators of whom a Status came since the start; kept until cleared."""

    def heard(
        self, peer: ValidatorId, tip_height: int | None, validators: ValidatorSet, tip: Tip
    ) -> None:
        """A Status of another validator of the current set.

        Args:
            peer: its sender.
            tip_height: its tip, proved by a certificate; None if it names a tip that it does not
                prove. Such a Status shows signatures, but M must not be taken too low.
            validators: the current set.
            tip: the own one.
        """
        q = quorum(len(validators))
        if not self.cleared:
            self.shown[peer] = True
            self.cleared = len(self.shown) >= q - 1
        if tip_height is None or (self.stale is None and self.fresh_above is not None):
            return
        self.tips[peer] = max(tip_height, self.tips.get(peer, 0))
        if sum(1 for name in self.tips if name in validators) < q:
            return
        highest = max(self.tips.values())
        if self.stale is not None:
            self.release(highest + STALE_MARGIN + 1)
        # The argument for M + 2 needs the set of M + 2: known to a node that is level, and that of
        # those who were heard unless it is just changing.
        steady = tip.validators_hash == tip.next_validators_hash
        if self.fresh_above is None and highest <= tip.height and steady:
            self.fresh_above = tip.height + STALE_MARGIN

    def release(self, from_height: int) -> None:
        """A stale node may vote again from that height on."""
        self.stale = None
        self.trusted_from = from_height

    def take_word(self, from_height: int) -> None:
        """The operators say that this node may vote from that height on (rule 4)."""
        self.release(from_height)
        self.word_from = from_height

    def cover(self, part: SignedPart) -> bool:
        """Give up the view of a signature that the guard lacks; False: no word covers it.

        Once voting, only what is below the views that were given up is covered: another is new.
        """
        first = self.word_from
        if first is None or not first <= part.height < first + STALE_MARGIN:
            return False
        lost = self.lost_views.get(part.height, -1)
        if self.cleared and part.view > lost:
            return False
        self.lost_views[part.height] = max(lost, part.view)
        return True

    def succeed(self, before: "Voting", height: int) -> None:
        """This key takes the place of another one from that height on (R12, another key).

        What the old key signed below is not held against the new one. If the process was level with
        q others before, nothing can have been signed from that height on.
        """
        self.halted = before.halted
        self.tips, self.fresh_above = before.tips, before.fresh_above
        self.key_from = height
        if self.fresh_above is not None and self.fresh_above < height:
            self.cleared = True
            self.stale = None

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
            self.parts.clear()
        if part.height == self.guard_height and part.view >= self._listed_from():
            self.parts[order_of(part)] = part
            oldest = self._listed_from()
            while next(iter(self.parts))[1] < oldest:
                self.parts.popitem(last=False)

    def _listed_from(self) -> int:
        """Lowest view of guard_height all of whose own signatures are known here."""
        return next(reversed(self.parts))[1] - VIEWS_LISTED if self.parts else 0

    def lacks(self, part: SignedPart, open_height: int) -> bool:
        """Whether this verified signature of the own key proves an old guard or two nodes.

        Of a decided height the guard may have dropped its records: having none says nothing then.
        Nor does it of a view of the open height that is below the listed ones.
        """
        if part.height < max(self.trusted_from, self.key_from, self.guard_height):
            return False
        if part.height > self.guard_height:
            return True
        order = order_of(part)
        held = self.parts.get(order)
        if held is not None:
            return content_of(held) != content_of(part)
        if part.view < self._listed_from():
            return False
        return bool(self.parts) or part.height >= open_height
