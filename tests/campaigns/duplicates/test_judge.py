"""The judge of the campaign finds what it is for."""

import pytest

from tests.campaigns.duplicates.campaign import judge_references
from tests.campaigns.duplicates.stock import payments
from tests.campaigns.network.history import Broken, Place

SENT = payments(200, 1, 100)
ONCE: dict[bytes, list[Place]] = {each.versions[0].tx_id: [(1, at)] for at, each in enumerate(SENT)}


def test_every_payment_once_is_accepted() -> None:
    judge_references(SENT, ONCE)


def test_some_payments_have_a_rival_under_the_same_reference() -> None:
    rivals = [each for each in SENT if len(each.versions) == 2]
    assert rivals
    for each in rivals:
        one, other = each.versions
        assert one.tx_id != other.tx_id
        inner, outer = one.signed.transaction, other.signed.transaction
        assert (inner.sender, inner.client_ref) == (outer.sender, outer.client_ref)


def test_one_that_is_missing_one_twice_a_rival_too_and_a_stranger_are_found() -> None:
    first = SENT[0].versions[0].tx_id
    rival = next(each for each in SENT if len(each.versions) == 2)
    missing = {tx_id: places for tx_id, places in ONCE.items() if tx_id != first}
    twice = ONCE | {first: [(1, 0), (2, 0)]}
    both = ONCE | {rival.versions[1].tx_id: [(3, 0)]}
    strange = ONCE | {bytes(32): [(4, 0)]}
    for places in (missing, twice, both, strange):
        with pytest.raises(Broken):
            judge_references(SENT, places)
