"""Rule R8: `tokens.includable` alone decides at admission, proposal, check and each height anew."""

import ast
from pathlib import Path

import pytest

import node.chain
from consensus.events import Executed, ExecutionRefused
from node.devnet.profile import VALIDATORS
from tests.node.support.chains import decide, propose, transfer
from tests.node.support.executor_world import World
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually
from tokens.includable import includable
from tokens.parameters import Limits
from tokens.results import Code
from tokens.state import Overlay
from tokens.transaction import DecodedTransaction
from tokens.window import Window

ROOT = Path(__file__).parent.parent.parent
MARK = Code.BLOCK_FULL
"""An answer that no other part of the node gives for one transaction."""


class Counted:
    """The real function, with a list of what it was asked and a mark that a test may set."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.refused: dict[bytes, Code] = {}

    def __call__(
        self, tx: DecodedTransaction, state: Overlay, window: Window, limits: Limits, height: int
    ) -> Code | None:
        self.asked.append(tx.tx_id)
        return self.refused.get(tx.tx_id) or includable(tx, state, window, limits, height)

    def taken(self) -> list[bytes]:
        """What was asked since the last look."""
        asked, self.asked = self.asked, []
        return asked


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    found = Counted()
    monkeypatch.setattr(node.chain, "includable", found)
    return found


def test_admission_asks_it(counted: Counted, tmp_path: Path) -> None:
    async def main() -> None:
        async with Network(tmp_path) as network:
            network.start()
            paid, odd = transfer(1), transfer(2)
            counted.refused[odd.tx_id] = MARK
            assert await network.submit(VALIDATORS[0], paid, odd) == ["OK", MARK.name]
            assert counted.taken()[:2] == [paid.tx_id, odd.tx_id]

    run_virtually(main)


def test_the_proposers_choice_asks_it(counted: Counted) -> None:
    world, paid, odd = World(), transfer(1), transfer(2)
    world.hold(paid, odd)
    counted.refused[odd.tx_id] = MARK
    chosen = world.pool.select(world.chain.includable, 10, 10_000)
    assert chosen == [paid]
    assert counted.taken() == [paid.tx_id, odd.tx_id]


def test_a_backups_check_asks_it(counted: Counted) -> None:
    world, paid, odd = World(), transfer(1), transfer(2)
    world.hold(paid, odd)
    assert isinstance(world.execute(*propose(world.chain, paid)), Executed)
    counted.refused[odd.tx_id] = MARK
    refused = world.execute(*propose(world.chain, paid, odd))
    assert isinstance(refused, ExecutionRefused)
    assert refused.reason == MARK.name
    assert counted.taken() == [paid.tx_id, paid.tx_id, odd.tx_id]


def test_the_pool_asks_it_again_at_each_height(counted: Counted) -> None:
    world, paid = World(), transfer(9)
    world.hold(paid)
    for number in range(3):
        assert world.executor.pool()[0] == 1
        assert counted.taken() == [paid.tx_id]
        decide(world.chain, transfer(number))
    counted.refused[paid.tx_id] = MARK
    assert world.executor.pool()[0] == 0
    assert counted.taken() == [paid.tx_id]


def test_nobody_else_in_the_node_has_another_one() -> None:
    """One door: `Chain.includable`, which hands the parent state to the ledger's function."""
    importers, definitions = [], []
    for path in sorted([*(ROOT / "node").rglob("*.py"), *(ROOT / "tokens").rglob("*.py")]):
        name = str(path.relative_to(ROOT))
        for each in ast.walk(ast.parse(path.read_text())):
            match each:
                case ast.ImportFrom(module="tokens.includable", names=names):
                    importers += [name for alias in names if alias.name == "includable"]
                case ast.FunctionDef(name="includable"):
                    definitions.append(name)
                case _:
                    pass
    assert importers == ["node/chain.py", "tokens/ledger.py"]
    protocol = "node/intake.py"
    assert definitions == ["node/chain.py", protocol, "tokens/includable.py", "tokens/ledger.py"]
