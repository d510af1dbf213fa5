"""What one seed of the mutation campaign draws: liars, their rules, partitions, a restart.

Small scope (ByzzFuzz): few rules, each of one kind of mutation, for some views and some receivers;
a bug that takes two or three of them together is met soon, and what was done can be read.
"""

from random import Random

import msgspec

from consensus.quorum import max_faulty
from tests.sim.genesis import validator_name
from tests.sim.mutations.blocks import BLOCK_MUTATIONS
from tests.sim.mutations.changes import CHANGE_MUTATIONS
from tests.sim.mutations.sending import SENDING
from tests.sim.mutations.talk import TALK_MUTATIONS
from tests.sim.mutations.votes import VOTE_MUTATIONS
from tests.sim.rounds import Place, Split, partitions
from tests.sim.streams import Streams

MUTATIONS = {**VOTE_MUTATIONS, **CHANGE_MUTATIONS, **BLOCK_MUTATIONS, **TALK_MUTATIONS}
"""Name -> what it makes of a message; None where it does not apply."""
KINDS = (*MUTATIONS, *SENDING)
"""All that a rule may do."""
SIZES = (4, 4, 4, 4, 5, 6, 7, 7)
HEIGHTS = 3
VIEWS = 4
PLACES = tuple((height, view) for height in range(1, HEIGHTS + 1) for view in range(VIEWS))
"""Views that may have a partition or a primary of their own."""
ANY_VIEW = tuple(range(100))
RARE = (
    *CHANGE_MUTATIONS,
    "SyncReply: a byte",
    "BlockReply: another block",
    "BodyReply: another body",
)
"""Kinds that fit few messages."""
AWAY = ("SyncReply: a byte",)
"""Kinds that need a node which was away."""
FOCUSES = (*KINDS, *RARE, *RARE[-3:], *RARE[-3:])
"""Kinds in the order of seeds; the rare ones more often."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a liar does."""

    kind: str
    """Of KINDS."""
    views: tuple[int, ...]
    """Of the open height, in which it does it."""
    receivers: tuple[str, ...]
    chance_e3: int
    """Of a message that it fits."""


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """One execution."""

    seed: int
    n: int
    rotation: int
    rules: dict[str, tuple[Rule, ...]]
    """Liar -> what it does."""
    lies_on: bool
    """Whether the liars go on when everything else is healed."""
    primaries: dict[Place, str]
    """Of views in which it is not whom the product chooses: turns of the liars."""
    splits: dict[Place, Split]
    crash: tuple[str, int, bool, int] | None
    """(node, effects until it dies, whether by power, ms until it is back): one honest node."""
    transactions: int
    """Sent to each node in the beginning."""

    @property
    def names(self) -> tuple[str, ...]:
        """All nodes."""
        return tuple(validator_name(index) for index in range(self.n))


def draw(seed: int) -> Schedule:
    """The schedule of a seed. Each kind in turn is the focus of a seed: one rule is of it."""
    streams = Streams(seed)
    rng = streams.stream("mutations")
    focus = FOCUSES[seed % len(FOCUSES)]
    hard = focus in CHANGE_MUTATIONS
    n = rng.choice(SIZES)
    names = tuple(validator_name(index) for index in range(n))
    liars = sorted(rng.sample(names, rng.choice((1, max_faulty(n)))))
    honest = [name for name in names if name not in liars]
    away = focus in AWAY
    turns = 60 if hard else rng.choice((0, 0, 30, 60))
    rules = {
        name: tuple(_rule(rng, names, name) for _ in range(rng.randint(1, 5))) for name in liars
    }
    first = liars[0]
    rules[first] = (_rule(rng, names, first, focus), *rules[first][1:])
    return Schedule(
        seed=seed,
        n=n,
        rotation=rng.choice((1, 2, 100)),
        rules=rules,
        lies_on=away or rng.random() < 0.5,
        primaries={place: rng.choice(liars) for place in PLACES if rng.randrange(100) < turns},
        splits={} if away else _splits(streams.stream("splits"), n, hard=hard),
        crash=_crash(streams.stream("crash"), honest, away=away),
        transactions=rng.choice((0, 1, 3)),
    )


def _rule(rng: Random, names: tuple[str, ...], liar: str, focus: str | None = None) -> Rule:
    """A rule of a kind, or of any; one that fits few messages is for all of them."""
    others = [name for name in names if name != liar]
    few = rng.sample(others, rng.randint(1, len(others)))
    views = rng.choice(((0,), (1,), (0, 1), (1, 2, 3), ANY_VIEW))
    kind = rng.choice(KINDS) if focus is None else focus
    return Rule(
        kind=kind,
        views=ANY_VIEW if kind in RARE else views,
        receivers=tuple(sorted(others if kind in RARE else rng.choice((few, others)))),
        chance_e3=1_000 if focus is not None else rng.choice((200, 500, 1_000, 1_000)),
    )


def _splits(rng: Random, n: int, *, hard: bool) -> dict[Place, Split]:
    """Of some of the first views, mostly one half of a view only.

    `hard`: mostly of Commits, so that blocks are prepared, not decided, and carried on by a J.
    """
    rate = 75 if hard else rng.choice((0, 25, 50, 75))
    some, whole = partitions(n), (0,) * n
    splits = {}
    for place in PLACES:
        if rng.randrange(100) < rate:
            halves = (rng.choice(some), rng.choice(some))
            kept = (1,) if hard else rng.choice(((0, 1), (0,), (1,), (1,)))
            prepare, commit = (halves[at] if at in kept else whole for at in (0, 1))
            splits[place] = Split(prepare=prepare, commit=commit)
    return splits


def _crash(rng: Random, honest: list[str], *, away: bool) -> tuple[str, int, bool, int] | None:
    """`away`: somebody is, long enough to have to fetch blocks."""
    if not away and rng.random() < 0.6:
        return None
    back_ms = 1_000 if away else rng.choice((1, 100, 500))
    return rng.choice(honest), rng.randint(1, 400), rng.random() < 0.5, back_ms
