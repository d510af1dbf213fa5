"""Each checker is shown something that must not be, and finds it. One that finds nothing is none.

A fault is planted into one small execution: in a node, in the chain it writes, on its disk. Nothing
else is wrong there, so what is found is what was planted.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import cast

import msgspec
import pytest

from consensus.messages import Justification, PrePrepare, ViewChange, ViewChangeHead
from consensus.votes import VoteBook
from node.chain import Chain
from node.p2p.send_queue import SendQueue
from node.signing_desk import SigningDesk
from node.storage.guard_memory import GuardMemory
from node.wire.peer_messages import TxBatch
from tests.sim import bounds, execution, plan
from tests.sim.disk import SimDisk
from tests.sim.execution import Failure
from tests.sim.image import Image
from tests.sim.justified import fault_of
from tests.sim.loop import run_virtually
from tests.sim.network import Parcel, Weather
from tests.sim.node import SimNode
from tests.sim.plan import Plan
from tests.sim.violation import Violation
from tests.sim.world import World
from tokens import posting
from tokens.transaction import DecodedTransaction

Plant = Callable[[pytest.MonkeyPatch], None]
FINE = Weather(delay_ms=(1, 3), loss_e3=0, duplicates_e3=0, reorder=False, tail_e3=0)


def small_plan(**changes: object) -> Plan:
    """Four nodes, a steady load, good weather, no fault."""
    drawn = msgspec.structs.replace(
        plan.draw(1),
        n=4,
        spare=0,
        snapshots=None,
        rotation=100,
        window=10,
        block_max=500,
        liars=(),
        frail=(),
        away=(),
        timeouts=(250, 2_000, 10_000),
        status_ms=1_000,
        empty_ms=1_000,
        weather=FINE,
        skews=(0, 0, 0, 0),
        load="steady",
        safety_ms=5_000,
        quiet_ms=1_000,
        faults=(),
    )
    return msgspec.structs.replace(drawn, **changes)


def failure_of(small: Plan) -> Failure:
    with pytest.raises(BaseExceptionGroup) as caught:
        execution.run(small)
    found = execution.first(caught.value)
    assert isinstance(found, Failure)
    return found


def test_nothing_planted_nothing_found() -> None:
    outcome = execution.run(small_plan())
    assert outcome.height > 10
    assert outcome.stats["acknowledged blocks"] == outcome.stats["decisions"] > 40


# --- votes ----------------------------------------------------------------------------------------


def no_sync(patch: pytest.MonkeyPatch) -> None:
    """The guard writes and does not sync."""
    patch.setattr(SimDisk, "sync", lambda self, descriptor: None)


def forgetful_guard(patch: pytest.MonkeyPatch) -> None:
    """The guard signs whatever it is asked."""
    patch.setattr(GuardMemory, "decide", lambda self, *place: None)
    real = SimNode.start

    def start(self: SimNode) -> None:
        real(self)
        if self.name == "v00":
            asyncio.get_running_loop().call_later(2, partial(sign_twice, self))

    patch.setattr(SimNode, "start", start)


def sign_twice(node: SimNode) -> None:
    """Two ViewChanges for one view with other claims."""
    desk = cast(SigningDesk, node.shell.ring.desk)
    for claim in (None, b"\x02" * 32):
        head = ViewChangeHead(
            height=node.height + 1,
            view=9,
            prepared_view=None if claim is None else 0,
            prepared_digest=claim,
            sender=node.name,
            signature=b"",
        )
        signed = desk.sign(ViewChange(head=head, certificate=None), None, None)
        node.into(partial(node.broadcast, signed))


def prepare_without_block(patch: pytest.MonkeyPatch) -> None:
    """The block is not attached to the Prepare."""
    real = SigningDesk.sign
    patch.setattr(
        SigningDesk, "sign", lambda self, draft, block, proof: real(self, draft, None, proof)
    )


def commit_without_proof(patch: pytest.MonkeyPatch) -> None:
    """The prepared certificate is not attached to the Commit."""
    real = SigningDesk.sign
    patch.setattr(
        SigningDesk, "sign", lambda self, draft, block, proof: real(self, draft, block, None)
    )


# --- the chain ------------------------------------------------------------------------------------


def another_state(patch: pytest.MonkeyPatch) -> None:
    """One node writes another state root than the others."""
    real = SimNode.on_decided

    def on_decided(self: SimNode, tip: object) -> None:
        if self.name == "v02":
            tip = msgspec.structs.replace(tip, state_root=b"\x07" * 32)  # type: ignore[type-var]
        real(self, tip)  # type: ignore[arg-type]

    patch.setattr(SimNode, "on_decided", on_decided)


def thin_certificate(patch: pytest.MonkeyPatch) -> None:
    """A quorum is one less than it must be."""
    patch.setattr("consensus.height_state.quorum", lambda n: 2)
    patch.setattr("consensus.quorum.quorum", lambda n: 2)


def admits_twice(patch: pytest.MonkeyPatch) -> None:
    """The window of references is not asked, and clients send things twice."""

    def includable(self: Chain, made: DecodedTransaction, height: int | None = None) -> None:
        return None

    patch.setattr(Chain, "includable", includable)


def prints_money(patch: pytest.MonkeyPatch) -> None:
    """A movement credits one unit too many, on all nodes alike."""
    real = posting._shift

    def shift(state: object, asset: object, account: object, delta: int) -> None:
        real(state, asset, account, delta + (delta > 0))  # type: ignore[arg-type]

    patch.setattr(posting, "_shift", shift)


PLANTS: dict[str, tuple[Plant, str, str]] = {
    "no_sync": (no_sync, "steady", "leaves before it is durable"),
    "forgetful_guard": (forgetful_guard, "steady", "signed two contents"),
    "prepare_without_block": (prepare_without_block, "steady", "before its block is durable"),
    "commit_without_proof": (commit_without_proof, "steady", "certificate is durable"),
    "another_state": (another_state, "steady", "fork at"),
    "thin_certificate": (thin_certificate, "steady", "invalid certificate"),
    "admits_twice": (admits_twice, "steady", "again at"),
    "prints_money": (prints_money, "steady", "validate_supply"),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    planted, load, words = PLANTS[name]
    planted(monkeypatch)
    found = failure_of(small_plan(load=load))
    assert isinstance(found.cause, Violation)
    assert words in str(found)


# --- looked at by hand ----------------------------------------------------------------------------


def in_a_world(small: Plan, look: Callable[[World], Awaitable[None]]) -> None:
    """Run something beside a running world."""

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            world = World(small, group)
            world.begin()
            try:
                await look(world)
            finally:
                world.end()

    run_virtually(main)


def test_what_is_acknowledged_and_on_no_platter_is_found() -> None:
    async def look(world: World) -> None:
        await world.wait(3_000)
        certificate = world.nodes["v00"].chain.tip.certificate
        assert certificate is not None
        world.votes.acknowledged(world.nodes, certificate)
        for node in world.nodes.values():
            node.image = Image()
            path = node.guard_path
            node.disk.remove(path)
            node.disk.sync_folder(path.parent)
        with pytest.raises(Violation, match="may forget it"):
            world.votes.acknowledged(world.nodes, certificate)

    in_a_world(small_plan(), look)


def test_books_that_grow_are_found() -> None:
    async def look(world: World) -> None:
        await world.wait(1_000)
        node = world.nodes["v01"]
        replica = node.shell.driver.replica
        bounds.check(node, replica, 4)
        books: dict[bytes, object] = cast("dict[bytes, object]", replica._core.hs.proposals)
        books.update((number.to_bytes(32, "big"), None) for number in range(17))
        with pytest.raises(Violation, match="keeps too much"):
            bounds.check(node, replica, 4)

    in_a_world(small_plan(), look)


def test_a_third_view_in_a_vote_book_is_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A book that pushes nothing out: a liar names one view after the other."""

    def add(self: VoteBook[object], index: int, view: int, vote: object) -> bool:
        row = self._rows[index]
        self.senders += not row
        row.append((view, vote))
        return True

    slow = msgspec.structs.replace(FINE, delay_ms=(40, 80))
    lying = small_plan(liars=("v03",), lies_in_liveness=True, lie_pause_ms=5, weather=slow)
    assert execution.run(lying).stats["lies"] > 100
    monkeypatch.setattr(VoteBook, "add", add)
    found = failure_of(lying)
    assert "keeps 3 votes of one kind and sender" in str(found)


