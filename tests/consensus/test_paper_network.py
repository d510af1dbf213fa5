"""Rules of docs/spec/consensus.md for an unreliable network: R9 R10 R14, and describe."""

import sys
from itertools import pairwise

import msgspec
import pytest

from consensus import actions as act
from consensus import events as ev
from consensus.messages import Commit, Prepare, Status, ViewChange
from consensus.rejects import Reject
from consensus.types import ValidatorId, Verified
from tests.consensus.cluster import Cluster
from tests.consensus.solo import Solo

HUGE = 2**62


def sent(actions: list[act.Action], to: str) -> list[object]:
    return [a.message for a in actions if isinstance(a, act.SendTo) and a.peer == to]


# --- R9 ------------------------------------------------------------------------------------------


def test_r9_the_newest_own_messages_are_sent_again_with_doubling_pauses() -> None:
    solo = Solo("b", timeout_min_ms=400, timeout_max_ms=400, timeout_cap_ms=10_000)
    solo.receive(solo.view_change("c", 1), solo.view_change("d", 1))
    solo.receive(*(solo.view_change(name, 2) for name in "cd"))
    begin = solo.now_ms
    times = []
    for _ in range(200):
        for action in solo.pass_ms(100):
            if isinstance(action, act.Broadcast):
                assert isinstance(action.message, ViewChange)
                times.append((solo.now_ms - begin, action.message.head.view))
        if solo.replica.view > 2:
            break
    assert times[:1] == [(400, 2)]


def test_r9_pauses_end_at_four_seconds() -> None:
    solo = Solo("b", timeout_min_ms=250, timeout_max_ms=250)
    solo.pool(1)
    begin = solo.now_ms
    times = []
    for _ in range(300):
        if any(isinstance(action, act.Broadcast) for action in solo.pass_ms(50)):
            times.append(solo.now_ms - begin)
    gaps = [b - a for a, b in pairwise(times)]
    assert gaps == [500, 1_000, 2_000, 4_000, 4_000]


def test_r9_a_pre_prepare_of_a_view_that_was_left_is_not_sent_again() -> None:
    solo = Solo("a", timeout_min_ms=250, timeout_max_ms=250)
    block = solo.block()
    solo.pool(1)
    solo.feed(
        ev.ProposalBuilt(now=solo.now(), view=0, digest=block.digest, proposal=block.proposal)
    )

    def again() -> list[str]:
        done = solo.feed(ev.PeerUp(now=solo.now(), peer=ValidatorId("c")))
        return [type(message).__name__ for message in sent(done, "c")]

    assert again() == ["Status", "PrePrepare", "Prepare"]
    solo.receive(solo.view_change("c", 1), solo.view_change("d", 1))
    assert again() == ["Status", "ViewChange", "Prepare"]


def test_r9_a_new_connection_gets_status_and_own_messages() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(solo.pre_prepare(block))
    done = solo.feed(ev.PeerUp(now=solo.now(), peer=ValidatorId("c")))
    assert [type(message) for message in sent(done, "c")] == [Status, Prepare]


def test_r9_a_peer_in_a_lower_view_gets_the_own_view_change() -> None:
    solo = Solo("b")
    solo.receive(solo.view_change("c", 1), solo.view_change("d", 1))
    assert [type(message) for message in sent(solo.status("a"), "a")] == [ViewChange]
    assert sent(solo.status("c", view=1), "c") == []


def test_r9_a_peer_at_a_lower_height_is_told_by_a_status_but_not_in_a_flood() -> None:
    solo = Solo("b")
    block = solo.block()
    late = solo.view_change("c", 3)
    solo.advance(block, solo.certificate(block))
    told = sent(solo.receive(late), "c")
    assert [type(message) for message in told] == [Status]
    assert sent(solo.receive(late), "c") == []
    solo.pass_ms(100)
    assert len(sent(solo.receive(late), "c")) == 1


