"""A network of up to 31 validators on real shells, whose set one authority may change.

Rules of this file:
1. Everything is drawn from one seed; time is that of the virtual loop.
2. At most f members of the smaller of the sets in sight are down or cut off at once.
"""

import random
from collections.abc import Sequence
from pathlib import Path

import msgspec

from consensus.quorum import max_faulty
from node.devnet.cast import PARTIES, TREASURY, Party
from node.devnet.profile import participants
from node.identity import dev_keys
from node.signing import Signer, dev_seed
from node.storage.sign_guard import SignGuard
from node.wire.peer_messages import PeerMessage
from tests.node.support.chains import small_genesis
from tests.node.support.network import Network
from tests.node.support.set_changes import key_name, treasury_decides
from tokens.genesis import Genesis
from tokens.records.governance import Validator

SIZE_MAX = 31
NAMES = tuple(f"v{number:02}" for number in range(SIZE_MAX))
FIRST_SIZE = 4
LOSS = 0.03
"""Share of messages that a noisy time loses."""


def operator(name: str) -> Party:
    """Who runs a validator."""
    return Party(name=f"operator-{name}", title=name, validator=name)


def genesis(size: int = FIRST_SIZE) -> Genesis:
    """The development genesis with 31 operators and the first so many as validators.

    The treasury alone changes the set.
    """
    base = small_genesis()
    return msgspec.structs.replace(
        base,
        participants=participants((*PARTIES, *map(operator, NAMES))),
        approval_policies=treasury_decides(base.approval_policies),
        validators=tuple(member(name, key_of(name)) for name in NAMES[:size]),
    )


def key_of(name: str, generation: int = 1) -> Signer:
    """Consensus key of a validator; the first is its development key."""
    return Signer.from_seed(dev_seed(key_name(name, generation)))


def member(name: str, signer: Signer) -> Validator:
    """As it stands in a set."""
    return Validator(
        id=name,
        public_key=signer.public_key,
        network_key=dev_keys(name).network_key,
        operator=operator(name).address,
    )


class World:
    """The network, what is broken in it, and who acts."""

    def __init__(self, folder: Path, seed: int, size: int = FIRST_SIZE) -> None:
        self.random = random.Random(seed)
        self.network = Network(folder, genesis=genesis(size), names=NAMES)
        self.network.lose = self._lose
        self.generations = dict.fromkeys(NAMES, 1)
        self.noisy = False
        self.apart: tuple[str, ...] = ()
        """Cut off from all others."""
        self.crashes = self.cuts = self.lost = 0

    def _lose(self, sender: str, receiver: str, _: PeerMessage) -> bool:
        lost = (sender in self.apart) != (receiver in self.apart) or (
            self.noisy and self.random.random() < LOSS
        )
        self.lost += lost
        return lost

    def down(self) -> list[str]:
        """Nodes that do not run."""
        return [name for name in NAMES if name not in self.network.nodes]

    def some_node(self) -> str:
        """One that runs and is connected: an operator's way in."""
        able = [name for name in self.network.nodes if name not in self.apart]
        return self.random.choice(sorted(able))

    def next_key(self, name: str) -> Signer:
        """A successor for a validator's key, given to its node at once if it runs.

        Its guard is made with it, as `mohur validator new-key` does. Without it the node observes
        for some heights, and more than f such nodes at once would wait for heights that never come.
        """
        self.generations[name] += 1
        signer = key_of(name, self.generations[name])
        SignGuard.create(self.network.folder / name / "guard", signer.public_key).close()
        self.network.more_keys.setdefault(name, []).append(signer)
        if name in self.network.nodes:
            self.network.nodes[name].add_key(signer)
        return signer

    def break_something(self, members: Sequence[str]) -> None:
        """Crash, cut off or disturb; at most f of the members are away at once."""
        away = [name for name in members if name in self.down() or name in self.apart]
        room = max_faulty(len(members)) - len(away)
        choice = self.random.randrange(4)
        victims = self.random.sample(sorted(members), k=max(0, min(room, 2)))
        if choice == 0:
            for name in victims:
                if name in self.network.nodes:
                    self.network.stop(name)
                    self.crashes += 1
        elif choice == 1 and not self.apart:
            self.apart = tuple(victims)
            self.cuts += len(victims)
        elif choice == 2:
            self.noisy = True

    def mend_something(self) -> None:
        """Some of it works again."""
        choice = self.random.randrange(3)
        if choice == 0:
            self.noisy = False
        elif choice == 1:
            self.apart = ()
        down = self.down()
        if down and self.random.random() < 0.5:
            self.network.start(self.random.choice(down))

    def mend_all(self) -> None:
        """The network works and every node runs."""
        self.noisy, self.apart = False, ()
        if self.down():
            self.network.start(*self.down())


AUTHORITY = TREASURY
"""Decides about the set."""
