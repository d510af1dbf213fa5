"""A simulation must not answer questions about what is others'."""

from typing import cast

from node.rpc.scoped_results import simulation
from node.sdk.schema.tx import Failure, SimulateParams, Simulation
from tests.node.rpc.closed import closed_node
from tests.node.rpc.ledger_node import LedgerNode, call_of
from tokens.results import Code


def failures(*codes: tuple[int, Code]) -> Simulation:
    """Of (operation, code)."""
    return Simulation(
        ok=not codes,
        failures=tuple(
            [
                Failure(operation=at, rule="", version=0, code=code, symbol=code.name)
                for at, code in codes
            ]
        ),
    )


def shown(whole: Simulation) -> object:
    """As a closed view sees it."""
    call = call_of(cast("LedgerNode", closed_node()))
    return simulation(call, SimulateParams(transaction=b""), whole)


def test_who_may_not_act_is_told_that_and_nothing_about_the_balance() -> None:
    own = (0, Code.DENOM_NOT_MULTIPLE)
    barred = (1, Code.NOT_AUTHORISED)
    tells = [(1, Code.INSUFFICIENT_AVAILABLE), (2, Code.ACCOUNT_FROZEN)]
    assert shown(failures(own, barred, *tells)) == failures(own, barred)


def test_who_may_act_is_told_every_failing_rule() -> None:
    whole = failures((0, Code.ACCOUNT_FROZEN), (0, Code.INSUFFICIENT_AVAILABLE))
    assert shown(whole) == whole
