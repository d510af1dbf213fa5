"""The enumeration of Twins scenarios, and which of them a campaign takes.

Theory of operation.
Twins (Bano and others, 2020) makes Byzantine behaviour out of correct code: an identity is run
twice, and the network decides who hears which of the two. A scenario names, for each of the first
views of the heights 1 and 2, who the primary is and into which groups the processes fall, once for
PrePrepares and Prepares and once for Commits and what follows: a block may be prepared in one group
and decided in another. All of it is finite, so a scenario is a number: `Space.scenario` reads the
number as digits of mixed radix, and a seed gives a walk over all numbers that repeats none.
"""

import hashlib
from collections.abc import Iterator
from math import gcd

import msgspec

from consensus.quorum import max_faulty
from tests.sim.genesis import validator_name
from tests.sim.rounds import Place, Split, partitions

HEIGHTS = 2
VIEWS_MAX = 4
"""Views with partitions at one height."""
TWIN_SUFFIX = "-b"
"""Of the second process of an identity."""
HEARING_EACH = 6
"""Of so many scenarios, in one the twins hear that their key signs elsewhere (R12)."""
SHAPES = tuple(
    (first, second) for first in range(1, VIEWS_MAX + 1) for second in range(VIEWS_MAX + 1)
)
"""Numbers of views with partitions at the heights 1 and 2."""


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One execution."""

    code: str
    """n, number of views at the heights 1 and 2, number: all that is needed to make it again."""
    identities: tuple[str, ...]
    twins: tuple[str, ...]
    """Identities that run twice."""
    hearing: bool
    """Whether the twins heed R12; else they do not listen, as is a faulty node's right."""
    primaries: dict[Place, str]
    """Of the views in which it is not whom the product chooses."""
    splits: dict[Place, Split]
    """Who hears whom; all other views are whole."""

    @property
    def processes(self) -> tuple[str, ...]:
        """All of them; the second one of a twin has a suffix."""
        return (*self.identities, *(name + TWIN_SUFFIX for name in self.twins))

    @property
    def seed(self) -> int:
        """Of delays and disks."""
        return int.from_bytes(hashlib.sha256(self.code.encode()).digest()[:6], "big")


class Space:
    """All scenarios of n validators and one shape."""

    def __init__(self, n: int, shape: tuple[int, int]) -> None:
        self.n, self.shape = n, shape
        self._names = tuple(validator_name(index) for index in range(n))
        self._twins = max_faulty(n)
        self._partitions = partitions(n + self._twins)
        each = (n + 1) * len(self._partitions) ** 2
        self.size: int = 2 * HEARING_EACH * each ** sum(shape)

    def scenario(self, number: int) -> Scenario:
        """The scenario of a number below `size`."""
        first, second = self.shape
        digits = _Digits(number)
        at_end = digits.take(2) == 1
        twins = self._names[-self._twins :] if at_end else self._names[: self._twins]
        hearing = digits.take(HEARING_EACH) == 0
        primaries, splits = {}, {}
        for place in [(1, view) for view in range(first)] + [(2, view) for view in range(second)]:
            choice = digits.take(self.n + 1)
            if choice < self.n:
                primaries[place] = self._names[choice]
            splits[place] = Split(
                prepare=self._partitions[digits.take(len(self._partitions))],
                commit=self._partitions[digits.take(len(self._partitions))],
            )
        return Scenario(
            code=f"{self.n}.{first}.{second}.{number}",
            identities=self._names,
            twins=twins,
            hearing=hearing,
            primaries=primaries,
            splits=splits,
        )


class _Digits:
    """A number, digit by digit from the lowest, each of its own radix."""

    def __init__(self, number: int) -> None:
        self._rest = number

    def take(self, radix: int) -> int:
        """The next digit."""
        self._rest, digit = divmod(self._rest, radix)
        return digit


def of_code(code: str) -> Scenario:
    """The scenario that a code names. ValueError if it names none."""
    n, first, second, number = map(int, code.split("."))
    space = Space(n, (first, second))
    if not 0 <= number < space.size:
        raise ValueError(f"{code}: the last number is below {space.size}")
    return space.scenario(number)


def walk(seed: int, count: int, sizes: tuple[int, ...]) -> Iterator[Scenario]:
    """`count` different scenarios: sizes and shapes in turn, numbers by a stride prime to all."""
    spaces = {(n, shape): Space(n, shape) for n in sizes for shape in SHAPES}
    turns = dict.fromkeys(spaces, 0)
    for at in range(count):
        place = sizes[at % len(sizes)], SHAPES[at // len(sizes) % len(SHAPES)]
        yield spaces[place].scenario(_number(seed, spaces[place], turns[place]))
        turns[place] += 1


def _number(seed: int, space: Space, turn: int) -> int:
    text = f"mohur/twins/{seed}/{space.n}/{space.shape}"
    start, stride = (
        int.from_bytes(hashlib.sha512(f"{text}/{word}".encode()).digest(), "big") % space.size
        for word in ("start", "stride")
    )
    while gcd(stride, space.size) != 1:
        stride += 1
    return (start + turn * stride) % space.size
