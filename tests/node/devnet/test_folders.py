"""Folders of local networks: nothing that is not theirs is taken, replaced or removed."""

import asyncio
from pathlib import Path

import pytest

from node.cli import devnet
from node.cli.exits import Exit
from node.cli.root import status_of
from node.devnet.layout import BEGUN, UNPLAYED, Layout, StateUnusable
from node.devnet.network import Network
from node.devnet.wait import NotYet, until


def test_a_network_does_not_begin_among_other_things(tmp_path: Path) -> None:
    """`devnet up --dir .` made one in a checkout, and `clean` removed the checkout with it."""
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("ten years of work")
    with pytest.raises(StateUnusable, match="holds other things"):
        Network.open(tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path != thesis] == ["node.lock"]
    thesis.unlink()
    Network.open(tmp_path).close()
    Network.open(tmp_path).close()


def test_a_network_that_was_cut_off_as_it_began_begins_again(tmp_path: Path) -> None:
    Layout(tmp_path).genesis.write_text("{")
    Network.open(tmp_path).close()


def test_clean_leaves_what_is_not_of_the_network(tmp_path: Path) -> None:
    net = tmp_path / "net"
    Network.open(net).close()
    kept = net / "thesis.txt"
    kept.write_text("ten years of work")
    assert status_of(["devnet", "clean", "--yes", "--dir", str(tmp_path)]) == Exit.OK
    assert list(net.iterdir()) == [kept]
    Network.open(tmp_path / "other").close()
    (tmp_path / "other" / "devnet.json").write_text("{")
    assert status_of(["devnet", "clean", "--yes", "--dir", str(tmp_path)]) == Exit.OK
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("words", [("demo", "--once"), ("bench",)])
def test_what_begins_anew_replaces_no_network_that_was_named(
    tmp_path: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """`bench --dir net` removed it, `demo --once --dir net` played in net/../once."""
    net = tmp_path / "net"
    Network.open(net).close()
    before = (net / "genesis.json").read_bytes()
    assert status_of(["devnet", *words, "--dir", str(net)]) == Exit.CANNOT_CREATE
    assert "holds a network" in capsys.readouterr().err
    assert (net / "genesis.json").read_bytes() == before


def test_once_plays_where_it_was_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Path, bool]] = []

    def play(folder: Path, *, once: bool) -> int:
        asked.append((folder, once))
        return 0

    monkeypatch.setattr("node.devnet.story.play.play", play)
    for words in ("--once", "--dir", str(tmp_path / "x")), ("--dir", str(tmp_path / "y")), ():
        assert status_of(["devnet", "demo", *words]) == Exit.OK
    assert asked == [(tmp_path / "x", True), (tmp_path / "y", False), (devnet.NET, False)]


async def test_a_wait_that_is_cancelled_ends_though_its_questions_fail_just_then() -> None:
    """gather() gives the first child's answer and not its own cancellation: Ctrl-C was lost."""

    async def refused() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise NotYet("nobody answers")

    async def both() -> None:
        await asyncio.gather(refused(), refused())

    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(until("an answer", both, seconds=0))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        waiting.cancel()
    assert waiting.cancelled()


@pytest.mark.parametrize(
    ("story", "status", "words"),
    [(UNPLAYED, Exit.OK, "goes on from there"), (BEGUN, Exit.INTERRUPTED, "devnet clean --dir")],
)
def test_what_a_stopped_demo_says_is_so(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    story: str,
    status: Exit,
    words: str,
) -> None:
    """In the middle of the story it said that the same command goes on, which then refused to."""

    async def stopped(folder: Path, *, once: bool) -> int:
        network = Network.open(folder)
        network.remember(story)
        network.close()
        raise asyncio.CancelledError

    monkeypatch.setattr("node.devnet.story.play._play", stopped)
    assert status_of(["devnet", "demo", "--dir", str(tmp_path)]) == status
    assert words in capsys.readouterr().out
