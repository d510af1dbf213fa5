"""Rules of docs/spec/consensus.md for changing the view: R6 and the justification J."""

from functools import partial

import msgspec
import pytest

from consensus import actions as act
from consensus import events as ev
from consensus.messages import Justification, PrePrepare, Step, ViewChange
from consensus.rejects import Reject
from consensus.types import Verified
from tests.consensus.cluster import Cluster
from tests.consensus.solo import Block, Solo


def changes(solo: Solo) -> list[ViewChange]:
    return [draft for draft in solo.signed(Step.VIEW_CHANGE) if isinstance(draft, ViewChange)]


def test_r6_after_a_view_change_nothing_of_a_lower_view_is_signed() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(solo.view_change("c", 1), solo.view_change("d", 1))
    assert solo.replica.view == 1
    solo.receive(solo.pre_prepare(block), *(solo.prepare(name, block) for name in "acd"))
    assert not solo.signed(Step.PREPARE)
    assert not solo.signed(Step.COMMIT)


def test_r6_join_goes_to_the_smallest_view_of_w_senders() -> None:
    solo = Solo("b")
    solo.receive(solo.view_change("c", 2**62))
    assert solo.replica.view == 0
    solo.receive(solo.view_change("d", 4))
    assert solo.replica.view == 4
    assert [change.head.view for change in changes(solo)] == [4]


def test_r6_the_view_change_claims_the_highest_certificate() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(solo.pre_prepare(block), solo.prepare("a", block), solo.prepare("c", block))
    solo.receive(solo.view_change("c", 1, solo.prepared(block)), solo.view_change("d", 1))
    change = changes(solo)[0]
    assert (change.head.prepared_view, change.head.prepared_digest) == (0, block.digest)
    assert change.certificate == solo.prepared(block, names="abc")


def test_r6_what_was_claimed_once_is_claimed_on_when_its_prepares_are_pushed_out() -> None:
    """Of each sender two views are kept (R10); a certificate of a view never entered stays too."""
    solo = Solo("b")
    block, other = solo.block(), solo.block(timestamp_ms=solo.now().wall_ms)
    solo.receive(*(solo.prepare(name, block, 1) for name in "acd"))
    solo.receive(solo.view_change("c", 2), solo.view_change("d", 2))
    for view in (5, 6):
        solo.receive(*(solo.prepare(name, other, view) for name in "acd"))
    solo.receive(solo.view_change("c", 3), solo.view_change("d", 3))
    claims = [(change.head.view, change.head.prepared_view) for change in changes(solo)]
    assert claims == [(2, 1), (3, 1)]


def test_r6_a_justified_pre_prepare_of_a_higher_view_moves_the_node() -> None:
    solo = Solo("b")
    block = solo.block(view=2)
    solo.receive(solo.pre_prepare(block, 2, solo.justification(2, "acd")))
    assert solo.replica.view == 2
    assert [getattr(draft, "view", None) for draft in solo.signed(Step.PREPARE)] == [2]
    assert not changes(solo)


@pytest.mark.parametrize("flaw", ["no certificate", "unclaimed", "not below", "other digest"])
def test_r6_an_invalid_view_change_is_dropped_alone(flaw: str) -> None:
    solo = Solo("b")
    block, other = solo.block(), solo.block(salt=1)
    good = solo.view_change("c", 1, solo.prepared(block, names="acd"))
    if flaw == "no certificate":
        bad = msgspec.structs.replace(good, certificate=None)
    elif flaw == "unclaimed":
        bad = solo.view_change("c", 1)
        bad = msgspec.structs.replace(bad, certificate=solo.prepared(block, names="acd"))
    elif flaw == "not below":
        bad = solo.view_change("c", 1, solo.prepared(block, 1, names="acd"))
    else:
        bad = msgspec.structs.replace(good, certificate=solo.prepared(other, names="acd"))
    solo.receive(bad, solo.view_change("d", 1))
    assert solo.replica.drops == {Reject.BAD_VIEW_CHANGE: 1}
    assert solo.replica.view == 0
    solo.receive(good)
    assert solo.replica.view == 1


# --- J -------------------------------------------------------------------------------------------


def test_j_the_new_primary_proposes_the_prepared_block() -> None:
    solo = Solo("b")
    block = solo.block()
    claim = solo.prepared(block, names="acd")
    solo.receive(solo.pre_prepare(block))
    solo.receive(solo.view_change("c", 1, claim), solo.view_change("d", 1))
    proposals = [d for d in solo.signed(Step.PRE_PREPARE) if isinstance(d, PrePrepare)]
    assert [draft.digest for draft in proposals] == [block.digest]
    assert [draft.justification for draft in proposals if draft.justification is None] == []
    claims = [draft.justification.certificate for draft in proposals if draft.justification]
    assert claims == [claim]


def test_j_the_new_primary_fetches_a_prepared_block_that_it_lacks() -> None:
    solo = Solo("b")
    block = solo.block()
    claim = solo.prepared(block, names="acd")
    done = solo.receive(solo.view_change("c", 1, claim), solo.view_change("d", 1))
    fetches = [a for a in done if isinstance(a, act.FetchBlock)]
    assert [sorted(fetch.peers) for fetch in fetches] == [["a", "c", "d"]]
    assert not solo.signed(Step.PRE_PREPARE)
    verified = Verified(block.proposal)
    solo.feed(ev.BlockFetched(now=solo.now(), digest=block.digest, proposal=verified))
    assert len(solo.signed(Step.PRE_PREPARE)) == 1


def test_j_without_claims_the_new_primary_builds_a_block_even_an_empty_one() -> None:
    solo = Solo("b")
    done = solo.receive(solo.view_change("c", 1), solo.view_change("d", 1))
    builds = [a for a in done if isinstance(a, act.BuildProposal)]
    assert [(b.view, b.template.origin_view, b.template.failed) for b in builds] == [(1, 1, ("a",))]


