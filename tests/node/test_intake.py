"""The way of transactions into the pool: each refusal by name, everything bounded."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from node import mempool as mempool_module
from node.devnet.cast import Party
from node.intake import WAITING_BYTES_PER_PEER_MAX, Intake
from node.mempool import Mempool, PoolLimits
from node.named_keys import names_dev_key
from node.signature_check import CHUNK, SignatureCheck
from node.signing import Signer, dev_seed
from node.stages import Stages
from tests.node.support.chains import decide, open_chain, transfer
from tokens.results import Code
from tokens.transaction import DecodedTransaction, KeySignature, build, transaction_id

PEER = "supervisor"


class World:
    """An intake on a chain in memory."""

    def __init__(self, limits: PoolLimits | None = None) -> None:
        self.chain = open_chain()
        self.pool = Mempool(limits or PoolLimits(window=self.chain.window_blocks))
        self.check = SignatureCheck()
        self.log: list[str] = []
        self.spread: list[DecodedTransaction] = []
        self.wanted: set[bytes] = set()
        self.faults: list[tuple[str, str]] = []
        self.again: list[tuple[str, bytes]] = []
        self.waste: list[tuple[str, float]] = []
        self.cpu_s = itertools.count()
        """Each look at the clock finds it a second later."""
        self.intake = Intake(
            pool=self.pool,
            check=self.check,
            admission=self.chain,
            spread=self,
            on_admitted=lambda: self.log.append("admitted"),
            forbids=names_dev_key,
            wants=self.wanted.__contains__,
            on_bodies=lambda: self.log.append("bodies"),
            on_again=lambda peer, wire_id: self.again.append((peer, wire_id)),
            on_fault=lambda peer, reason: self.faults.append((peer, reason)),
            on_waste=lambda peer, cpu_s: self.waste.append((peer, cpu_s)),
            cpu_seconds=lambda: float(next(self.cpu_s)),
            stages=Stages(enabled=False),
        )

    def add(self, transaction: DecodedTransaction) -> None:
        self.spread.append(transaction)

    async def submit(self, *transactions: DecodedTransaction) -> list[Code]:
        answers = await self.intake.submit([each.data for each in transactions])
        return [code for code, _ in answers]

    def batch(self, *transactions: DecodedTransaction) -> None:
        self.intake.on_batch(PEER, tuple(each.data for each in transactions))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def running(world: World) -> AsyncIterator[World]:
    """With the task that works the lines off."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(world.intake.run())
        yield world
        task.cancel()


async def until_empty(world: World) -> None:
    """Each turn of the loop takes one chunk."""
    for _ in range(100):
        if not world.intake._lines:
            return
        await asyncio.sleep(0)
    raise AssertionError("the lines are not worked off")


async def test_a_clients_transaction_is_admitted_and_spread(world: World) -> None:
    paid = transfer(1)
    assert await world.submit(paid) == [Code.OK]
    assert world.pool.holds(paid)
    assert [each.wire_id for each in world.spread] == [paid.wire_id]
    assert world.log == ["admitted"]


async def test_each_item_has_its_own_answer_in_order(world: World) -> None:
    good, forged = transfer(1), transfer(2, forged=True)
    answers = await world.intake.submit([forged.data, b"\xc1", good.data, good.data, b""])
    assert [code for code, _ in answers] == [
        Code.BAD_SIGNATURE,
        Code.MALFORMED,
        Code.OK,
        Code.ALREADY_KNOWN,
        Code.MALFORMED,
    ]
    assert [decoded is None for _, decoded in answers] == [False, True, False, False, True]
    assert len(world.spread) == 1


async def test_refusals_have_names(world: World) -> None:
    decide(world.chain, transfer(100))
    world.pool.drop_expired(2)
    expected = {
        Code.WRONG_CHAIN: transfer(1, chain_id="other"),
        Code.EXPIRED: transfer(2, valid_until=1),
        Code.TOO_FAR_AHEAD: transfer(4, valid_until=1_000),
        Code.CLIENT_REF_REUSED: transfer(100, memo="again"),
        Code.BAD_SIGNATURE: transfer(5, forged=True),
    }
    assert await world.submit(*expected.values()) == list(expected)
    assert world.spread == []
    assert world.log == []


