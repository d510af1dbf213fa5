"""A simulation must not answer questions about what is others'."""

from node.rpc.scoped_results import simulation
from node.sdk.schema.tx import Failure, Simulation
from tests.node.rpc.closed import closed_node
from tests.node.rpc.ledger_node import call_of
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


def test_who_may_not_act_is_told_that_and_nothing_about_the_balance() -> None:
    own = (0, Code.DENOM_NOT_MULTIPLE)
    barred = (1, Code.NOT_AUTHORISED)
    tells = [(1, Code.INSUFFICIENT_AVAILABLE), (2, Code.ACCOUNT_FROZEN)]
    call = call_of(closed_node())  # type: ignore[arg-type]
    assert simulation(call, None, failures(own, barred, *tells)) == failures(own, barred)  # type: ignore[arg-type]


def test_who_may_act_is_told_every_failing_rule() -> None:
    whole = failures((0, Code.ACCOUNT_FROZEN), (0, Code.INSUFFICIENT_AVAILABLE))
    call = call_of(closed_node())  # type: ignore[arg-type]
    assert simulation(call, None, whole) == whole  # type: ignore[arg-type]
