"""One a turn of the loop, and addresses in turn: a crowd of one address does not starve another."""

import asyncio

from node.turns import Turns


async def test_the_first_one_is_served_at_once() -> None:
    turns = Turns()
    task = turns.enter("a")
    try:
        task.send(None)
    except StopIteration:
        return
    raise AssertionError("it waited although nobody else was there")


async def test_two_addresses_take_turns_whatever_they_queue() -> None:
    turns = Turns()
    served: list[str] = []

    async def one(who: str) -> None:
        await turns.enter(who)
        served.append(who)

    async with asyncio.TaskGroup() as group:
        for _ in range(10):
            group.create_task(one("crowd"))
        group.create_task(one("other"))
    assert served.index("other") <= 2
    assert len(served) == 11
    assert not turns._lines


async def test_at_most_one_is_served_between_two_turns_of_the_loop() -> None:
    turns = Turns()
    served = 0

    async def one() -> None:
        nonlocal served
        await turns.enter("a")
        served += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(one())
        before = 0
        while served < 20:
            await asyncio.sleep(0)
            assert served - before <= 1
            before = served


async def test_who_hangs_up_is_passed_over() -> None:
    turns = Turns()
    async with asyncio.TaskGroup() as group:
        group.create_task(turns.enter("a"))
        gone = group.create_task(turns.enter("b"))
        stays = group.create_task(turns.enter("b"))
        await asyncio.sleep(0)
        gone.cancel()
        await stays
    assert gone.cancelled()
    for _ in range(3):
        await asyncio.sleep(0)
    assert turns._free