async def test_what_is_not_includable_costs_no_signature_check(world: World) -> None:
    await world.submit(transfer(1, chain_id="other"), transfer(2, valid_until=10**6))
    assert world.check.checked == 0


async def test_a_little_too_far_ahead_is_kept(world: World) -> None:
    """W + 100 heights: the next blocks make it includable (R8)."""
    assert await world.submit(transfer(1, valid_until=150)) == [Code.OK]


async def test_a_stranger_does_not_get_into_the_pool_by_being_too_far_ahead(world: World) -> None:
    """Asked of the next height only, nobody would look at its keys."""
    stranger = Party(name="nobody", title="Nobody")
    ahead = transfer(1, valid_until=150, party=stranger)
    assert await world.submit(ahead, transfer(2, party=stranger)) == [Code.UNKNOWN_SENDER] * 2
    thief = Signer.from_seed(dev_seed("thief"))
    inner = transfer(3, valid_until=150).signed.transaction
    signature = KeySignature(key=thief.public_key, signature=thief.sign(transaction_id(inner)))
    assert await world.submit(build(inner, (signature,))) == [Code.WRONG_KEYS]
    assert world.check.checked == 0
    assert len(world.pool) == 0


async def test_a_full_pool_says_so() -> None:
    world = World(PoolLimits(transactions_max=2, sender_transactions_max=2, window=100))
    answers = await world.submit(*[transfer(number) for number in range(3)])
    assert answers == [Code.OK, Code.OK, Code.SENDER_LIMIT]


async def test_a_large_submission_lets_others_run_between_chunks(world: World) -> None:
    turns: list[int] = []

    async def other() -> None:
        while len(world.pool) < 3 * CHUNK:
            turns.append(len(world.pool))
            await asyncio.sleep(0)

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(other())
        await asyncio.sleep(0)
        await world.submit(*[transfer(number) for number in range(3 * CHUNK)])
    assert set(turns) >= {0, CHUNK, 2 * CHUNK}


async def test_a_small_batch_of_a_peer_is_taken_at_once(world: World) -> None:
    world.batch(transfer(1), transfer(2))
    assert len(world.pool) == 2
    assert world.log == ["bodies", "admitted"]
    assert world.spread == []


async def test_a_large_batch_is_taken_chunk_by_chunk(running: World) -> None:
    running.batch(*[transfer(number) for number in range(2 * CHUNK + 5)])
    assert len(running.pool) == 0
    await until_empty(running)
    assert len(running.pool) == 2 * CHUNK + 5
    assert running.log.count("bodies") == 3


async def test_order_holds_when_a_small_batch_follows_a_large_one(running: World) -> None:
    large = [transfer(number) for number in range(CHUNK + 1)]
    running.batch(*large)
    running.batch(transfer(900))
    assert len(running.pool) == 0
    await until_empty(running)
    assert running.pool.tx_ids(1) == [large[0].tx_id]
    assert len(running.pool) == CHUNK + 2


async def test_peers_take_turns(running: World) -> None:
    many = [transfer(number) for number in range(4 * CHUNK)]
    running.intake.on_batch("greedy", tuple(each.data for each in many))
    running.intake.on_batch("modest", (transfer(900).data,))
    await until_empty(running)
    place = running.pool.tx_ids(10_000).index(transfer(900).tx_id)
    assert place <= CHUNK


async def test_what_a_peer_may_have_waiting_is_bounded(world: World) -> None:
    world.batch(*[transfer(number) for number in range(CHUNK + 1)])
    big = bytes(60_000)
    fits = WAITING_BYTES_PER_PEER_MAX // len(big)
    for _ in range(fits + 10):
        world.intake.on_batch(PEER, (big,))
    assert world.intake.dropped["INTAKE_FULL"] >= 10
    assert world.intake._waiting_bytes[PEER] <= WAITING_BYTES_PER_PEER_MAX
    # Another peer is not hit by it.
    before = world.intake.dropped["INTAKE_FULL"]
    world.intake.on_batch("other", (big,))
    assert world.intake.dropped["INTAKE_FULL"] == before


