"""Each transaction is checked once, a bad one is never remembered, others run in between."""

import asyncio

from node.signature_check import CHUNK, SignatureCheck
from tests.node.transactions import KEYS, transaction


def test_a_valid_transaction_is_checked_once() -> None:
    check = SignatureCheck()
    one = transaction(keys=KEYS[:2])
    assert check.check(one)
    assert check.check(one)
    assert check.checked == 2
    assert check.is_known(one.wire_id)


def test_a_forged_one_is_refused_each_time() -> None:
    check = SignatureCheck()
    forged = transaction(forged=True)
    assert not check.check(forged)
    assert not check.check(forged)
    assert check.checked == 2
    assert not check.is_known(forged.wire_id)


def test_one_bad_signature_among_good_ones_is_enough() -> None:
    good, forged = transaction(keys=KEYS[:2]), transaction(keys=KEYS[2:], forged=True)
    mixed = transaction(keys=KEYS)
    assert SignatureCheck().check(good)
    assert SignatureCheck().check(mixed)
    assert not SignatureCheck().check(forged)


def test_another_signature_version_is_checked_for_itself() -> None:
    check = SignatureCheck()
    assert check.check(transaction(keys=KEYS[:1]))
    assert not check.is_known(transaction(keys=KEYS[1:2]).wire_id)


def test_the_memory_is_bounded() -> None:
    check = SignatureCheck(remembered_max=2)
    three = [transaction(index) for index in range(3)]
    for each in three:
        assert check.check(each)
    assert [check.is_known(each.wire_id) for each in three] == [False, True, True]


async def test_others_run_between_two_chunks() -> None:
    check = SignatureCheck()
    many = [transaction(index) for index in range(2 * CHUNK + 1)]
    seen: list[int] = []

    async def watch() -> None:
        while check.checked < len(many):
            seen.append(check.checked)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        verdicts = group.create_task(check.check_all(many))
        group.create_task(watch())
    assert verdicts.result() == [True] * len(many)
    assert seen == [CHUNK, 2 * CHUNK]


async def test_verdicts_come_in_order() -> None:
    items = [transaction(1), transaction(2, forged=True), transaction(3)]
    assert await SignatureCheck().check_all(items) == [True, False, True]
