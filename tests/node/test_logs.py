"""Logs: one JSON object a line, nothing that a terminal obeys, no secrets."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.logs import REDACTED, clean, configure, get_logger, render


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "node.log"
    stream = configure(path=path, level="info", node_id="alpha")
    yield path
    stream.close()


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_record_is_one_line_with_level_time_part_and_node(log_file: Path) -> None:
    get_logger("rpc").info("started", port=8645)
    (record,) = lines(log_file)
    assert record.pop("time")
    assert record == {
        "event": "started", "port": 8645, "level": "info", "part": "rpc", "node": "alpha",
    }  # fmt: skip


def test_below_the_level_nothing_is_written(log_file: Path) -> None:
    get_logger("rpc").debug("detail")
    assert lines(log_file) == []


def test_control_characters_are_escaped(log_file: Path) -> None:
    evil = "a\nb\x1b[31m\u202e\u2028\x9b"
    get_logger("rpc").info(evil, **{"key\n": evil})
    text = log_file.read_text()
    assert text.count("\n") == 1
    assert not set("\x1b\u202e\u2028\x9b") & set(text)
    (record,) = lines(log_file)
    assert record["event"] == "a\\u000ab\\u001b[31m\\u202e\\u2028\\u009b"


def test_secrets_are_replaced_at_any_depth(log_file: Path) -> None:
    get_logger("rpc").info(
        "config",
        passphrase="hunter2",
        headers={"Authorization": "Bearer hunter2"},
        keys=[{"private_key": b"hunter2", "seed": "hunter2"}],
        api_key="hunter2",
    )
    text = log_file.read_text()
    assert "hunter2" not in text
    assert text.count(REDACTED) == 5
    assert "68756e74" not in text


def test_long_values_are_cut(log_file: Path) -> None:
    get_logger("rpc").info("long", text="x" * 10_000, data=bytes(1_000), many=list(range(1_000)))
    (record,) = lines(log_file)
    assert len(str(record["text"])) == 2_001
    assert len(str(record["data"])) == 2 + 128 + 1
    assert len(record["many"]) == 100  # type: ignore[arg-type]


def test_an_exception_is_part_of_the_line(log_file: Path) -> None:
    try:
        raise ZeroDivisionError("by\nzero")
    except ZeroDivisionError:
        get_logger("rpc").exception("failed")
    (record,) = lines(log_file)
    assert "ZeroDivisionError" in str(record["exception"])


def test_libraries_write_the_same_lines(log_file: Path) -> None:
    logging.getLogger("aiohttp.server").error("bad request %s", "\x1b[2J")
    logging.getLogger("asyncio").info("not this one")
    (record,) = lines(log_file)
    assert record["event"] == "bad request \\u001b[2J"
    assert record["level"] == "error"


def test_lone_surrogates_do_not_break_a_line() -> None:
    assert render(None, "info", clean(None, "info", {"event": "\ud800"})) == '{"event":"\\\\ud800"}'


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="the log level is one of"):
        configure(level="loud")
