"""What a command shows and writes: JSON that moves no terminal, files for its user alone."""

import json
import os
import stat
from pathlib import Path

import pytest

from node.cli.output import write_json, write_private


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_a_report_is_readable_by_its_owner_only_whatever_the_mask(
    tmp_path: Path, mask: int
) -> None:
    """A cash report with names and birth dates took the mode of the process's mask."""
    before = os.umask(mask)
    try:
        write_private(tmp_path / "report", b"Khan")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "report").stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        write_private(tmp_path / "report", b"another")
    assert (tmp_path / "report").read_bytes() == b"Khan"


def test_what_others_wrote_moves_no_terminal_and_is_the_same_value(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A payer's reference turned the text of the payee's statement, or coloured its screen."""
    odd = "a\x1b[31m\x7f\x9b2Jb\u202ec\ud800"
    value = {"endToEndRef": odd, "name": "کراچی بینک é", "items": [1, {"x": None}]}
    write_json(value)
    shown = capsys.readouterr().out
    assert json.loads(shown) == value
    assert all(line.isprintable() for line in shown.splitlines())
    assert "کراچی بینک é" in shown
