"""Classes, lots and attestations: what may be minted, and what lowers it (5.8)."""

import datetime as dt

import msgspec
import pytest

from tests.tokens.ops.build import go_to
from tests.tokens.ops.commodity_world import (
    AHEAD,
    DEFINE,
    DEFINERS,
    GOLD,
    attest,
    breached,
    commodity,
    lot,
    receipts,
    vault_world,
)
from tests.tokens.ops.world import CBM, START, World, address
from tokens.events import BreachChanged, LotChanged
from tokens.invariants import Snapshot
from tokens.invariants_commodities import COMMODITY_INVARIANTS
from tokens.ops.commodities import DefineCommodity, MintReceipts
from tokens.ops.control import PauseAsset
from tokens.ops.freezes import StopCredits
from tokens.ops.lots import VALID_DAYS_MAX, AddLotDocument, AttestLot
from tokens.records.commodities import COMMODITY, LOT, LOT_DOCUMENTS_MAX, LotStatus
from tokens.records.holdings import LegalBasis
from tokens.records.parties import ACCOUNT
from tokens.results import Code
from tokens.types import AccountStatus, OperationClass

BASIS = LegalBasis(authority="Court", order_no="1", sha256=bytes(32))


@pytest.fixture
def world() -> World:
    return vault_world()


def test_receipts_are_minted_within_what_is_attested(world: World) -> None:
    assert commodity(world).attested == 12_000
    world.refuse(Code.ATTESTED_SHORT, "issuer", receipts(2_001))
    world.act("issuer", receipts(2_000))
    assert world.supply(GOLD) == 12_000


def test_define_is_refused(world: World) -> None:
    world.refuse(Code.NEEDS_APPROVAL, "issuer", DEFINE)
    world.refuse(Code.ALREADY_EXISTS, DEFINERS, DEFINE)
    other = DefineCommodity(**msgspec.structs.asdict(DEFINE) | {"asset": "OIL-KHI"})
    world.refuse(Code.NOT_AUTHORISED, "treasury+central", other)
    for field in ("issuer", "vault"):
        unknown = msgspec.structs.replace(other, **{field: address("nobody")})
        world.refuse(Code.UNKNOWN_PARTICIPANT, DEFINERS, unknown)
    own = msgspec.structs.replace(other, vault=address("friend"))
    world.refuse(Code.NOT_INDEPENDENT, DEFINERS, own)
    for money in ("NONE", GOLD):
        bad = msgspec.structs.replace(other, settlement_asset=money)
        world.refuse(Code.UNKNOWN_ASSET, DEFINERS, bad)
    foreign = msgspec.structs.replace(other, currency="USD")
    world.refuse(Code.BAD_FIELD, DEFINERS, foreign)


def test_mint_is_refused(world: World) -> None:
    world.refuse(Code.UNKNOWN_ASSET, "issuer", receipts(1, asset=CBM))
    world.refuse(Code.UNKNOWN_ACCOUNT, "issuer", receipts(1, "nobody"))
    world.refuse(Code.NOT_AUTHORISED, "attestor", receipts(1))
    world.refuse(Code.NOT_AUTHORISED, "vault", receipts(1))
    world.refuse(Code.MAX_SUPPLY_EXCEEDED, "issuer", receipts(10**9))
    world.refuse(Code.ACCOUNT_RESERVED, "issuer", receipts(1, "reserve"))
    poor = world.account("poor", "issuer", "issuer", kyc_tier=0)
    made = MintReceipts(asset=GOLD, target=poor, amount=1)
    world.refuse(Code.KYC_TIER_TOO_LOW, "issuer", made)
    others = world.account("others", None, "bank_b", kyc_tier=0)
    hidden = msgspec.structs.replace(made, target=others)
    world.refuse(Code.COUNTERPARTY_NOT_ELIGIBLE, "issuer", hidden)  # whose tier is not told
    pause = PauseAsset(asset=GOLD, classes=OperationClass.ISSUE.value)
    world.act("central+regulator", pause)
    world.refuse(Code.ASSET_PAUSED, "issuer", receipts(1))
    world.act("central+regulator", msgspec.structs.replace(pause, classes=0))
    world.act("fiu", StopCredits(account=address("issuer/main"), stopped=True, basis=BASIS))
    world.refuse(Code.CREDIT_STOPPED, "issuer", receipts(1, "issuer/main"))
    account = world.state.get(ACCOUNT, address("issuer/main"))
    assert account is not None
    world.state.put(ACCOUNT, msgspec.structs.replace(account, status=AccountStatus.CLOSED))
    world.refuse(Code.ACCOUNT_CLOSED, "issuer", receipts(1, "issuer/main"))


def test_the_attestor_is_neither_issuer_nor_vault(world: World) -> None:
    world.refuse(Code.ROLE_REQUIRED, "vault", attest("BAR-9"))
    world.refuse(Code.ROLE_REQUIRED, "issuer", attest("BAR-9"))
    world.refuse(Code.NOT_INDEPENDENT, "friend", attest("BAR-9"))


