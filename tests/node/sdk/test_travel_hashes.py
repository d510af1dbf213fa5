"""Data of a batch leg, from payload to settled batch: sealed, instructed, opened, agreed."""

import datetime as dt

import msgspec
import pytest

from node.sdk.ivms101_checks import canonical, read_payload
from node.sdk.sealing import KeyPair, Unopened, new_key
from node.sdk.travel import OtherCiphertext
from node.sdk.travel_hashes import (
    Passing,
    SealedData,
    opened_data,
    passing_of,
    sealed_data,
    travel_hash_of,
)
from tests.node.sdk.ivms101_samples import payload, text
from tests.tokens.ops.book import PAR, buy, order_of, placed, sell
from tests.tokens.ops.repo_build import accept, propose, repo_terms
from tests.tokens.ops.test_travel_legs import batch, first_code, status, stored, to
from tests.tokens.ops.test_travel_trades import lent as _lent
from tests.tokens.ops.test_travel_trades import world as _trading
from tests.tokens.ops.travel_world import THRESHOLD, travel_world
from tests.tokens.ops.world import World, address
from tokens.lookup import require
from tokens.ops.repos import repo_id
from tokens.records.market import OrderStatus
from tokens.records.repos import REPO
from tokens.records.settlement import BatchStatus, Leg
from tokens.records.travel import PayloadVersion
from tokens.results import Code
from tokens.types import NO_ADDRESS

CHAIN = "chain"
TODAY = dt.date(2026, 7, 1)
PAYLOAD = read_payload(text(payload("101.2023")), PayloadVersion.IVMS101_2023, TODAY)
trading, lent = _trading, _lent
"""Fixtures: clients with an order to place, and one with a repo to agree."""
READERS = {name: new_key() for name in ("bank_a", "bank_b", "fiu")}


@pytest.fixture
def world() -> World:
    return travel_world()


def sealed(passing: Passing) -> SealedData:
    return sealed_data(CHAIN, passing, PAYLOAD, [pair.public for pair in READERS.values()])


def opened(leg: Leg, data: SealedData, pair: KeyPair) -> bytes:
    """What a reader finds for a leg as the ledger has it."""
    found = opened_data(CHAIN, passing_of(leg), leg.travel_hash, data, pair.private, TODAY)
    return canonical(found)


def test_a_leg_is_sealed_instructed_opened_by_the_other_side_and_settled(world: World) -> None:
    made = to("sender", "receiver", THRESHOLD)
    world.refuse(Code.TRAVEL_HASH_MISSING, "bank_a", batch(world, made))
    data = sealed(passing_of(made))
    told = msgspec.structs.replace(made, travel_hash=travel_hash_of(data))
    assert first_code(world, told) is Code.OK
    world.end_block()
    assert (status(world), world.balance(made.asset, "receiver")) == (
        BatchStatus.SETTLED,
        THRESHOLD,
    )
    leg = stored(world).legs[0]
    for pair in READERS.values():
        assert opened(leg, data, pair) == canonical(PAYLOAD)
    with pytest.raises(Unopened):
        opened(leg, data, new_key())


def test_before_it_approves_the_other_side_finds_data_of_another_sum(world: World) -> None:
    """Who instructs copies the hash of data that were sealed for less: they do not open."""
    data = sealed(passing_of(to("sender", "receiver", THRESHOLD)))
    more = msgspec.structs.replace(
        to("sender", "receiver", THRESHOLD + 1), travel_hash=travel_hash_of(data)
    )
    world.act("bank_a", batch(world, more))
    leg = stored(world).legs[0]
    assert leg.target is None
    with pytest.raises(Unopened):
        opened(leg, data, READERS["bank_b"])


@pytest.mark.parametrize(
    "changes",
    [
        {"asset": "PKRS"},
        {"quantity": THRESHOLD + 1},
        {"giver": bytes([9]) * 16},
        {"taker": NO_ADDRESS},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_it_opens_for_what_it_was_sealed_for_only(changes: dict[str, object]) -> None:
    leg = to("sender", "receiver", THRESHOLD)
    data = sealed(passing_of(leg))
    leg = msgspec.structs.replace(leg, travel_hash=travel_hash_of(data))
    assert opened(leg, data, READERS["fiu"]) == canonical(PAYLOAD)
    with pytest.raises(Unopened):
        opened(msgspec.structs.replace(leg, **changes), data, READERS["fiu"])


def test_another_network_or_version_and_another_ciphertext() -> None:
    leg = to("sender", "receiver", THRESHOLD)
    data, again = sealed(passing_of(leg)), sealed(passing_of(leg))
    told, secret = travel_hash_of(data), READERS["bank_b"].private
    with pytest.raises(Unopened):
        opened_data("other", passing_of(leg), told, data, secret, TODAY)
    claimed = msgspec.structs.replace(data, version=PayloadVersion.IVMS101)
    with pytest.raises(Unopened):
        opened_data(CHAIN, passing_of(leg), told, claimed, secret, TODAY)
    for instructed in (told, None):
        with pytest.raises(OtherCiphertext):
            opened_data(CHAIN, passing_of(leg), instructed, again, secret, TODAY)


def test_what_has_no_other_side_yet_is_bound_to_nobody() -> None:
    leg = to("sender", "receiver", THRESHOLD)
    order = msgspec.structs.replace(passing_of(leg), taker=NO_ADDRESS)
    data, secret = sealed(order), READERS["bank_a"].private
    found = opened_data(CHAIN, order, travel_hash_of(data), data, secret, TODAY)
    assert canonical(found) == canonical(PAYLOAD)
    with pytest.raises(Unopened):
        opened_data(CHAIN, passing_of(leg), travel_hash_of(data), data, secret, TODAY)


def test_a_clients_order_is_sealed_for_its_own_side_and_trades(trading: World) -> None:
    """The record of the order has all that the institution and the unit open it with."""
    order = sell("seller", PAR, 2)
    alone = Passing(asset=order.asset, amount=order.face, giver=address("bank_a"), taker=NO_ADDRESS)
    data = sealed(alone)
    trading.refuse(Code.TRAVEL_HASH_MISSING, "bank_a", order)
    told = msgspec.structs.replace(order, travel_hash=travel_hash_of(data))
    sale = placed(trading, "bank_a", told)
    placed(trading, "bank_b", buy("b/main", PAR, 2))
    kept = order_of(trading, sale)
    assert kept.status is OrderStatus.FILLED
    found = opened_data(CHAIN, alone, kept.travel_hash, data, READERS["fiu"].private, TODAY)
    assert canonical(found) == canonical(PAYLOAD)


def test_a_repo_is_sealed_for_its_money_and_opened_before_it_is_accepted(lent: World) -> None:
    made = repo_terms(reference="client")
    lent.act("bank_a", propose(made, "client"))
    lent.refuse(Code.TRAVEL_HASH_MISSING, "bank_b", accept(made))
    lends = Passing(asset=made.cash_asset, amount=made.cash, giver=made.buyer, taker=made.seller)
    data = sealed(lends)
    told = repo_terms(reference="client", travel_hash=travel_hash_of(data))
    lent.act("bank_a", propose(told, "client"))
    repo = require(lent.state, REPO, repo_id(address("bank_a"), told))
    found = opened_data(
        CHAIN, lends, repo.terms.travel_hash, data, READERS["bank_b"].private, TODAY
    )
    assert canonical(found) == canonical(PAYLOAD)
    assert lent.attempt("bank_b", accept(told)) is Code.OK