def batch(bodies: int) -> Parcel:
    """Junk of 60,000 bytes each, in one message."""
    return Parcel(TxBatch(bodies=tuple(bytes([number]) * 60_000 for number in range(bodies))))


def found_at(act: Callable[[World, int], None]) -> int | None:
    """Number of the act of three at which something was found, before anything else happened."""
    numbers: list[int] = []

    async def look(world: World) -> None:
        await world.wait(1_000)
        for number in range(3):
            act(world, number)
            if world.failure is not None:
                assert "bytes" in str(world.failure)
                numbers.append(number)
                return

    in_a_world(small_plan(), look)
    return numbers[0] if numbers else None


def test_batches_that_wait_beyond_the_bound_are_found_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of three batches of two megabytes the third is too much."""

    def flood(world: World, number: int) -> None:
        node = world.nodes["v01"]
        node._handle(node.life, "v03", batch(34))

    assert found_at(flood) is None
    monkeypatch.setattr("node.intake.WAITING_BYTES_PER_PEER_MAX", 1 << 30)
    assert found_at(flood) == 2


def test_a_send_queue_beyond_its_bound_is_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three messages of half a megabyte the third is too much."""

    def clog(world: World, number: int) -> None:
        if number == 0:
            world.network.spoil("clogged", [("v00", "v01")])
        world.network.send("v00", "v01", batch(8))

    assert found_at(clog) is None
    monkeypatch.setattr(SendQueue, "_make_room", lambda self, size_bytes: True)
    assert found_at(clog) == 2