def test_attest_is_refused(world: World) -> None:
    world.refuse(Code.UNKNOWN_ASSET, "attestor", attest(asset=CBM))
    world.refuse(Code.BAD_FIELD, "attestor", attest(gross=4_999))
    world.refuse(Code.BAD_CHECK_DIGIT, "attestor", attest(custodian_lei="529900TESTMOHUR00000"))
    for days in (0, VALID_DAYS_MAX + 1):
        far = START + dt.timedelta(days=days)
        world.refuse(Code.BAD_DATE, "attestor", attest(attest_expiry=far))
    for days in (1, VALID_DAYS_MAX):
        last = START + dt.timedelta(days=days)
        assert world.attempt("attestor", attest(attest_expiry=last)) is Code.OK
    world.refuse(Code.AMOUNT_ZERO, "attestor", attest("BAR-9", 0))
    huge = AttestLot(**msgspec.structs.asdict(attest("BAR-9")) | {"fine": 2**64 - 1})
    huge = msgspec.structs.replace(huge, gross=2**64 - 1)
    world.refuse(Code.AMOUNT_OVERFLOW, "attestor", huge)


def test_a_lowered_attestation_sets_breach_and_a_new_lot_ends_it(world: World) -> None:
    world.act("attestor", attest("BAR-1", 3_000))
    assert (commodity(world).attested, breached(world)) == (10_000, False)
    world.act("attestor", attest("BAR-1", 2_999))
    assert (commodity(world).attested, breached(world)) == (9_999, True)
    event = world.last(BreachChanged)
    assert isinstance(event, BreachChanged)
    assert (event.supply, event.value) == (10_000, 9_999)
    world.refuse(Code.IN_BREACH, "issuer", receipts(1))
    world.act("attestor", attest("BAR-4", 2))
    assert not breached(world)
    world.act("issuer", receipts(1))


def test_a_stale_attestation_stops_minting_and_sets_breach(world: World) -> None:
    world.act("attestor", attest("BAR-1", 5_000, attest_expiry=START + dt.timedelta(days=60)))
    world.quota = 0
    go_to(world, AHEAD)
    world.refuse(Code.ATTESTATION_STALE, "issuer", receipts(1))  # the agenda has not come to it
    world.quota = 500
    world.finish_agenda()
    assert lot(world, "BAR-2").status is LotStatus.STALE
    assert lot(world, "BAR-1").status is LotStatus.LIVE
    assert (commodity(world).attested, breached(world)) == (5_000, True)
    world.refuse(Code.IN_BREACH, "issuer", receipts(1))
    later = AHEAD + dt.timedelta(days=30)
    world.act("attestor", attest("BAR-2", 4_000, attest_expiry=later))
    world.act("attestor", attest("BAR-3", 3_000, attest_expiry=later))
    assert (commodity(world).attested, breached(world)) == (12_000, False)
    told = world.last(LotChanged)
    assert isinstance(told, LotChanged)
    assert (told.status, told.attested) == (LotStatus.LIVE, 12_000)


def test_a_lot_is_attested_away(world: World) -> None:
    world.act("attestor", attest("BAR-3", 0))
    assert lot(world, "BAR-3").status is LotStatus.EMPTY
    assert commodity(world).attested == 9_000
    go_to(world, AHEAD)  # its end by date finds nothing to do
    assert lot(world, "BAR-3").status is LotStatus.EMPTY


def test_papers_of_a_lot_are_added_and_stay(world: World) -> None:
    paper = AddLotDocument(asset=GOLD, lot_id="BAR-1", name="assay", sha256=bytes([4]) * 32)
    world.refuse(Code.NOT_FOUND, "vault", msgspec.structs.replace(paper, lot_id="BAR-9"))
    world.refuse(Code.NOT_AUTHORISED, "bank_a", paper)
    for who in ("vault", "issuer", "attestor"):
        world.act(who, paper)
    world.act("attestor", attest("BAR-1", 4_000))
    assert len(lot(world).documents) == 3
    for _ in range(LOT_DOCUMENTS_MAX - 3):
        world.act("vault", paper)
    world.refuse(Code.TOO_MANY_DOCUMENTS, "vault", paper)


def test_the_invariants_of_lots_can_fail(world: World) -> None:
    def broken() -> list[str]:
        world.write()
        snapshot = Snapshot(world.store)
        return [line for check in COMMODITY_INVARIANTS for line in check(snapshot)]

    assert broken() == []
    good, first = commodity(world), lot(world)
    world.state.put(COMMODITY, msgspec.structs.replace(good, attested=11_999))
    assert broken() == [f"{GOLD}: attested 11999, lots 12000"]
    world.state.put(COMMODITY, msgspec.structs.replace(good, lot_next=9))
    assert broken() == [f"{GOLD}: 3 lots, the next is 9"]
    world.state.put(COMMODITY, good)
    world.state.put(LOT, msgspec.structs.replace(first, gross=4_999))
    assert broken() == [f"{GOLD} lot BAR-1: fine 5000 of gross 4999"]
    world.state.put(LOT, msgspec.structs.replace(first, status=LotStatus.STALE))
    assert f"{GOLD}: supply 10000, attested 7000, BREACH False" in broken()
    world.state.put(LOT, msgspec.structs.replace(first, fine=0))
    assert f"{GOLD} lot BAR-1: LIVE with 0" in broken()
