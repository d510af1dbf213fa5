"""Block sync remembers who did not answer."""

from tests.node.sync.test_blocks import Chain, Peers, honest, reach, silent, syncing


async def test_a_peer_that_was_silent_is_asked_last_in_later_runs_until_it_answers() -> None:
    """An impostor that never answers made a node wait 5 s for each block of an idle network."""
    chain, peers = Chain(0), Peers(a=silent, b=honest(50))
    async with syncing(chain, peers) as (sync, _):
        await reach(chain, sync, 5, "a", "b")
        asked = len(peers.asked)
        for height in range(6, 10):
            chain.level.clear()
            await reach(chain, sync, height, "a", "b")
        assert [peer for peer, _ in peers.asked[asked:]] == ["b"] * 4
        peers.behaviour = {"a": honest(50), "b": silent}
        chain.level.clear()
        await reach(chain, sync, 10, "a", "b")
        chain.level.clear()
        await reach(chain, sync, 11, "a", "b")
        assert peers.asked[-1] == ("a", 11)
    assert chain.height == 11
