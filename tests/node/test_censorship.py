"""A primary that leaves out what others hold loses its view (R6); an honest one keeps it."""

from pathlib import Path

from node.censorship import PASSED_OVER_MIN, WATCHED_PER_PEER, CensorshipWatch
from node.devnet.profile import VALIDATORS
from node.failing_senders import SCORE_FAILING
from node.mempool import Includable, Mempool
from node.pool_entry import sender_of
from tests.node.support.chains import small_genesis, transfer
from tests.node.support.network import Network
from tests.node.support.virtual_loop import now, run_virtually
from tests.node.transactions import transaction
from tokens.results import Code
from tokens.transaction import DecodedTransaction

LIAR, HONEST = VALIDATORS[0], VALIDATORS[1]
VICTIM = transaction(1)


def anything(_: DecodedTransaction) -> Code | None:
    return None


def only(chosen: DecodedTransaction) -> Includable:
    """What of the pool may enter a block."""
    return lambda each: None if each is chosen else Code.TOO_FAR_AHEAD


def watch(weak: int = 2) -> CensorshipWatch:
    pool = Mempool(height=10)
    assert pool.admit(VICTIM) is Code.OK
    return CensorshipWatch(pool=pool, weak_quorum=lambda: weak)


def pass_over(watched: CensorshipWatch, times: int = PASSED_OVER_MIN) -> None:
    for _ in range(times):
        watched.before_block(anything, had_room=True)


def test_twenty_blocks_with_room_accuse() -> None:
    watched = watch()
    watched.heard_again("a", VICTIM.wire_id)
    pass_over(watched, PASSED_OVER_MIN - 1)
    assert not watched.accuses
    pass_over(watched, 1)
    assert watched.accuses


def test_fewer_than_w_holders_accuse_nobody() -> None:
    watched = watch(weak=3)
    watched.heard_again("a", VICTIM.wire_id)
    watched.heard_again("a", VICTIM.wire_id)
    pass_over(watched)
    assert not watched.accuses
    watched.heard_again("b", VICTIM.wire_id)
    pass_over(watched)
    assert watched.accuses


def test_full_blocks_and_what_is_not_includable_accuse_nobody() -> None:
    watched = watch()
    watched.heard_again("a", VICTIM.wire_id)
    for _ in range(2 * PASSED_OVER_MIN):
        watched.before_block(anything, had_room=False)
        watched.before_block(lambda _: Code.TOO_FAR_AHEAD, had_room=True)
    assert not watched.accuses


def test_what_a_failing_sender_waits_with_accuses_nobody() -> None:
    """A hundred such senders fill their share of the blocks for long; one liar sends it again."""
    pool = Mempool(height=10)
    assert pool.admit(VICTIM) is Code.OK
    watched = CensorshipWatch(pool=pool, weak_quorum=lambda: 2)
    watched.heard_again("a", VICTIM.wire_id)
    pool.failing.note([(sender_of(VICTIM), False)] * SCORE_FAILING)
    pass_over(watched, 2 * PASSED_OVER_MIN)
    assert not watched.accuses


def test_what_enters_or_leaves_is_forgotten() -> None:
    watched = watch()
    watched.heard_again("a", VICTIM.wire_id)
    pass_over(watched)
    watched.decided((VICTIM.wire_id,))
    assert not watched.accuses
    watched.heard_again("a", bytes(32))
    pass_over(watched)
    assert not watched.accuses


def crowd(count: int) -> tuple[Mempool, list[DecodedTransaction]]:
    pool = Mempool(height=10)
    many = [transaction(number) for number in range(count)]
    for each in many:
        assert pool.admit(each) is Code.OK
    return pool, many


def test_each_peer_has_its_own_places_and_they_are_free_again() -> None:
    pool, many = crowd(2 * WATCHED_PER_PEER)
    watched = CensorshipWatch(pool=pool, weak_quorum=lambda: 2)
    for each in many:
        watched.heard_again("a", each.wire_id)
    assert len(watched._watched) == WATCHED_PER_PEER
    watched.heard_again("b", many[-1].wire_id)
    assert len(watched._watched) == WATCHED_PER_PEER + 1
    watched.decided(tuple(each.wire_id for each in many[:3]))
    for each in many[3:]:
        watched.heard_again("a", each.wire_id)
    assert len(watched._watched) == WATCHED_PER_PEER + 1


def test_a_censor_pushes_out_nobody() -> None:
    """It sent a thousand others again with each block, and its victim was forgotten each time."""
    pool, many = crowd(1_100)
    watched = CensorshipWatch(pool=pool, weak_quorum=lambda: 2)
    for _ in range(PASSED_OVER_MIN):
        watched.heard_again("honest", many[0].wire_id)
        for each in many[1:]:
            watched.heard_again("censor", each.wire_id)
        watched.before_block(only(many[0]), had_room=True)
    assert watched.accuses


def test_a_censoring_primary_loses_its_view_and_the_transaction_enters(tmp_path: Path) -> None:
    async def main() -> None:
        async with Network(
            tmp_path, genesis=small_genesis(window_blocks=5_000, rotation_heights=10_000)
        ) as network:
            network.start()
            victim = transfer(1, valid_until=4_000)
            liar = network.nodes[LIAR]
            select = liar.pool.select

            def leave_out(
                includable: Includable, limit_count: int, limit_bytes: int
            ) -> list[DecodedTransaction]:
                chosen = select(includable, limit_count, limit_bytes)
                return [each for each in chosen if each.wire_id != victim.wire_id]

            liar.pool.select = leave_out  # type: ignore[method-assign]
            assert await network.submit(HONEST, victim) == ["OK"]
            # The liar makes empty blocks at once, because there is something that it could include.
            while liar.chain.blocks.place(victim.tx_id) is None:
                assert network.height() < 3_000
                await network.reach(network.height() + 1)
                for node in network.nodes.values():
                    timeout_ms = node.driver.replica.timeout_ms
                    node.gossip.resend(now().mono_ms, timeout_ms, node.chain.includable)
            place = liar.chain.blocks.place(victim.tx_id)
            assert place is not None
            row = liar.chain.blocks.row(place.height)
            assert row is not None
            assert row.header.proposer != LIAR
            assert LIAR in row.header.failed
            network.check()

    run_virtually(main)