def malformed(solo: Solo, block: Block, fresh: Block) -> dict[str, tuple[Block, object]]:
    """Name -> (block, J) for view 2, each with one flaw."""
    claim = solo.prepared(block, names="acd")
    good = solo.justification(2, "acd", claim)
    none = solo.justification(2, "acd")
    a, c, d = none.heads
    other = solo.prepared(solo.block(salt=1), names="acd")
    rival = solo.view_change("c", 2, other).head
    later = solo.view_change("a", 2, solo.prepared(block, 1, names="acd")).head

    def heads(*parts: object) -> Justification:
        return msgspec.structs.replace(none, heads=parts)

    return {
        "missing": (fresh, None),
        "too few": (fresh, heads(a, c)),
        "too many": (fresh, heads(a, solo.view_change("b", 2).head, c, d)),
        "twice the same": (fresh, heads(a, a, d)),
        "unsorted": (fresh, heads(c, a, d)),
        "stranger": (fresh, heads(a, c, solo.view_change("x", 2).head)),
        "of another view": (fresh, heads(a, c, solo.view_change("d", 3).head)),
        "claims no earlier view": (
            block,
            msgspec.structs.replace(
                good, heads=(a, c, solo.view_change("d", 2, solo.prepared(block, 2)).head)
            ),
        ),
        "without the certificate": (block, msgspec.structs.replace(good, certificate=None)),
        "unclaimed certificate": (fresh, msgspec.structs.replace(none, certificate=claim)),
        "another block than claimed": (fresh, good),
        "certificate of another digest": (block, msgspec.structs.replace(good, certificate=other)),
        "two digests at the highest view": (
            block,
            msgspec.structs.replace(good, heads=(good.heads[0], rival, d)),
        ),
        "certificate below the highest claim": (
            block,
            msgspec.structs.replace(good, heads=(later, c, d)),
        ),
        "too few prepares": (
            block,
            solo.justification(2, "acd", solo.prepared(block, names="ac")),
        ),
        "old block without a claim": (block, none),
    }


@pytest.mark.parametrize("flaw", sorted(malformed(Solo("b"), Solo().block(), Solo().block(2))))
def test_j_every_malformed_j_is_dropped_without_blame(flaw: str) -> None:
    solo = Solo("b")
    block, fresh = solo.block(), solo.block(view=2)
    bad_block, justification = malformed(solo, block, fresh)[flaw]
    assert justification is None or isinstance(justification, Justification)
    solo.receive(solo.pre_prepare(bad_block, 2, justification))
    assert solo.replica.drops == {Reject.BAD_JUSTIFICATION: 1}
    assert solo.replica.view == 0
    assert solo.count(act.Sign) == 0


def test_j_a_good_copy_is_accepted_after_a_bad_one() -> None:
    solo = Solo("b")
    fresh = solo.block(view=2)
    solo.receive(solo.pre_prepare(fresh, 2, solo.justification(2, "ac")))
    solo.receive(solo.pre_prepare(fresh, 2, solo.justification(2, "acd")))
    assert len(solo.signed(Step.PREPARE)) == 1


def test_r2_a_prepared_block_that_is_refused_here_is_not_left_at_once() -> None:
    """The next primary has to propose the same one: the timer sets the pace."""
    solo = Solo("b", auto_execute=False)
    block = solo.block()
    certificate = solo.prepared(block, names="acd")
    solo.receive(solo.pre_prepare(block, 2, solo.justification(2, "acd", certificate)))
    assert solo.replica.view == 2
    refused = ev.ExecutionRefused(now=solo.now(), height=1, digest=block.digest, reason="no")
    solo.feed(refused)
    assert solo.replica.view == 2


def test_j_in_view_0_there_is_none() -> None:
    solo = Solo("b")
    solo.receive(solo.pre_prepare(solo.block(), 0, solo.justification(0, "acd")))
    assert solo.replica.drops == {Reject.BAD_JUSTIFICATION: 1}


def test_r1_each_view_halves_the_block() -> None:
    solo = Solo("b")
    solo.receive(solo.view_change("c", 5), solo.view_change("d", 5))
    builds = [a for a in solo.actions if isinstance(a, act.BuildProposal)]
    assert [(build.view, build.transactions_max) for build in builds] == [(5, 62)]


def test_r1_blocks_that_take_three_caps_to_execute_do_not_stop_the_chain() -> None:
    cluster = Cluster(n=4, start=False, timeout_cap_ms=2_000, timeout_max_ms=500)
    cluster.block_transactions_max = 64
    cluster.execute_body_ms = 100
    cluster.start_all()
    cluster.submit(64)
    cluster.run_until(lambda: min(cluster.heights().values()) == 1)
    sizes = [len(block.proposal.wire_ids) for block in cluster.peers["a"].disk.chain]
    assert 0 < sizes[0] < 32


# --- in a network --------------------------------------------------------------------------------


def test_a_dead_primary_costs_one_timeout_once() -> None:
    cluster = Cluster(n=4, timeout_max_ms=500)
    cluster.submit(1)
    cluster.run_until(lambda: min(cluster.heights().values()) == 1)
    cluster.partition("a", "bcd", silent=True)
    cluster.submit(1)
    assert cluster.run_until(lambda: cluster.height("b") == 2) <= 600
    for height in range(3, 8):
        cluster.submit(1)
        assert cluster.run_until(partial(cluster.reached, "b", height)) <= 50
    failed = [block.proposal.header.failed for block in cluster.peers["b"].disk.chain]
    assert failed == [(), ("a",), ("a",), (), (), (), ()]
