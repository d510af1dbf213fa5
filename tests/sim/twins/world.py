"""A world with twins: who hears whom in each view, and what must still hold.

Rules of this file:
1. All checkers of world.py look at the honest. The chain that a twin decides is looked at too: it
   runs the real code, so no certificate may lead it elsewhere.
2. Nobody but a twin may be accused. Whoever holds two contradicting signatures of a twin must have
   accused it when the event is over (R11): `EvidenceDue` keeps a book of its own to know that.
"""

import asyncio
from functools import partial

from consensus.events import Event, Received
from consensus.evidence import contradicts
from consensus.messages import (
    Commit,
    ConsensusMessage,
    PrePrepareHead,
    SignedPart,
    ViewChangeHead,
)
from consensus.replica import Replica
from consensus.signed import signed_part
from consensus.types import Tip
from consensus.votes import VIEWS_KEPT
from tests.node.support.set_changes import key_name
from tests.sim import small
from tests.sim.disk import SimDisk
from tests.sim.node import SimNode
from tests.sim.plan import Plan
from tests.sim.rounds import Rounds
from tests.sim.twins.processes import Gate, Port, TwinNode
from tests.sim.twins.space import TWIN_SUFFIX, Scenario
from tests.sim.violation import Violation
from tests.sim.world import World

TWIN_CLOCK_MS = 7
"""By which the clock of a second process is ahead: a block of the pair is never the same twice."""


class TwinWorld(World):
    """See the module. `nodes` holds processes."""

    def __init__(self, plan: Plan, scenario: Scenario, group: asyncio.TaskGroup) -> None:
        super().__init__(plan, group)
        self.scenario = scenario
        self.identities = {name: name.removesuffix(TWIN_SUFFIX) for name in scenario.processes}
        self.healed = False
        self.due = EvidenceDue()
        self.votes.excused.update(dict.fromkeys(scenario.twins, "a twin"))
        self._rounds = Rounds(
            scenario.splits,
            scenario.processes,
            lambda process: self.nodes[process].shell.driver.replica,
        )
        stations = self.network._stations
        stations.clear()
        self.nodes.clear()
        for process, identity in self.identities.items():
            port = Port(self.network, process, self.identities)
            node = TwinNode(
                identity,
                key=self.ring.key(key_name(identity)),
                verify=self.ring.verify,
                genesis=self.genesis,
                disk=SimDisk(self.streams.stream(f"disk {process}")),
                network=port,
                watch=self,
                timeouts=self._timeouts,
                group=group,
            )
            node.process, node.table = process, scenario.primaries
            node.deaf = identity in scenario.twins and not scenario.hearing
            node.wall_ms = TWIN_CLOCK_MS if process != identity else 0
            self.nodes[process] = node
            stations[process] = Gate(node, port, self.identities)

    # --- who hears whom ---------------------------------------------------------------------------

    def divide(self) -> None:
        """The partitions begin."""
        self.network.filters.append(self._rounds.cut)

    def heal(self) -> None:
        """Everybody hears everybody from now on."""
        self.healed = True
        self.network.filters.clear()

    def core(self) -> list[SimNode]:
        """See `World.core`: processes of identities that run once."""
        return [node for node in self.nodes.values() if node.name not in self.scenario.twins]

    # --- what processes do ------------------------------------------------------------------------

    def on_event(self, node: SimNode, event: Event) -> None:
        """See `Watch.on_event`."""
        super().on_event(node, event)
        self._judge(partial(small.check_storm, self))
        if isinstance(event, Received) and node.name not in self.scenario.twins:
            message = event.message.message
            if signed_part(message).sender in self.scenario.twins:
                self.due.heard(node.name, node.shell.driver.replica, message)

    def after_event(self, node: SimNode, replica: Replica) -> None:
        """See `Watch.after_event`."""
        super().after_event(node, replica)
        self._judge(partial(self.due.check, node.name, replica))

    def on_decided(self, node: SimNode, tip: Tip) -> None:
        """See `Watch.on_decided`: a twin decides what everybody decides."""
        if node.name in self.scenario.twins:
            self.count("decided by twins")
        super().on_decided(node, tip)
        if not self.healed:
            self.count("decided while split")


class EvidenceDue:
    """Which accusations are due where, from what was handed to each core."""

    def __init__(self) -> None:
        self._books: dict[tuple[str, int, str], dict[type, list[SignedPart]]] = {}
        """(node, height, sender) -> kind -> its parts of the two highest views, as R10 keeps them;
        votes that came before the height was open are left out."""
        self._due: dict[str, tuple[str, int]] = {}
        """Node -> (accused, height), until the event is over."""
        self.found = 0

    def heard(self, name: str, replica: Replica, message: ConsensusMessage) -> None:
        """A core is about to be handed a message of a twin."""
        part = signed_part(message)
        schedule = replica._core.hs.schedule
        stranger = isinstance(part, PrePrepareHead) and part.sender != schedule.primary(part.view)
        if part.height != replica.height or stranger:
            return
        book = self._books.setdefault((name, part.height, part.sender), {})
        row = book.setdefault(type(part), [])
        rivals = [*row, *book.get(_RIVAL.get(type(part), type(part)), [])]
        if any(contradicts(part, known) for known in rivals):
            self._due[name] = (part.sender, part.height)
        if all(known.view != part.view for known in row):
            row.append(part)
            row.sort(key=lambda each: each.view)
            del row[:-VIEWS_KEPT]

    def check(self, name: str, replica: Replica) -> None:
        """The event is over."""
        due = self._due.pop(name, None)
        if due is None:
            return
        if due not in replica._core.evidence:
            raise Violation(
                f"{name} holds two contradicting signatures of {due[0]} and says nothing"
            )
        self.found += 1


_RIVAL: dict[type, type] = {Commit: ViewChangeHead, ViewChangeHead: Commit}
"""What else a part of a kind may contradict (R11)."""
