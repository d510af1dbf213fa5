"""The queue of a slow peer: bounded, urgent first, the newest vote stays."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from consensus.messages import Commit, Prepare, Status
from node.p2p.send_queue import Lane, SendQueue, outgoing
from node.wire.framing import FrameParser
from node.wire.peer_messages import (
    BlockRequest,
    PeerMessage,
    TxBatch,
    encode_message,
)


def status(height: int) -> Status:
    return Status(
        height=height,
        view=0,
        phase="idle",
        tip_digest=bytes(32),
        tip_certificate=None,
        peers_seen=(),
        lost_primary=False,
        seen=None,
    )


def prepare(height: int, sender: str = "a") -> Prepare:
    return Prepare(height=height, view=0, digest=bytes(32), sender=sender, signature=b"")


def commit(height: int) -> Commit:
    return Commit(
        height=height, view=0, digest=bytes(32), root=bytes(32), sender="a", signature=b""
    )


def batch(size_bytes: int) -> TxBatch:
    return TxBatch(bodies=(bytes(size_bytes),))


def queue(limit_bytes: int = 10_000) -> SendQueue:
    return SendQueue(limit_bytes=limit_bytes, dropped=Counter())


def said(*messages: PeerMessage) -> list[bytes]:
    return [encode_message(message) for message in messages]


def drain(waiting: SendQueue) -> list[bytes]:
    payloads = []
    while (data := waiting.pop()) is not None:
        parser = FrameParser()
        parser.feed(data)
        payload = parser.next_payload()
        assert payload is not None
        payloads.append(payload)
    return payloads


def test_urgent_leaves_before_bulk_and_each_lane_in_order() -> None:
    waiting = queue()
    for message in (batch(1), prepare(1), batch(2), commit(1)):
        assert waiting.put(outgoing(message))
    assert drain(waiting) == said(prepare(1), commit(1), batch(1), batch(2))
    assert waiting.size_bytes == 0
    assert not waiting


def test_a_newer_status_replaces_the_older_at_once() -> None:
    waiting = queue()
    for height in range(1, 100):
        waiting.put(outgoing(status(height)))
    assert drain(waiting) == said(status(99))
    assert waiting.dropped == {"send_superseded": 98}


def test_votes_of_two_heights_both_wait_while_there_is_room() -> None:
    waiting = queue()
    waiting.put(outgoing(prepare(1)))
    waiting.put(outgoing(prepare(2)))
    assert drain(waiting) == said(prepare(1), prepare(2))


def test_when_full_superseded_votes_go_first_then_old_bulk() -> None:
    size = len(outgoing(prepare(1)).data)
    waiting = queue(4 * size)
    bulk = batch(size // 2)
    waiting.put(outgoing(bulk))
    waiting.put(outgoing(prepare(1)))
    waiting.put(outgoing(prepare(1, "b")))
    waiting.put(outgoing(prepare(2)))
    waiting.put(outgoing(prepare(3)))
    assert waiting.dropped == {"send_superseded": 1}
    waiting.put(outgoing(prepare(4)))
    assert waiting.dropped == {"send_superseded": 2}
    assert drain(waiting) == said(prepare(1, "b"), prepare(3), prepare(4), bulk)


def test_bulk_makes_way_for_votes_and_never_the_other_way_round() -> None:
    waiting = queue(1_000)
    waiting.put(outgoing(batch(970)))
    assert waiting.put(outgoing(prepare(1)))
    assert waiting.dropped == {"send_bulk_evicted": 1}
    assert not waiting.put(outgoing(batch(970)))
    assert waiting.dropped["send_refused"] == 1
    assert drain(waiting) == said(prepare(1))


def test_a_message_larger_than_the_queue_is_refused() -> None:
    waiting = queue(100)
    assert not waiting.put(outgoing(batch(200)))
    assert waiting.dropped == {"send_refused": 1}


def test_only_bodies_and_blocks_are_bulk() -> None:
    assert outgoing(batch(1)).lane is Lane.BULK
    assert outgoing(BlockRequest(height=1, digest=bytes(32))).lane is Lane.URGENT


Message = st.one_of(
    st.integers(1, 9).map(status),
    st.builds(prepare, st.integers(1, 9), st.sampled_from("ab")),
    st.integers(1, 9).map(commit),
    st.integers(1, 400).map(batch),
)


@given(st.lists(Message | st.none(), max_size=60), st.integers(50, 1_500))
def test_whatever_comes_the_size_is_right_and_bounded(
    steps: list[PeerMessage | None], limit_bytes: int
) -> None:
    """None takes one out."""
    waiting = queue(limit_bytes)
    accepted = popped = 0
    for step in steps:
        if step is None:
            popped += waiting.pop() is not None
        else:
            accepted += waiting.put(outgoing(step))
        assert 0 <= waiting.size_bytes <= limit_bytes
        held = sum(len(each.data) for lane in waiting._lanes for each in lane.values())
        assert held == waiting.size_bytes
        serials = {serial for lane in waiting._lanes for serial in lane}
        assert set(waiting._latest.values()) <= serials
        assert set(waiting._superseded) <= serials
    lost = waiting.dropped["send_superseded"] + waiting.dropped["send_bulk_evicted"]
    assert accepted == popped + lost + len(drain(waiting))