async def test_bytes_that_waited_are_given_back(running: World) -> None:
    running.batch(*[transfer(number) for number in range(3 * CHUNK)])
    await until_empty(running)
    assert running.intake._waiting_bytes[PEER] == 0


@pytest.mark.parametrize(
    ("body", "reason"),
    [(transfer(1, forged=True).data, "BAD_SIGNATURE"), (b"\xc1", "MALFORMED")],
)
async def test_what_no_honest_peer_sends_is_a_fault(world: World, body: bytes, reason: str) -> None:
    world.intake.on_batch(PEER, (body, transfer(2).data))
    assert world.faults == [(PEER, reason)]
    assert world.intake.dropped[reason] == 1


async def test_what_an_honest_peer_may_send_late_is_none(world: World) -> None:
    decide(world.chain, transfer(1))
    world.pool.drop_expired(2)
    world.batch(transfer(1), transfer(2, valid_until=1), transfer(3), transfer(3))
    assert world.faults == []
    assert world.intake.dropped == {"CLIENT_REF_REUSED": 1, "EXPIRED": 1, "ALREADY_KNOWN": 1}


async def test_a_body_that_an_open_block_lacks_is_kept_although_the_pool_refuses_it(
    world: World,
) -> None:
    ahead = transfer(1, valid_until=1_000)
    world.batch(ahead)
    assert world.pool.body(ahead.wire_id) is None
    world.wanted.add(ahead.wire_id)
    world.batch(ahead)
    assert world.pool.body(ahead.wire_id) is not None
    assert len(world.pool) == 0
    assert world.log[-1] == "bodies"


async def test_a_forged_body_is_not_kept_although_it_is_wanted(world: World) -> None:
    forged = transfer(1, valid_until=1_000, forged=True)
    world.wanted.add(forged.wire_id)
    world.batch(forged)
    assert world.pool.body(forged.wire_id) is None


async def test_what_is_refused_is_counted_against_its_sender(world: World) -> None:
    """A flood of well-signed, expired transactions was decoded as fast as it came, for nothing."""
    world.batch(transfer(1), transfer(2, valid_until=0), transfer(3, valid_until=0), transfer(4))
    assert len(world.pool) == 2
    assert world.waste == [(PEER, 0.5)]


async def test_what_is_admitted_or_asked_for_is_not_counted(world: World) -> None:
    asked = transfer(1, valid_until=0)
    world.wanted.add(asked.wire_id)
    world.batch(asked, transfer(2))
    assert world.waste == []


async def test_a_full_pool_costs_no_signature_check() -> None:
    """Three times the load was verified first and refused afterwards: nothing else was done."""
    world = World(PoolLimits(window=100, transactions_max=1))
    assert await world.submit(transfer(1)) == [Code.OK]
    checked = world.check.checked
    assert await world.submit(transfer(2)) == [Code.MEMPOOL_FULL]
    world.batch(transfer(3))
    assert world.check.checked == checked
    assert world.intake.dropped["MEMPOOL_FULL"] == 1


async def test_a_senders_limit_costs_no_signature_check() -> None:
    world = World(PoolLimits(window=100, sender_transactions_max=1))
    assert await world.submit(transfer(1)) == [Code.OK]
    checked = world.check.checked
    assert await world.submit(transfer(2)) == [Code.SENDER_LIMIT]
    assert world.check.checked == checked


async def test_clients_wait_when_enough_waits_and_peers_are_still_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three times the load was taken, and verifying it left half of the time for blocks."""
    monkeypatch.setattr(mempool_module, "BACKLOG_MIN", 2)
    world = World()
    assert await world.submit(transfer(1), transfer(2), transfer(3)) == [
        Code.OK,
        Code.OK,
        Code.MEMPOOL_FULL,
    ]
    world.batch(transfer(4))
    assert len(world.pool) == 3
    world.pool.remove_decided([transfer(1), transfer(2)])
    world.pool.remove_decided([])
    # Two a block: four such blocks may wait.
    answers = await world.submit(*(transfer(number) for number in range(10, 30)))
    assert answers.count(Code.OK) == mempool_module.BACKLOG_BLOCKS * 2 - 1
