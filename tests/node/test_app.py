"""How a node's process ends: each end has its status, and says why in one line."""

import errno
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from node.app import (
    EXIT_CONFIG,
    EXIT_DIVERGED,
    EXIT_IN_USE,
    EXIT_INTERNAL,
    EXIT_OK,
    EXIT_UPGRADE,
    status_of,
)
from node.chain import WrongGenesis
from node.executor import RootMismatch
from node.genesis_file import write_genesis
from node.node import first_error
from node.storage.guard_types import GuardFailed
from node.storage.kv import EXIT_STORAGE_FAILED, StorageFailed
from node.storage.leveldb import OtherFormat
from node.versions import VersionUnknown
from tests.node.support.chains import small_genesis
from tests.node.support.process import PATIENCE_S, configure, end, running

pytestmark = pytest.mark.e2e


def stop(process: subprocess.Popen[bytes], number: signal.Signals) -> int:
    process.send_signal(number)
    return process.wait(PATIENCE_S)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0_and_it_starts_again(
    tmp_path: Path, number: signal.Signals
) -> None:
    config = configure(tmp_path)
    for _ in range(2):
        with running(config) as process:
            assert stop(process, number) == EXIT_OK


def test_a_killed_node_starts_again(tmp_path: Path) -> None:
    config = configure(tmp_path)
    with running(config) as process:
        assert stop(process, signal.SIGKILL) == -signal.SIGKILL
    with running(config) as process:
        assert stop(process, signal.SIGTERM) == EXIT_OK


@pytest.mark.parametrize(
    "text",
    [
        "not toml =",
        "",
        'id = "a"\ndata_dir = "d"\ngenesis = "g"\nunknown = 1\n',
        'id = "NOT A NAME"\ndata_dir = "d"\ngenesis = "g"\n',
        'id = "a"\ndata_dir = "d"\ngenesis = "missing.json"\n',
        "\udcff",
    ],
)
def test_a_wrong_configuration_ends_with_78(tmp_path: Path, text: str) -> None:
    config = tmp_path / "node.toml"
    config.write_bytes(text.encode("utf-8", "surrogateescape"))
    status, said = end(config)
    assert status == EXIT_CONFIG
    assert "Traceback" not in said
    assert said.count("\n") == 1


def test_no_configuration_ends_with_78(tmp_path: Path) -> None:
    status, said = end(tmp_path / "none.toml")
    assert status == EXIT_CONFIG
    assert "none.toml" in said


def test_a_log_folder_that_is_not_there_ends_with_78(tmp_path: Path) -> None:
    config = configure(tmp_path)
    config.write_text(config.read_text() + '\n[log]\nfile = "no/such/folder/node.log"\n')
    status, said = end(config)
    assert (status, "log.file" in said, "Traceback" in said) == (EXIT_CONFIG, True, False)


def test_a_log_on_a_full_disk_ends_with_74(tmp_path: Path) -> None:
    config = configure(tmp_path)
    config.write_text(config.read_text() + '\n[log]\nfile = "/dev/full"\n')
    status, said = end(config)
    assert (status, "Traceback" in said) == (EXIT_STORAGE_FAILED, False)
    assert "No space left on device" in said


@pytest.mark.parametrize("data", [b"\xff\xfe", b"x" * 2_000, None])
def test_a_passphrase_file_that_is_none_ends_with_78(tmp_path: Path, data: bytes | None) -> None:
    config = configure(tmp_path, passphrase_file="secret")
    if data is not None:
        (tmp_path / "secret").write_bytes(data)
    status, said = end(config)
    assert (status, "ConfigInvalid" in said) == (EXIT_CONFIG, True)


def test_a_wrong_passphrase_or_no_key_ends_with_78(tmp_path: Path) -> None:
    config = configure(tmp_path, passphrase_file="secret")
    (tmp_path / "secret").write_bytes(b"long enough a passphrase\n")
    status, said = end(config)
    assert (status, "Traceback" in said) == (EXIT_CONFIG, False)


def test_another_genesis_ends_with_78(tmp_path: Path) -> None:
    config = configure(tmp_path)
    with running(config) as process:
        assert stop(process, signal.SIGTERM) == EXIT_OK
    write_genesis(small_genesis(window_blocks=77), tmp_path / "genesis.json")
    status, said = end(config)
    assert (status, "WrongGenesis" in said) == (EXIT_CONFIG, True)


