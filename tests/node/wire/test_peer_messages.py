"""Decoding what a peer sent: only messages or BadMessage, whatever the bytes."""

import msgpack
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.messages import PrePrepare
from consensus.types import Proposal
from node.wire.peer_messages import (
    BODIES_MAX,
    SYNC_BLOCKS_MAX,
    WIRE_IDS_MAX,
    BadMessage,
    BlockReply,
    PeerMessage,
    SyncRequest,
    TxBatch,
    decode_message,
    encode_message,
)
from tests.node.wire.samples import BLOCK, DIGEST, IDS, MESSAGES, pre_prepare
from tokens.parameters import PARAMETER_OF
from tokens.transaction import TRANSACTION_SIZE_BYTES_MAX

NAMES = sorted(MESSAGES)


@pytest.mark.parametrize("name", NAMES)
def test_each_message_comes_back_as_it_was(name: str) -> None:
    assert decode_message(encode_message(MESSAGES[name])) == MESSAGES[name]


def test_every_member_of_the_union_has_a_sample_and_its_own_tag() -> None:
    members = PeerMessage.__args__
    assert {type(message) for message in MESSAGES.values()} == set(members)
    tags = {member.__struct_config__.tag for member in members}
    assert len(tags) == len(members)


@given(st.sampled_from(NAMES), st.data())
def test_a_changed_message_is_a_message_or_a_bad_message(name: str, data: st.DataObject) -> None:
    encoded = bytearray(encode_message(MESSAGES[name]))
    for _ in range(data.draw(st.integers(1, 3))):
        position = data.draw(st.integers(0, len(encoded) - 1))
        encoded[position] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(encoded)))
    for payload in (bytes(encoded), bytes(encoded[:cut])):
        try:
            decode_message(payload)
        except BadMessage:
            continue


Plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.binary() | st.text(),
    lambda inner: st.lists(inner, max_size=6),
    max_leaves=20,
)


@given(st.integers(0, 50), st.lists(Plain, max_size=9))
def test_any_array_under_any_tag_is_a_message_or_a_bad_message(
    tag: int, fields: list[object]
) -> None:
    try:
        decode_message(msgpack.packb([tag, *fields]))
    except BadMessage:
        return


@given(st.binary(max_size=300))
def test_noise_is_a_message_or_a_bad_message(payload: bytes) -> None:
    try:
        decode_message(payload)
    except BadMessage:
        return


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xc0",
        b"\x91\x63",  # an unknown tag
        b"\x81\x01\x02",  # a map
        b"\xdd\xff\xff\xff\xff",  # an array that claims 4 billion elements
        b"\x92\x14\xdd\xff\xff\xff\xff",  # the same inside a TxBatch
        b"\x92\x14\xc6\xff\xff\xff\xff",  # 4 GiB of bytes
        b"\x91" * 100_000,  # nested 100,000 deep
        b"\x92\x14" + b"\x91" * 100_000,
        b"\x92\x1f\x00",  # a Ping with a field too many
        encode_message(MESSAGES["ping"]) + b"\x00",  # trailing bytes
    ],
    ids=lambda payload: payload[:6].hex() or "empty",
)
def test_hostile_payloads_are_bad_messages(payload: bytes) -> None:
    with pytest.raises(BadMessage):
        decode_message(payload)


def test_lists_have_limits() -> None:
    too_many = (
        TxBatch(bodies=(b"x",) * (BODIES_MAX + 1)),
        TxBatch(bodies=(bytes(TRANSACTION_SIZE_BYTES_MAX + 1),)),
        TxBatch(bodies=(b"",)),
        SyncRequest(from_height=1, count=SYNC_BLOCKS_MAX + 1),
        SyncRequest(from_height=0, count=1),
        BlockReply(digest=DIGEST, proposal=long_proposal()),
    )
    for message in too_many:
        with pytest.raises(BadMessage):
            decode_message(encode_message(message))


def long_proposal() -> Proposal:
    return msgspec.structs.replace(BLOCK, wire_ids=(IDS[0],) * (WIRE_IDS_MAX + 1))


def test_the_largest_block_that_may_be_allowed_can_be_proposed() -> None:
    """A limit of 50,000 could be set: who proposed more than 16,384 was cut off by everybody."""
    most = PARAMETER_OF["block_transactions_max"].high
    message = pre_prepare(msgspec.structs.replace(BLOCK, wire_ids=(IDS[0],) * most))
    assert decode_message(encode_message(message)) == message


@pytest.mark.parametrize("bodies", [(b"x",) * 3, (b"",), (bytes(TRANSACTION_SIZE_BYTES_MAX + 1),)])
def test_a_pre_prepare_has_bounded_bodies(bodies: tuple[bytes, ...]) -> None:
    message: PrePrepare = pre_prepare(BLOCK, bodies=bodies)
    with pytest.raises(BadMessage):
        decode_message(encode_message(message))


def test_the_error_never_repeats_what_was_received() -> None:
    with pytest.raises(BadMessage) as caught:
        decode_message(msgpack.packb([20, ["secret-text"]]))
    assert "secret-text" not in str(caught.value)
