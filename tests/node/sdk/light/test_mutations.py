"""Each byte and each field of what a node says: another one is refused, or nothing was read of it.

The honest answers to one question are recorded, then the question is asked again with one mutation.
A field that the client does not use is listed here by name, and must change nothing.
"""

import asyncio
import copy
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.devnet.cast import BANK_1_ACCOUNT, MONEY
from node.sdk.errors import RpcFailed
from node.sdk.light.client import LightClient, Proven
from node.sdk.light.faults import Unproven
from node.sdk.light.source import RpcSource
from tests.node.sdk.light.history import History, eventful
from tests.node.sdk.light.nodes import Calls, Recorded
from tests.node.sdk.light.test_follow import anchor_at
from tokens.jsonform import Json

START = 33
"""The set changes once more above it."""

UNUSED = {
    "chain_getHeader": {"hash", "stateRoot", "receiptsRoot", "transactionCount"},
    "chain_getBlocks": {"*.hash", "*.stateRoot", "*.receiptsRoot", "*.transactionCount"},
    "chain_getCommit": set(),
    "consensus_validators": {"height", "quorum", "tolerated"},
    "chain_getProof": {
        "context.*", "value.kind", "value.keyHash", "value.certificate.*", "proof",
    },
    "account_getHoldingProof": {
        "context.*", "value.*.kind", "value.*.keyHash", "value.*.certificate.*", "proof",
    },
    "tx_getProof": {"txId"},
    "node_status": {"*"},
}  # fmt: skip
"""Method -> fields that are hearsay and are not read."""

UNUSED_OF = {
    "receipt": {"transaction", "transactionPath.*"},
    "receipt below": {"transaction", "transactionPath.*"},
    "transaction": {"receipt", "receiptPath.*"},
}
"""Question -> fields of tx_getProof that belong to the other question."""

Question = Callable[[LightClient], Awaitable[Proven[object]]]


def questions(history: History) -> dict[str, tuple[int, Question]]:
    """Name -> height of the anchor, question."""
    tx_id = next(
        block.receipts[1].tx_id
        for block in map(history.chain.blocks.block, range(11, history.height))
        if block is not None and len(block.receipts) == 3
    )
    account = BANK_1_ACCOUNT.address
    return {
        "balance": (START, lambda light: light.balance(MONEY, account)),
        "no balance": (history.height - 1, lambda light: light.balance("XYZ", account)),
        "holding": (START, lambda light: light.holding(MONEY, account)),
        "receipt": (10, lambda light: light.receipt(tx_id)),
        "transaction": (10, lambda light: light.transaction(tx_id)),
        "receipt below": (20, lambda light: light.receipt(tx_id)),
    }


Path = tuple[str | int, ...]


def leaves(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """All values that are neither an object nor an array, and where they are."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


def arrays(value: Json, path: Path = ()) -> Iterator[tuple[Path, list[Json]]]:
    """All arrays and where they are."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from arrays(inner, (*path, name))
    elif isinstance(value, list):
        yield path, value
        for index, inner in enumerate(value):
            yield from arrays(inner, (*path, index))


def with_value(value: Json, path: Path, new: Json) -> Json:
    """A copy with one place changed."""
    if not path:
        return new
    out = copy.deepcopy(value)
    place = cast("dict[str | int, Json]", out)
    for step in path[:-1]:
        place = cast("dict[str | int, Json]", place[step])
    place[path[-1]] = new
    return out


def is_unused(question: str, method: str, path: Path) -> bool:
    names = [str(step) for step in path]
    own = UNUSED_OF.get(question, set()) if method == "tx_getProof" else set()
    for pattern in UNUSED[method] | own:
        parts = pattern.split(".")
        if parts[-1] == "*" and all(
            part in ("*", name) for part, name in zip(parts, names, strict=False)
        ):
            # value.certificate.height is read: it says which block to ask for.
            return names[-2:] != ["certificate", "height"]
        if len(parts) == len(names) and all(
            part in ("*", name) for part, name in zip(parts, names, strict=True)
        ):
            return True
    return False


def others(leaf: Json) -> Iterator[Json]:
    """Values of the same form that are not this one: for bytes, one bit of each byte."""
    if isinstance(leaf, bool):
        yield not leaf
    elif isinstance(leaf, int):
        yield from {leaf + 1, max(0, leaf - 1), 0} - {leaf}
    elif isinstance(leaf, str) and leaf.startswith("0x"):
        data = bytes.fromhex(leaf[2:])
        for at in range(len(data)):
            flipped = data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :]
            yield "0x" + flipped.hex()
        if data:
            yield "0x" + data[:-1].hex()
        yield "0x" + data.hex() + "00"
    elif isinstance(leaf, str):
        yield from {leaf + "x", leaf[:-1], leaf.swapcase()} - {leaf}
    if leaf is not None:
        yield None