def test_r9_who_sends_what_is_out_of_reach_is_told_by_a_status_but_not_in_a_flood() -> None:
    solo = Solo("b")
    event = ev.OutOfReach(now=solo.now(), peer=ValidatorId("c"))
    done = [*solo.feed(event), *solo.feed(event)]
    assert [type(message) for message in sent(done, "c")] == [Status]
    solo.pass_ms(100)
    done = solo.feed(ev.OutOfReach(now=solo.now(), peer=ValidatorId("c")))
    assert [type(message) for message in sent(done, "c")] == [Status]
    assert solo.feed(ev.OutOfReach(now=solo.now(), peer=ValidatorId("nobody"))) == []


def test_r9_lost_packets_only_delay() -> None:
    cluster = Cluster(n=4, seed=11, drop_rate=0.3, delay_ms=(1, 20))
    cluster.submit(5)
    cluster.run_until(lambda: min(cluster.heights().values()) >= 5, limit_ms=120_000)


# --- R10 -----------------------------------------------------------------------------------------


def test_r10_memory_is_flat_whatever_views_a_liar_names() -> None:
    solo = Solo("b", auto_execute=False)
    core = solo.replica._core
    block = solo.block()

    def held() -> int:
        hs = core.hs
        books = (hs.prepares, hs.commits, hs.view_changes, hs.pre_prepares)
        return sum(len(book.all()) for book in books) + len(core.future) + len(hs.asked)

    for view in (*range(200), *range(HUGE - 200, HUGE)):
        solo.receive(
            solo.prepare("c", block, view),
            solo.commit("c", block, view),
            solo.view_change("c", max(view, 1)),
        )
    assert held() == 3 * 2
    assert solo.replica.view == 0
    assert solo.count(act.Sign) == 0


def test_r10_an_older_view_of_a_sender_is_dropped_and_counted() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(*(solo.prepare("c", block, view) for view in (5, 6, 4)))
    assert solo.replica.drops == {Reject.VIEW_BOUND: 1}


def test_r10_view_0_of_the_next_height_is_kept_and_used() -> None:
    solo = Solo("b")
    first = solo.block()
    before = solo.tip
    next_height = Solo("b", voting=False)
    next_height.advance(first, solo.certificate(first))
    second = next_height.block()
    solo.receive(
        *(next_height.prepare(name, second) for name in "cd"),
        next_height.prepare("c", second, view=1),
        next_height.view_change("d", 1),
    )
    assert solo.tip is before
    assert solo.replica.drops == {Reject.FUTURE_HEIGHT: 2}
    solo.advance(first, solo.certificate(first))
    solo.receive(next_height.pre_prepare(second))
    assert any(isinstance(message, Commit) for message in solo.guard.messages())


def test_r10_strangers_and_far_heights_leave_nothing() -> None:
    solo = Solo("b")
    block = solo.block()
    stranger = msgspec.structs.replace(solo.prepare("c", block), sender="x")
    far = msgspec.structs.replace(solo.prepare("c", block), height=HUGE)
    solo.receive(stranger, far)
    assert solo.replica.drops == {Reject.UNKNOWN_SENDER: 1, Reject.FUTURE_HEIGHT: 1}


def test_r10_a_book_holds_two_views_of_a_million() -> None:
    solo = Solo("b", auto_execute=False)
    block = solo.block()
    solo.receive(solo.commit("c", block, 1))
    small = sys.getsizeof(solo.replica._core.hs.commits._rows[2])
    for view in range(2, 3_000):
        solo.receive(solo.commit("c", block, view))
    assert sys.getsizeof(solo.replica._core.hs.commits._rows[2]) <= 2 * small


# --- R14 -----------------------------------------------------------------------------------------


def test_r14_a_node_that_is_behind_neither_votes_nor_runs_a_timer() -> None:
    solo = Solo("b", timeout_min_ms=250, timeout_max_ms=250)
    block = solo.block()
    later = msgspec.structs.replace(solo.certificate(block), height=7)
    solo.status("c", certificate=later)
    assert solo.replica.is_behind
    solo.pool(1)
    solo.receive(solo.pre_prepare(block), solo.view_change("c", 1), solo.view_change("d", 1))
    solo.pass_ms(60_000)
    assert solo.count(act.Sign) == 0
    assert solo.replica.view == 0


