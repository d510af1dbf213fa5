"""The edge cases of Ed25519, built with the oracle: the source of tests/vectors/ed25519_rule.json.

`python -m tests.node.ed25519_cases > tests/vectors/ed25519_rule.json` rewrites the golden table;
a change of one verdict in it is a fork of the network, so look at the difference twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from tests.node import ed25519_oracle as oracle


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the accept / reject table; bytes are hexadecimal."""

    name: str
    """A sentence fragment, unique."""
    public_key: str
    """A, 32 bytes unless the case is about lengths."""
    message: str
    """Any bytes."""
    signature: str
    """R and S, 64 bytes unless the case is about lengths."""
    accept: bool
    """The verdict every validator must reach (ADR 0003)."""
    accept_cofactored: bool
    """What a cofactored library would say: where the two differ, mixed libraries fork."""


SEED = bytes(range(32))
A = oracle.secret_scalar(SEED)
R = 0x1234_5678_9ABC_DEF0_1234_5678_9ABC_DEF1
TORSION = oracle.TORSION

RFC_8032 = (
    ("RFC 8032 7.1 test 1", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", ""),
    (
        "RFC 8032 7.1 test 2",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "72",
    ),
    (
        "RFC 8032 7.1 test 3",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "af82",
    ),
)
"""Name, seed, message. The expected signatures are in tests/node/test_signing.py."""

Row = tuple[str, bytes, bytes, bytes]
"""Name, public key, message, signature."""


def _search(want: str, a_torsion: int, r_torsion: int) -> Row:
    """The first message for which the cofactorless equation holds (`want` = "holds") or not."""
    for number in range(1000):
        message = b"case %d" % number
        key, signature = oracle.forge(A, TORSION[a_torsion], R, TORSION[r_torsion], message)
        h = oracle.challenge(signature[:32], key, message)
        if ((r_torsion + h * a_torsion) % 8 == 0) == (want == "holds"):
            name = f"A of mixed order +{a_torsion}T, R +{r_torsion}T, cofactorless equation {want}"
            return name, key, message, signature
    raise AssertionError("no message found")


def _small_order_keys() -> Iterator[Row]:
    """A small: forged without any secret, so that only the check of the order can refuse it."""
    for index, point in enumerate(TORSION):
        for number, key in enumerate(oracle.encodings(point)):
            message = b"anything"
            for nonce in range(R, R + 200):
                r_bytes = oracle.encode(oracle.multiply(nonce, oracle.BASE))
                if oracle.challenge(r_bytes, key, message) * index % 8 == 0:
                    signature = r_bytes + (nonce % oracle.L).to_bytes(32, "little")
                    yield f"A of small order {index}T, encoding {number}", key, message, signature
                    break


def _small_order_commitments() -> Iterator[Row]:
    """R small, for an honest key; and both small with S = 0."""
    key = oracle.encode(oracle.multiply(A, oracle.BASE))
    for index, point in enumerate(TORSION):
        for number, r_bytes in enumerate(oracle.encodings(point)):
            s = oracle.challenge(r_bytes, key, b"R") * A % oracle.L
            name = f"R of small order {index}T, encoding {number}"
            yield name, key, b"R", r_bytes + s.to_bytes(32, "little")
    identity = oracle.encode(oracle.IDENTITY)
    yield "A and R the identity, S = 0", identity, b"", identity + bytes(32)
    yield "all zero", bytes(32), b"", bytes(64)


def _scalars() -> Iterator[Row]:
    """S against its range: S + L verifies in a library that does not look."""
    key, good = oracle.forge(A, oracle.IDENTITY, R, oracle.IDENTITY, b"S")
    s = int.from_bytes(good[32:], "little")
    yield "honest", key, b"S", good
    yield "honest, another message", key, b"s", good
    for multiple in (1, 2, 7, 14):
        shifted = (s + multiple * oracle.L).to_bytes(32, "little")
        yield f"S + {multiple}L", key, b"S", good[:32] + shifted
    for name, value in (
        ("0", 0),
        ("L - 1", oracle.L - 1),
        ("L", oracle.L),
        ("2^256 - 1", 2**256 - 1),
    ):
        yield f"S = {name}", key, b"S", good[:32] + value.to_bytes(32, "little")
    for bit in (252, 253, 254, 255):
        yield f"S with bit {bit}", key, b"S", good[:32] + (s | 1 << bit).to_bytes(32, "little")


def _encodings() -> Iterator[Row]:
    """Points that are not points, second encodings of large points, lengths, single bits."""
    key, good = oracle.forge(A, oracle.IDENTITY, R, oracle.IDENTITY, b"E")
    for y in (2, 3, 4, 5):
        on_curve = oracle.recover_x(y, 0) is not None
        kind = "a point" if on_curve else "no point"
        for name, value in ((f"y = {y} ({kind})", y), (f"y = p + {y} ({kind})", oracle.P + y)):
            data = value.to_bytes(32, "little")
            yield f"A: {name}", data, b"E", good
            yield f"R: {name}", key, b"E", data + good[32:]
    for length in (0, 32, 63, 65, 128):
        yield f"signature of {length} bytes", key, b"E", (good + good)[:length]
    for length in (0, 31, 33, 64):
        yield f"public key of {length} bytes", (key + key)[:length], b"E", good
    for position in (0, 255, 256, 511):
        flipped = int.from_bytes(good, "little") ^ 1 << position
        yield f"signature bit {position} flipped", key, b"E", flipped.to_bytes(64, "little")
    for position in (0, 255):
        flipped = int.from_bytes(key, "little") ^ 1 << position
        yield f"key bit {position} flipped", flipped.to_bytes(32, "little"), b"E", good


def _rows() -> Iterator[Row]:
    """All cases in the order of the file."""
    for name, seed_hex, message_hex in RFC_8032:
        key, signature = oracle.sign(bytes.fromhex(seed_hex), bytes.fromhex(message_hex))
        yield name, key, bytes.fromhex(message_hex), signature
    yield from _scalars()
    yield from _small_order_keys()
    yield from _small_order_commitments()
    for a_torsion, r_torsion in ((1, 0), (2, 0), (4, 0), (1, 4), (1, 1), (3, 5), (6, 2)):
        yield _search("holds", a_torsion, r_torsion)
        yield _search("fails", a_torsion, r_torsion)
    for r_torsion in (1, 2, 4):
        yield _search("fails", 0, r_torsion)
    yield from _encodings()


def cases() -> list[Case]:
    """Every row with the oracle's two verdicts."""
    return [
        Case(
            name=name,
            public_key=key.hex(),
            message=message.hex(),
            signature=signature.hex(),
            accept=oracle.accepts(key, message, signature),
            accept_cofactored=oracle.accepts(key, message, signature, cofactored=True),
        )
        for name, key, message, signature in _rows()
    ]


if __name__ == "__main__":
    document = {
        "source": "tests/node/ed25519_cases.py, computed by the integer oracle beside it",
        "rule": "docs/adr/0003-signatures.md",
        "cases": msgspec.to_builtins(cases()),
    }
    print(json.dumps(document, indent=1))
