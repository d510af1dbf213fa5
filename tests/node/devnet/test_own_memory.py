"""Memory of a node is what it took for itself, not what the kernel holds of its store's files."""

import mmap
import os
from pathlib import Path

from node.devnet.view import own_bytes

SIZE = 64 << 20
SLACK = 8 << 20
PAGE = mmap.PAGESIZE


def test_what_is_allocated_counts_and_a_mapped_file_does_not(tmp_path: Path) -> None:
    file = tmp_path / "table"
    file.write_bytes(bytes(SIZE))
    before = own_bytes(os.getpid())
    assert before > SLACK
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        assert sum(mapped[place] for place in range(0, SIZE, PAGE)) == 0
        assert own_bytes(os.getpid()) < before + SLACK
    taken = bytearray(b"x") * SIZE
    assert own_bytes(os.getpid()) > before + SIZE - SLACK
    del taken


def test_a_process_that_is_gone_has_none() -> None:
    assert own_bytes(0) == 0
