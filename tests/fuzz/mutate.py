"""Structure-aware mutants: take a valid input apart, change some of its values, put it together.

A pure function of the seeds and of a random generator, so that a mutant is repeated by its number.
Trees are what msgspec decodes without a type; a value of odd encoding is a msgspec.Raw in it.
"""

from collections.abc import Sequence
from random import Random

import msgspec

from tests.fuzz.odd import NUMBERS, json_odd, msgpack_int, msgpack_odd
from tests.fuzz.target import Form

CHANGES_MAX = 4
INPUT_BYTES_MAX = 4 * 1024 * 1024
"""A frame; the body of an RPC call is smaller."""
REPEATS = (2, 3, 17, 101, 1_025, 5_000, 16_384, 100_000)
SIZES = (0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 256, 70_000)

Tree = object
Path = tuple[object, ...]


def read(data: bytes, form: Form) -> Tree:
    """The tree of a seed."""
    return msgspec.msgpack.decode(data) if form is Form.MSGPACK else msgspec.json.decode(data)


def write(tree: Tree, form: Form) -> bytes:
    """Its bytes."""
    return msgspec.msgpack.encode(tree) if form is Form.MSGPACK else msgspec.json.encode(tree)


class Mutator:
    """Mutants of some seeds."""

    def __init__(self, seeds: Sequence[bytes], form: Form, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self.seeds = tuple(seeds)
        self._form = form
        self._trees = () if form is Form.BYTES else tuple(read(seed, form) for seed in self.seeds)
        # A large seed costs a thousand times as much as a small one: it is taken less often.
        self._weights = [1 / (1 + len(seed) / 1_024) for seed in self.seeds]
        self._pools: dict[object, list[Tree]] = {}
        for tree in self._trees:
            self._collect(tree)

    def mutant(self, rng: Random) -> bytes:
        """One input: rarely a seed as it is, mostly changed values, sometimes changed bytes."""
        at = rng.choices(range(len(self.seeds)), self._weights)[0]
        luck = rng.random()
        if luck < 0.05:
            return self.seeds[at]
        data = self.seeds[at]
        if self._trees and luck < 0.9:
            tree = self._trees[at]
            for _ in range(1 + int(CHANGES_MAX * rng.random() ** 2)):
                tree = self._changed(tree, rng)
            data = write(tree, self._form)
        if not self._trees or luck > 0.82:
            data = change_bytes(data, rng)
        return data[: self._bytes_max]

    def of(self, data: bytes, rng: Random) -> bytes:
        """A mutant of any bytes: by values if they decode, else by bytes."""
        if self._form is not Form.BYTES and rng.random() < 0.75:
            try:
                return write(self._changed(read(data, self._form), rng), self._form)
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError, ValueError):
                pass
        return change_bytes(data, rng)

    def _collect(self, tree: Tree) -> None:
        """Values by kind, to be lent to others of that kind."""
        self._pools.setdefault(kind_of(tree), []).append(tree)
        if isinstance(tree, list | dict):
            for each in tree if isinstance(tree, list) else tree.values():
                self._collect(each)

    def _changed(self, tree: Tree, rng: Random) -> Tree:
        """Copy the way down to one value, and change that."""
        if isinstance(tree, list) and tree and rng.random() > _stops(tree):
            at = _deep(tree, rng)
            return [*tree[:at], self._changed(tree[at], rng), *tree[at + 1 :]]
        if isinstance(tree, dict) and tree and rng.random() < 0.9:
            key = rng.choice(list(tree))
            return {**tree, key: self._changed(tree[key], rng)}
        return self._other(tree, rng)

    def _other(self, value: Tree, rng: Random) -> Tree:
        """Mostly of the same kind: what is refused at once teaches little."""
        luck = rng.randrange(20)
        if luck < 1:
            return msgspec.Raw(msgpack_odd(rng) if self._form is Form.MSGPACK else json_odd(rng))
        if luck < 2:
            return rng.choice(self._pools[rng.choice(list(self._pools))])
        if luck < 8 and kind_of(value) in self._pools:
            return rng.choice(self._pools[kind_of(value)])
        match value:
            case bool():
                return rng.choice((not value, not value, int(value), None))
            case int():
                return self._number(value, rng)
            case bytes():
                return _bytes(value, rng)
            case str():
                return _text(value, rng)
            case list():
                return _list(value, rng)
            case dict():
                return _dict(value, rng)
            case _:
                return rng.choice((0, b"", "", [], None, b"\x00" * 32))

    def _number(self, value: int, rng: Random) -> Tree:
        match rng.randrange(10):
            case 0 | 1 | 2:
                return min(max(value + rng.choice((-1, 1, -256, 256)), -(2**63)), 2**64 - 1)
            case 3 | 4 | 5:
                return rng.choice(NUMBERS)
            case 6:
                return max(-value - 1, -(2**63))
            case 7:
                return rng.choice((bool(value), str(value)))
            case 8 if self._form is Form.MSGPACK:
                return msgspec.Raw(msgpack_int(value, rng))
            case _:
                return rng.getrandbits(rng.choice((8, 32, 62, 64)))


