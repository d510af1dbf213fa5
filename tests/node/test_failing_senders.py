"""Who fails most of the time is known from blocks, and comes back by succeeding."""

from node.failing_senders import SCORE_FAILING, SCORE_MAX, SENDERS_MAX, FailingSenders

A, B = b"a" * 16, b"b" * 16


def test_many_failures_make_a_failing_sender_and_successes_end_it() -> None:
    senders = FailingSenders()
    senders.note([(A, False)] * (SCORE_FAILING - 1))
    assert A not in senders
    assert senders.note([(A, False)]) == [A]
    assert senders.note([(A, False)]) == []
    assert A in senders
    assert B not in senders
    senders.note([(A, False)] * 10_000)
    senders.note([(A, True)] * (SCORE_MAX - SCORE_FAILING))
    assert A in senders
    senders.note([(A, True)])
    assert A not in senders


def test_who_fails_now_and_then_is_no_failing_sender() -> None:
    senders = FailingSenders()
    for _ in range(1_000):
        senders.note([(A, False), (A, True), (A, True)])
    assert A not in senders
    assert len(senders._scores) <= 1


def test_what_is_remembered_is_bounded() -> None:
    senders = FailingSenders()
    for number in range(SENDERS_MAX + 10):
        senders.note([(number.to_bytes(16), False)])
    assert len(senders._scores) == SENDERS_MAX
