"""Changes of the validator set while faults go on: an authority and operators that ask for them.

Rules of this file:
1. One change at a time. It is sent to one node after the other until it is decided, or its time is
   over and it can be in no block any more.
2. Liars and frail machines stay at most f of every set that is asked for: more is not promised.
3. A key is on its machine, with its guard, before the ledger hears of it (docs/validators.md).
4. What a set is, and that a change is in force two heights later, is judged in chain_checks.
"""

from functools import partial
from typing import TYPE_CHECKING

from consensus.quorum import max_faulty
from node.devnet.cast import CHAIN_ID, TREASURY, Party
from node.signing import SigningKey
from node.storage.sign_guard import SignGuard
from tests.node.support.set_changes import (
    KEYS_EACH,
    Members,
    SetOperation,
    adding,
    changed,
    key_name,
    rotating,
)
from tests.sim.faults import later
from tests.sim.genesis import operator_of, record_of
from tests.sim.node import SimNode
from tests.sim.places import GUARDS
from tests.sim.workload import signed
from tokens.ops.validators import RemoveValidator, RotateValidatorKeys
from tokens.transaction import DecodedTransaction, Transaction

if TYPE_CHECKING:
    from tests.sim.world import World

MEMBERS_MIN = 4
"""Fewest validators outside dev networks; with fewer nobody may be faulty."""
PROVABLE_FROM = 2
"""Height from which a node has a block below its newest, on which a new key gives its word."""
AGAIN_EACH_MS = 400
"""Between two times that a change is sent."""
REFERENCES_FROM = 1 << 64
"""Apart from those of the clients' payments."""


class SetChanges:
    """All changes of one execution."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._asked = 0
        self._sent = 0
        self._pending: DecodedTransaction | None = None

    def ask(self, kind: str, value: int) -> None:
        """One of plan.SET_KINDS, about whom `value` points at; nothing if nobody fits."""
        if self._is_pending():
            return
        operation = self._operation(kind, value)
        if operation is None or not self._is_safe(changed(self._members(), operation)):
            return
        party = TREASURY
        if isinstance(operation, RotateValidatorKeys):
            party = operator_of(operation.id)
        self._asked += 1
        self._pending = self._made(party, operation)
        self._world.count("set changes asked")
        self._send()

    def _members(self) -> Members:
        return self._world.chain.model.newest()

    def _operation(self, kind: str, value: int) -> SetOperation | None:
        """With the chain of the node that it is about, which must run to show that it is level."""
        members, nodes = self._members(), self._world.nodes
        inside = sorted(members)
        outside = [name for name in nodes if name not in members and nodes[name].alive]
        leaving = inside[value % len(inside)]
        if kind == "set_remove":
            return RemoveValidator(id=leaving)
        if kind == "set_rotate":
            return self._rotation(nodes[leaving], members)
        if not outside:
            return None
        node = nodes[outside[value % len(outside)]]
        if not _can_prove(node):
            return None
        key = node.keys[-1]
        new = record_of(node.name, key.public_key)
        return adding(node.chain, new, key, leaving if kind == "set_replace" else None)

    def _rotation(self, node: SimNode, members: Members) -> SetOperation | None:
        if not node.alive or not _can_prove(node) or len(node.keys) >= KEYS_EACH:
            return None
        key: SigningKey = self._world.ring.key(key_name(node.name, len(node.keys) + 1))
        node.into(partial(give_key, node, key))
        return rotating(node.chain, members[node.name], key) if key in node.keys else None

    def _is_safe(self, members: Members) -> bool:
        plan = self._world.plan
        bad = sum(1 for name in members if name in plan.liars or name in plan.frail)
        return len(members) >= MEMBERS_MIN and bad <= max_faulty(len(members))

    def _made(self, party: Party, operation: SetOperation) -> DecodedTransaction:
        inner = Transaction(
            version=1,
            chain_id=CHAIN_ID,
            sender=party.address,
            client_ref=(REFERENCES_FROM + self._asked).to_bytes(16, "big"),
            valid_until=self._world.chain.height + self._world.plan.window,
            operations=(operation,),
            memo="",
        )
        return signed(inner, map(self._world.ring.key, party.key_names))

    def _is_pending(self) -> bool:
        made, chain = self._pending, self._world.chain
        if made is None:
            return False
        if made.tx_id in chain.places:
            self._pending = None
        elif chain.height >= made.signed.transaction.valid_until:
            self._world.count("set changes given up")
            self._pending = None
        return self._pending is not None

    def _send(self) -> None:
        if self._pending is None or not self._is_pending() or self._world.workload.quiet:
            return
        alive = [node for node in self._world.nodes.values() if node.alive]
        if alive:
            self._sent += 1
            self._world.workload.send(alive[self._sent % len(alive)], (self._pending,))
        later(AGAIN_EACH_MS, self._send)


def give_key(node: SimNode, key: SigningKey) -> None:
    """A successor of its key, with a guard, while it runs. Raises PowerCut, OSError."""
    SignGuard.create(GUARDS, key.public_key, disk=node.disk).close()
    node.keys.append(key)
    node.shell.ring.add(node.desk(key))


def _can_prove(node: SimNode) -> bool:
    """It has a block below its newest, also if it began from a snapshot just now."""
    return node.height >= PROVABLE_FROM and node.chain.blocks.row(node.height - 1) is not None
