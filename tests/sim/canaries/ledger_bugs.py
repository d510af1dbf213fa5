"""Seeded bugs of the ledger and of exactly-once, found on whole nodes."""

from itertools import count

from consensus.types import Proposal
from node.chain import Chain, Execution
from tests.sim.canaries.canary import Canary, Patch
from tokens import posting
from tokens.steps import Steps
from tokens.transaction import DecodedTransaction
from tokens.window import ClientKey, Window

RARE_OVER = 900
"""Minor units above which a payment takes the rare path."""


def order_of_a_set(patch: Patch) -> None:
    """A block is applied in the order of a set, which is another one in each process."""
    executing, numbers = Chain.executing, count()

    def unordered(
        self: Chain, proposal: Proposal, transactions: tuple[DecodedTransaction, ...]
    ) -> Steps[Execution]:
        number = vars(self).setdefault("_number", next(numbers))
        return executing(self, proposal, transactions[::-1] if number % 2 else transactions)

    patch.setattr(Chain, "executing", unordered)


def references_not_looked_up(patch: Patch) -> None:
    """The window of references says of none that it was used."""
    patch.setattr(Window, "__contains__", lambda self, key: False)


def window_one_short(patch: Patch) -> None:
    """The references of the newest block are not in the window yet."""
    extend = Window.extend
    waiting: dict[int, tuple[int, tuple[ClientKey, ...]]] = {}

    def late(self: Window, height: int, keys: tuple[ClientKey, ...]) -> None:
        held = waiting.get(id(self))
        waiting[id(self)] = (height, keys)
        extend(self, height, () if held is None or held[0] != height - 1 else held[1])

    patch.setattr(Window, "extend", late)


def leaks_on_a_rare_path(patch: Patch) -> None:
    """A large credit is a unit too much, on all nodes alike."""
    shift = posting._shift

    def leaking(state: object, asset: object, account: bytes, delta: int) -> None:
        more = delta + 1 if delta > RARE_OVER else delta
        shift(state, asset, account, more)  # type: ignore[arg-type]

    patch.setattr(posting, "_shift", leaking)


LEDGER_CANARIES = (
    Canary(
        name="applied in the order of a set",
        layer="ledger",
        rule="07, rule 7",
        plant=order_of_a_set,
        campaign="twins",
        finding=("root",),
    ),
    Canary(
        name="references not looked up",
        layer="exactly once",
        rule="R8",
        plant=references_not_looked_up,
        campaign="mutations",
        finding=("again at",),
        focus="ids of an earlier block",
    ),
    Canary(
        name="window one block late",
        layer="exactly once",
        rule="R8",
        plant=window_one_short,
        campaign="mutations",
        finding=("again at",),
        focus="ids of an earlier block",
    ),
    Canary(
        name="money on a rare path",
        layer="ledger",
        rule="conservation",
        plant=leaks_on_a_rare_path,
        campaign="twins",
        finding=("validate_supply",),
    ),
)
