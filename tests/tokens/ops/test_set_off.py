"""What pledged money counts against a claim (5.6)."""

import msgspec

from tests.tokens.ops.build import FACE
from tests.tokens.ops.enforcement_world import BASIS, DUE, pledged
from tests.tokens.ops.test_pledges import pledges
from tests.tokens.ops.world import CBM
from tokens.enforcing import set_off
from tokens.records.enforcements import Enforcement

change = msgspec.structs.replace


def test_several_parts_of_money_are_set_off_up_to_the_claim() -> None:
    """A pledge may have its money in parts: coupons and redemptions of what is pledged."""
    world = pledged(60 * FACE, CBM)
    (lien,) = pledges(world)
    parts = tuple(change(lien, id=bytes([number]) * 32, amount=60) for number in range(1, 4))
    claim = Enforcement(
        pledge=lien.id,
        account=lien.account,
        pledgee=lien.owner,
        claim=130,
        cash_asset=CBM,
        basis=BASIS,
        noticed_on=DUE,
        from_date=DUE,
    )
    assert [taken.amount for taken in set_off(parts, claim)] == [60, 60, 10]
    assert [taken.amount for taken in set_off(parts, change(claim, claim=60))] == [60]
