"""The list of observers, and how it keeps keys apart from those of validators."""

import msgspec
import pytest

from tests.tokens.support import OPERATORS, Ledger, addr, digest
from tests.tokens.test_governance import QUORUM, add, rotate, running
from tokens.ops.observers import AddObserver, RemoveObserver
from tokens.records.governance import OBSERVERS_MAX, Observer
from tokens.results import Code
from tokens.validators import observers


def observer(name: str, operator: str = "fiu", **changes: object) -> AddObserver:
    plain = Observer(id=name, network_key=digest(f"network {name}"), operator=addr(operator))
    return AddObserver(observer=msgspec.structs.replace(plain, **changes))


def listed(ledger: Ledger) -> list[str]:
    return [entry.id for entry in observers(ledger.state)]


def test_validators_list_an_observer_and_take_it_off() -> None:
    ledger = running()
    assert listed(ledger) == []
    assert ledger.code(QUORUM[0], observer("watcher")) is Code.NEEDS_APPROVAL
    assert ledger.agree(QUORUM, observer("watcher"), observer("archive")).code == 0
    assert listed(ledger) == ["archive", "watcher"]
    other = observer("watcher", network_key=digest("another"))
    assert ledger.agree(QUORUM, other).code == 0
    assert [entry.network_key for entry in observers(ledger.state)][1] == digest("another")
    assert ledger.agree(QUORUM, RemoveObserver(id="watcher")).code == 0
    assert listed(ledger) == ["archive"]


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (observer("watcher", "nobody"), Code.UNKNOWN_PARTICIPANT),
        (observer("treasury-node", "fiu"), Code.ALREADY_EXISTS),
        (observer("treasury-node", "treasury"), Code.OK),
        (observer("first", "tax"), Code.ALREADY_EXISTS),
        (observer("watcher", network_key=digest("network treasury-node")), Code.KEY_IN_USE),
        (observer("watcher", network_key=digest("consensus treasury-node")), Code.KEY_IN_USE),
        (observer("watcher", network_key=digest("network first")), Code.KEY_IN_USE),
        (RemoveObserver(id="watcher"), Code.NOT_FOUND),
    ],
)
def test_changes_of_the_list(operation: msgspec.Struct, code: Code) -> None:
    ledger = running()
    assert ledger.agree(QUORUM, observer("first")).code == 0
    assert Code(ledger.agree(QUORUM, operation).code) is code


def test_the_list_has_a_bound() -> None:
    ledger = running()
    for start in range(0, OBSERVERS_MAX, 8):
        names = [f"o{number:02}" for number in range(start, start + 8)]
        assert ledger.agree(QUORUM, *map(observer, names)).code == 0
    assert Code(ledger.agree(QUORUM, observer("one-more")).code) is Code.VALIDATOR_LIMIT
    assert ledger.agree(QUORUM, observer("o03", network_key=digest("new"))).code == 0


def test_an_observer_becomes_a_validator_with_the_same_key_and_operator() -> None:
    ledger = running()
    assert ledger.agree(QUORUM, observer("fifth")).code == 0
    other = add("fifth", "tax")
    assert Code(ledger.agree(QUORUM, other).code) is Code.ALREADY_EXISTS
    assert ledger.agree(QUORUM, add("fifth", "fiu")).code == 0
    assert listed(ledger) == ["fifth"]


def test_a_validator_cannot_take_the_key_of_an_observer() -> None:
    ledger = running()
    assert ledger.agree(QUORUM, observer("watcher")).code == 0
    taken = rotate(f"{OPERATORS[0]}-node", network_key=digest("network watcher"))
    assert ledger.code(OPERATORS[0], taken) is Code.KEY_IN_USE
