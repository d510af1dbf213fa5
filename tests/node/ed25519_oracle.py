"""An independent Ed25519 in plain integers: the oracle for the accept / reject rule of ADR 0003.

Slow and simple on purpose (affine Edwards addition with a field inversion each), written from
RFC 8032 section 5.1 only, so that it shares no code and no trick with the library under test.
tests/node/ed25519_cases.py makes the golden table with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

P = 2**255 - 19
"""The field prime."""
L = 2**252 + 27742317777372353535851937790883648493
"""The order of the base point, a prime."""
D = -121665 * pow(121666, P - 2, P) % P
"""The curve constant of -x^2 + y^2 = 1 + d x^2 y^2."""

Point = tuple[int, int]
"""Affine coordinates (x, y)."""
IDENTITY: Point = (0, 1)


def add(a: Point, b: Point) -> Point:
    """The complete affine addition law."""
    product = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + a[1] * b[0]) * pow(1 + product, -1, P) % P
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, P) % P
    return x, y


def multiply(scalar: int, point: Point) -> Point:
    """Double and add; the scalar is not reduced, because the point may have any order."""
    total = IDENTITY
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def negate(point: Point) -> Point:
    """The inverse of a point."""
    return -point[0] % P, point[1]


def recover_x(y: int, sign: int) -> int | None:
    """The x with this sign bit, or None if no point has this y. Negative zero is taken as zero."""
    ratio = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(ratio, (P + 3) // 8, P)
    if x * x % P != ratio:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != ratio:
        return None
    return P - x if x & 1 != sign and x != 0 else x


BASE: Point = (recover_x(4 * pow(5, P - 2, P) % P, 0) or 0, 4 * pow(5, P - 2, P) % P)


def encode(point: Point) -> bytes:
    """32 bytes: y, little-endian, the sign of x in the top bit."""
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def encodings(point: Point) -> Iterator[bytes]:
    """Every encoding that decodes to the point if y is taken modulo p and -0 as 0."""
    signs = (0, 1) if point[0] == 0 else (point[0] & 1,)
    for y in (point[1], point[1] + P):
        if y < 2**255:
            for sign in signs:
                yield (y | sign << 255).to_bytes(32, "little")


def decode(data: bytes) -> tuple[Point, bool] | None:
    """The point and whether the encoding is canonical; None if there is no such point."""
    value = int.from_bytes(data, "little")
    y, sign = value & (2**255 - 1), value >> 255
    x = recover_x(y % P, sign)
    if x is None:
        return None
    return (x, y % P), y < P and not (x == 0 and sign)


def torsion() -> list[Point]:
    """The eight points of small order, the multiples of one of order 8."""
    y = 2
    while True:
        x = recover_x(y, 0)
        if x is not None:
            point = multiply(L, (x, y))
            if multiply(4, point) != IDENTITY:
                return [multiply(k, point) for k in range(8)]
        y += 1


def challenge(r: bytes, a: bytes, message: bytes) -> int:
    """The h of RFC 8032 5.1.7, reduced modulo L as every library does."""
    return int.from_bytes(hashlib.sha512(r + a + message).digest(), "little") % L


def is_small_order(point: Point) -> bool:
    """Whether 8 P is the identity."""
    return multiply(8, point) == IDENTITY


def accepts(
    public_key: bytes, message: bytes, signature: bytes, *, cofactored: bool = False
) -> bool:
    """The written rule of ADR 0003; `cofactored=True` is what later libsodium releases ask."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    a, r = decode(public_key), decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L or not a[1] or not r[1]:
        return False
    if is_small_order(a[0]) or is_small_order(r[0]):
        return False
    h = challenge(signature[:32], public_key, message)
    expected = add(multiply(s, BASE), negate(multiply(h, a[0])))
    difference = add(r[0], negate(expected))
    return is_small_order(difference) if cofactored else difference == IDENTITY


def secret_scalar(seed: bytes) -> int:
    """The clamped scalar of RFC 8032 5.1.5."""
    value = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little")
    return value & (2**254 - 8) | 2**254


def forge(
    a: int, a_torsion: Point, r: int, r_torsion: Point, message: bytes
) -> tuple[bytes, bytes]:
    """Public key a B + T1 and a signature whose R is r B + T2: what a malicious signer can make."""
    public_key = encode(add(multiply(a, BASE), a_torsion))
    r_bytes = encode(add(multiply(r, BASE), r_torsion))
    s = (r + challenge(r_bytes, public_key, message) * a) % L
    return public_key, r_bytes + s.to_bytes(32, "little")


def sign(seed: bytes, message: bytes) -> tuple[bytes, bytes]:
    """Public key and signature of RFC 8032 5.1.6."""
    prefix = hashlib.sha512(seed).digest()[32:]
    nonce = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L
    return forge(secret_scalar(seed), IDENTITY, nonce, IDENTITY, message)


TORSION = torsion()
"""k T for k = 0 .. 7, T of order 8; TORSION[0] is the identity."""
