"""The files that are trusted: genesis.json and checkpoints, whole or refused."""

import json
from pathlib import Path

import pytest

from node.genesis_file import write_genesis
from node.sdk.light.anchor import Anchor, AnchorUnreadable, read_anchor, write_anchor
from node.sdk.light.client import LightClient
from tests.node.sdk.light.history import History
from tests.node.sdk.light.nodes import Forger
from tests.node.sdk.light.test_follow import anchor_at


def test_genesis_and_checkpoints_are_read(history: History, tmp_path: Path) -> None:
    path = tmp_path / "genesis.json"
    write_genesis(history.chain.genesis, path)
    assert read_anchor(path) == anchor_at(history, 0)
    for height in (0, 12, history.height):
        anchor = anchor_at(history, height)
        write_anchor(anchor, path)
        assert read_anchor(path) == anchor
    assert [entry.name for entry in tmp_path.iterdir()] == ["genesis.json"]


async def test_a_checkpoint_is_where_the_next_start_goes_on(
    history: History, tmp_path: Path
) -> None:
    path = tmp_path / "checkpoint.json"
    first = LightClient(Forger(history.chain), anchor_at(history, 0))
    write_anchor(await first.sync(35), path)
    forger = Forger(history.chain)
    second = LightClient(forger, read_anchor(path))
    assert await second.sync() == anchor_at(history, history.height)
    assert all('"block": 1' not in params for _, params in forger.calls.asked)


@pytest.fixture
def checkpoint(history: History, tmp_path: Path) -> tuple[Path, dict[str, object]]:
    path = tmp_path / "checkpoint.json"
    write_anchor(anchor_at(history, 12), path)
    return path, json.loads(path.read_text())


def test_a_checkpoint_with_a_bad_field_is_refused_by_its_name(
    checkpoint: tuple[Path, dict[str, object]],
) -> None:
    path, good = checkpoint
    bad: list[tuple[str, object]] = [
        ("chainId", ""),
        ("chainId", 1),
        ("genesisDigest", "0x00"),
        ("height", "12"),
        ("height", -1),
        ("height", 12.0),
        ("blockHash", None),
        ("blockHash", "0x" + "AB" * 32),
        ("validators", []),
        ("validators", None),
        ("validators", [1]),
    ]
    for name, value in bad:
        path.write_text(json.dumps(good | {name: value}))
        with pytest.raises(AnchorUnreadable, match=name):
            read_anchor(path)
    for name in good:
        path.write_text(json.dumps({key: good[key] for key in good if key != name}))
        with pytest.raises(AnchorUnreadable):
            read_anchor(path)
    path.write_text(json.dumps(good | {"more": 1}))
    with pytest.raises(AnchorUnreadable):
        read_anchor(path)


def test_one_key_does_not_count_twice(checkpoint: tuple[Path, dict[str, object]]) -> None:
    path, good = checkpoint
    members = good["validators"]
    assert isinstance(members, list)
    for name in ("id", "publicKey"):
        doubled = [members[0], members[1] | {name: members[0][name]}, *members[2:]]
        path.write_text(json.dumps(good | {"validators": doubled}))
        with pytest.raises(AnchorUnreadable, match="twice"):
            read_anchor(path)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "1", "{}", '{"blockHash": 1}', "\x00", "[" * 5_000]
)
def test_what_is_neither(text: str, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text(text)
    with pytest.raises(AnchorUnreadable, match=r"file\.json"):
        read_anchor(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AnchorUnreadable, match="No such file"):
        read_anchor(tmp_path / "none.json")
    with pytest.raises(AnchorUnreadable):
        read_anchor(tmp_path)


def test_an_anchor_says_what_is_under_signatures(history: History) -> None:
    anchor = anchor_at(history, 3)
    assert isinstance(anchor, Anchor)
    assert anchor.scope.chain_id == history.chain.chain_id
    assert anchor.scope.genesis_digest == history.chain.genesis_digest
