"""R12, another key: one node, several keys, one of them at each height."""

import msgspec
import pytest

from consensus.messages import Prepare, Step
from consensus.restore import OwnKey
from consensus.types import ValidatorId
from tests.consensus import fakes
from tests.consensus.solo import Solo

ME = ValidatorId("b")


def advance(solo: Solo, own: OwnKey | None = None) -> None:
    """Decide the open height; then `own` says whose key signs."""
    block = solo.block()
    solo.advance(block, solo.certificate(block), own)


def show(solo: Solo, names: str, seen: Prepare | None = None) -> None:
    """Statuses of these peers at the height that this node works on."""
    for name in names:
        solo.status(name, certificate=solo.tip.certificate, seen=seen)


def votes(solo: Solo) -> bool:
    """Whether it votes at the open height."""
    return solo.replica.is_voting


def next_key(solo: Solo, stale: str | None = None) -> OwnKey:
    """For the height after the one that is open; it has signed nothing, or its guard is no good."""
    return OwnKey(validator=ME, guard_height=solo.tip.height + 2, guard_stale=stale)


def vote(height: int) -> Prepare:
    """Of the own name, unknown to the guard."""
    return Prepare(height=height, view=0, digest=b"\x07" * 32, sender=ME, signature=b"x")


@pytest.mark.parametrize("stale", [None, "foreign_key"])
def test_a_key_named_later_than_the_node_was_level_votes_at_once(stale: str | None) -> None:
    solo = Solo(ME)
    for _ in range(2):
        advance(solo)
    advance(solo, next_key(solo, stale))
    assert solo.replica.height == 4
    assert votes(solo)


def test_a_key_named_within_two_heights_waits_for_what_others_hold_of_it() -> None:
    """It may have signed there before this process began."""
    solo = Solo(ME)
    advance(solo, next_key(solo))
    assert solo.replica.height == 2
    assert not votes(solo)
    show(solo, "a")
    assert not votes(solo)
    show(solo, "c")
    assert votes(solo)


def test_with_too_few_others_heard_the_key_waits_for_q_minus_one() -> None:
    solo = Solo(ME, voting=False)
    show(solo, "ac")
    assert votes(solo)
    for _ in range(4):
        advance(solo)
    advance(solo, next_key(solo))
    assert not votes(solo)
    show(solo, "ac")
    assert votes(solo)


def test_while_the_set_is_changing_nothing_is_concluded_from_being_level() -> None:
    """The argument needs the set of M + 2 to be the one that was heard."""
    solo = Solo(ME, voting=False)
    solo.tip = msgspec.structs.replace(solo.tip, next_validators_hash=b"\x09" * 32)
    advance(solo)
    show(solo, "acd")
    for _ in range(4):
        advance(solo)
    advance(solo, next_key(solo))
    assert not votes(solo)


def test_a_signature_of_the_new_key_that_its_guard_lacks_makes_an_observer() -> None:
    """The folder was restored from before the rotation: the key has voted since."""
    solo = Solo(ME, voting=False)
    for _ in range(3):
        advance(solo)
    advance(solo, next_key(solo))
    show(solo, "a", seen=vote(solo.replica.height))
    show(solo, "c")
    assert not votes(solo)
    assert solo.replica.halted is None


def test_what_the_old_key_signed_below_is_not_held_against_the_new_one() -> None:
    solo = Solo(ME)
    for _ in range(3):
        advance(solo)
    old = vote(solo.replica.height)
    advance(solo, next_key(solo))
    show(solo, "a", seen=old)
    assert solo.replica.halted is None
    assert votes(solo)


def test_without_a_key_in_the_set_nothing_is_signed() -> None:
    solo = Solo(ME)
    advance(solo, OwnKey(validator=None))
    assert not votes(solo)
    solo.receive(solo.pre_prepare(solo.block()))
    assert not solo.signed(Step.PREPARE)
    advance(solo)
    assert not votes(solo)


def test_a_node_that_stopped_voting_stays_stopped_under_another_key() -> None:
    solo = Solo(ME)
    show(solo, "a", seen=vote(1))
    assert solo.replica.halted == "TWO_NODES_ONE_KEY"
    for _ in range(3):
        advance(solo)
    advance(solo, next_key(solo))
    assert solo.replica.halted == "TWO_NODES_ONE_KEY"
    assert not votes(solo)


def test_a_guard_of_a_later_height_is_taken_up_there() -> None:
    """The store was lost, the guard was not: the node signs nothing below what it signed."""
    solo = Solo(ME)
    for _ in range(3):
        advance(solo)
    later = solo.tip.height + 3
    signed = fakes.sign(msgspec.structs.replace(vote(later), view=2))
    own = OwnKey(validator=ME, guard_height=later, signed=(signed,))
    advance(solo, own)
    assert not votes(solo)
    advance(solo)
    assert (solo.replica.height, solo.replica.view) == (later, 2)
    assert votes(solo)
