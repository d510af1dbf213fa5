"""Steps about the reserve behind the coin: proven to an outsider, marked down, made good."""

from __future__ import annotations

from node.devnet.cast import (
    BANK_1,
    BANK_1_ACCOUNT,
    BANK_3,
    BANK_3_ACCOUNT,
    CENTRAL_BANK,
    COIN,
    ISSUER,
    ISSUER_ACCOUNT,
    MONEY,
)
from node.devnet.story.auction import BILL
from node.devnet.story.market import MARK_E4, mark
from node.devnet.story.sheet import PAISA_PER_MILLION
from node.devnet.story.stage import Stage, require, rupees
from node.genesis_file import read_genesis
from node.sdk.light.anchor import anchor_of
from node.sdk.light.client import LightClient
from node.sdk.light.reserve import ReserveReport
from node.sdk.light.source import RpcSource
from node.sdk.schema.asset import Reserves
from tokens.ops.cash import CashMint
from tokens.ops.reserve_policies import SetReservePolicy
from tokens.ops.reserves import ReserveAdd, ReserveSwap
from tokens.ops.transfer import Transfer

HAIRCUT_BPS = 200
FACE = 100 * PAISA_PER_MILLION
COUNTED = FACE * MARK_E4 * (10_000 - HAIRCUT_BPS) // 10**10
"""What the bills count at the first mark, after the haircut."""
LOW_E4 = 930_000
FELL = COUNTED - FACE * LOW_E4 * (10_000 - HAIRCUT_BPS) // 10**10
"""What the second mark takes from their value."""


async def proven(stage: Stage) -> str:
    """Money in the reserve becomes bills at a haircut; a light client computes what they are."""
    policy = SetReservePolicy(
        asset=COIN,
        haircut_bps=HAIRCUT_BPS,
        residual_days_max=90,
        concentration_bps=5_000,
        buffer_bps=0,
    )
    await stage.together(ISSUER, [CENTRAL_BANK], policy)
    swap = ReserveSwap(
        asset=COIN,
        out=MONEY,
        out_amount=COUNTED,
        into=BILL,
        into_amount=FACE,
        account=BANK_3_ACCOUNT.address,
    )
    await stage.together(ISSUER, [BANK_3], swap, named=[BANK_3])
    report = await _report(stage)
    require(report.covered and not report.breach, "the reserve does not cover the supply")
    require(report.holdings[0].value == COUNTED, f"the bills count {report.holdings[0].value}")
    return (
        f"by a client that trusts only the genesis file: {COIN} {rupees(report.supply)} against "
        f"{rupees(report.value)}, of it {rupees(COUNTED)} in bills after {HAIRCUT_BPS // 100} % "
        "haircut, every record proven against signed headers"
    )


async def breached(stage: Stage) -> str:
    """A lower mark: the flag goes up with the date, minting stops; money added brings it down."""
    await mark(stage, LOW_E4)
    await stage.go_to(stage.next_business_date())
    reserves = await stage.read("cash_getReserves", Reserves, {"asset": COIN})
    require(reserves.breach, "the reserve is not in breach")
    require(
        reserves.supply - reserves.value == FELL, f"it lacks {reserves.supply - reserves.value}"
    )
    mint = CashMint(
        asset=COIN,
        source=BANK_1_ACCOUNT.address,
        target=BANK_1_ACCOUNT.address,
        amount=1_00,
        grantor=ISSUER.address,
    )
    refused = await stage.act(BANK_1, mint, expect="IN_BREACH")
    money = Transfer(
        asset=MONEY,
        source=BANK_3_ACCOUNT.address,
        target=ISSUER_ACCOUNT.address,
        amount=FELL,
        end_to_end_ref="loan to the issuer",
    )
    await stage.act(BANK_3, money)
    add = ReserveAdd(asset=COIN, into=MONEY, amount=FELL, source=ISSUER_ACCOUNT.address)
    await stage.act(ISSUER, add)
    report = await _report(stage)
    require(report.covered and not report.breach, "the breach did not end")
    await stage.act(BANK_1, mint)
    return (
        f"marked down by {rupees(FELL)}: minting refused with {refused.symbol}; the issuer adds as "
        "much money, the flag is down, minting goes on"
    )


async def _report(stage: Stage) -> ReserveReport:
    """By a client that knows the genesis file and trusts no node."""
    genesis = read_genesis(stage.network.layout.genesis)
    client = LightClient(RpcSource((await stage.clients())[0]), anchor_of(genesis))
    return (await client.reserve(COIN, min_height=stage.height)).value
