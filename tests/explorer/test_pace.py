"""Times between blocks: ranks against their definition, and what the page of validators says."""

from hypothesis import given
from hypothesis import strategies as st

from node.explorer.page import Table
from node.explorer.pages.pace import pace, rank
from tests.explorer.reader import reading
from tests.explorer.test_money_pages import rows
from tests.node.rpc.caller import serving
from tests.node.rpc.small_ledger import small_node


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=100), st.integers(1, 100))
def test_a_rank_is_the_least_that_so_many_are_not_above(values: list[int], percent: int) -> None:
    found = rank(tuple(values), percent)

    def reached(most: int) -> bool:
        return 100 * len([each for each in values if each <= most]) >= percent * len(values)

    assert found in values
    assert reached(found)
    assert not any(reached(each) for each in values if each < found)


@given(st.lists(st.integers(0, 2**40), max_size=100))
def test_every_gap_is_counted_once(times: list[int]) -> None:
    sections = pace(tuple(sorted(times)))
    if len(times) < 2:
        assert sections == []
        return
    (table,) = [each for each in sections if isinstance(each, Table)]
    assert sum(int(row[2].full) for row in table.rows) == len(times) - 1


async def test_a_clock_that_went_back_is_no_negative_time() -> None:
    (facts, *_) = pace((1_000, 400, 1_400))
    assert "1,000 ms" in str(facts)
    assert "-" not in str(facts)


async def test_the_page_of_validators_has_them() -> None:
    node = small_node()
    for _ in range(4):
        node.decide()
    async with serving(node=node) as running, reading(running.port) as reader:
        page = await reader.page("/validators")
        assert "Time between the last 6 blocks" in page.text
        assert sum(int(row[2]) for row in await rows(reader, "/validators", "pace")) == 5
