"""The audit log: every receipt of a range of blocks, chained line by line, under its certificates.

Rules of this file:
1. A line is 64 hex digits, a space and JSON: the digits are SHA-256(domain, 0, the digits' bytes of
   the line before, SHA-256 of the JSON). So a line that is changed, lost or put elsewhere shows.
2. What a quorum signed is on the lines as bytes: header, certificate, receipts. A reader needs no
   code of ours to check them; docs/examples/check_audit_log.py is one.
3. Nothing is written twice: what a receipt says is read from its bytes.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from consensus.types import Validator
from node.storage.blocks import BlockStore
from tokens.codec import encode
from tokens.genesis import decode_genesis, genesis_digest
from tokens.results import Receipt

FORMAT = "mohur/audit-log/v1"
LINE_CHARACTERS_MAX = 128 * 2**20
"""Read at most: a longer line is cut there, so it follows nothing."""
NO_CHAIN = bytes(32)
"""Before the first line."""

_DOMAIN = FORMAT.encode()
_receipt = msgspec.msgpack.Decoder(Receipt)


class LogRefused(Exception):
    """What is asked for is not here, or a file is no audit log."""


class LoggedReceipt(NamedTuple):
    """One receipt of a log, and where it stands."""

    height: int
    receipt: Receipt
    is_dev: bool | None
    """Of the log's network: addresses of a development network begin otherwise. None where the log
    does not say it."""


class _Head(msgspec.Struct, frozen=True, rename="camel"):
    """The first line, as far as a reader of receipts needs it."""

    format: str
    first: int
    last: int
    is_dev: bool | None = None


class _Block(msgspec.Struct, frozen=True):
    """Each further one, as far as it does."""

    height: int
    receipts: list[str]


def chained(before: bytes, text: str) -> bytes:
    """Hash of a line after the line before."""
    content = hashlib.sha256(text.encode()).digest()
    return hashlib.sha256(_DOMAIN + b"\x00" + before + content).digest()


def write_log(blocks: BlockStore, first: int, last: int) -> Iterator[str]:
    """Lines of the blocks first..last, each with its line end. Raises LogRefused."""
    stored, tip = blocks.genesis(), blocks.tip()
    highest = 0 if tip is None else tip.height
    if stored is None or not blocks.floor.blocks <= first <= last <= highest:
        raise LogRefused(f"blocks {blocks.floor.blocks} to {highest} are here")
    genesis = decode_genesis(stored)
    chain = NO_CHAIN
    head = {
        "format": FORMAT,
        "chainId": genesis.chain_id,
        "genesisDigest": genesis_digest(genesis).hex(),
        "isDev": genesis.is_dev,
        "first": first,
        "last": last,
        "validators": _members(blocks, first),
    }
    for content in (head, *_contents(blocks, first, last)):
        text = json.dumps(content, separators=(",", ":"), sort_keys=True)
        chain = chained(chain, text)
        yield f"{chain.hex()} {text}\n"


def _contents(blocks: BlockStore, first: int, last: int) -> Iterator[dict[str, object]]:
    members = _members(blocks, first)
    for height in range(first, last + 1):
        block = blocks.read(height)
        if block is None:
            raise LogRefused(f"block {height} is missing")
        following = _members(blocks, height + 1)
        yield {
            "height": height,
            "header": encode(block.header).hex(),
            "certificate": encode(block.certificate).hex(),
            "stateRoot": block.state_root.hex(),
            "receipts": [encode(receipt).hex() for receipt in block.receipts],
            "nextValidators": None if following == members else following,
        }
        members = following


def _members(blocks: BlockStore, height: int) -> list[list[str]]:
    """Id, consensus key, network key, operator of each member, ascending by id."""
    found = blocks.validators_at(height)
    if found is None:
        raise LogRefused(f"the validators of height {height} are not known")
    return [_member(each) for each in found.members]


def _member(member: Validator) -> list[str]:
    keys = (member.public_key, member.network_key, member.operator)
    return [member.id, *(key.hex() for key in keys)]


def read_log(lines: Iterator[str]) -> Iterator[LoggedReceipt]:
    """Receipts of a log whose lines follow each other. Raises LogRefused.

    Certificates are not looked at: whoever does not trust the giver runs the checker.
    """
    chain, number = NO_CHAIN, 0
    head: _Head | None = None
    for number, line in enumerate(lines, start=1):
        digits, _, text = line.rstrip("\n").partition(" ")
        chain = chained(chain, text)
        if chain.hex() != digits:
            raise LogRefused(f"line {number} does not follow the line before it")
        try:
            if head is None:
                head = _head_of(text)
                continue
            block = msgspec.json.decode(text, type=_Block)
            receipts = [_receipt.decode(bytes.fromhex(data)) for data in block.receipts]
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise LogRefused(f"line {number} is none of a {FORMAT}") from None
        for receipt in receipts:
            yield LoggedReceipt(block.height, receipt, head.is_dev)
    if head is None or number != head.last - head.first + 2:
        raise LogRefused("lines are missing at the end")


def _head_of(text: str) -> _Head:
    head = msgspec.json.decode(text, type=_Head)
    if head.format != FORMAT:
        raise LogRefused(f"no {FORMAT}")
    return head