def _stops(tree: list[Tree]) -> float:
    """How often a list itself is changed: rarely what looks like the fields of a struct."""
    return 0.15 if len(tree) < 2 or kind_of(tree[0]) == kind_of(tree[1]) else 0.03


def _deep(tree: list[Tree], rng: Random) -> int:
    """A place in a list, rather one below which there is more."""
    places = [rng.randrange(len(tree)) for _ in range(3)]
    return next((at for at in places if isinstance(tree[at], list | dict)), places[0])


def kind_of(value: Tree) -> object:
    """Values of one kind often fit in each other's places."""
    return (type(value), len(value)) if isinstance(value, bytes) else type(value)


def _list(value: list[object], rng: Random) -> Tree:
    at = rng.randrange(len(value)) if value else 0
    match rng.randrange(8):
        case 0 if value:
            return value[:at] + value[at + 1 :]
        case 1 if value:
            return [*value[:at], value[at], *value[at:]]
        case 2 if len(value) > 1:
            other = rng.randrange(len(value))
            swapped = list(value)
            swapped[at], swapped[other] = swapped[other], swapped[at]
            return swapped
        case 3 if value:  # much of the same, bounded in bytes
            size = len(msgspec.msgpack.encode(value[at]))
            times = min(rng.choice(REPEATS), max(2, INPUT_BYTES_MAX // (4 * size)))
            return [*value[:at], *([value[at]] * times), *value[at + 1 :]]
        case 4:
            return []
        case 5:
            return dict(enumerate(value))
        case 6:
            return [value]
        case _:
            return [*value, None]


def _dict(value: dict[object, object], rng: Random) -> Tree:
    match rng.randrange(4):
        case 0 if value:
            gone = rng.choice(list(value))
            return {key: each for key, each in value.items() if key != gone}
        case 1:
            return {**value, rng.choice(("x", "__class__", "a" * 300, "")): rng.choice(NUMBERS)}
        case 2:
            return list(value.values())
        case _:
            return {str(key).upper(): each for key, each in value.items()}


def _text(value: str, rng: Random) -> Tree:
    match rng.randrange(8):
        case 0:
            return value + rng.choice(("\n", " ", "\x00", "\u202e", "e\u0301", "\U0001f600"))
        case 1:
            return value[: rng.randrange(len(value) + 1)]
        case 2:
            return value.upper() if value != value.upper() else value.lower()
        case 3:
            return (value or "a") * rng.choice((2, 33, 1_000))
        case 4:
            return value.encode()
        case 5:
            return rng.choice(("", "-1", "0", "00", "1e3", "0x10", "18446744073709551616", "null"))
        case 6:
            return rng.choice(NUMBERS)
        case _:
            at = rng.randrange(len(value) + 1)
            return value[:at] + chr(rng.choice((9, 34, 92, 48, 122, 233, 0x2028))) + value[at:]


def _bytes(value: bytes, rng: Random) -> Tree:
    """Other bytes in place of some, mostly as many as before."""
    match rng.randrange(16):
        case 0 | 1 | 2 | 3 | 4 | 5 if value:
            at = rng.randrange(len(value))
            return value[:at] + bytes([value[at] ^ 1 << rng.randrange(8)]) + value[at + 1 :]
        case 6 | 7 | 8:
            return rng.randbytes(len(value))
        case 9 | 10:
            return bytes(len(value))
        case 11:
            return value[: rng.randrange(len(value) + 1)]
        case 12:
            return value + rng.randbytes(rng.choice((1, 2, 32)))
        case 13:
            return rng.randbytes(rng.choice(SIZES))
        case 14:
            return bytes(rng.choice(SIZES))
        case _:
            return value.hex()


def change_bytes(data: bytes, rng: Random) -> bytes:
    """What a line, a disk or a blind attacker does."""
    out = bytearray(data)
    for _ in range(1 + rng.randrange(CHANGES_MAX)):
        at = rng.randrange(len(out) + 1)
        match rng.randrange(8):
            case 0:
                del out[at:]
            case 1:
                out[at:at] = rng.randbytes(rng.choice((1, 2, 4, 64)))
            case 2:
                out += data
            case 3:
                out[at:at] = msgpack_odd(rng)
            case 4:
                del out[at : at + rng.choice((1, 2, 4, 32))]
            case 5:
                other = rng.randrange(len(out) + 1)
                out[at:at] = out[other : other + rng.choice((4, 64, 512))]
            case 6 if at < len(out):
                out[at] = rng.choice((0, 0x7F, 0x80, 0xC0, 0xC1, 0xCC, 0xDC, 0xDD, 0xDF, 0xFF))
            case _ if at < len(out):
                out[at] ^= 1 << rng.randrange(8)
            case _:
                out += b"\x00"
    return bytes(out[:INPUT_BYTES_MAX])
