"""Files that a command writes for its user alone."""

import os
import stat
from pathlib import Path

import pytest

from node.cli.output import write_private


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
