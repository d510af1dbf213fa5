"""Golden bytes: the product still makes them, and an independent msgpack and hashlib agree."""

import json

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import VerifyKey

from node.wire import hashing
from node.wire.framing import FrameParser
from node.wire.peer_messages import decode_message
from tests.node.wire import make_vectors, oracle
from tests.node.wire.samples import IDS, MEMBERS, MESSAGES, SCOPE
from tokens import validators
from tokens.records import governance

VECTORS = json.loads(make_vectors.PATH.read_text())
NETWORK = (VECTORS["chain_id"], bytes.fromhex(VECTORS["genesis_digest"]))
BY_NAME = {vector["name"]: vector for vector in VECTORS["messages"]}


def payload_of(name: str) -> bytes:
    data = bytes.fromhex(BY_NAME[name]["frame"])
    assert int.from_bytes(data[:4], "big") == len(data) - 4
    return data[4:]


def plain(name: str) -> list[object]:
    """The message as the msgpack package reads it."""
    decoded = msgpack.unpackb(payload_of(name), raw=False, use_list=True, strict_map_key=True)
    assert isinstance(decoded, list)
    return decoded


def test_the_product_still_makes_these_bytes() -> None:
    assert make_vectors.document() == VECTORS


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_golden_frame_decodes_to_the_message(name: str) -> None:
    parser = FrameParser()
    parser.feed(bytes.fromhex(BY_NAME[name]["frame"]))
    payload = parser.next_payload()
    assert payload is not None
    assert decode_message(payload) == MESSAGES[name]


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_an_independent_msgpack_reads_it_and_writes_the_same_bytes(name: str) -> None:
    assert msgpack.packb(plain(name), use_bin_type=True) == payload_of(name)


SIGNED = sorted(name for name, vector in BY_NAME.items() if "signing_bytes" in vector)


@pytest.mark.parametrize("name", SIGNED)
def test_signing_bytes_follow_from_the_page(name: str) -> None:
    vector = BY_NAME[name]
    expected = bytes.fromhex(vector["signing_bytes"])
    assert oracle.signing_bytes(plain(name), NETWORK) == expected
    key = VerifyKey(bytes.fromhex(vector["public_key"]))
    key.verify(expected, bytes.fromhex(vector["signature"]))


def test_signing_bytes_of_all_signed_samples_differ() -> None:
    found = {BY_NAME[name]["signing_bytes"] for name in SIGNED}
    assert len(found) == len(SIGNED)


def test_digests_follow_from_the_page() -> None:
    digests = VECTORS["digests"]
    proposal = plain("block_reply")[2]
    assert isinstance(proposal, list)
    header, wire_ids, certificate = proposal
    assert oracle.tagged("mohur/header/v1", msgpack.packb(header)).hex() == digests["header"]
    assert (
        oracle.tagged("mohur/certificate/v1", msgpack.packb(certificate)).hex()
        == digests["parent_certificate"]
    )
    assert oracle.tx_root(wire_ids).hex() == digests["tx_root"]
    assert oracle.tx_root([]).hex() == digests["tx_root_of_none"]
    assert oracle.tx_root([*IDS, IDS[0]]).hex() == digests["tx_root_of_three"]
    members = [[m.id, m.public_key, m.network_key, m.operator] for m in MEMBERS]
    assert (
        oracle.tagged("mohur/validators/v1", msgpack.packb(members)).hex()
        == (digests["validators"])
    )


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40))
def test_tx_root_is_that_of_rfc_6962(wire_ids: list[bytes]) -> None:
    assert hashing.tx_root(wire_ids) == oracle.tx_root(wire_ids)


def test_the_order_of_members_does_not_change_the_hash_of_a_set() -> None:
    assert hashing.validators_hash(MEMBERS[::-1]) == hashing.validators_hash(MEMBERS)


def test_no_certificate_is_zeros() -> None:
    assert hashing.certificate_digest(None) == bytes(32)


@pytest.mark.parametrize("size", [31, 33])
def test_a_part_of_another_size_is_never_signed(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        hashing.signing_bytes(hashing.Kind.PREPARE, SCOPE, height=1, view=0, digest=bytes(size))


def test_the_ledger_and_the_wire_hash_a_validator_set_alike() -> None:
    recorded = tuple(
        governance.Validator(
            id=member.id,
            public_key=member.public_key,
            network_key=member.network_key,
            operator=member.operator,
        )
        for member in sorted(MEMBERS, key=lambda member: member.id)
    )
    assert hashing.validators_hash(MEMBERS) == validators.validators_hash(recorded)
