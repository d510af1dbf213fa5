"""A bank with tokens, a client of another institution, and ramps between them."""

import datetime as dt

import msgspec

from tests.tokens.ops.test_cash import mint, start
from tests.tokens.ops.world import PKRS, START, World, address
from tokens.codec import tagged_hash
from tokens.events import RampOpened
from tokens.ops.off_ramp_ends import CompleteRamp, ReturnRamp
from tokens.ops.off_ramps import OpenOffRamp, RefuseRamp, SendRamp
from tokens.ops.on_ramp_ends import CreditRamp, RefundRamp
from tokens.ops.on_ramps import OpenOnRamp, ReceiveRamp, ScreeningStep, ScreenRamp
from tokens.records.ramps import RAMP, Rail, Ramp, RampPurpose, owed

ENDS = START + dt.timedelta(days=7)
OUTSIDE = tagged_hash(b"test/iban", b"client")


def reference(name: str) -> bytes:
    """Hash of a payment's reference."""
    return tagged_hash(b"test/reference", name.encode())


def ramp_world() -> World:
    """bank_a has 600 tokens; `client` is serviced by bank_b and has none."""
    world = start()
    world.act("bank_a", mint(600))
    world.account("client", None, "bank_b")
    world.write()
    return world


def open_in(**changes: object) -> OpenOnRamp:
    """100 for the client through bank_a."""
    values: dict[str, object] = {
        "asset": PKRS,
        "account": address("client"),
        "bank": address("bank_a"),
        "purpose": RampPurpose.CUSTOMER,
        "amount": 100,
        "fee_max": 5,
        "outside": OUTSIDE,
        "expires_on": ENDS,
    }
    return OpenOnRamp(**(values | changes))  # type: ignore[arg-type]


def open_out(**changes: object) -> OpenOffRamp:
    """100 of the client through bank_a."""
    made = msgspec.structs.asdict(open_in())
    return OpenOffRamp(**(made | changes))


def opened(world: World, operation: OpenOnRamp | OpenOffRamp, who: str = "bank_b") -> bytes:
    """Open one; its id."""
    world.act(who, operation)
    event = world.last(RampOpened)
    assert isinstance(event, RampOpened)
    return event.ramp


def ramp_of(world: World, ramp: bytes) -> Ramp:
    """As it stands; what came in adds up."""
    found = world.state.get(RAMP, ramp)
    assert found is not None
    assert owed(found) >= 0
    return found


def receive(ramp: bytes, amount: int = 100, name: str = "IN-1", **changes: object) -> ReceiveRamp:
    """Over the instant rail."""
    made = ReceiveRamp(ramp=ramp, rail=Rail.INSTANT, reference_hash=reference(name), amount=amount)
    return msgspec.structs.replace(made, **changes)


def screen(ramp: bytes, step: ScreeningStep) -> ScreenRamp:
    """A step of screening."""
    return ScreenRamp(ramp=ramp, step=step)


def credit(ramp: bytes, amount: int = 98, fee: int = 2, source: str = "a/main") -> CreditRamp:
    """From the bank's account."""
    return CreditRamp(ramp=ramp, source=address(source), amount=amount, fee=fee)


def refund(ramp: bytes, amount: int, fee: int = 0, name: str = "BACK-1") -> RefundRamp:
    """Over the instant rail."""
    return RefundRamp(
        ramp=ramp, rail=Rail.INSTANT, reference_hash=reference(name), amount=amount, fee=fee
    )


def send(ramp: bytes, fee: int = 2, name: str = "OUT-1", **changes: object) -> SendRamp:
    """To be confirmed within a week."""
    made = SendRamp(
        ramp=ramp,
        rail=Rail.INSTANT,
        reference_hash=reference(name),
        fee=fee,
        confirm_by=START + dt.timedelta(days=14),
    )
    return msgspec.structs.replace(made, **changes)


def complete(ramp: bytes, target: str = "a/main") -> CompleteRamp:
    """Into the bank's account."""
    return CompleteRamp(ramp=ramp, target=address(target))


def give_back(ramp: bytes, amount: int, fee: int = 0, name: str = "RET-1") -> ReturnRamp:
    """From the bank's account."""
    return ReturnRamp(
        ramp=ramp,
        bank_account=address("a/main"),
        rail=Rail.INSTANT,
        reference_hash=reference(name),
        amount=amount,
        fee=fee,
    )


def refuse(ramp: bytes) -> RefuseRamp:
    """End it before anything moved."""
    return RefuseRamp(ramp=ramp)