def test_a_genesis_that_starts_no_network_ends_with_78(tmp_path: Path) -> None:
    config = configure(tmp_path)
    path = tmp_path / "genesis.json"
    path.write_text(path.read_text().replace('"CENTRAL_BANK"', '"FIU"'))
    status, said = end(config)
    assert (status, "Traceback" in said) == (EXIT_CONFIG, False)


def test_a_folder_in_use_ends_with_75(tmp_path: Path) -> None:
    config = configure(tmp_path)
    with running(config) as process:
        status, said = end(config)
        assert (status, "FolderLocked" in said) == (EXIT_IN_USE, True)
        assert stop(process, signal.SIGTERM) == EXIT_OK


@pytest.mark.parametrize("which", ["rpc_port", "port"])
def test_a_port_in_use_ends_with_75(tmp_path: Path, which: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = {which: int(taken.getsockname()[1])}
        status, said = end(configure(tmp_path, **ports))
    assert status == EXIT_IN_USE
    assert "Traceback" not in said


def remove_current(store: Path) -> None:
    (store / "CURRENT").unlink()


def flip_a_bit_of_the_log(store: Path) -> None:
    path = max(store.glob("*.log"), key=lambda found: found.stat().st_size)
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 4
    path.write_bytes(bytes(data))


def put_other_files(store: Path) -> None:
    shutil.rmtree(store)
    store.mkdir()
    (store / "photo.jpg").write_bytes(b"x")


@pytest.mark.parametrize("damage", [remove_current, flip_a_bit_of_the_log, put_other_files])
def test_a_damaged_store_ends_with_74(tmp_path: Path, damage: object) -> None:
    config = configure(tmp_path)
    with running(config) as process:
        assert stop(process, signal.SIGTERM) == EXIT_OK
    assert callable(damage)
    damage(tmp_path / "data" / "store")
    status, said = end(config)
    assert status == EXIT_STORAGE_FAILED
    assert "Traceback" not in said


def test_a_damaged_guard_starts_an_observer(tmp_path: Path) -> None:
    """It is no end of the process: the node serves reads and says that it does not vote."""
    config = configure(tmp_path)
    with running(config) as process:
        assert stop(process, signal.SIGTERM) == EXIT_OK
    (guard,) = (tmp_path / "data" / "guard").glob("*.guard")
    data = bytearray(guard.read_bytes())
    data[len(data) // 2] ^= 1
    guard.write_bytes(bytes(data))
    with running(config) as process:
        assert stop(process, signal.SIGTERM) == EXIT_OK


def test_the_data_folder_is_the_owners_only(tmp_path: Path) -> None:
    config = configure(tmp_path)
    with running(config) as process:
        modes = [
            (tmp_path / "data" / name).stat().st_mode & 0o777 for name in ("", "store", "guard")
        ]
        assert modes == [0o700] * 3
        assert process.pid != os.getpid()


def test_statuses_of_errors() -> None:
    assert status_of(StorageFailed("x")) == EXIT_STORAGE_FAILED
    assert status_of(GuardFailed("x")) == EXIT_STORAGE_FAILED
    assert status_of(WrongGenesis("x")) == EXIT_CONFIG
    assert status_of(OSError(errno.EADDRINUSE, "in use")) == EXIT_IN_USE
    assert status_of(OSError(errno.EADDRNOTAVAIL, "not of this machine")) == EXIT_CONFIG
    assert status_of(socket.gaierror(socket.EAI_NONAME, "no such name")) == EXIT_CONFIG
    for number in (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        assert status_of(OSError(number, "the disk refuses")) == EXIT_STORAGE_FAILED
    assert status_of(OtherFormat("x")) == EXIT_CONFIG
    assert status_of(RootMismatch(1, b"", b"")) == EXIT_DIVERGED
    assert status_of(VersionUnknown(9, 2, 1)) == EXIT_UPGRADE
    assert status_of(ZeroDivisionError()) == EXIT_INTERNAL


def test_the_first_error_of_a_group_names_the_end() -> None:
    inner = StorageFailed("disk")
    group = BaseExceptionGroup("a", [ExceptionGroup("b", [inner]), ValueError("later")])
    assert first_error(group) is inner
