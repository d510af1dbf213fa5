"""The process of a node: reads its configuration, runs it, says why it ended.

Rules of this file:
1. Every end has a status and one log line with the name of the error.
2. Statuses: 0 stopped, 70 internal error, 74 storage failed, 75 folder or port in use, 76 this node
   computes another result than a quorum has signed (do not restart it), 78 configuration, or a
   store of another version.
"""

import asyncio
import contextlib
import errno
import gc
import signal
import socket
import sys
from pathlib import Path

from node.chain import WrongGenesis
from node.config import ConfigInvalid, NodeConfig, load_config
from node.executor import RootMismatch
from node.genesis_file import GenesisUnreadable, read_genesis
from node.keystore import KeystoreError
from node.logs import configure, get_logger
from node.node import NO_OPTIONS, Node, RunOptions, first_error
from node.rpc.config import UnsafeBind
from node.signing import WrongLibrary, check_library
from node.storage.kv import EXIT_STORAGE_FAILED, StorageFailed
from node.storage.leveldb import DamagedStore, OtherFormat, StoreLocked
from node.storage.lockfile import FolderLocked
from node.versions import VersionUnknown
from tokens.genesis import Genesis, GenesisInvalid
from tokens.store import DamagedState

EXIT_OK = 0
EXIT_INTERNAL = 70
EXIT_IN_USE = 75
EXIT_DIVERGED = 76
EXIT_CONFIG = 78
EXIT_UPGRADE = 79
GC_THRESHOLD = 100_000
"""Allocations between two collections: the default costs 2 us a transaction (measured, page 02)."""


def run_node(config_path: Path, options: RunOptions = NO_OPTIONS) -> int:
    """Run one node until SIGTERM or SIGINT. The exit status; see rule 2."""
    try:
        config = load_config(config_path)
        base = config_path.resolve().parent
        check_library()
        genesis = read_genesis(config.resolve(base, config.genesis))
    except (ConfigInvalid, GenesisUnreadable, KeystoreError, WrongLibrary) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CONFIG
    log_file = None if config.log.file is None else config.resolve(base, config.log.file)
    try:
        stream = configure(path=log_file, level=config.log.level, node_id=config.id)
    except OSError as error:
        sys.stderr.write(f"log.file: {error}\n")
        return EXIT_CONFIG
    try:
        return _run_opened(config, genesis, base, options)
    finally:
        with contextlib.suppress(OSError):  # a full disk: the last line went to stderr
            stream.flush()


def _run_opened(config: NodeConfig, genesis: Genesis, base: Path, options: RunOptions) -> int:
    try:
        asyncio.run(_until_signal(Node.open(config, genesis, base), options))
    except BaseExceptionGroup as group:
        return _ended_by(first_error(group))
    except Exception as error:  # noqa: BLE001  the last handler of the process names every error
        return _ended_by(error)
    return EXIT_OK


def _ended_by(error: BaseException) -> int:
    """Log it, with a traceback if it is a fault of the program, and give the status."""
    status = status_of(error)
    try:
        get_logger("app").critical(
            "the node ends",
            error=type(error).__name__,
            text=str(error),
            exc_info=error if status == EXIT_INTERNAL else None,
        )
    except OSError as full:
        sys.stderr.write(f"the node ends: {error}; and the log cannot be written: {full}\n")
    return status


async def _until_signal(node: Node, options: RunOptions) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    await node.run(stop, options)


def status_of(error: BaseException) -> int:
    """Exit status of what ended the process."""
    if isinstance(error, OSError) and error.errno in _DISK_REFUSES:
        return EXIT_STORAGE_FAILED
    if isinstance(error, OSError) and error.errno in _NO_ADDRESS_OF_OURS:
        return EXIT_CONFIG
    for kinds, status in _STATUSES:
        if isinstance(error, kinds):
            return status
    return EXIT_INTERNAL


_STATUSES: tuple[tuple[tuple[type[BaseException], ...], int], ...] = (
    ((StorageFailed, DamagedStore, DamagedState), EXIT_STORAGE_FAILED),
    ((FolderLocked, StoreLocked, OSError), EXIT_IN_USE),
    ((RootMismatch,), EXIT_DIVERGED),
    ((VersionUnknown,), EXIT_UPGRADE),
    (
        (ConfigInvalid, GenesisInvalid, KeystoreError, OtherFormat, UnsafeBind, WrongGenesis),
        EXIT_CONFIG,
    ),
)
_DISK_REFUSES = (errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""Errors of the lock file, a new sign guard or the log: other OSErrors are those of a port."""
_NO_ADDRESS_OF_OURS = (errno.EADDRNOTAVAIL, socket.EAI_NONAME)
"""The configured host is no address of this machine, or no name: nobody else has the port."""
