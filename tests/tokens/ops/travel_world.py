"""Two clients of two banks, a threshold of 100, and what goes between them."""

import hashlib

from tests.tokens.ops.build import fund, transfer
from tests.tokens.ops.world import CBM, World, address
from tokens.events.travel import TravelRequired
from tokens.ops.travel import AcceptTravel, RejectTravel, SendTravel
from tokens.records.holdings import POSITION
from tokens.records.system import PARAMETER, Parameter
from tokens.records.travel import TRAVEL, PayloadVersion, RejectReason, Travel

SEALED = b"a ciphertext"
SEALED_HASH = hashlib.sha256(SEALED).digest()
THRESHOLD = 100


def govern(world: World, **values: int) -> None:
    """Parameters in force."""
    for name, value in values.items():
        world.state.put(PARAMETER, Parameter(name=name, value=value))
    world.write()


def travel_world() -> World:
    """`sender` has 1,000 at bank_a, `receiver` nothing at bank_b."""
    world = World()
    govern(world, travel_threshold=THRESHOLD, travel_days=5)
    world.account("sender", None, "bank_a")
    world.account("receiver", None, "bank_b")
    world.account("neighbour", None, "bank_a")
    world.write()
    fund(world, "a/main", 10_000)
    world.act("bank_a", transfer(CBM, "a/main", "sender", 1_000))
    return world


def waiting(world: World, amount: int = THRESHOLD) -> bytes:
    """A transfer that waits; its id."""
    world.act("bank_a", transfer(CBM, "sender", "receiver", amount))
    event = world.last(TravelRequired)
    assert isinstance(event, TravelRequired)
    return event.travel


def sent(world: World, amount: int = THRESHOLD) -> bytes:
    """One whose data are sent."""
    travel = waiting(world, amount)
    world.act("bank_a", send(travel))
    return travel


def send(travel: bytes) -> SendTravel:
    """The ciphertext."""
    return SendTravel(travel=travel, version=PayloadVersion.IVMS101_2023, sealed=SEALED)


def accept(travel: bytes, sealed_hash: bytes = SEALED_HASH) -> AcceptTravel:
    """What bank_b answers."""
    return AcceptTravel(travel=travel, sealed_hash=sealed_hash)


def reject(travel: bytes, sealed_hash: bytes = SEALED_HASH) -> RejectTravel:
    """What bank_b answers."""
    return RejectTravel(travel=travel, sealed_hash=sealed_hash, reason=RejectReason.MISMATCH)


def travel_of(world: World, travel: bytes) -> Travel:
    """As it stands."""
    found = world.state.get(TRAVEL, travel)
    assert found is not None
    return found


def held(world: World, account: str = "sender") -> int:
    """Units of the money that are held."""
    position = world.state.get(POSITION, CBM, address(account))
    return 0 if position is None else position.held
