"""Signals and activations in any order, against a model in plain words."""

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.tokens.support import OPERATORS
from tests.tokens.test_governance import QUORUM, running
from tests.tokens.test_protocol import signal
from tokens.ops.protocol import Activate
from tokens.protocol import PROTOCOL_VERSION, version_in_force
from tokens.records.protocol import ACTIVATION
from tokens.results import Code


class Versions(RuleBasedStateMachine):
    """Signals and activations at random, against a model in plain words."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = running()
        self.said: dict[str, int] = {}
        self.version = PROTOCOL_VERSION
        self.pending: tuple[int, int] | None = None

    def supporters(self, version: int) -> int:
        return sum(1 for said in self.said.values() if said >= version)

    def step(self) -> None:
        """After each block."""
        if self.pending is not None and self.pending[0] == self.ledger.height + 1:
            if self.supporters(self.pending[1]) >= 3:
                self.version = self.pending[1]
            self.pending = None
        assert version_in_force(self.ledger.state) == self.version
        found = self.ledger.state.get(ACTIVATION)
        assert (None if found is None else (found.height, found.protocol_version)) == self.pending

    @rule(operator=st.sampled_from(OPERATORS), version=st.integers(1, 5))
    def signal(self, operator: str, version: int) -> None:
        code = self.ledger.code(operator, signal(operator, version))
        if version < self.version:
            assert code is Code.VERSION_NOT_LATER
        elif self.said.get(operator) == version:
            assert code is Code.ALREADY_EXISTS
        else:
            assert code is Code.OK
            self.said[operator] = version
        self.step()

    @rule(version=st.integers(2, 5), ahead=st.integers(2, 6))
    def agree_and_activate(self, version: int, ahead: int) -> None:
        """Enough operators say it; else an activation that passes is rare."""
        for operator in OPERATORS[:3]:
            self.signal(operator, version)
        self.activate(version, ahead)

    @rule(version=st.integers(1, 5), ahead=st.integers(0, 6))
    def activate(self, version: int, ahead: int) -> None:
        runs_at = self.ledger.height + 3
        operation = Activate(protocol_version=version, height=runs_at + ahead)
        proposal = self.ledger.propose(QUORUM[0], operation)
        self.step()
        for name in QUORUM[1:]:
            in_force = self.version
            self.ledger.approve(name, proposal)
            if name == QUORUM[-1]:
                good = version > in_force and ahead >= 2 and self.supporters(version) >= 3
                if good:
                    self.pending = (runs_at + ahead, version)
            self.step()

    @rule(count=st.integers(1, 4))
    def idle(self, count: int) -> None:
        for _ in range(count):
            self.ledger.block()
            self.step()


TestVersions = Versions.TestCase
TestVersions.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, derandomize=True
)
