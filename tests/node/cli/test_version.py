"""Protocol versions at the command line: what the doctor finds in a folder, what may be said."""

import json
from pathlib import Path

import msgspec
import pytest

from node.cli.checkup_version import version_findings
from node.cli.exits import Exit
from node.cli.finding import Grade
from node.cli.root import status_of
from node.storage.kv import Batch
from node.storage.leveldb import open_store
from node.storage.lockfile import FolderLock
from tests.node.support.chains import open_chain
from tokens.codec import encode
from tokens.protocol import PROTOCOL_VERSION
from tokens.records.kind import RecordKind
from tokens.records.protocol import ACTIVATION, Activation
from tokens.records.system import CHAIN
from tokens.state import RECORD_PREFIX

NEXT = PROTOCOL_VERSION + 1
PENDING = Activation(protocol_version=NEXT, height=120, decided_at=5)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of a node that is stopped at genesis."""
    store = open_store(tmp_path / "store", create=True)
    open_chain(store)
    store.close()
    return tmp_path


def put(data: Path, kind: RecordKind[msgspec.Struct], record: msgspec.Struct) -> None:
    store = open_store(data / "store", create=False)
    batch = Batch()
    batch.put(RECORD_PREFIX + kind.key_hash(()), bytes([kind.tag]) + encode(record))
    store.write(batch)
    store.close()


def test_the_doctor_says_what_is_in_force(data: Path) -> None:
    (found,) = version_findings(data)
    assert found.grade is Grade.GOOD
    assert found.sentence == f"{PROTOCOL_VERSION} is in force, this software knows 1"


def test_the_doctor_warns_of_a_version_that_is_to_come(data: Path) -> None:
    put(data, ACTIVATION, PENDING)  # type: ignore[arg-type]
    (found,) = version_findings(data)
    assert found.grade is Grade.NOTICE
    assert f"{NEXT} takes over at height 120" in found.sentence


def test_the_doctor_refuses_a_folder_that_is_past_this_software(data: Path) -> None:
    store = open_store(data / "store", create=False)
    chain = open_chain(store).overlay().get(CHAIN)
    store.close()
    assert chain is not None
    later = msgspec.structs.replace(chain, protocol_version=NEXT)
    put(data, CHAIN, later)  # type: ignore[arg-type]
    (found,) = version_findings(data)
    assert found.grade is Grade.BAD
    assert f"{NEXT} is in force" in found.sentence


def test_the_doctor_leaves_a_running_node_alone(data: Path, tmp_path: Path) -> None:
    lock = FolderLock.acquire(data)
    assert version_findings(data) == []
    lock.release()
    assert version_findings(tmp_path / "nothing") == []


def test_an_operator_says_what_its_software_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["validator", "support", "treasury"]) == Exit.OK
    (operation,) = json.loads(capsys.readouterr().out)
    assert operation == {
        "type": "signal_support",
        "validator": "treasury",
        "protocolVersion": PROTOCOL_VERSION,
    }
    words = ["validator", "support", "treasury", "--protocol-version", str(NEXT)]
    assert status_of(words) == Exit.USAGE