def test_r14_it_asks_those_who_are_ahead_again_each_second_until_level() -> None:
    solo = Solo("b")
    block = solo.block()
    certificate = solo.certificate(block)
    later = msgspec.structs.replace(certificate, height=2)
    done = solo.status("c", certificate=later)
    asked = [a for a in done if isinstance(a, act.CatchUp)]
    assert [(a.target_height, a.peers) for a in asked] == [(2, ("c",))]
    assert sum(isinstance(a, act.CatchUp) for a in solo.pass_ms(3_000)) == 3
    solo.advance(block, certificate)
    behind = [solo.replica.is_behind]
    second = solo.block()
    done = solo.advance(second, solo.certificate(second))
    assert [*behind, solo.replica.is_behind] == [True, False]
    kinds = [a.kind for a in done if isinstance(a, act.Report)]
    assert act.ReportKind.LEVEL in kinds


def test_r14_a_certificate_of_the_open_height_decides_if_the_block_is_here() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.receive(solo.pre_prepare(block))
    done = solo.status("c", certificate=solo.certificate(block))
    assert [a.digest for a in done if isinstance(a, act.Decide)] == [block.digest]


def test_r14_the_certificate_inside_the_next_pre_prepare_decides_too() -> None:
    solo = Solo("b")
    first = solo.block()
    ahead = Solo("b", voting=False)
    ahead.advance(first, solo.certificate(first))
    solo.receive(solo.pre_prepare(first))
    done = solo.receive(ahead.pre_prepare(ahead.block()))
    assert [a.digest for a in done if isinstance(a, act.Decide)] == [first.digest]


def test_r14_a_late_joiner_reaches_voting_under_load() -> None:
    cluster = Cluster(n=4)
    cluster.crash("d")
    for _ in range(40):
        cluster.submit(1)
        cluster.run_for(30)
    cluster.peers["d"].start()
    for _ in range(40):
        cluster.submit(1)
        cluster.run_for(30)
    replica = cluster.peers["d"].replica
    assert replica is not None
    assert replica.is_voting
    assert cluster.height("d") >= cluster.height("a") - 1
    names = [
        cluster.validators[1].members[signature.index].id
        for block in cluster.peers["a"].disk.chain[-20:]
        for signature in block.certificate.signatures
    ]
    assert "d" in names


# --- saying what happens -------------------------------------------------------------------------


def test_describe_names_who_is_missing_and_since_when() -> None:
    solo = Solo("b", timeout_min_ms=20_000, timeout_max_ms=20_000, timeout_cap_ms=20_000)
    block = solo.block()
    solo.receive(solo.pre_prepare(block), *(solo.prepare(name, block) for name in "ac"))
    solo.now_ms += 14_000
    solo.receive(solo.commit("a", block))
    state = solo.replica.describe(solo.now())
    assert state.phase == "committing"
    assert state.waiting_for == ("c", "d")
    assert state.sentence == (
        "height 1, view 0: 2 of 3 Commits; "
        "waiting for c, last heard 14 s ago, d, last heard 14 s ago"
    )


WITH_WORK = (
    "height 1, view 0: 2 transactions to include, no PrePrepare; waiting for a, last heard 0 s ago"
)


@pytest.mark.parametrize(
    ("pool", "sentence"), [(0, "height 1, view 0: nothing to include"), (2, WITH_WORK)]
)
def test_describe_before_a_proposal(pool: int, sentence: str) -> None:
    solo = Solo("b")
    solo.pool(pool)
    assert solo.replica.describe(solo.now()).sentence == sentence


def test_a_fetched_block_that_nobody_asked_for_is_dropped() -> None:
    solo = Solo("b")
    block = solo.block()
    solo.feed(
        ev.BlockFetched(now=solo.now(), digest=block.digest, proposal=Verified(block.proposal))
    )
    assert solo.replica.drops == {Reject.STALE_ANSWER: 1}
