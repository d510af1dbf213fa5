"""Four shells and what authorised senders may do to them on purpose, one oddity a test."""

from pathlib import Path

import msgspec
import pytest

from node.devnet.cast import (
    BANK_1,
    BANK_2,
)
from node.devnet.profile import VALIDATORS
from node.wire.peer_messages import PeerMessage, TxBatch
from tests.node.support.network import Network
from tests.poison.odd import CHAIN_ID
from tests.poison.run import decided_by_all, run
from tests.poison.scene import (
    EXPIRY,
    FIRST,
    PAYMENT,
    SECOND,
    THIRD,
    W,
    code_of,
    made,
    occurrences,
    on_four,
    primary,
    settled,
)
from tokens.codec import encode
from tokens.ops.proposals import Propose
from tokens.results import Code
from tokens.transaction import (
    OPERATIONS_MAX,
    TRANSACTION_SIZE_BYTES_MAX,
    DecodedTransaction,
)


def test_it_may_end_at_the_next_height_and_reach_w_further_and_wait_100_more(
    tmp_path: Path,
) -> None:
    async def scene(network: Network) -> None:
        following = network.height() + 1
        now, edge, ahead = (made(at, following + at) for at in (0, W, W + 1))
        last, beyond = (made(at, following + at) for at in (W + 100, W + 101))
        sent = [now, edge, ahead, last, beyond, made(77, following - 1)]
        assert await network.submit(FIRST, *sent) == [*["OK"] * 4, "TOO_FAR_AHEAD", "EXPIRED"]
        heights = await settled(network, now, edge, ahead)
        assert heights[0] == following
        assert heights[2] >= following + 1, "not before its window begins"
        # A hundred empty blocks of five seconds.
        await settled(network, last, within_s=1_000.0)

    on_four(tmp_path, scene)


def test_what_ends_at_this_height_and_misses_it_is_gone_everywhere(tmp_path: Path) -> None:
    async def scene(network: Network) -> None:
        late = made(1, network.height() + 1)
        backup = next(name for name in VALIDATORS if name != primary(network))
        network.lose = lambda sender, _, message: sender == backup and isinstance(message, TxBatch)
        assert await network.submit(backup, late) == ["OK"]
        await network.reach(late.signed.transaction.valid_until)
        network.lose = lambda _, __, ___: False
        await network.reach(network.height() + 2)
        assert not any(node.has_decided([late.tx_id]) for node in network.nodes.values())
        assert all(len(node.pool) == 0 for node in network.nodes.values())
        assert await network.submit(SECOND, late) == ["EXPIRED"]

    on_four(tmp_path, scene)


def test_a_hundred_operations_and_the_longest_memo_and_the_largest_size(tmp_path: Path) -> None:
    async def scene(network: Network) -> None:
        until = network.height() + W
        many = made(1, until, *[PAYMENT] * OPERATIONS_MAX)
        memo = made(2, until, memo="\U0001f600" * 140)
        full = sized(3, until, TRANSACTION_SIZE_BYTES_MAX)
        over = sized(4, until, TRANSACTION_SIZE_BYTES_MAX + 1)
        assert len(full.data) == TRANSACTION_SIZE_BYTES_MAX
        answers = await network.submit(SECOND, many, memo, full, over)
        assert answers == ["OK", "OK", "OK", "TX_TOO_LARGE"]
        await settled(network, many, memo, full)
        assert [code_of(network, each) for each in (many, memo, full)] == [
            Code.OK,
            Code.OK,
            Code.BAD_FIELD,
        ]

    on_four(tmp_path, scene)


def sized(number: int, until: int, size: int) -> DecodedTransaction:
    """A transaction of exactly so many bytes: a proposal of bytes that are no operation."""

    def of(last: int) -> DecodedTransaction:
        parts = (*[b"\x01" * 7_200] * 8, b"\x01" * last)
        return made(number, until, Propose(operations=parts, approvers=(), expires_on=EXPIRY))

    return of(7_200 + size - len(of(7_200).data))


