"""What rests on an account, and who is told why."""

import json
from typing import cast

import pytest

from tests.node.rpc.closed import closed_node, replies
from tests.node.rpc.fake_genesis import address_of, digest_of
from tests.node.rpc.small_ledger import ALICE, BOND_ID
from tokens.bech32m import encode
from tokens.records.holdings import LIEN, LegalBasis, Lien
from tokens.types import LienKind

REGULATOR = address_of("regulator")


def frozen(name: str, memo: str) -> Lien:
    """An order of the regulator on all that Alice has of a bond."""
    return Lien(
        id=digest_of(name),
        account=ALICE,
        asset=BOND_ID,
        amount=None,
        kind=LienKind.FREEZE,
        owner=REGULATOR,
        expires_on=None,
        basis=LegalBasis(authority="Court", order_no="7/2025", sha256=digest_of(name)),
        memo=memo,
    )


async def told(reader: str, **params: str) -> dict[str, tuple[object, object]]:
    """Freezes by id, with basis and memo."""
    node = closed_node()
    overlay = node.state()
    overlay.put(LIEN, frozen("court", ""))
    overlay.put(LIEN, frozen("list", "sanctions list un"))
    node.write(overlay)
    request = {"jsonrpc": "2.0", "id": 1, "method": "lien_list", "params": params}
    (reply,) = await replies(node, reader, [json.dumps(request)])
    items = cast("dict[str, dict[str, dict[str, list[dict[str, object]]]]]", reply)
    found = items["result"]["value"]["items"]
    return {
        cast("str", item["id"]): (item["basis"], item["memo"])
        for item in found
        if item["kind"] == "FREEZE"
    }


COURT, LISTED = ("0x" + digest_of(name).hex() for name in ("court", "list"))


@pytest.mark.parametrize("reader", ["regulator", "bank"])
async def test_the_authority_and_the_own_bank_read_every_order_with_its_basis(reader: str) -> None:
    found = await told(reader, account=encode("mhr", ALICE))
    assert set(found) == {COURT, LISTED}
    assert all(basis for basis, _ in found.values())
    assert found[LISTED][1] == "sanctions list un"


async def test_the_holder_reads_its_orders_and_not_that_a_list_is_behind_one() -> None:
    found = await told("alice", account=encode("mhr", ALICE))
    assert found[COURT][0]
    assert found[LISTED] == (None, "")


async def test_an_authority_reads_its_own_orders() -> None:
    found = await told("regulator", authority=encode("mhr", REGULATOR))
    assert set(found) == {COURT, LISTED}
