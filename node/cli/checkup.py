"""What `mohur doctor` looks at. Each check gives one finding; none changes anything."""

from __future__ import annotations

import datetime as dt
import errno
import importlib
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

from node.cli.checkup_version import version_findings
from node.cli.finding import Finding, Grade
from node.config import ConfigInvalid, NodeConfig, load_config

PYTHON_MIN = (3, 11)
DISK_FREE_BYTES_MIN = 10 * 1024**3
"""A year of blocks of a quiet network, with room to copy the folder."""
MODULES = (
    "aiohttp",
    "click",
    "cryptography",
    "msgpack",
    "msgspec",
    "nacl",
    "prometheus_client",
    "rich",
    "structlog",
)
CLOCK_COMMAND = ("timedatectl", "show", "--property=NTPSynchronized", "--value")
COMMAND_SECONDS = 5


def machine_checks() -> list[Finding]:
    """What does not depend on a node."""
    return [
        _python(),
        *[_module(name) for name in MODULES],
        _store_library(),
        _signature_rule(),
        _clock(),
        _disk(Path.cwd()),
    ]


def node_checks(config_path: Path) -> list[Finding]:
    """The machine and one node."""
    findings = machine_checks()
    try:
        config = load_config(config_path)
    except ConfigInvalid as error:
        return [*findings, Finding(Grade.BAD, "configuration", str(error))]
    base = config_path.resolve().parent
    data = config.resolve(base, config.data_dir)
    runs = _runs(data)
    return [
        *findings,
        Finding(Grade.GOOD, "configuration", str(config_path)),
        _genesis(config.resolve(base, config.genesis)),
        _port("peer port", config.host, config.port, runs),
        _port("rpc port", config.rpc.host, config.rpc.port, runs),
        _disk(data),
        _data_folder(data),
        *version_findings(data),
        *_keys(config, base, data),
        *_rpc_certificate(config, data),
    ]


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < PYTHON_MIN:
        return Finding(Grade.BAD, "python", f"{version}; 3.11 or later is needed")
    return Finding(Grade.GOOD, "python", version)


def _module(name: str) -> Finding:
    try:
        importlib.import_module(name)
    except ImportError as error:
        return Finding(Grade.BAD, name, f"not importable ({error}); say: make setup")
    return Finding(Grade.GOOD, name, "importable")


def _store_library() -> Finding:
    try:
        importlib.import_module("node.storage.plyvel_shim")
    except ImportError as error:
        return Finding(Grade.BAD, "leveldb", f"not importable ({error}); say: make setup")
    return Finding(Grade.GOOD, "leveldb", "importable")


def _signature_rule() -> Finding:
    from node.signing import WrongLibrary, check_library

    try:
        check_library()
    except WrongLibrary as error:
        return Finding(Grade.BAD, "signature rule", str(error))
    return Finding(Grade.GOOD, "signature rule", "libsodium decides as the network does")


