"""The commitment against a dumb reading of ADR 0001, and proofs against forgery."""

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokens.support import addr
from tests.tokens.test_state import position
from tokens.codec import encode
from tokens.commitment import Commitment, StaleDelta, replaced
from tokens.proof import StateProof, verify_proof
from tokens.records.holdings import POSITION
from tokens.state import Changes, Overlay
from tokens.store import MemoryStore, StoreState

NAMES = tuple(f"n{number}" for number in range(40))

Block = list[tuple[str, int | None]]
"""(account, new balance or None to delete)."""

blocks = st.lists(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.one_of(st.none(), st.integers(0, 10**6))), max_size=12
    ),
    max_size=6,
)


def tagged(domain: bytes, data: bytes) -> bytes:
    return hashlib.sha256(domain + b"\x00" + data).digest()


def reference_root(depth: int, records: dict[bytes, bytes]) -> bytes:
    """ADR 0001 word by word, with no tree kept: every bucket, every level, from nothing."""
    level = []
    for bucket in range(2**depth):
        pairs = b"".join(
            key + tagged(b"mohur/entry/v1", key + value)
            for key, value in sorted(records.items())
            if int.from_bytes(key, "big") // 2 ** (256 - depth) == bucket
        )
        level.append(tagged(b"mohur/bucket/v1", pairs))
    while len(level) > 1:
        # fan-out 16, but what is left over at the top: 2^(d mod 4)
        size = min(16, len(level))
        level = [
            tagged(b"mohur/node/v1", b"".join(level[at : at + size]))
            for at in range(0, len(level), size)
        ]
    return tagged(b"mohur/state/v1", bytes([depth]) + level[0])


class Chain:
    """A store and its commitment."""

    def __init__(self, depth: int, cache_buckets_max: int = 4) -> None:
        self.store = MemoryStore()
        self.base = StoreState(self.store)
        self.commitment = Commitment(depth, cache_buckets_max=cache_buckets_max)

    def changes(self, block: Block) -> Changes:
        overlay = Overlay(self.base)
        for name, balance in block:
            if balance is None:
                overlay.delete(POSITION, "PKR", addr(name))
            else:
                overlay.put(POSITION, position(name, balance))
        return overlay.changes()

    def apply(self, block: Block) -> bytes:
        changes = self.changes(block)
        root, delta = self.commitment.preview(changes, self.store.iterate)
        self.store.write(changes.writes())
        self.base.absorb(changes)
        self.commitment.apply(delta)
        return root

    def records(self) -> dict[bytes, bytes]:
        return {raw[1:]: value for raw, value in self.store.iterate(b"s", b"t")}

    def record_bytes(self, name: str) -> bytes | None:
        record = self.base.read(POSITION, ("PKR", addr(name)))
        return None if record is None else encode(record)

    def prove(self, name: str) -> StateProof:
        key_hash = POSITION.key_hash(("PKR", addr(name)))
        return self.commitment.prove(key_hash, self.store.iterate)


@given(st.integers(1, 9), blocks)
def test_root_is_the_reference_root(depth: int, history: list[Block]) -> None:
    chain = Chain(depth)
    assert chain.commitment.root == reference_root(depth, {})
    for block in history:
        root = chain.apply(block)
        assert root == chain.commitment.root == reference_root(depth, chain.records())
        assert Commitment.rebuild(depth, chain.store.iterate).root == root
        assert Commitment(depth, chain.commitment.leaves()).root == root


@given(blocks, blocks)
def test_a_preview_changes_nothing(history: list[Block], others: list[Block]) -> None:
    chain, undisturbed = Chain(5), Chain(5)
    for block in history:
        for other in others:
            chain.commitment.preview(chain.changes(other), chain.store.iterate)
        assert chain.apply(block) == undisturbed.apply(block)


def test_a_delta_of_another_parent_is_refused() -> None:
    chain = Chain(5)
    _, delta = chain.commitment.preview(chain.changes([("n1", 1)]), chain.store.iterate)
    chain.apply([("n2", 2)])
    with pytest.raises(StaleDelta):
        chain.commitment.apply(delta)


@given(st.integers(1, 9), blocks)
def test_proofs_of_presence_and_absence(depth: int, history: list[Block]) -> None:
    chain = Chain(depth)
    for block in history:
        chain.apply(block)
    root = chain.commitment.root
    for name in NAMES[:10]:
        key, data, proof = ("PKR", addr(name)), chain.record_bytes(name), chain.prove(name)
        assert verify_proof(root, POSITION, key, data, proof)
        assert not verify_proof(root, POSITION, key, None if data else b"x", proof)
        assert not verify_proof(bytes(32), POSITION, key, data, proof)
        if data is not None:
            assert not verify_proof(root, POSITION, key, data[:-1] + b"\x01", proof)


def changed(proof: StateProof, at: int, bit: int) -> StateProof | None:
    """One bit of the encoded proof flipped, if that still decodes."""
    data = bytearray(encode(proof))
    data[at % len(data)] ^= 1 << bit
    try:
        return msgspec.msgpack.decode(bytes(data), type=StateProof)
    except msgspec.DecodeError:
        return None


@given(st.integers(0, 10**6), st.integers(0, 7), st.sampled_from(NAMES[:4]))
def test_no_flipped_bit_of_a_proof_is_accepted(at: int, bit: int, name: str) -> None:
    chain = Chain(6)
    chain.apply([(entry, 7) for entry in NAMES[2:]])
    forged = changed(chain.prove(name), at, bit)
    if forged is not None:
        key, data = ("PKR", addr(name)), chain.record_bytes(name)
        assert not verify_proof(chain.commitment.root, POSITION, key, data, forged)


def test_a_proof_cannot_hide_or_add_an_entry() -> None:
    chain = Chain(1)
    chain.apply([(entry, 7) for entry in NAMES])
    key, proof, root = ("PKR", addr("n1")), chain.prove("n1"), chain.commitment.root
    key_hash = POSITION.key_hash(key)
    hidden = msgspec.structs.replace(proof, pairs=replaced(proof.pairs, key_hash, None))
    assert not verify_proof(root, POSITION, key, None, hidden)
    double = msgspec.structs.replace(proof, pairs=proof.pairs[:64] + proof.pairs)
    assert not verify_proof(root, POSITION, key, chain.record_bytes("n1"), double)
    short = msgspec.structs.replace(proof, siblings=())
    assert not verify_proof(root, POSITION, key, chain.record_bytes("n1"), short)


def test_a_key_hash_that_straddles_two_entries_is_not_found() -> None:
    first, second = bytes(31) + b"\x01", bytes(31) + b"\x02"
    straddling = b"\xaa" * 32
    pairs = first + b"\x00" * 16 + b"\xaa" * 16 + b"\xaa" * 16 + second[16:] + b"\x07" * 32
    assert straddling in pairs
    after = replaced(pairs, straddling, b"\x09" * 32)
    assert len(after) == len(pairs) + 64
    assert after.endswith(straddling + b"\x09" * 32)


@pytest.mark.parametrize("depth", [0, 29])
def test_a_depth_outside_of_its_range_is_refused(depth: int) -> None:
    with pytest.raises(ValueError, match=r"is not 1\.\.28"):
        Commitment(depth)


def test_leaves_of_another_depth_are_refused() -> None:
    with pytest.raises(ValueError, match="hashes"):
        Commitment(5, Commitment(6).leaves())
