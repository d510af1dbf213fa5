"""A reserve gives by the operations of reserves only: no other door leads out of it (5.7)."""

import msgspec
import pytest

from tests.tokens.ops.build import bond, fund, terms
from tests.tokens.ops.commodity_world import confirm, request
from tests.tokens.ops.test_cash import DEFINE, GRANT_OF_A, mint
from tests.tokens.ops.test_deliveries import BOTH, marked
from tests.tokens.ops.test_recovery import keys
from tests.tokens.ops.world import CBM, PKRS, World, address, person_of
from tokens.ops.accounts import OpenAccount
from tokens.ops.deliveries import ConfirmDelivery
from tokens.ops.documents import AmendInstrument
from tokens.ops.instruments import CreateInstrument
from tokens.ops.participants import SetKeyPolicy
from tokens.records.parties import PARTICIPANT
from tokens.records.proposals import GRANT
from tokens.results import Code
from tokens.types import NO_ADDRESS, AccountPurpose, Role


def state_coin() -> World:
    """A treasury that issues a coin of its own, and has a reserve."""
    world = World()
    treasury = world.state.get(PARTICIPANT, address("treasury"))
    assert treasury is not None
    both = msgspec.structs.replace(treasury, roles=(Role.TREASURY, Role.CASH_ISSUER))
    world.state.put(PARTICIPANT, both)
    world.account("t/reserve", "treasury", "central", purpose=AccountPurpose.RESERVE)
    return world


def test_a_remainder_of_a_delivery_is_not_paid_out_of_a_reserve() -> None:
    """The issuer of a coin that also owes gold paid for it with the money of the coin."""
    world = marked()
    world.act("issuer+central", DEFINE)
    world.state.put(GRANT, GRANT_OF_A)
    fund(world, "a/main", 600)
    world.act("bank_a", mint(600))
    world.act("bank_a", request(6_001))
    made: ConfirmDelivery = confirm(source="reserve")
    world.refuse(Code.ACCOUNT_RESERVED, BOTH, made)
    assert world.balance(CBM, "reserve") == world.supply(PKRS) == 600
    world.act(BOTH, confirm())


def test_a_treasury_does_not_pay_coupons_out_of_a_reserve() -> None:
    """`coupon_fund` took what the account held, whatever its purpose."""
    world = state_coin()
    made = CreateInstrument(terms=terms(treasury_account=address("t/reserve")))
    world.refuse(Code.ACCOUNT_RESERVED, "treasury", made)
    isin = bond(world)
    moved = AmendInstrument(
        asset=isin,
        name=None,
        treasury_account=address("t/reserve"),
        record_offset_bd=None,
        kyc_tier_min=None,
    )
    world.refuse(Code.ACCOUNT_RESERVED, "treasury+central", moved)


@pytest.mark.parametrize("purpose", [AccountPurpose.RESERVE, AccountPurpose.UNCLAIMED])
def test_no_key_opens_a_reserve(purpose: AccountPurpose) -> None:
    """With keys of its own it could be RECOVERING, and then nothing was taken out or exchanged."""
    world = World()
    place = world.account("place", "issuer", "central", purpose=purpose)
    world.refuse(Code.ACCOUNT_RESERVED, "issuer", SetKeyPolicy(owner=place, policy=keys("new")))
    made = OpenAccount(
        id=address("another"),
        owner=person_of("issuer"),
        holder=address("issuer"),
        servicer=address("central"),
        purpose=purpose,
        kyc_tier=3,
        residency="RESIDENT",
        tax_class="filer",
        policy=keys("new"),
    )
    world.refuse(Code.ACCOUNT_RESERVED, "central", made)
    world.act("central", msgspec.structs.replace(made, policy=None))
    assert made.holder != NO_ADDRESS
