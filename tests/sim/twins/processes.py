"""Two processes of one identity on one network, and cores with a given table of primaries.

Rules of this file:
1. A process has a name of its own on the network; cores know identities only. `Port` and `Gate`
   translate: what goes to an identity goes to each of its processes, what comes from a process
   comes from its identity. The two processes of a pair never talk to each other.
2. The code of a twin is that of everybody. A twin is faulty by assumption, so it may be deaf: then
   it does not heed a proof that its key signs elsewhere (R12), which others would give it by
   Status.seen, by certificates and by evidence, and which would silence it at once.
"""

from collections.abc import Mapping

import msgspec

from consensus.core import Core
from consensus.height_state import HeightState
from consensus.messages import SignedPart
from consensus.restore import ReplicaConfig, Restored
from consensus.signed import signed_part
from consensus.types import Tip, ValidatorId, ValidatorSet
from consensus.validator_set import FailureWindow, Schedule
from consensus.voting import Voting
from node.shell import Surroundings
from tests.sim.network import Network, Parcel
from tests.sim.node import SimNode
from tests.sim.watch import WatchedReplica

Table = Mapping[tuple[int, int], str]
"""(height, view) -> primary; where it says nothing, whom the product chooses."""


class Port(Network):
    """One process's side of a network: cores address identities."""

    def __init__(self, network: Network, process: str, identities: Mapping[str, str]) -> None:
        """`identities`: of each process."""
        self._network = network
        self._process = process
        self._identities = identities
        self._own = identities[process]
        self._of: dict[str, list[str]] = {}
        for each, identity in identities.items():
            self._of.setdefault(identity, []).append(each)

    def started(self, name: str) -> None:
        """See `Network.started`."""
        self._network.started(self._process)

    def stopped(self, name: str) -> None:
        """See `Network.stopped`."""
        self._network.stopped(self._process)

    def peers_of(self, name: str) -> list[str]:
        """All other identities."""
        return [identity for identity in self._of if identity != self._own]

    def connected(self, one: str, other: str) -> bool:
        """Whether any process of that identity is."""
        return any(self._network.connected(self._process, each) for each in self._of[other])

    def send(self, source: str, target: str, parcel: Parcel) -> None:
        """To each process of that identity."""
        for process in self._of[target]:
            self._network.send(self._process, process, parcel)


class Gate:
    """A process as the network sees it (network.Station)."""

    def __init__(self, node: SimNode, port: Port, identities: Mapping[str, str]) -> None:
        self._node = node
        self._port = port
        self._identities = identities

    @property
    def alive(self) -> bool:
        """See `Station.alive`."""
        return self._node.alive

    def on_up(self, peer: str) -> None:
        """See `Station.on_up`; the second process of a pair counts as the same peer again."""
        identity = self._identities[peer]
        if identity != self._node.name:
            self._node.on_up(identity)

    def on_down(self, peer: str) -> None:
        """See `Station.on_down`: an identity is gone with its last process."""
        identity = self._identities[peer]
        if identity != self._node.name and not self._port.connected("", identity):
            self._node.on_down(identity)

    def receive(self, sender: str, parcel: Parcel) -> None:
        """See `Station.receive`."""
        self._node.receive(self._identities[sender], parcel)


class TableSchedule(Schedule):
    """The product's choice of primaries with exceptions."""

    __slots__ = ("_table",)

    def __init__(
        self, height: int, validators: ValidatorSet, window: FailureWindow, rotation: int
    ) -> None:
        super().__init__(height, validators, window, rotation)
        self._table: dict[int, ValidatorId] = {}

    def excepting(self, height: int, table: Table) -> "TableSchedule":
        """The same, with the primaries that a table names for this height."""
        self._table = {v: ValidatorId(name) for (h, v), name in table.items() if h == height}
        return self

    def primary(self, view: int) -> ValidatorId:
        """See `Schedule.primary`."""
        named = self._table.get(view)
        return super().primary(view) if named is None else named


class DeafVoting(Voting):
    """The right to vote of a twin that does not heed what others hold of its key."""

    __slots__ = ()

    def lacks(self, part: SignedPart, open_height: int) -> bool:
        """Nothing is proved to the deaf."""
        return False


class TwinCore(Core):
    """A core whose primaries a scenario may name."""

    __slots__ = ("table",)

    def __init__(
        self, config: ReplicaConfig, restored: Restored, table: Table, *, deaf: bool
    ) -> None:
        self.table = table
        super().__init__(config, restored)
        if deaf:
            self.voting = DeafVoting(config.validator, restored.guard_height, restored.guard_stale)
            for message in restored.signed:
                self.voting.signed(signed_part(message))

    def open_height(self, tip: Tip) -> HeightState:
        """See `Core.open_height`."""
        height, rotation, window = tip.height + 1, self.config.rotation, self.failures
        schedule = TableSchedule(height, tip.validators, window, rotation)
        parent = TableSchedule(tip.height, tip.previous_validators, window, rotation)
        return HeightState(
            tip,
            schedule.excepting(height, self.table),
            parent.excepting(tip.height, self.table),
            self.now.mono_ms,
            member=self.me is not None and self.me in tip.validators,
        )


class TwinReplica(WatchedReplica):
    """The real replica on such a core."""

    __slots__ = ()

    def __init__(self, config: ReplicaConfig, restored: Restored, node: "TwinNode") -> None:
        super().__init__(config, restored, node)
        self._core = TwinCore(config, restored, node.table, deaf=node.deaf)


class TwinNode(SimNode):
    """A process; its `name` is its identity."""

    process = ""
    table: Table = {}
    deaf = False

    def _surroundings(self) -> Surroundings:
        return msgspec.structs.replace(
            super()._surroundings(),
            make_replica=lambda config, found: TwinReplica(self.timeouts(config), found, self),
        )
