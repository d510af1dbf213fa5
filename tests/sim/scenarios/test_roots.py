"""A node that computes something else: it stops and says so, and nothing is overwritten."""

import dataclasses

import pytest

from consensus.messages import Commit, Status
from consensus.types import Proposal
from node.chain import Chain, Execution
from tests.sim.image import Image
from tests.sim.scenarios.stage import Stage, play
from tokens.steps import Steps
from tokens.transaction import DecodedTransaction

WRONG = b"\x66" * 32


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[Image]:
    """Stores beside which the executor gives another root from now on."""
    images: list[Image] = []
    real = Chain.executing

    def executing(
        self: Chain, proposal: Proposal, transactions: tuple[DecodedTransaction, ...]
    ) -> Steps[Execution]:
        done = yield from real(self, proposal, transactions)
        if not any(self._store.image is image for image in images):  # type: ignore[attr-defined]
            return done
        return Execution(
            result=dataclasses.replace(done.result, root=WRONG), transactions=transactions
        )

    monkeypatch.setattr(Chain, "executing", executing)
    return images


def test_another_root_after_a_restart_is_refused_and_reported(broken: list[Image]) -> None:
    """Its Commit was signed; after the restart its executor answers otherwise (R12)."""

    async def story(stage: Stage) -> None:
        node = stage.node(3)
        await stage.reach(2)
        stage.network.filters.append(
            lambda _, target, message: target == "v03" and isinstance(message, Commit | Status)
        )
        stage.pay(0, 1, 2, 3)
        await stage.until(lambda: stage.node(0).height == 3)
        assert node.height == 2
        stage.world.votes.excused[node.name] = "its executor is broken"
        node.die("to come back with another executor")
        stage.network.filters.clear()
        broken.append(node.image)
        node.start()
        await stage.until(lambda: stage.world.stats["halts"] + (not node.alive) > 0)
        assert node.chain.blocks.row(3) is None
        await stage.reach(5, 0, 1, 2)

    play(story)


def test_two_roots_against_two_halt_with_a_report(broken: list[Image]) -> None:
    async def story(stage: Stage) -> None:
        await stage.reach(2)
        broken.extend(stage.node(index).image for index in (2, 3))
        stage.world.votes.excused.update(dict.fromkeys(stage.nodes, "they differ"))
        stage.pay(0, 1, 2, 3)
        await stage.until(lambda: stage.world.stats["halts"] == 4)
        await stage.world.wait(stage.world.elapsed_ms() + 30_000)
        assert [node.height for node in stage.nodes.values()] == [2] * 4

    play(story)
