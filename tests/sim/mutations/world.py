"""A world in which up to f nodes run the real code and send mutated messages.

Rules of this file:
1. A liar's own core sees what it signed, and goes on as an honest one would: what leaves is changed
   on the way. It is deaf to R12, or the others would silence it at once by what they hold of it.
2. All checkers of world.py look at the honest; nobody honest may be accused.
"""

import asyncio
from functools import partial

from consensus.events import BlockFetched, Event, Received, StatusReceived
from node.wire.peer_messages import PeerMessage
from tests.node.support.set_changes import key_name
from tests.sim import small
from tests.sim.disk import SimDisk
from tests.sim.mutations.liar import Liar
from tests.sim.mutations.schedule import MUTATIONS, Rule, Schedule
from tests.sim.mutations.sending import SENDING
from tests.sim.network import Parcel
from tests.sim.node import SimNode
from tests.sim.plan import Plan
from tests.sim.rounds import Rounds
from tests.sim.streams import chance
from tests.sim.twins.processes import TwinNode
from tests.sim.world import World


class MutationWorld(World):
    """See the module."""

    def __init__(self, plan: Plan, schedule: Schedule, group: asyncio.TaskGroup) -> None:
        super().__init__(plan, group)
        self.schedule = schedule
        self.votes.excused.update(dict.fromkeys(schedule.rules, "a liar"))
        self.mutators: dict[str, Liar] = {}
        for name in self.nodes:
            self._make(name, group)
        self._rounds = Rounds(
            schedule.splits,
            schedule.names,
            lambda name: self.nodes[name].shell.driver.replica,
        )

    def _make(self, name: str, group: asyncio.TaskGroup) -> None:
        key = self.ring.key(key_name(name))
        node = TwinNode(
            name,
            key=key,
            verify=self.ring.verify,
            genesis=self.genesis,
            disk=SimDisk(self.streams.stream(f"disk {name}")),
            network=self.network,
            watch=self,
            timeouts=self._timeouts,
            group=group,
        )
        node.table = self.schedule.primaries
        self.nodes[name] = self.network._stations[name] = node
        if name in self.schedule.rules:
            node.deaf = True
            node.rewrite = partial(self._rewrite, node)
            self.mutators[name] = Liar(name, key, self.scope, self.streams.stream(f"liar {name}"))

    def divide(self) -> None:
        """The partitions begin, a few transactions are sent, and one node dies if so drawn."""
        self.network.filters.append(self._rounds.cut)
        for node in self.nodes.values():
            for _ in range(self.schedule.transactions):
                self.workload.send(node, (self.workload.make(0),))
        if self.schedule.crash is not None:
            name, effects, by_power, back_ms = self.schedule.crash
            node = self.nodes[name]
            node.crash_at, node.by_power = node.effects + effects, by_power
            self.revive_later(node, back_ms, "crashes")

    def heal(self) -> None:
        """Partitions are over; liars go on or turn honest, as the seed says."""
        self.network.filters.clear()
        self.resting = True
        for node in self.nodes.values():
            node.crash_at, node.on_death = None, None
            self.revive(node)
            if not self.schedule.lies_on:
                node.rewrite = None

    # --- lies -------------------------------------------------------------------------------------

    def on_event(self, node: SimNode, event: Event) -> None:
        """See `Watch.on_event`: a liar learns from what comes."""
        super().on_event(node, event)
        self._judge(partial(small.check_storm, self))
        liar = self.mutators.get(node.name)
        if liar is None:
            return
        match event:
            case Received(message=verified):
                liar.seen(verified.message)
            case StatusReceived(status=status):
                liar.seen(status)
            case BlockFetched(proposal=fetched):
                liar.seen_proposal(fetched.message)
            case _:
                pass

    def _rewrite(self, node: SimNode, peer: str, message: PeerMessage) -> PeerMessage | None:
        """What a liar sends to a peer instead of a message; None if it is nothing now."""
        liar = self.mutators[node.name]
        liar.seen(message)
        view = node.shell.driver.replica.view
        for rule in self.schedule.rules[node.name]:
            if peer not in rule.receivers or view not in rule.views:
                continue
            if not chance(liar.random, rule.chance_e3):
                continue
            if rule.kind in SENDING:
                return self._send(node, peer, rule, message)
            found = MUTATIONS[rule.kind](liar, message)
            if found is not None:
                self.count(rule.kind)
                return found
        return message

    def _send(
        self, node: SimNode, peer: str, rule: Rule, message: PeerMessage
    ) -> PeerMessage | None:
        self.count(rule.kind)
        for later_ms, each in SENDING[rule.kind](self.mutators[node.name], message):
            if later_ms == 0:
                self.network.send(node.name, peer, Parcel(each))
            else:
                call = partial(self.network.send, node.name, peer, Parcel(each))
                asyncio.get_running_loop().call_later(later_ms * 0.001, call)
        return None
