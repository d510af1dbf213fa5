"""Walks with which runs of the common world begin: in a young world they come to their end.

A run tries only some of the rules, and by its middle somebody has frozen, paused or spent what a
walk needs. Here each walk has its turn where nothing stands in its way yet, so that no operation
depends on luck to pass; what follows in the run has its outcome to attack.
"""

from tests.tokens.adversary_debt import FLEX
from tests.tokens.adversary_dust import HARMS
from tests.tokens.adversary_values import FACE, ISINS, PKRS
from tests.tokens.support import MONEY
from tokens.records.repos import RepoMode

OPENINGS: tuple[tuple[str, tuple[object, ...]], ...] = (
    ("walk_a_ramp", ("client-b1", False, 0)),
    ("walk_a_ramp", ("client-b1", False, 1)),
    ("walk_a_ramp", ("client-a1", True, 0)),
    ("walk_a_ramp", ("client-a1", True, 1)),
    ("walk_a_delivery", ("client-a1", 1)),
    ("walk_a_delivery", ("client-a1", 2)),
    *(("walk_through_dust", ("client-a1", harm, 1)) for harm in HARMS),
    ("walk_an_auction_to_nothing", ("bank-a-cash", 2, 1)),
    ("walk_an_auction_to_nothing", ("bank-a-cash", 0, 2)),
    ("walk_an_unopened_sheet", ("bank-a-cash", False)),
    ("walk_a_late_winner", (0, False)),
    ("walk_a_repo", (0, RepoMode.PLEDGE, "close")),
    ("walk_a_repo", (1, RepoMode.TITLE, "close_out")),
    ("walk_a_repo_back", ("bank-b",)),
    ("walk_a_default", (2, False, 3 * FACE // 2)),
    ("walk_a_default", (2, True, FACE)),
    ("walk_a_pledge_to_another", (MONEY, 1)),
    ("walk_a_notice_back", ()),
    ("walk_an_option", (2, "client-a1", True, None)),
    ("walk_an_option", (2, "client-b1", False, FLEX)),
    ("walk_a_fixing", (3, 95_000)),
    ("walk_an_order", (bytes([1]) * 32, "client-b1", MONEY, 1)),
    ("walk_money_back_to_a_closed_account", (True, 40)),
    ("walk_an_account", (100, "bank-a")),
    ("walk_a_participant", ("bank-b", False)),
    ("walk_a_validator", ("bank-a", False)),
    ("walk_a_network", (3,)),
    ("walk_a_proposal_back", ("treasury",)),
    ("walk_a_grant", (FACE, 5)),
    ("walk_an_instrument_to_nothing", ()),
    ("walk_a_hash_lock", (1, True)),
    ("walk_a_quote_to_nothing", ("bank-a", ISINS[0])),
    ("walk_money_of_the_central_bank", ("bank-a",)),
    ("walk_a_swap", (1,)),
    ("walk_a_quote", (ISINS[1],)),
    ("walk_papers", ()),
    ("walk_against_guards", ()),
    ("walk_against_a_suspension", ()),
    ("walk_a_reserve_change", ()),
    ("walk_an_auction_to_nothing", ("bank-a-cash", 1, 2)),
    ("walk_a_recovery", (True,)),
    ("walk_a_credential", ("client-a1",)),
    ("walk_a_deal", (2, FACE)),
    ("walk_a_suspension", (3,)),
    ("walk_redemptions", (PKRS,)),
    ("walk_a_redemption_taken_back", (1, "bank-b")),
    ("walk_a_fixing_by_hand", (1, 95_000)),
    ("walk_a_reassignment", ("client-a1",)),
    ("walk_a_payment_below_the_tier", (0,)),
)
