"""Steps about money: the network decides, money comes in, a stablecoin is minted against it."""

from __future__ import annotations

import datetime as dt

from node.devnet.cast import (
    ALICE,
    BANK_1,
    BANK_1_ACCOUNT,
    BANK_2,
    BANK_2_ACCOUNT,
    BOB,
    CENTRAL_BANK,
    COIN,
    ISSUER,
    MONEY,
    RESERVE_ACCOUNT,
    Book,
    Party,
)
from node.devnet.story.stage import Stage, require, rupees
from node.devnet.truth import read_from_all
from node.devnet.wait import NotYet, until
from node.sdk.schema.asset import Reserves
from node.sdk.schema.consensus import ConsensusState, ValidatorSetInfo
from tokens.ops.cash import CashMint
from tokens.ops.cash_asset import DefineCashAsset
from tokens.ops.central_bank_money import CbIssue
from tokens.ops.grants import GrantPower
from tokens.ops.transfer import Transfer

ISSUED = 500_000_000_00
"""Central-bank money for each of two banks, minor units."""
MINTED = 200_000_000_00
"""Stablecoin that each of them mints."""
TO_CLIENT = 50_000_000_00
"""Stablecoin that each of them passes to a client."""
MAX_SUPPLY = 10**15


async def quorum(stage: Stage) -> str:
    """All validators vote and see each other."""
    network, probe = stage.network, stage.probe

    async def connected() -> None:
        for name in network.names:
            state = await probe.ask(network.url(name), "consensus_state", ConsensusState)
            if not state.voting or len(state.connected) != len(network.names) - 1:
                raise NotYet(f"{name}: {state.sentence}; missing {', '.join(state.missing)}")

    await until("all validators connected", connected, seconds=20)
    await stage.agree()
    url = network.url(network.names[0])
    members = await probe.ask(url, "consensus_validators", ValidatorSetInfo)
    return (
        f"{len(members.validators)} validators vote; {members.quorum} decide, "
        f"{members.tolerated} may fail in any way"
    )


async def central_bank_money(stage: Stage) -> str:
    """Two of the central bank's three keys sign; each RTGS reference counts once."""
    for number, book in enumerate((BANK_1_ACCOUNT, BANK_2_ACCOUNT), start=1):
        reference = f"RTGS/2026/{number:06}"
        issue = CbIssue(asset=MONEY, target=book.address, amount=ISSUED, rtgs_ref=reference)
        await stage.act(CENTRAL_BANK, issue)
        await stage.expect_balance(book, MONEY, ISSUED)
    again = CbIssue(
        asset=MONEY, target=BANK_1_ACCOUNT.address, amount=1, rtgs_ref="RTGS/2026/000001"
    )
    await stage.act(CENTRAL_BANK, again, expect="REFERENCE_USED")
    require(await stage.supply(MONEY) == 2 * ISSUED, "supply of central-bank money")
    return f"{MONEY} {rupees(ISSUED)} to each of two banks; a reference used twice is refused"


async def stablecoin(stage: Stage) -> str:
    """Issuer and central bank agree on the coin and on who may mint; banks mint against money."""
    define = DefineCashAsset(
        asset=COIN,
        name="Digital rupee",
        currency="PKR",
        backing=MONEY,
        reserve_account=RESERVE_ACCOUNT.address,
        max_supply=MAX_SUPPLY,
        kyc_tier_min=1,
    )
    grants = (_grant(BANK_1, BANK_1_ACCOUNT), _grant(BANK_2, BANK_2_ACCOUNT))
    await stage.together(ISSUER, [CENTRAL_BANK], define, *grants)
    for bank, book, client in (
        (BANK_1, BANK_1_ACCOUNT, ALICE),
        (BANK_2, BANK_2_ACCOUNT, BOB),
    ):
        await stage.act(bank, _mint(book), _pay(book, client))
        await stage.expect_balance(book, COIN, MINTED - TO_CLIENT)
        await stage.expect_balance(client, COIN, TO_CLIENT)
    reserves = await read_from_all(
        stage.network,
        stage.probe,
        "cash_getReserves",
        Reserves,
        {"asset": COIN},
        at_least=stage.height,
    )
    require(reserves.supply == 2 * MINTED, f"supply of {COIN} is {reserves.supply}")
    require(reserves.reserve == reserves.supply, f"reserve is {reserves.reserve}")
    return (
        f"{COIN} {rupees(reserves.supply)} against {MONEY} {rupees(reserves.reserve)} in reserve "
        f"({reserves.coverage_bps // 100} %), some of it passed on to clients"
    )


def _grant(bank: Party, book: Book) -> GrantPower:
    return GrantPower(
        grantor=ISSUER.address,
        grantee=bank.address,
        operation="cash_mint",
        asset=COIN,
        sources=(),
        targets=(book.address,),
        cap_call=MINTED,
        cap_day=2 * MINTED,
        cap_total=10 * MINTED,
        expires_on=dt.date(2027, 1, 4),
    )


def _mint(book: Book) -> CashMint:
    return CashMint(
        asset=COIN,
        source=book.address,
        target=book.address,
        amount=MINTED,
        grantor=ISSUER.address,
    )


def _pay(source: Book, target: Book) -> Transfer:
    return Transfer(
        asset=COIN,
        source=source.address,
        target=target.address,
        amount=TO_CLIENT,
        end_to_end_ref="opening deposit",
    )
