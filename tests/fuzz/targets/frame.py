"""Frames: bytes of a link, in any pieces, give the same payloads or the same named error."""

from random import Random

from node.wire.framing import FRAME_SIZE_BYTES_MAX, FrameError, FrameParser, frame
from node.wire.peer_messages import Ping, encode_message
from tests.fuzz.target import Act, Form, require
from tests.node.wire.samples import MESSAGES

PIECE_BYTES_MAX = 64 * 1024


def all_of(pieces: list[bytes]) -> tuple[list[bytes], str, int]:
    """(payloads, error or nothing, bytes that wait) of a new parser."""
    parser = FrameParser()
    payloads: list[bytes] = []
    for piece in pieces:
        parser.feed(piece)
        try:
            while (payload := parser.next_payload()) is not None:
                payloads.append(payload)
        except FrameError as error:
            return payloads, type(error).__name__, 0
    return payloads, "", parser.pending_bytes


class FrameTarget:
    """node/wire/framing.py."""

    form = Form.BYTES
    input_bytes_max = FRAME_SIZE_BYTES_MAX + 1024
    inputs_per_life = 1
    must_see = frozenset({"frames", "waiting", "FrameTooLarge", "FrameEmpty"})

    def seeds(self) -> tuple[bytes, ...]:
        """One frame of each message, and a stream of all."""
        frames = [frame(encode_message(message)) for message in MESSAGES.values()]
        large = frame(bytes(FRAME_SIZE_BYTES_MAX))
        return (*frames, b"".join(frames), frame(encode_message(Ping())) * 500, large)

    def repair(self, data: bytes) -> bytes:
        """One frame around it."""
        return frame(data) if 0 < len(data) <= FRAME_SIZE_BYTES_MAX else data

    def parse(self, data: bytes) -> str | Act:
        """In the pieces in which a socket gives it."""
        pieces = [data[at : at + PIECE_BYTES_MAX] for at in range(0, len(data), PIECE_BYTES_MAX)]
        payloads, error, waiting = all_of(pieces)
        del pieces

        def act() -> str:
            rng = Random(len(data))
            cuts = sorted(rng.randrange(len(data) + 1) for _ in range(5))
            other = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
            require(all_of(other) == (payloads, error, waiting), "pieces change what is read")
            rest = data[: len(data) - waiting] if not error else data
            require(rest.startswith(b"".join(map(frame, payloads))), "a payload that was not sent")
            return error or ("waiting" if waiting else "frames")

        return act

    def reset(self, life: int = 0) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is open."""
