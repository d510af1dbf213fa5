"""Transactions that are odd in time: two versions of signatures, keys that change, window edges."""

import msgspec

from node.devnet.cast import BANK_1_ACCOUNT, BANK_2_ACCOUNT, CENTRAL_BANK, CHAIN_ID, MONEY
from tests.sim.scenarios.stage import Stage, play, told_plan
from tests.sim.workload import signed
from tokens.ops.participants import SetKeyPolicy
from tokens.ops.transfer import Transfer
from tokens.records.parties import KeyPolicy
from tokens.results import Code
from tokens.transaction import DecodedTransaction, Transaction

PAYMENT = Transfer(
    asset=MONEY,
    source=BANK_1_ACCOUNT.address,
    target=BANK_2_ACCOUNT.address,
    amount=1,
    end_to_end_ref="",
)


def of_central_bank(
    stage: Stage, number: int, signers: tuple[int, ...], operation: msgspec.Struct
) -> DecodedTransaction:
    """Two of its three keys sign. What the operation comes to does not matter here."""
    inner = Transaction(
        version=1,
        chain_id=CHAIN_ID,
        sender=CENTRAL_BANK.address,
        client_ref=number.to_bytes(16, "big"),
        valid_until=15,
        operations=(operation,),
        memo="",
    )
    keys = [stage.world.ring.key(CENTRAL_BANK.key_names[each]) for each in signers]
    return signed(inner, keys)


def without_first_key(stage: Stage) -> SetKeyPolicy:
    """The central bank revokes the first of its keys."""
    keys = [stage.world.ring.key(name).public_key for name in CENTRAL_BANK.key_names]
    policy = KeyPolicy(threshold=2, keys=tuple(sorted(keys[1:])))
    return SetKeyPolicy(owner=CENTRAL_BANK.address, policy=policy)


def code_of(stage: Stage, made: DecodedTransaction) -> Code:
    """Of its receipt, the same on all nodes."""
    codes = []
    for node in stage.nodes.values():
        place = node.chain.blocks.place(made.tx_id)
        assert place is not None
        receipt = node.chain.blocks.receipt(place)
        assert receipt is not None
        codes.append(Code(receipt.code))
    assert codes == codes[:1] * 4
    return codes[0]


def test_two_of_three_in_two_signature_versions_enter_once() -> None:
    """The primary holds one version, the others hold the other one."""

    async def story(stage: Stage) -> None:
        await stage.reach(1)
        one = of_central_bank(stage, 1, (0, 1), PAYMENT)
        other = of_central_bank(stage, 1, (1, 2), PAYMENT)
        assert one.tx_id == other.tx_id
        assert one.wire_id != other.wire_id
        stage.world.workload.send(stage.node(0), (one,))
        for index in (1, 2, 3):
            stage.world.workload.send(stage.node(index), (other,))
        await stage.until(lambda: one.tx_id in stage.world.chain.places)
        assert stage.world.chain.blocks[2].header.origin_view == 0
        await stage.reach(4)
        code_of(stage, one)

    play(story)


def test_a_key_revoked_in_the_block_that_it_signs_in_costs_a_receipt_only() -> None:
    """Both were includable on the parent state; the second finds its authority gone (R8)."""

    async def story(stage: Stage) -> None:
        await stage.reach(1)
        revoking = of_central_bank(stage, 1, (1, 2), without_first_key(stage))
        late = of_central_bank(stage, 2, (0, 1), PAYMENT)
        stage.world.workload.send(stage.node(0), (revoking, late))
        await stage.until(lambda: late.tx_id in stage.world.chain.places)
        places = stage.world.chain.places
        assert places[revoking.tx_id] == places[late.tx_id]
        await stage.reach(4)
        assert code_of(stage, revoking) is Code.OK
        assert code_of(stage, late) is Code.AUTHORITY_CHANGED

    play(story)


def test_a_key_that_changes_between_two_admissions_stops_nobody() -> None:
    """One node admitted it while its key was good; it is the primary when the key is gone."""

    async def story(stage: Stage) -> None:
        await stage.reach(1)
        pairs = [("v00", other) for other in ("v01", "v02", "v03")]
        pairs += [(other, "v00") for _, other in pairs]
        stage.network.spoil("lossy", pairs)
        late = of_central_bank(stage, 2, (0, 1), PAYMENT)
        stage.world.workload.send(stage.node(0), (late,))
        await stage.world.wait(stage.world.elapsed_ms() + 100)
        assert len(stage.node(0).shell.pool) == 1
        revoking = of_central_bank(stage, 1, (1, 2), without_first_key(stage))
        stage.world.workload.send(stage.node(1), (revoking,))
        await stage.until(lambda: revoking.tx_id in stage.world.chain.places)
        stage.network.mend("lossy", pairs)
        await stage.reach(6)
        assert late.tx_id not in stage.world.chain.places

    play(story)


def test_a_reference_is_free_again_after_the_window_and_not_before() -> None:
    """The same (sender, client_ref), other bytes and times, at each height of the window."""

    async def story(stage: Stage) -> None:
        await stage.reach(1)
        first = stage.pay(0, blocks=5, number=2)
        await stage.until(lambda: first.tx_id in stage.world.chain.places)
        begin = stage.world.chain.places[first.tx_id]
        again: list[DecodedTransaction] = []
        for height in range(begin + 1, begin + 13):
            again.append(stage.pay(0, 1, 2, 3, blocks=3, number=2))
            stage.world.workload.waiting.pop(again[-1].tx_id, None)
            await stage.reach(height)
        await stage.reach(begin + 15)
        entered = [stage.world.chain.places.get(each.tx_id) for each in again]
        heights = [height for height in entered if height is not None]
        assert heights == [begin + 11]

    play(story, told_plan(window=10))
