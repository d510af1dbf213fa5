"""What fuzzing found, each with its bytes and a name; each failed before its fix."""

import tracemalloc

import msgspec
import pytest

from consensus.messages import BODY_SIZE_BYTES_MIN
from node.rpc.parse import BadJson, parse
from node.sync.blocks import BlockRefused
from node.wire.hashing import certificate_digest, header_digest
from node.wire.peer_messages import BadMessage, decode_message, encode_message
from tests.fuzz.targets.transaction import FORM, nested, unsigned
from tests.node.support.chains import certify, decide, decided_block
from tests.node.support.executor_world import World
from tests.node.wire.samples import MESSAGES
from tests.tokens.samples import DATE, sample
from tokens.codec import encode
from tokens.jsonform import FormError
from tokens.ops.proposals import Propose
from tokens.ops.transfer import Transfer
from tokens.results import Code
from tokens.transaction import Transaction, decode_transaction


def proposal_of(*operations: bytes) -> Transaction:
    proposal = Propose(operations=operations, approvers=(), expires_on=DATE)
    return unsigned(proposal).signed.transaction


def peak_bytes(data: bytes) -> int:
    tracemalloc.start()
    try:
        with pytest.raises(BadJson):
            parse(data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "inner",
    [b"\x01", b"\xc1", b"X\xe1H\xd5\x8d\xee\xf3\x17", encode(sample(Transfer)) + b"\x00"],
)
def test_a_proposal_of_bytes_that_are_no_operation_has_a_json_form(inner: bytes) -> None:
    """It is admitted, fails as BAD_FIELD, and every read of its block was an INTERNAL_ERROR."""
    transaction = proposal_of(inner)
    shown = FORM.to_json(transaction)
    assert isinstance(shown, dict)
    assert isinstance(shown["operations"], list)
    assert isinstance(shown["operations"][0], dict)
    assert shown["operations"][0]["operations"] == ["0x" + inner.hex()]
    assert FORM.from_json(Transaction, shown) == transaction


def test_proposals_in_proposals_are_shown_one_deep() -> None:
    """8 KiB hold 450 of them: writing them was a RecursionError."""
    transaction = unsigned(nested(250)).signed.transaction
    shown = FORM.to_json(transaction)
    assert FORM.from_json(Transaction, msgspec.json.decode(msgspec.json.encode(shown))) == (
        transaction
    )


@pytest.mark.parametrize("bad", ["0x", "0xzz", "0x" + encode(sample(Transfer)).hex(), "0X00"])
def test_an_operation_of_a_proposal_has_one_json_form(bad: str) -> None:
    shown = FORM.to_json(sample(Propose))
    assert isinstance(shown, dict)
    with pytest.raises(FormError):
        FORM.from_json(Propose, {**shown, "operations": [bad]})


def test_a_transaction_that_does_not_decode_costs_no_more_than_its_size() -> None:
    """5,001 operations that are none took 700 KB to be told from an unknown one."""
    shape = msgspec.msgpack.decode(unsigned(sample(Transfer)).data)
    shape[0][5] = [["AB", "PKR"]] * 5_001
    data = encode(shape)
    tracemalloc.start()
    try:
        assert decode_transaction(data) is Code.MALFORMED
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * len(data)


def test_a_tag_of_tomorrow_is_still_told_from_rubbish() -> None:
    shape = msgspec.msgpack.decode(unsigned(sample(Transfer)).data)
    shape[0][5] = [[32_000, {"any": [1, 2.5, None]}]]
    assert decode_transaction(encode(shape)) is Code.UNKNOWN_OPERATION
    rubbish: object
    for rubbish in ([[]], [["x"]], [[True]], [7], {}, [[32_000] * 65]):
        shape[0][5] = rubbish
        assert decode_transaction(encode(shape)) is Code.MALFORMED


@pytest.mark.parametrize("value", [b"{}", b"[]", b'"ab"', b"1000", b'{"a":1}'])
def test_a_body_of_many_small_values_is_refused_unread(value: bytes) -> None:
    """They take up to 27 times their size."""
    data = b"[" + b",".join([value] * 20_000) + b"]"
    assert peak_bytes(data) < len(data)


def test_escapes_cost_nothing_when_the_depth_is_checked() -> None:
    """The regular expression kept 140 bytes for each."""
    data = b'["' + rb"\u0041" * 20_000 + b'"' + b",[" * 40 + b"]" * 40
    assert peak_bytes(data) < 4 * len(data)


@pytest.mark.parametrize("text", [rb"\\", rb"\"", rb"\\\"", rb"[\\\\", rb"]\"[", rb"\\[\"]"])
def test_depth_is_counted_outside_of_strings_only(text: bytes) -> None:
    body = b"[" * 20 + b'"' + text + b'"' + b"]" * 20 + b" " * 9
    assert parse(body.replace(b"[[", b"[ [")) is not None
    deep = b"[" * 33 + b'"' + text + b'"' + b"]" * 33
    with pytest.raises(BadJson, match="nested deeper"):
        parse(deep)


def test_one_wide_character_does_not_make_a_large_body_four_times_as_large() -> None:
    wide = '["' + "a" * 200_000 + "\U0001f600" + '"]'
    assert peak_bytes(wide.encode()) < len(wide)
    assert parse('["Rs \U0001f600"]'.encode()) == ["Rs \U0001f600"]


@pytest.mark.parametrize("count", [16_384, 1_000_000])
@pytest.mark.parametrize("name", ["pre_prepare", "sync_reply", "tx_batch", "body_reply"])
def test_bodies_that_are_no_transactions_cost_nothing(name: str, count: int) -> None:
    """Two bytes each, they took 13 times the size of their frame."""
    many = [b"ab"] * count
    tree = msgspec.msgpack.decode(encode_message(MESSAGES[name]))
    if name == "pre_prepare":
        tree[6] = many
    elif name == "sync_reply":
        tree[1][0][2] = many
    else:
        tree[1] = many
    data = encode(tree)
    tracemalloc.start()
    try:
        with pytest.raises(BadMessage):
            decode_message(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < len(data)


@pytest.mark.parametrize("index", [4, 30])
def test_a_quorum_of_liars_cannot_name_signers_that_do_not_exist(index: int) -> None:
    """Synced, such a block ended the node by an IndexError with every restart."""
    world = World()
    decide(world.chain)
    block = decided_block(world.chain)
    parent = block.proposal.parent_certificate
    assert parent is not None
    *first, last = parent.signatures
    replace = msgspec.structs.replace
    parent = replace(parent, signatures=(*first, replace(last, index=index)))
    header = replace(block.proposal.header, parent_certificate=certificate_digest(parent))
    proposal = replace(block.proposal, header=header, parent_certificate=parent)
    certificate = certify(world.chain, 2, header_digest(header), block.certificate.root)
    with pytest.raises(BlockRefused, match="another parent"):
        world.apply_decided(replace(block, proposal=proposal, certificate=certificate))
    world.apply_decided(block)


def test_no_signed_transaction_is_as_short_as_the_shortest_body() -> None:
    inner = [1, "x", bytes(16), bytes(16), 0, [[1]], ""]
    shortest = encode([inner, [[bytes(32), bytes(64)]]])
    assert len(shortest) > BODY_SIZE_BYTES_MIN