def test_a_memo_or_an_operation_too_many_is_no_transaction(tmp_path: Path) -> None:
    async def scene(network: Network) -> None:
        long = encode([[1, CHAIN_ID, *[b"\x00" * 16] * 2, 9, [], "x" * 141], []])
        many = made(1, 9, *[PAYMENT] * OPERATIONS_MAX).signed
        more = msgspec.structs.replace(
            many.transaction, operations=(*many.transaction.operations, PAYMENT)
        )
        data = [long, encode(msgspec.structs.replace(many, transaction=more))]
        answers = await network.nodes[FIRST].intake.submit(data)
        assert [code for code, _ in answers] == [Code.MALFORMED] * 2

    on_four(tmp_path, scene)


@pytest.mark.parametrize("until", [1, W - 1])
def test_a_reference_with_other_bytes_is_refused_until_it_leaves_the_window(
    tmp_path: Path, until: int
) -> None:
    """Entered at h, it is in the window of h+1 .. h+W; at h+W+1 it is as good as new."""

    async def scene(network: Network) -> None:
        once = made(1, network.height() + 1 + until)
        assert await network.submit(FIRST, once) == ["OK"]
        (height,) = await settled(network, once)
        while network.height() + 1 <= height + W:
            other = made(1, network.height() + W, memo=f"{network.height()}")
            answers = [(await network.submit(name, other))[0] for name in VALIDATORS]
            assert set(answers) <= {"CLIENT_REF_REUSED"}
            await network.reach(network.height() + 1)
        assert occurrences(network, once.signed.transaction.client_ref) == 1
        again = made(1, network.height() + W, memo="again")
        assert await network.submit(THIRD, again) == ["OK"]
        await settled(network, again)

    on_four(tmp_path, scene)


def test_other_bytes_under_one_reference_at_each_node_enter_once(tmp_path: Path) -> None:
    """Four nodes admit four transactions; one enters, the others are dropped by all."""

    async def scene(network: Network) -> None:
        network.lose = lambda _, __, message: isinstance(message, TxBatch)
        until = network.height() + W
        versions = [made(1, until - at, memo=f"{at}") for at in range(4)]
        for name, version in zip(VALIDATORS, versions, strict=True):
            assert await network.submit(name, version) == ["OK"]
        await network.until(lambda: any(decided_by_all(network, each) for each in versions))
        network.lose = lambda _, __, ___: False
        await network.reach(network.height() + 3)
        assert occurrences(network, versions[0].signed.transaction.client_ref) == 1
        assert all(len(node.pool) == 0 for node in network.nodes.values())

    on_four(tmp_path, scene)


def test_the_same_bytes_to_all_nodes_at_once_and_again_enter_once(tmp_path: Path) -> None:
    async def scene(network: Network) -> None:
        batches = 0

        def count(_: str, __: str, message: PeerMessage) -> bool:
            nonlocal batches
            batches += isinstance(message, TxBatch)
            return False

        network.lose = count
        for turn in range(10):
            until = network.height() + W
            sent = [
                made(turn * 100 + at, until, party=(BANK_1, BANK_2)[at % 2]) for at in range(40)
            ]
            for _ in range(2):
                for name in VALIDATORS:
                    answers = await network.submit(name, *sent)
                    assert set(answers) <= {"OK", "ALREADY_KNOWN", "CLIENT_REF_REUSED"}
            await settled(network, *sent)
            for each in sent[:5]:
                assert occurrences(network, each.signed.transaction.client_ref) == 1
        assert batches

    on_four(tmp_path, scene)


def test_odd_transactions_of_every_kind_stop_nothing(tmp_path: Path) -> None:
    totals = run(1, 500, tmp_path)
    assert totals.sent >= 500
    assert totals.decided > 100
    assert len(totals.receipts) > 15
