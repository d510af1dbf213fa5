"""Two tiers: a client's leaf and its bank's total, proven in one call; and what does not fit."""

from collections.abc import Callable
from functools import partial

import msgspec
import pytest

from node.devnet.cast import ALICE, BANK_1, BANK_1_ACCOUNT, BANK_2_ACCOUNT, MONEY
from node.sdk.errors import RpcFailed
from node.sdk.light.client import LightClient
from node.sdk.light.faults import Fault, Unproven
from node.sdk.schema.common import Proof
from node.sdk.schema.statement import HoldingProof
from tests.node.sdk.light.history import History
from tests.node.sdk.light.nodes import Forger
from tests.node.sdk.light.test_follow import anchor_at, client_of
from tokens.codec import encode
from tokens.records.holdings import BANK_TOTAL, BankTotal

BANK = BANK_1.address


async def test_a_leaf_and_its_total_in_one_call(history: History) -> None:
    light, calls = client_of(history)
    found = await light.holding(MONEY, BANK_1_ACCOUNT.address)
    state = history.chain.overlay()
    total = state.get(BANK_TOTAL, BANK, MONEY)
    leaf = await light.balance(MONEY, BANK_1_ACCOUNT.address)
    assert total is not None
    assert found.value.servicer == BANK
    assert (found.value.balance, found.value.bank_total) == (leaf.value.balance, total.amount)
    assert found.height == leaf.height == history.height
    assert found.signers
    assert [method for method, _ in calls.asked].count("account_getHoldingProof") == 1


async def test_nothing_is_proven_too(history: History) -> None:
    light, _ = client_of(history)
    found = await light.holding("XYZ", ALICE.address)
    assert (found.value.balance, found.value.bank_total) == (0, 0)


async def test_an_account_that_is_not_there(history: History) -> None:
    light, _ = client_of(history)
    with pytest.raises(RpcFailed):
        await light.holding(MONEY, bytes(range(16)))


async def lied_to(history: History, lie: Callable[[HoldingProof], HoldingProof]) -> Fault:
    forger = Forger(history.chain)
    forger.holdings = lie
    light = LightClient(forger, anchor_at(history, 0))
    with pytest.raises(Unproven) as caught:
        await light.holding(MONEY, BANK_1_ACCOUNT.address)
    return caught.value.fault


def swapped(true: HoldingProof, changes: dict[str, Proof]) -> HoldingProof:
    return msgspec.structs.replace(true, **changes)


async def test_the_total_of_another_bank_is_refused(history: History) -> None:
    """A true proof, of the wrong bank: the servicer comes from the account's own record."""
    other = await Forger(history.chain).truth.holding(MONEY, BANK_2_ACCOUNT.address)
    for part in ("account", "position", "reassignment", "bank_total"):
        changes = {part: getattr(other, part)}
        fault = await lied_to(history, partial(swapped, changes=changes))
        assert fault is Fault.WRONG_RECORD


async def test_a_total_that_is_made_up_is_refused(history: History) -> None:
    record = encode(BankTotal(servicer=BANK, asset=MONEY, amount=2**60))

    def lie(true: HoldingProof) -> HoldingProof:
        return msgspec.structs.replace(
            true, bank_total=msgspec.structs.replace(true.bank_total, record=record)
        )

    assert await lied_to(history, lie) is Fault.WRONG_RECORD


async def test_parts_of_two_blocks_are_refused(history: History) -> None:
    def lie(true: HoldingProof) -> HoldingProof:
        certificate = true.account.certificate
        assert certificate is not None
        older = msgspec.structs.replace(certificate, height=certificate.height - 1)
        return msgspec.structs.replace(
            true, account=msgspec.structs.replace(true.account, certificate=older)
        )

    assert await lied_to(history, lie) is Fault.WRONG_HEIGHT


async def test_an_account_that_is_said_not_to_be_is_refused(history: History) -> None:
    def lie(true: HoldingProof) -> HoldingProof:
        return msgspec.structs.replace(
            true, account=msgspec.structs.replace(true.account, record=None)
        )

    assert await lied_to(history, lie) is Fault.WRONG_RECORD
