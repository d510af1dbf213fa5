"""Golden vectors pre / operation / post of each operation, checked with an independent msgpack.

tests/vectors/operations_money.json. A step holds who agreed, the operation's bytes, the digest of
the state before it, and the records that it and the agenda after it changed. REWRITE_VECTORS=1
writes the file anew: only when the meaning of an operation was changed on purpose.
"""

import hashlib
import json
import os
from pathlib import Path

import msgpack
import msgspec

from tests.tokens.ops.script import script
from tests.tokens.ops.world import World
from tokens.codec import encode
from tokens.ops import OPERATIONS, SPEC_OF
from tokens.results import Code

FILE = Path(__file__).parents[2] / "vectors" / "operations_money.json"
FAMILIES = (
    "auction_bids",
    "auction_cut_off",
    "auction_ncbs",
    "auction_reveal",
    "auctions",
    "batch_steps",
    "business_day",
    "calls",
    "cash",
    "cash_accounts",
    "cash_asset",
    "central_bank_money",
    "commodities",
    "control",
    "deliveries",
    "coupons",
    "defaults",
    "documents",
    "freezes",
    "instruments",
    "puts",
    "marks",
    "lots",
    "off_ramp_ends",
    "off_ramps",
    "on_ramp_ends",
    "on_ramps",
    "rates",
    "pledges",
    "redemption_pauses",
    "redemption_queue",
    "reserve_policies",
    "reports",
    "reserves",
    "order_changes",
    "orders",
    "quote_answers",
    "quotes",
    "repo_margin",
    "repo_steps",
    "repos",
    "settlement",
    "taps",
    "transfer",
    "travel",
    "unclaimed",
)


class Step(msgspec.Struct, frozen=True):
    """One vector."""

    name: str
    who: str
    pre: str
    """SHA-256 over the rows of the store before the operation."""
    operation: str
    """Canonical bytes, hex."""
    post: list[tuple[str, str, str | None]]
    """(kind, key hash, record bytes without the kind tag, or null if deleted) by kind and key."""


def digest(world: World) -> str:
    """Of everything that is stored."""
    state = hashlib.sha256()
    for key, value in world.store.iterate(b"", b"\xff"):
        state.update(len(key).to_bytes(4, "big") + key + len(value).to_bytes(4, "big") + value)
    return state.hexdigest()


def play() -> list[Step]:
    """Run the script."""
    world = World()
    steps = []
    for who, operation in script(world):
        world.write()  # what the script itself put in place belongs to `pre`
        pre = digest(world)
        assert world.attempt(who, operation) is Code.OK
        written: list[tuple[str, str, str | None]] = []
        world.write = lambda: None  # type: ignore[method-assign]
        world.end_block()
        for kind, _, key_hash, value, _ in world.state.changes().records:
            data = None if value is None else value[1:].hex()
            written.append((kind.name, key_hash.hex(), data))
        del world.write
        world.write()
        name = SPEC_OF[type(operation)].name
        steps.append(
            Step(name=name, who=who, pre=pre, operation=encode(operation).hex(), post=written)
        )
    return steps


def test_vectors() -> None:
    steps = play()
    if os.environ.get("REWRITE_VECTORS"):
        FILE.write_text(json.dumps([msgspec.to_builtins(step) for step in steps], indent=1) + "\n")
    golden = msgspec.json.decode(FILE.read_bytes(), type=list[Step])
    assert [step.name for step in golden] == [step.name for step in steps]
    for expected, found in zip(golden, steps, strict=True):
        assert found == expected, expected.name


def test_every_operation_of_these_families_has_a_vector() -> None:
    golden = msgspec.json.decode(FILE.read_bytes(), type=list[Step])
    wanted = {spec.name for spec in OPERATIONS if spec.family in FAMILIES}
    assert {step.name for step in golden} == wanted


def test_vectors_decode_with_an_independent_msgpack() -> None:
    tags = {spec.name: spec.tag for spec in OPERATIONS}
    for step in msgspec.json.decode(FILE.read_bytes(), type=list[Step]):
        data = bytes.fromhex(step.operation)
        value = msgpack.unpackb(data, strict_map_key=True)
        assert value[0] == tags[step.name]
        assert msgpack.packb(value) == data
        for _, _, record in step.post:
            if record is not None:
                packed = bytes.fromhex(record)
                assert msgpack.packb(msgpack.unpackb(packed)) == packed
