"""Dust under attack: its walks lead somewhere, its judge sees, a campaign that met none says so."""

from collections.abc import Callable

import msgspec
import pytest

from tests.tokens import fuzz
from tests.tokens.adversary_cash import SILVER, UNIT
from tests.tokens.adversary_dust import HARMS
from tests.tokens.adversary_dust_judge import MET, judge_deliveries, met_of
from tests.tokens.test_adversary_cash import CashAdversary
from tests.tokens.test_fuzz import Closer, tiny
from tokens import deliveries
from tokens.invariants import Snapshot
from tokens.records.commodities import (
    DELIVERIES,
    DELIVERY,
    LOT,
    PARTS_MAX,
    Delivery,
    DeliveryStatus,
    Lot,
    LotPart,
)
from tokens.records.commodities import (
    LOTS as LOTS_BY_NUMBER,
)
from tokens.results import Code

replace = msgspec.structs.replace

ENDS = {
    "none": (DeliveryStatus.DELIVERED, True),
    "freeze": (DeliveryStatus.REQUESTED, False),
    "seize": (DeliveryStatus.CANCELLED, False),
    "lower": (DeliveryStatus.DELIVERED, True),
    "cancel": (DeliveryStatus.CANCELLED, False),
    "expire": (DeliveryStatus.CANCELLED, False),
}
"""Harm to how the delivery ends, and whether its remainder is paid."""


def walked(harm: str) -> CashAdversary:
    machine = CashAdversary()
    machine.walk_through_dust("client-a1", harm, 1)
    return machine


def silver_of(machine: CashAdversary) -> tuple[list[Delivery], list[Lot]]:
    state = machine.world.ledger.state
    made = state.scan(DELIVERY, DELIVERIES, (SILVER,), limit=50)
    return list(made), list(state.scan(LOT, LOTS_BY_NUMBER, (SILVER,), limit=100))


@pytest.mark.parametrize("harm", HARMS)
def test_a_delivery_through_dust_ends_as_it_must(harm: str) -> None:
    machine = walked(harm)
    (made,), lots = silver_of(machine)
    status, paid = ENDS[harm]
    assert (made.status, made.cash) == (status, 6)
    whole = made.amount - made.remainder
    assert made.delivered == (whole if paid else PARTS_MAX)
    assert sum(lot.delivered for lot in lots) == made.delivered
    tally = machine.world.ledger.tally
    assert bool(tally.met["a remainder paid"]) is paid
    assert tally.met["a part of a delivery"] == 1
    assert tally.refused["RequestDelivery", "AMOUNT_ZERO"] == 1
    assert tally.refused["RequestDelivery", "DENOM_NOT_MULTIPLE"] == 1
    machine.world.finish()


def test_everything_that_is_to_be_met_can_be() -> None:
    met: dict[str, bool] = {}
    for harm in HARMS:
        machine = walked(harm)
        machine.scatter("client-a1", "client-b1", 3)
        machine.block()
        met.update(dict.fromkeys(machine.world.ledger.tally.met, True))
    assert sorted(met) == sorted(MET)


def test_a_campaign_that_met_no_dust_is_vacuous(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = tiny("closer", Closer)._replace(meets=MET[:1], refused=fuzz.DUST[:1])
    monkeypatch.setattr(fuzz, "MACHINES", (machine,))
    monkeypatch.setattr(fuzz, "GUARDS", ())
    assert fuzz.main(["--steps", "20000", "--seed", "1"]) == 1
    told = "closer: never met: a lot below a delivery, RequestDelivery refused with "
    assert told + "DENOM_NOT_MULTIPLE" in capsys.readouterr().out


Bug = Callable[[pytest.MonkeyPatch], None]


def goods_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A remainder that is worth nothing is let in."""
    honest = deliveries.remainder_of

    def worthless(*given: object) -> tuple[int, int | Code]:
        rest, cash = honest(*given)  # type: ignore[arg-type]
        return rest, 0 if cash is Code.AMOUNT_ZERO else cash

    monkeypatch.setattr("tokens.ops.deliveries.remainder_of", worthless)


def dear(monkeypatch: pytest.MonkeyPatch) -> None:
    """A remainder is rounded up."""
    honest = deliveries.remainder_of

    def more(*given: object) -> tuple[int, int | Code]:
        rest, cash = honest(*given)  # type: ignore[arg-type]
        return rest, cash + 1 if rest and not isinstance(cash, Code) else cash

    monkeypatch.setattr("tokens.ops.deliveries.remainder_of", more)


def last_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery takes from one lot, and not from the first."""

    def other(state: object, commodity: object, quantity: int) -> tuple[LotPart, ...]:
        del state, commodity
        return (LotPart(lot_id="SPECK-41", quantity=quantity),) if quantity else ()

    monkeypatch.setattr(deliveries, "parts_of", other)


@pytest.mark.parametrize(
    ("bug", "seen"),
    [
        (goods_for_nothing, "given up for nothing"),
        (dear, "for 7 at 960000"),
        (last_first, "were passed over"),
    ],
)
def test_the_judge_sees_a_ledger_that_errs(
    bug: Bug, seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bug(monkeypatch)
    with pytest.raises(Exception, match=seen):
        walked("none")


def test_the_judge_sees_goods_and_money_that_went_another_way() -> None:
    """Of one block, told otherwise than it was."""
    machine = CashAdversary()
    machine.lay(1, 5 * UNIT)
    machine.block()
    machine.moves.receipts("client-a1", 2 * UNIT, "fiu", SILVER)
    machine.block()
    machine.ask("client-a1", UNIT + 7)
    machine.block()
    before = machine.world.snapshot
    machine.hand_out(1, 1)
    machine.block()
    after = machine.world.snapshot
    events = [e for one in machine.world.ledger.results[-1].receipts for e in one.events]
    assert list(judge_deliveries(before, after, events)) == []
    assert "a remainder paid" in met_of(before, after)
    burned = [event for event in events if type(event).__name__ != "Burned"]
    assert [f"{SILVER}: 0 burned, 10 and 7 left"] == list(judge_deliveries(before, after, burned))
    unpaid = [event for event in events if type(event).__name__ != "Moved"]
    (said,) = judge_deliveries(before, after, unpaid)
    assert said.endswith("a remainder of 6 was not paid")
    untold = [event for event in events if type(event).__name__ != "DeliveryChanged"]
    assert list(judge_deliveries(before, after, untold)) == ["1 lots in 0 confirmations"]
    (lot,) = [each for each in after.all(LOT) if each.asset == SILVER]
    lost = with_lot(after, replace(lot, fine=lot.fine - 1))
    assert [f"{SILVER} SPECK-1: 11 went another way"] == list(
        judge_deliveries(before, lost, events)
    )
    gone = with_lot(after, replace(lot, delivered=lot.delivered + 1, fine=lot.fine - 1))
    assert f"{SILVER}: 11 left the lots, 10 was handed out" in judge_deliveries(
        before, gone, events
    )


class Other:
    """A snapshot with one lot in the place of the lots of a state."""

    def __init__(self, whole: Snapshot, lot: Lot) -> None:
        self.whole, self.lot = whole, lot

    def all(self, kind: object) -> list[object]:
        return [self.lot] if kind is LOT else list(self.whole.all(kind))  # type: ignore[arg-type]


def with_lot(whole: Snapshot, lot: Lot) -> Snapshot:
    return Other(whole, lot)  # type: ignore[return-value]
