"""Frames: 4 bytes of length, big-endian, then that many bytes of msgpack (docs/spec/wire.md, 7).

Rules of this file:
1. The length is judged before a byte of the payload is kept.
2. A parser holds at most one unfinished frame and what one read brought; it never grows beyond
   that.
3. After an error the stream has no next frame: the link must be closed.
"""

import struct

FRAME_SIZE_BYTES_MAX = 4 * 1024 * 1024
"""Largest payload. A block of 2,000 ids is 68 KiB; this leaves room for windows of block sync."""
HEADER_SIZE_BYTES = 4

_length = struct.Struct(">I")


class FrameError(Exception):
    """The bytes of a link are no frames."""


class FrameTooLarge(FrameError):
    """The length announces more than the limit."""

    def __init__(self, size_bytes: int, limit_bytes: int) -> None:
        super().__init__(f"a frame of {size_bytes} bytes; at most {limit_bytes} are accepted")
        self.size_bytes = size_bytes


class FrameEmpty(FrameError):
    """The length is zero: no message is that short."""

    def __init__(self) -> None:
        super().__init__("a frame without payload")


def frame(payload: bytes) -> bytes:
    """The payload as it goes over the link.

    FrameEmpty or FrameTooLarge if the peer would refuse it.
    """
    if not payload:
        raise FrameEmpty
    if len(payload) > FRAME_SIZE_BYTES_MAX:
        raise FrameTooLarge(len(payload), FRAME_SIZE_BYTES_MAX)
    return _length.pack(len(payload)) + payload


class FrameParser:
    """Takes what a link brings, in any pieces; gives payloads, one by one."""

    __slots__ = ("_buffer", "_limit_bytes", "_start")

    def __init__(self, limit_bytes: int = FRAME_SIZE_BYTES_MAX) -> None:
        self._buffer = bytearray()
        self._start = 0
        self._limit_bytes = limit_bytes

    def feed(self, data: bytes) -> None:
        """Add received bytes. The caller stops reading while `pending_bytes` is above a frame."""
        if self._start:
            del self._buffer[: self._start]
            self._start = 0
        self._buffer += data

    def next_payload(self) -> bytes | None:
        """The next whole payload, or None until more bytes come.

        Raises FrameTooLarge or FrameEmpty.
        """
        available = len(self._buffer) - self._start
        if available < HEADER_SIZE_BYTES:
            return None
        (size,) = _length.unpack_from(self._buffer, self._start)
        if size > self._limit_bytes:
            raise FrameTooLarge(size, self._limit_bytes)
        if size == 0:
            raise FrameEmpty
        if available < HEADER_SIZE_BYTES + size:
            return None
        begin = self._start + HEADER_SIZE_BYTES
        self._start = begin + size
        with memoryview(self._buffer) as view:
            return bytes(view[begin : self._start])

    @property
    def pending_bytes(self) -> int:
        """Bytes received and not yet given out."""
        return len(self._buffer) - self._start