class Bench:
    """One question, its true answer, and the recorded words of the node."""

    def __init__(self, name: str) -> None:
        self.history = eventful()
        self.start, self.question = questions(self.history)[name]
        calls = Calls(self.history.chain)
        self.truth = asyncio.run(self._ask(RpcSource(calls)))
        self.answers: dict[tuple[str, str], Json] = dict.fromkeys(calls.asked)
        for method, params in self.answers:
            self.answers[method, params] = asyncio.run(calls.raw(method, _parsed(params)))

    async def _ask(self, source: RpcSource) -> Proven[object]:
        return await self.question(LightClient(source, anchor_at(self.history, self.start)))

    def outcome(self, key: tuple[str, str], lie: Json) -> Proven[object] | None:
        """What the client makes of one changed answer: a proven value, or None for refused."""
        answers = self.answers | {key: lie}
        try:
            return asyncio.run(self._ask(RpcSource(Recorded(answers))))
        except (Unproven, RpcFailed):
            return None


def _parsed(params: str) -> object:
    return json.loads(params)


NAMES = tuple(questions(eventful()))


@pytest.mark.parametrize("name", NAMES)
def test_each_byte_and_each_field(name: str) -> None:
    bench = Bench(name)
    tried = 0
    for key, answer in bench.answers.items():
        for path, leaf in leaves(answer):
            unused = is_unused(name, key[0], path)
            for other in others(leaf):
                if unused and other is None:
                    continue
                found = bench.outcome(key, with_value(answer, path, other))
                tried += 1
                if unused:
                    assert found in (bench.truth, None), (key, path, other)
                else:
                    assert found is None, (key, path, other)
    assert tried > 500


@pytest.mark.parametrize("name", NAMES)
def test_each_array_shorter_longer_and_in_another_order(name: str) -> None:
    bench = Bench(name)
    tried = 0
    for key, answer in bench.answers.items():
        for path, items in arrays(answer):
            if is_unused(name, key[0], path):
                continue
            changed = [items[:at] + items[at + 1 :] for at in range(len(items))]
            changed += [[*items[:at], items[at], *items[at:]] for at in range(len(items))]
            changed += [
                [*items[:at], items[at + 1], items[at], *items[at + 2 :]]
                for at in range(len(items) - 1)
            ]
            for lie in changed:
                found = bench.outcome(key, with_value(answer, path, lie))
                tried += 1
                if path == ("validators",) and sorted(map(str, lie)) == sorted(map(str, items)):
                    assert found == bench.truth, "the order of an answer is no order of a set"
                else:
                    assert found is None, (key, path)
    assert tried


@pytest.mark.parametrize("name", NAMES)
def test_each_answer_missing_or_of_another_question(name: str) -> None:
    bench = Bench(name)
    for key in bench.answers:
        for other, answer in bench.answers.items():
            if other != key and answer != bench.answers[key]:
                assert bench.outcome(key, answer) is None, (key, other)
        nothings: list[Json] = [None, {}, [], "", 0, True]
        for nothing in nothings:
            assert bench.outcome(key, nothing) is None, (key, nothing)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.sampled_from(["", "0x", "0x00", "0x" + "00" * 32, "latest", "\ud800"])
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["header", "height", "signatures", "value", "validators", "hash"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(data=st.data(), junk=JSON)
def test_any_json_at_any_place_is_refused_by_name(data: st.DataObject, junk: Json) -> None:
    bench = data.draw(st.sampled_from(BENCHES))
    key = data.draw(st.sampled_from(sorted(bench.answers)))
    places = [path for path, _ in leaves(bench.answers[key])]
    path = data.draw(st.sampled_from([(), *places]))
    lie = with_value(bench.answers[key], path, junk)
    assert bench.outcome(key, lie) in (None, bench.truth)


BENCHES = [Bench(name) for name in NAMES]
