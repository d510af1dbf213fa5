"""An explorer shows its reader what the node tells that reader, and nothing more (docs/privacy.md).

Two worlds that differ only in what a reader may not see give it the same pages, word for word;
tests/node/rpc/readers.py says by hand who may see what.
"""

import re

import pytest

from node.explorer.config import ExplorerConfig, ExplorerNotLoopback, check_config
from tests.explorer.crawler import crawl
from tests.explorer.reader import Reader, reading
from tests.node.rpc.caller import serving
from tests.node.rpc.closed import closed_node, token_of
from tests.node.rpc.readers import CLOSED, SUPERVISORS, size_of, without, world
from tests.node.rpc.readers import Reader as Scope
from tests.node.rpc.small_ledger import ALICE, BOB
from tokens.bech32m import encode
from tokens.jsonform import PREFIX_MAIN

DANGLING = ("/accounts/", "/blocks/", "/tx/", "/participants/", "/assets/", "/auctions/", "/money")
TOLD_OF = frozenset({"order", "trade", "sanctions_list"})
"""Of these everybody is told sums (tests/node/rpc/test_non_interference.py)."""
_AGO = re.compile(r"[0-9.]+ s ago")


async def texts(reader: Reader, paths: list[str]) -> dict[str, str]:
    """What is written on each page, a refusal too."""
    return {path: _AGO.sub("", (await reader.get(path)).document.text) for path in paths}


@pytest.mark.parametrize("scope", CLOSED, ids=lambda scope: scope.name)
async def test_pages_do_not_depend_on_what_a_reader_may_not_see(scope: Scope) -> None:
    one, other = world(), without(scope, TOLD_OF)
    assert size_of(one) != size_of(other)
    async with (
        serving(node=one) as first,
        serving(node=other) as second,
        reading(first.port, scope.header(one)) as sees_one,
        reading(second.port, scope.header(other)) as sees_other,
    ):
        paths = list(await crawl(sees_one, each_kind=3, dangling=DANGLING))
        paths += [f"/accounts/{encode(PREFIX_MAIN, each)}" for each in (ALICE, BOB)]
        assert len(paths) > 30
        assert await texts(sees_one, paths) == await texts(sees_other, paths)


async def test_the_comparison_can_fail() -> None:
    """To a regulator the two worlds of a stranger are two."""
    stranger = next(scope for scope in CLOSED if scope.name == "stranger")
    one, other = world(), without(stranger, TOLD_OF)
    paths = [f"/accounts/{encode(PREFIX_MAIN, ALICE)}", "/settlement", "/"]
    async with (
        serving(node=one) as first,
        serving(node=other) as second,
        reading(first.port, Scope("regulator", frozenset()).header(one)) as sees_one,
        reading(second.port, Scope("regulator", frozenset()).header(other)) as sees_other,
    ):
        assert await texts(sees_one, paths) != await texts(sees_other, paths)


async def test_a_supervisor_sees_what_the_public_does_not() -> None:
    """The same pages without a view name no account; so the comparison above compares something."""
    node = closed_node()
    account = f"/accounts/{encode(PREFIX_MAIN, ALICE)}"
    async with serving(node=node) as running:
        async with reading(running.port) as public:
            refused = await public.get(account)
            sums = await public.get("/supervision")
        async with reading(running.port, token_of(node, "regulator")) as supervisor:
            shown = await supervisor.page(account)
            overview = await supervisor.page("/")
    assert refused.status == 403
    assert "not for you to see" in refused.document.text
    assert "Balances" not in refused.document.text
    assert "Balances" in shown.text
    assert "Debt outstanding" in overview.text
    assert "Read as" in overview.text
    assert sums.status == 403


async def test_a_bank_sees_its_clients_and_no_account_of_others() -> None:
    node = world()
    bank = next(scope for scope in CLOSED if scope.name == "bank")
    exchange = next(scope for scope in CLOSED if scope.name == "exchange")
    (other,) = [each for each in exchange.own if each not in bank.own and len(each) == 16][:1]
    async with (
        serving(node=node) as running,
        reading(running.port, bank.header(node)) as reader,
    ):
        own = await reader.get(f"/accounts/{encode(PREFIX_MAIN, ALICE)}")
        others = await reader.get(f"/accounts/{encode(PREFIX_MAIN, other)}")
    assert (own.status, others.status) == (200, 403)


def test_supervisors_are_no_closed_readers() -> None:
    assert not {scope.name for scope in CLOSED} & set(SUPERVISORS)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "explorer.example"])
def test_with_a_view_nobody_else_can_reach_it(host: str) -> None:
    check_config(ExplorerConfig(rpc="http://127.0.0.1:1", host=host))
    with pytest.raises(ExplorerNotLoopback, match="would read as its subject"):
        check_config(ExplorerConfig(rpc="http://127.0.0.1:1", host=host, view="token"))
    for good in ("127.0.0.1", "::1", "localhost"):
        check_config(ExplorerConfig(rpc="http://127.0.0.1:1", host=good, view="token"))
