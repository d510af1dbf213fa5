"""Names, sets and packet rules of the in-memory cluster."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from consensus.types import ValidatorSet
from tests.consensus import fakes
from tests.consensus.packets import Packet

if TYPE_CHECKING:
    from tests.consensus.cluster import Cluster

Predicate = Callable[[str, str, Packet], bool]
"""(source, target, packet) -> does the rule apply?"""


class Sets(dict[int, ValidatorSet]):
    """Validator set of each height; the last change below or at a height holds."""

    def __init__(self, changes: dict[int, tuple[str, ...]]) -> None:
        super().__init__()
        self.changes = sorted((height, make(names)) for height, names in changes.items())

    def __missing__(self, height: int) -> ValidatorSet:
        found = self.changes[0][1]
        for start, validators in self.changes:
            if start <= height:
                found = validators
        self[height] = found
        return found


def make(names: tuple[str, ...]) -> ValidatorSet:
    """A set of these names."""
    return fakes.make_set(names)


def names_of(n: int) -> tuple[str, ...]:
    """a, b, c ... z, za, zb ..."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return tuple(letters[i] if i < 26 else "z" + letters[i - 26] for i in range(n))


class Rule:
    """What happens to some packets: dropped, held or delayed."""

    def __init__(self, cluster: "Cluster", predicate: Predicate, kind: str, ms: int = 0) -> None:
        self.cluster = cluster
        self.predicate = predicate
        self.kind = kind
        self.ms = ms
        self.held: list[tuple[str, str, Packet]] = []
        self.count = 0
        """Packets that the rule applied to."""

    def stop(self) -> None:
        """The rule ends; what it holds is lost."""
        self.cluster.rules = [rule for rule in self.cluster.rules if rule is not self]

    def release(self) -> None:
        """The rule ends and what it holds is delivered now, in order."""
        self.stop()
        for source, target, packet in self.held:
            self.cluster.deliver_later(0, source, target, packet)
        self.held = []


def pair(a: str, b: str) -> tuple[str, str]:
    """The connection of two nodes."""
    return (a, b) if a < b else (b, a)
