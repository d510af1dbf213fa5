"""Encodings that a careful decoder refuses or bounds: each is a whole value as raw bytes."""

import struct
from random import Random

EXT_TYPES = (-1, 0, 5, 127)
DEPTHS = (16, 33, 129, 1_025, 20_000)
COUNTS = (16, 65_535, 2**31, 2**32 - 1)
NUMBERS = (0, 1, 127, 128, 255, 256, 2**16, 2**31, 2**32 - 1, 2**53, 2**62, 2**62 + 1, 2**63)


def msgpack_int(number: int, rng: Random) -> bytes:
    """A number in a form longer than needed, where it has one."""
    forms = [
        (b"\xcc", ">B", 0, 2**8), (b"\xcd", ">H", 0, 2**16), (b"\xce", ">I", 0, 2**32),
        (b"\xcf", ">Q", 0, 2**64), (b"\xd0", ">b", -(2**7), 2**7), (b"\xd1", ">h", -(2**15), 2**15),
        (b"\xd2", ">i", -(2**31), 2**31), (b"\xd3", ">q", -(2**63), 2**63),
    ]  # fmt: skip
    fitting = [(mark, form) for mark, form, low, end in forms if low <= number < end]
    if not fitting:
        return b"\xcf" + b"\xff" * 8
    mark, form = rng.choice(fitting)
    return mark + struct.pack(form, number)


def msgpack_odd(rng: Random) -> bytes:
    """A value that stands for nothing in any of our types."""
    match rng.randrange(12):
        case 0:  # nested arrays, closed or not
            depth = rng.choice(DEPTHS)
            return b"\x91" * depth + rng.choice((b"\xc0", b"\x90", b""))
        case 1:  # nested maps
            return b"\x81\x01" * rng.choice(DEPTHS[:3]) + b"\xc0"
        case 2:  # an array that announces more than there is
            return b"\xdd" + struct.pack(">I", rng.choice(COUNTS)) + b"\xc0" * 3
        case 3:
            return b"\xdf" + struct.pack(">I", rng.choice(COUNTS)) + b"\x01\x02"
        case 4:
            return b"\xc6" + struct.pack(">I", rng.choice(COUNTS)) + b"ab"
        case 5:
            return b"\xdb" + struct.pack(">I", rng.choice(COUNTS)) + b"ab"
        case 6:  # extension, the timestamp among them
            kind = rng.choice(EXT_TYPES)
            return b"\xd7" + struct.pack(">b", kind) + rng.randbytes(8)
        case 7:
            return b"\xc9" + struct.pack(">Ib", rng.choice(COUNTS), 1) + b"abc"
        case 8:  # floats, infinities among them
            return b"\xcb" + rng.choice((b"\x7f\xf0", b"\x7f\xf8", b"\x3f\xf0")) + bytes(6)
        case 9:  # the same key twice
            return b"\x82\x01\x02\x01\x03"
        case 10:  # text that is no UTF-8
            return b"\xa3" + rng.choice((b"\xff\xfe\xfd", b"\xed\xa0\x80", b"a\xc3("))
        case _:
            return rng.choice((b"\xc1", b"\xc0", b"\xc2", b"\xc3", b"\xd4\x05\x00"))


def json_odd(rng: Random) -> bytes:
    """The same for JSON."""
    match rng.randrange(10):
        case 0:
            depth = rng.choice(DEPTHS)
            return b"[" * depth + b"]" * rng.choice((depth, depth - 1, 0))
        case 1:
            return b'{"a":' * rng.choice(DEPTHS[:3]) + b"1"
        case 2:
            return rng.choice((b"NaN", b"Infinity", b"-Infinity", b"nul", b"01", b"+1", b"1."))
        case 3:
            return rng.choice((b"1e999", b"-0", b"1.5", b"1E400", b"0.1e-7"))
        case 4:
            return b"9" * rng.choice((19, 20, 21, 400, 5_000))
        case 5:
            return b'{"a":1,"a":2}'
        case 6:
            return rng.choice((b'"\\ud800"', b'"\\u0000"', b'"\x00"', b'"\xff"', b'"\\x"'))
        case 7:
            return b'"' + b"\\u0041" * rng.choice((1, 32, 4_000)) + b'"'
        case 8:
            return rng.choice((b"true", b"false", b"null", b"{}", b"[]", b'""'))
        case _:
            return b'"' + b"a" * rng.choice((33, 129, 70_000)) + b'"'