def _clock() -> Finding:
    """Blocks carry a proposer's clock; one more than 10 s ahead of others is refused (R3)."""
    command = shutil.which(CLOCK_COMMAND[0])
    if command is None:
        return Finding(Grade.NOTICE, "clock", "cannot tell whether it is synchronised; run NTP")
    try:
        answer = subprocess.run(  # noqa: S603 - a fixed command
            [command, *CLOCK_COMMAND[1:]],
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        answer = ""
    if answer == "yes":
        return Finding(Grade.GOOD, "clock", "synchronised")
    return Finding(Grade.NOTICE, "clock", "not known to be synchronised; run NTP")


def _disk(folder: Path) -> Finding:
    existing = next((one for one in (folder, *folder.parents) if one.exists()), Path("/"))
    free = shutil.disk_usage(existing).free
    text = f"{free // 1024**3} GiB free below {existing}"
    if free < DISK_FREE_BYTES_MIN:
        return Finding(Grade.NOTICE, "disk", f"{text}; {DISK_FREE_BYTES_MIN // 1024**3} advised")
    return Finding(Grade.GOOD, "disk", text)


def _runs(data: Path) -> bool:
    """Whether a process has the data folder."""
    from node.storage.lockfile import LOCK_FILE_NAME, FolderLock, FolderLocked

    if not (data / LOCK_FILE_NAME).is_file():
        return False
    try:
        FolderLock.acquire(data).release()
    except FolderLocked:
        return True
    except OSError:
        return False
    return False


def _port(what: str, host: str, port: int, runs: bool) -> Finding:
    if port == 0:
        return Finding(Grade.NOTICE, what, "0: any free one, so peers cannot know it")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if runs and error.errno == errno.EADDRINUSE:
                return Finding(Grade.GOOD, what, f"{host}:{port} is in use, and the node runs")
            return Finding(Grade.BAD, what, f"{host}:{port}: {error.strerror}")
    return Finding(Grade.GOOD, what, f"{host}:{port} is free")


def _genesis(path: Path) -> Finding:
    from node.genesis_file import GenesisUnreadable, read_genesis
    from node.keystore import DevKeyRefused
    from tokens.genesis_checks import check_genesis

    try:
        genesis = read_genesis(path)
    except (GenesisUnreadable, DevKeyRefused) as error:
        return Finding(Grade.BAD, "genesis", str(error))
    for fault, where in check_genesis(genesis):
        return Finding(Grade.BAD, "genesis", f"{path}: {fault.value}: {where}")
    kind = "development" if genesis.is_dev else "production"
    return Finding(Grade.GOOD, "genesis", f"{genesis.chain_id}, {kind}")


def _data_folder(data: Path) -> Finding:
    if not data.is_dir():
        return Finding(Grade.BAD, "data folder", f"{data} is not there; say: mohur init")
    mode = stat.S_IMODE(data.stat().st_mode)
    if mode & 0o022:
        return Finding(Grade.BAD, "data folder", f"{data} can be written by others ({mode:04o})")
    return Finding(Grade.GOOD, "data folder", str(data))


def _keys(config: NodeConfig, base: Path, data: Path) -> list[Finding]:
    from node.keystore import KeystoreError, list_keys

    if config.passphrase_file is None:
        return [Finding(Grade.NOTICE, "keys", "development keys, which anybody can compute")]
    findings = []
    secret = config.resolve(base, config.passphrase_file)
    if not secret.is_file():
        findings.append(Finding(Grade.BAD, "passphrase", f"{secret}: there is no such file"))
    elif stat.S_IMODE(secret.stat().st_mode) & 0o077:
        findings.append(Finding(Grade.BAD, "passphrase", f"{secret} can be read by others"))
    try:
        names = [key.name for key in list_keys(data / "keys")]
    except KeystoreError as error:
        return [*findings, Finding(Grade.BAD, "keys", str(error))]
    findings += [
        Finding(Grade.BAD, "keys", f"{data / 'keys'}: no key {wanted!r}")
        for wanted in ("consensus", "network")
        if wanted not in names
    ]
    return findings or [Finding(Grade.GOOD, "keys", ", ".join(names))]


def _rpc_certificate(config: NodeConfig, data: Path) -> list[Finding]:
    """The one for peers is issued anew at each start; this one is the operator's."""
    from node.certificates import RPC, days_left, expiry_warning, rpc_certificate

    try:
        pem = rpc_certificate(config.rpc, data)
    except ConfigInvalid as error:
        return [Finding(Grade.BAD, "certificate", str(error))]
    if pem is None:
        return []
    now = dt.datetime.now(dt.UTC)
    sentence = expiry_warning(RPC, pem, now)
    if sentence is None:
        return [Finding(Grade.GOOD, "certificate", f"{days_left(pem, now)} days left")]
    grade = Grade.NOTICE if days_left(pem, now) >= 0 else Grade.BAD
    return [Finding(grade, "certificate", sentence)]
