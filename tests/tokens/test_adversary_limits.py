"""The judge of governed rules sees what it is there for: with a check taken out it cries.

Each attack is made twice: on the ledger as it is, and on one that forgot the check.
"""

from collections.abc import Iterator

import pytest

from tests.tokens.adversary_values import FACE, PKRS
from tests.tokens.test_adversary_rules import Rulers
from tokens import eligibility, limits, rules
from tokens.records.ramps import RampPurpose
from tokens.status import ACCOUNT_CELLS, Standing, Use


def nothing(*_: object, **__: object) -> Iterator[object]:
    """A check that was forgotten."""
    yield from ()


def ruled(body: int, asset: str) -> Rulers:
    """A world with one rule in force, and holdings from before it."""
    run = Rulers()
    run.market.move_units("bank-a", PKRS, "bank-a-cash", "scra-a1", 5 * FACE)
    run.world.end_block()
    run.set_rule(body, asset, 0)
    return run


def pay(run: Rulers, source: str, target: str, lots: int) -> None:
    """One transfer, judged."""
    run.market.move_units("bank-a", PKRS, source, target, lots * FACE)
    run.end_block()


Attack = tuple[str, int, tuple[tuple[object, str], ...], tuple[str, str, int]]
ATTACKS: dict[str, Attack] = {
    "cap": ("above", 2, ((limits, "cap_refusals"),), ("bank-a-cash", "client-a1", 1_200)),
    "tier": ("tier", 5, ((limits, "cap_refusals"),), ("bank-a-cash", "client-a1", 700)),
    "lock-up": (
        "locked",
        3,
        ((eligibility, "lock_up_refusals"),),
        ("bank-a-cash", "client-a1", 1),
    ),
    "velocity": ("a day", 4, ((limits, "velocity_refusals"),), ("client-a1", "client-a2", 41)),
    "circuit": ("for nothing", 1, ((rules, "circuit_breaks"),), ("scra-a1", "client-a1", 1)),
    "circuit in": ("for nothing", 1, ((rules, "circuit_breaks"),), ("client-a1", "scra-a1", 1)),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_rule_that_the_ledger_forgot_is_missed(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """With the check the attack is refused and the judge is silent; without it, it is not."""
    what, body, checks, (source, target, lots) = ATTACKS[name]
    pay(ruled(body, PKRS), source, target, lots)
    for module, check in checks:
        monkeypatch.setattr(module, check, nothing)
    with pytest.raises(AssertionError, match=what):
        pay(ruled(body, PKRS), source, target, lots)


def test_a_batch_that_gives_for_nothing_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    run = ruled(1, PKRS)
    run.deal_across("scra-a1", "client-a1", True, 0)
    assert run.world.codes.get("BatchStatusChanged", 0), "it came to its settling"
    monkeypatch.setattr(limits, "circuit_refusals", nothing)
    with pytest.raises(AssertionError, match="for nothing"):
        ruled(1, PKRS).deal_across("scra-a1", "client-a1", True, 0)


def test_an_account_that_is_locked_up_is_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Rulers()
    run.lock_up(PKRS, "client-a1", 9, 4)
    pay(run, "client-a1", "client-a2", 895)
    monkeypatch.setattr(limits, "lock_up_refusals", nothing)
    with pytest.raises(AssertionError, match="locked up"):
        pay(run, "client-a1", "client-a2", 895)


def test_a_bank_that_stands_no_more_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing comes in for its clients; its own accounts stand still."""
    run = Rulers()
    run.a_licence_for_a_while("bank-b")
    run.suspend_licence("bank-b", True)
    pay(run, "bank-a-cash", "client-b1", 1)
    cells = [list(row) for row in ACCOUNT_CELLS]
    cells[Standing.EXITING] = [None] * len(cells[0])
    monkeypatch.setattr(eligibility, "ACCOUNT_CELLS", cells)
    with pytest.raises(AssertionError, match="stands no more"):
        pay(run, "bank-a-cash", "client-b1", 1)
    assert cells[Standing.EXITING][Use.IN] is None


def test_a_way_home_is_no_break_of_the_circuit() -> None:
    """What the pages allow: inward remittance in, repatriation out, and no other ramp."""
    run = ruled(1, PKRS)
    for purpose, inward in (
        (RampPurpose.INWARD_REMITTANCE, True),
        (RampPurpose.REPATRIATE, False),
        (RampPurpose.CUSTOMER, True),
        (RampPurpose.CUSTOMER, False),
    ):
        run.ramp_across("scra-a1", inward, purpose)
    statuses = [ramp.status.name for ramp in run.moves.ramps()]
    assert statuses == ["CREDITED", "DONE"], "the others are not opened"
    assert run.world.codes["JURISDICTION_REFUSED"] >= 2
