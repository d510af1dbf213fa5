# ruff: noqa: INP001, T201 (a script: it prints)
r"""Check an audit log with no code of the ledger: hashes, links and signatures of a quorum.

    python docs/examples/check_audit_log.py LOG --genesis-digest <64 hex digits> \
        --validator alpha=<64 hex digits> …

Needs Python, msgpack and cryptography. Genesis digest and the keys of the first block's validators
come from your contract with the network, not from whoever gave you the file. What is hashed and
signed how: docs/spec/wire.md, 6.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import msgpack
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "mohur/audit-log/v1"
COMMIT = 3
LINE_MAX = 128 * 2**20


class Wrong(Exception):
    """The first thing that is not as it should be."""


def tagged(domain: str, *parts: bytes) -> bytes:
    """SHA-256 over the domain, a zero byte and the parts."""
    return hashlib.sha256(domain.encode() + b"\0" + b"".join(parts)).digest()


def merkle(domain: str, leaves: list[bytes]) -> bytes:
    """The tree of RFC 6962, section 2.1, under a domain."""
    if not leaves:
        return tagged(domain)
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs]
        level = above + level[len(level) - len(level) % 2 :]
    return tagged(domain, level[0])


def require(condition: bool, sentence: str) -> None:
    """Wrong, unless it holds."""
    if not condition:
        raise Wrong(sentence)


def lines_of(path: str) -> Iterator[dict]:
    """Contents of the lines, each of which follows the one before it."""
    chain = bytes(32)
    with Path(path).open(encoding="utf-8") as file:
        for number, line in enumerate(iter(lambda: file.readline(LINE_MAX), ""), start=1):
            digits, _, text = line.rstrip("\n").partition(" ")
            chain = tagged(FORMAT, chain, hashlib.sha256(text.encode()).digest())
            require(chain.hex() == digits, f"line {number} does not follow the line before it")
            yield json.loads(text)


def validators_hash(members: list[list[str]]) -> bytes:
    """Of a set: id, consensus key, network key, operator of each, ascending by id."""
    plain = [[name, *(bytes.fromhex(part) for part in rest)] for name, *rest in members]
    return tagged("mohur/validators/v1", msgpack.packb(plain))


def check_signatures(head: dict, members: list, certificate: list) -> int:
    """At least a quorum of the set signed this block and this root; how many did."""
    height, view, digest, root, signatures = certificate
    faulty = (len(members) - 1) // 3
    require(len(signatures) >= (len(members) + faulty + 2) // 2, f"block {height}: no quorum")
    signed = tagged(
        "mohur/vote/v1",
        bytes([COMMIT]),
        tagged("mohur/chain/v1", head["chainId"].encode()),
        bytes.fromhex(head["genesisDigest"]),
        height.to_bytes(8, "big") + view.to_bytes(8, "big") + digest + root,
    )
    indexes = [index for index, _ in signatures]
    require(indexes == sorted(set(indexes)), f"block {height}: a validator signed twice")
    for index, signature in signatures:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(members[index][1]))
        try:
            key.verify(signature, signed)
        except InvalidSignature:
            raise Wrong(f"block {height}: a signature of {members[index][0]} is wrong") from None
    return len(signatures)


def check_block(head: dict, members: list, before: tuple | None, line: dict) -> tuple[tuple, int]:
    """One line; (digest, state root, hash of the next set), and how many signatures there were."""
    data = bytes.fromhex(line["header"])
    header, certificate = msgpack.unpackb(data), msgpack.unpackb(bytes.fromhex(line["certificate"]))
    height, where = line["height"], f"block {line['height']}"
    digest, state_root = tagged("mohur/header/v1", data), bytes.fromhex(line["stateRoot"])
    require(header[1] == head["chainId"] and header[2] == height, f"{where}: of another place")
    require(certificate[0] == height and certificate[2] == digest, f"{where}: another certificate")
    require(header[11] == validators_hash(members), f"{where}: another validator set")
    if before is not None:
        require((header[3], header[4], header[11]) == before, f"{where}: it does not follow")
    elif height == 1:
        require(header[3].hex() == head["genesisDigest"], f"{where}: of another genesis")
    receipts = [bytes.fromhex(each) for each in line["receipts"]]
    receipts_root = merkle("mohur/receipts/v1", receipts)
    root = tagged("mohur/root/v1", state_root, receipts_root)
    require(root == certificate[3], f"{where}: its receipts are not those that were signed")
    return (digest, state_root, header[12]), check_signatures(head, members, certificate)


def check(path: str, genesis: str, keys: dict[str, str]) -> str:
    """A sentence, or Wrong."""
    contents = lines_of(path)
    head = next(contents, {})
    require(head.get("format") == FORMAT, "no audit log")
    require(head["genesisDigest"] == genesis, "of another network")
    members = head["validators"]
    require({name: key for name, key, *_ in members} == keys, "begins with other validators")
    before, height = None, head["first"] - 1
    receipts = signatures = 0
    for line in contents:
        height += 1
        require(line["height"] == height, f"block {height} is missing")
        before, found = check_block(head, members, before, line)
        receipts, signatures = receipts + len(line["receipts"]), signatures + found
        members = line["nextValidators"] or members
    require(height == head["last"], "blocks are missing at the end")
    return f"blocks {head['first']} to {height}: {receipts} receipts, {signatures} signatures hold"


def main() -> int:
    """0: all holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log")
    parser.add_argument("--genesis-digest", required=True)
    parser.add_argument("--validator", action="append", required=True, metavar="ID=KEY")
    given = parser.parse_args()
    keys = dict(text.split("=", 1) for text in given.validator)
    try:
        print(check(given.log, given.genesis_digest, keys))
    except (Wrong, ValueError, KeyError, IndexError, TypeError) as error:
        print(f"{given.log}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
