"""docs/spec/wire.md says what the code does: its example, its tags, its kinds, its limits."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from consensus.messages import PrePrepareHead, ViewChangeHead
from node.p2p.peers import PeerLimits
from node.p2p.tls import ALPN
from node.wire import hashing
from node.wire.framing import FRAME_SIZE_BYTES_MAX
from node.wire.peer_messages import (
    BODIES_MAX,
    PROTOCOL,
    SYNC_BLOCKS_MAX,
    WIRE_IDS_MAX,
    PeerMessage,
)
from tests.node.wire.make_vectors import PATH
from tokens import transaction

PAGE = (Path(__file__).parents[3] / "docs" / "spec" / "wire.md").read_text()
VECTORS = json.loads(PATH.read_text())["transactions"]
HEX_RE = re.compile(r"^ +((?:[0-9a-f]{2})+(?: (?:[0-9a-f]{2})+)*)(?: .*)?$")


def section(number: int) -> str:
    """Text of a numbered section."""
    return PAGE.split(f"\n## {number} ")[1].split("\n## ")[0]


def test_the_example_of_the_page_is_a_golden_vector() -> None:
    block = section(4).split("In parts:")[1].split("    tx_id ")[0]
    found = "".join(
        match.group(1).replace(" ", "")
        for line in block.splitlines()
        if (match := HEX_RE.match(line))
    )
    vector = next(each for each in VECTORS if each["signed"] == found)
    assert vector["tx_id"] in section(4)
    assert vector["wire_id"] in section(4)
    assert vector["fields"]["seed"] in section(4)


@pytest.mark.parametrize(
    "member",
    [*PeerMessage.__args__, PrePrepareHead, ViewChangeHead],
    ids=lambda each: each.__name__,
)
def test_each_message_stands_under_its_tag_with_all_its_fields(
    member: type[msgspec.Struct],
) -> None:
    tag = member.__struct_config__.tag
    row = re.search(rf"^\| {tag} \| {member.__name__} \|(.*)\|.*\|$", section(8), re.MULTILINE)
    assert row is not None
    found = [re.search(rf"\b{field}\b", row.group(1)) for field in member.__struct_fields__]
    places = [match.start() for match in found if match is not None]
    assert len(places) == len(found)
    assert places == sorted(places)


@pytest.mark.parametrize("kind", list(hashing.Kind), ids=lambda each: each.name)
def test_each_kind_of_signature_is_on_the_page(kind: hashing.Kind) -> None:
    assert re.search(rf"^\| {int(kind)} \| ", section(6), re.MULTILINE)


@pytest.mark.parametrize(
    "tag",
    [
        hashing.HEADER_DOMAIN,
        hashing.CERTIFICATE_DOMAIN,
        hashing.VALIDATORS_DOMAIN,
        hashing.TX_ROOT_DOMAIN,
        hashing.CHAIN_DOMAIN,
        hashing.CLAIM_DOMAIN,
        hashing.VOTE_DOMAIN,
    ],
)
def test_each_domain_is_on_the_page(tag: bytes) -> None:
    assert f'"{tag.decode()}"' in section(6)


def test_limits_on_the_page_are_those_of_the_code() -> None:
    limits = PeerLimits()
    assert FRAME_SIZE_BYTES_MAX == 4 * 2**20
    assert "| frame | 4 MiB |" in section(9)
    assert f"at most {WIRE_IDS_MAX:,} wire ids" in section(6)
    assert f"bodies: 0..{BODIES_MAX:,}" in section(8)
    assert f"count 1..{SYNC_BLOCKS_MAX}" in section(8)
    assert f"protocol ({PROTOCOL})" in section(8)
    assert f"ALPN `{ALPN}`" in section(7)
    assert f"| handshakes at once | {limits.pending_handshakes_max} |" in section(9)
    assert f"{limits.send_queue_bytes_max // 2**20} MiB | superseded" in section(9)
    assert transaction.TRANSACTION_SIZE_BYTES_MAX == 64 * 1024
    assert f"array of 1..{transaction.OPERATIONS_MAX} tagged" in section(3)
    assert f"1..{transaction.SIGNATURES_MAX} of them" in section(3)
