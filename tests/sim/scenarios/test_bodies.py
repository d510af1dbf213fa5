"""Bodies that do not come, links that are missing, a node that joins while all is busy."""

from consensus.actions import ReportKind
from node.wire.peer_messages import BodyReply, TxBatch
from tests.sim.scenarios.stage import Stage, play, told_plan


def test_bodies_that_only_the_primary_has_are_fetched_from_it() -> None:
    async def story(stage: Stage) -> None:
        await stage.reach(1)
        stage.network.filters.append(lambda _, __, message: isinstance(message, TxBatch))
        made = stage.pay(0)
        await stage.until(lambda: made.tx_id in stage.world.chain.places)
        assert stage.world.chain.blocks[2].header.origin_view == 0
        assert stage.world.stats["views"] == 0

    play(story)


def test_bodies_that_nobody_gets_end_the_view_and_come_later() -> None:
    async def story(stage: Stage) -> None:
        await stage.reach(1)
        lost = (TxBatch, BodyReply)
        stage.network.filters.append(lambda _, __, message: isinstance(message, lost))
        made = stage.pay(0)
        await stage.until(lambda: stage.world.chain.height >= 2, 20_000)
        assert stage.world.stats["views"] >= 3
        assert made.tx_id not in stage.world.chain.places
        stage.network.filters.clear()
        await stage.until(lambda: made.tx_id in stage.world.chain.places, 20_000)

    play(story)


def test_a_late_joiner_under_load_reaches_voting() -> None:
    """Blocks are made faster than one window of sync is asked for."""

    async def story(stage: Stage) -> None:
        last = stage.node(3)
        last.die("not there yet")
        stage.world.workload.running = True
        stage.world.workload.start(stage.nodes)
        await stage.until(lambda: stage.world.chain.height >= 90, 120_000)
        last.start()
        await stage.until(lambda: not stage.observers() and last.height > 90, 30_000)
        await stage.until(lambda: last.height >= stage.world.chain.height - 1, 30_000)
        stage.node(2).die("so that its vote is needed")
        height = stage.world.chain.height
        await stage.until(lambda: last.height >= height + 5, 30_000)

    play(story, told_plan(load="steady"))


def test_a_bridge_of_whole_nodes_decides_and_carries_blocks_over() -> None:
    """The primary reaches one node only; it stays level through that one."""

    async def story(stage: Stage) -> None:
        await stage.reach(2)
        stage.network.spoil("down", [("v00", "v02"), ("v00", "v03")])
        stage.pay(1, 2, 3)
        await stage.reach(5, 1, 2, 3, within_ms=30_000)
        await stage.until(lambda: stage.node(0).height >= 5, 10_000)

    play(story)


def test_a_report_says_why_a_view_ends() -> None:
    """Whoever waits can be read: the sentence of R9 is in each report of a timeout."""
    texts: list[str] = []

    async def story(stage: Stage) -> None:
        await stage.reach(1)
        stage.node(0).die("for good")
        heard = stage.world.on_said

        def on_said(node: object, what: object) -> None:
            if getattr(what, "kind", None) is ReportKind.VIEW_TIMEOUT:
                texts.append(getattr(what, "text", ""))
            heard(node, what)  # type: ignore[arg-type]

        stage.world.on_said = on_said  # type: ignore[method-assign]
        stage.pay(1, 2, 3)
        await stage.reach(2, 1, 2, 3)

    play(story)
    assert all("waiting for v00" in text for text in texts)