def test_a_network_that_does_not_go_on_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody changes the view, and the primary stays away."""
    monkeypatch.setattr("consensus.pacemaker.check_timeout", lambda core: False)
    found = failure_of(small_plan(away=("v00",)))
    assert "no block after healing within 25000 ms" in str(found)


def test_a_j_that_proves_nothing_is_found() -> None:
    """The second opinion on J, on a real PrePrepare of view 1 and on altered ones."""
    seen: list[PrePrepare] = []

    async def look(world: World) -> None:
        world.network.watch = lambda message: (
            seen.append(message) if isinstance(message, PrePrepare) and message.view > 0 else None
        )
        await world.wait(1_000)
        world.nodes["v00"].die("for good")
        await world.wait(4_000)
        members = world.chain.sets[1]
        judge = partial(fault_of, members=members, scope=world.scope, verify=world.ring.verify)
        message = seen[0]
        justification = message.justification
        assert justification is not None
        assert judge(message) is None
        heads = justification.heads
        stranger = msgspec.structs.replace(heads[0], signature=bytes(64))
        claiming = msgspec.structs.replace(
            heads[0], prepared_view=0, prepared_digest=message.digest
        )
        for changed, words in (
            (None, "no J"),
            (Justification(heads=heads[1:], certificate=None), "a quorum is 3"),
            (Justification(heads=(heads[0],) * 3, certificate=None), "a quorum is 3"),
            (Justification(heads=(stranger, *heads[1:]), certificate=None), "nobody signed"),
            (Justification(heads=(claiming, *heads[1:]), certificate=None), "nobody signed"),
        ):
            fault = judge(msgspec.structs.replace(message, justification=changed))
            assert fault is not None
            assert words in fault

    in_a_world(small_plan(), look)
