"""Frames: any cut of the stream gives the same payloads; every fault has its type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.wire.framing import (
    FRAME_SIZE_BYTES_MAX,
    FrameEmpty,
    FrameError,
    FrameParser,
    FrameTooLarge,
    frame,
)


def drain(parser: FrameParser) -> list[bytes]:
    payloads = []
    while (payload := parser.next_payload()) is not None:
        payloads.append(payload)
    return payloads


@given(st.lists(st.binary(min_size=1, max_size=200)), st.lists(st.integers(1, 50), min_size=1))
def test_any_cut_of_the_stream_gives_the_same_payloads(
    payloads: list[bytes], cuts: list[int]
) -> None:
    stream = b"".join(map(frame, payloads))
    parser = FrameParser()
    found: list[bytes] = []
    position = turn = 0
    while position < len(stream):
        size = cuts[turn % len(cuts)]
        parser.feed(stream[position : position + size])
        found += drain(parser)
        position, turn = position + size, turn + 1
    assert found == payloads
    assert parser.pending_bytes == 0


def test_the_length_is_four_bytes_big_endian() -> None:
    assert frame(b"abc") == b"\x00\x00\x00\x03abc"


def test_an_announced_frame_above_the_limit_is_refused_before_its_payload_comes() -> None:
    parser = FrameParser()
    parser.feed((FRAME_SIZE_BYTES_MAX + 1).to_bytes(4, "big"))
    with pytest.raises(FrameTooLarge) as caught:
        parser.next_payload()
    assert caught.value.size_bytes == FRAME_SIZE_BYTES_MAX + 1


def test_a_frame_of_exactly_the_limit_passes() -> None:
    parser = FrameParser(limit_bytes=8)
    parser.feed(frame(b"12345678"))
    assert parser.next_payload() == b"12345678"


def test_an_empty_frame_is_refused_on_both_sides() -> None:
    parser = FrameParser()
    parser.feed(bytes(4))
    with pytest.raises(FrameEmpty):
        parser.next_payload()
    with pytest.raises(FrameEmpty):
        frame(b"")


def test_a_payload_above_the_limit_is_not_sent() -> None:
    with pytest.raises(FrameTooLarge):
        frame(bytes(FRAME_SIZE_BYTES_MAX + 1))


@given(st.lists(st.binary(max_size=100)))
def test_noise_gives_payloads_or_a_frame_error_and_the_buffer_stays_bounded(
    pieces: list[bytes],
) -> None:
    parser = FrameParser(limit_bytes=64)
    for piece in pieces:
        parser.feed(piece)
        try:
            drain(parser)
        except FrameError:
            return
        assert parser.pending_bytes < 4 + 64
