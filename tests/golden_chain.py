"""A chain that is the same everywhere: its roots are pinned in tests/vectors/golden_chain.json.

    python -m tests.golden_chain            prints the summary of BLOCKS blocks
    python -m tests.golden_chain 10000      of as many
    python -m tests.golden_chain --write    remakes the vector after a STATE-BREAKING change

A fixed script, no chance: the life of a stablecoin and of a bond, orders of authorities,
governance, every operation once by each of three senders (most fail, and failures are replayed
too), then days of transfers with failing ones and empty blocks among them.
"""

import datetime as dt
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.tokens.ops.build import ISIN, terms
from tests.tokens.samples import sample
from tests.tokens.support import MONEY, Ledger, addr, digest
from tokens.ops import OPERATIONS, SPEC_OF
from tokens.ops.accounts import CloseAccount, OpenAccount
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.business_day import CloseDay, OpenDay
from tokens.ops.cash import CashMint, CashRedeem
from tokens.ops.cash_asset import DefineCashAsset
from tokens.ops.central_bank_money import CbIssue
from tokens.ops.control import ForceTransfer, PauseAsset
from tokens.ops.coupons import CouponFund, RedemptionFund
from tokens.ops.documents import AddDocument
from tokens.ops.freezes import ChangeFreeze, Freeze, LiftFreeze, StopCredits
from tokens.ops.governance import SetParameter
from tokens.ops.grants import GrantPower, RevokeGrant
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount, instruction_digest
from tokens.ops.transfer import Transfer
from tokens.records.holdings import LegalBasis
from tokens.records.settlement import ISSUANCE, Leg
from tokens.types import AccountPurpose

BLOCKS = 300
VECTOR = Path(__file__).parent / "vectors" / "golden_chain.json"
CASH = "PKRS"
FACE = 100_000
START = dt.date(2026, 7, 1)
TERMS = terms(
    denomination=FACE,
    increment=FACE,
    max_supply=100 * FACE,
    dated_date=START,
    issue_date=START,
    maturity_date=dt.date(2027, 1, 1),
    roll_day=1,
    settlement_asset=CASH,
    treasury_account=addr("treasury-cash"),
    tax_profile="none",
)
BASIS = LegalBasis(authority="FIU", order_no="7/2026", sha256=bytes(32))
WEEKEND = 5


class FastLedger(Ledger):
    """Invariants are other tests' business; here only the roots count."""

    def check(self) -> None:
        """Nothing."""


def play(blocks: int, ledger: FastLedger | None = None) -> FastLedger:
    """The chain up to a height (a little above, if the script is longer), on a fresh ledger."""
    ledger = ledger or FastLedger()
    _money(ledger)
    _bond(ledger)
    _orders(ledger)
    _samples(ledger)
    number = 0
    while ledger.height < blocks:
        number += 1
        _everyday(ledger, number)
    return ledger


def summary(ledger: Ledger) -> dict[str, object]:
    """What must be equal everywhere."""
    roots = hashlib.sha256(b"".join(result.root for result in ledger.results))
    codes: dict[str, int] = {}
    operations = 0
    for result in ledger.results:
        for receipt in result.receipts:
            codes[str(receipt.code)] = codes.get(str(receipt.code), 0) + 1
            operations += 1
    return {
        "blocks": ledger.height,
        "receipts": operations,
        "codes": dict(sorted(codes.items(), key=lambda entry: int(entry[0]))),
        "state_root": ledger.core.state_root.hex(),
        "root": ledger.results[-1].root.hex(),
        "roots_sha256": roots.hexdigest(),
    }


def day(ledger: Ledger, date: dt.date) -> None:
    """Close the business date and open another."""
    ledger.ok("central-bank", CloseDay(date=ledger.business_date))
    ledger.ok("central-bank", OpenDay(date=date))


def agreed(ledger: Ledger, names: Sequence[str], *operations: msgspec.Struct) -> None:
    """Agreed by all of the names, and it ran."""
    closed = ledger.agree(names, *operations)
    if closed.code != 0:
        raise RuntimeError(f"the script broke at height {ledger.height}: {closed}")


def _money(ledger: Ledger) -> None:
    for name in ("bank-a-cash", "treasury-cash"):
        order = CbIssue(asset=MONEY, target=addr(name), amount=20 * FACE, rtgs_ref=f"R-{name}")
        ledger.ok("central-bank", order)
    define = DefineCashAsset(
        asset=CASH,
        name="Digital rupee",
        currency="PKR",
        backing=MONEY,
        reserve_account=addr("issuer-reserve"),
        max_supply=10**12,
        kyc_tier_min=0,
    )
    ledger.agree(("issuer", "treasury", "central-bank"), define, approvers=("issuer",))
    for grantee in ("bank-a", "treasury"):
        grant = GrantPower(
            grantor=addr("issuer"),
            grantee=addr(grantee),
            operation="cash_mint",
            asset=CASH,
            sources=(),
            targets=(addr(f"{grantee}-cash"),),
            cap_call=20 * FACE,
            cap_day=20 * FACE,
            cap_total=20 * FACE,
            expires_on=dt.date(2027, 12, 1),
        )
        agreed(ledger, ("issuer", "central-bank"), grant)
        account, issuer = addr(f"{grantee}-cash"), addr("issuer")
        mint = CashMint(
            asset=CASH, source=account, target=account, amount=15 * FACE, grantor=issuer
        )
        ledger.ok(grantee, mint)


def _bond(ledger: Ledger) -> None:
    ledger.ok("treasury", CreateInstrument(terms=TERMS))
    approve = ApproveInstrument(asset=ISIN, terms_digest=terms_digest(TERMS))
    agreed(ledger, ("treasury", "central-bank"), approve)
    document = AddDocument(asset=ISIN, name="prospectus", uri="ipfs://terms", sha256=digest("doc"))
    ledger.submit("treasury", document)
    _subscription(ledger)
    day(ledger, dt.date(2026, 12, 31))
    ledger.ok("treasury", CouponFund(asset=ISIN, coupon=1))
    day(ledger, dt.date(2027, 1, 4))
    ledger.ok("treasury", RedemptionFund(asset=ISIN))
    cash = addr("bank-a-cash")
    ledger.ok("bank-a", CashRedeem(asset=CASH, source=cash, target=cash, amount=2 * FACE))


def _subscription(ledger: Ledger) -> None:
    treasury, bank, today = addr("treasury"), addr("bank-a"), ledger.business_date
    legs = (
        Leg(
            asset=ISIN,
            quantity=10 * FACE,
            giver=treasury,
            taker=bank,
            source=ISSUANCE,
            target=None,
        ),
        Leg(
            asset=CASH,
            quantity=10 * FACE,
            giver=bank,
            taker=treasury,
            source=None,
            target=addr("treasury-cash"),
        ),
    )
    operation = InstructBatch(
        batch_id="SUB-1",
        trade_date=today,
        isd=today,
        expires_on=today + dt.timedelta(days=5),
        legs=legs,
        trade_ref="",
        uti="",
        priority=0,
        automatic=False,
    )
    ledger.ok("treasury", operation)
    cash = addr("bank-a-cash")
    accounts = (
        LegAccount(leg=0, gives=False, account=cash),
        LegAccount(leg=1, gives=True, account=cash),
    )
    approval = ApproveBatch(
        initiator=treasury,
        batch_id="SUB-1",
        digest=instruction_digest(treasury, operation),
        accounts=accounts,
    )
    ledger.ok("bank-a", approval)
    ledger.ok("bank-a", AllocateBatch(initiator=treasury, batch_id="SUB-1"))
    ledger.ok("bank-a", SettleBatch(initiator=treasury, batch_id="SUB-1"))


def _orders(ledger: Ledger) -> None:
    """Authorities, governance, accounts: whatever the receipt says, it is under the root."""
    account = addr("bank-b-cash")
    for number in range(3):
        order = digest(f"order {number}")
        freeze = Freeze(
            order_id=order,
            account=account,
            asset=MONEY,
            amount=100 * (number + 1),
            expires_on=None,
            basis=BASIS,
        )
        ledger.submit("fiu", freeze)
        ledger.submit("fiu", ChangeFreeze(order_id=order, amount=50, expires_on=None))
    ledger.submit("fiu", LiftFreeze(order_id=digest("order 0")))
    seized = ForceTransfer(
        order_id=digest("order 1"),
        asset=MONEY,
        amount=10,
        target=addr("treasury-cash"),
        reaches_pledged=False,
    )
    ledger.submit("central-bank", seized)
    ledger.submit("fiu", StopCredits(account=account, stopped=True, basis=BASIS))
    ledger.submit("bank-a", _payment("bank-a-cash", "bank-b-cash", 5))
    ledger.submit("fiu", StopCredits(account=account, stopped=False, basis=BASIS))
    ledger.submit("central-bank", PauseAsset(asset=CASH, classes=0))
    agenda_quota = SetParameter(name="agenda_quota", value=400, effective_on=None)
    agreed(ledger, ("treasury", "central-bank"), agenda_quota)
    revoke = RevokeGrant(
        grantor=addr("issuer"), grantee=addr("bank-a"), operation="cash_mint", asset=CASH
    )
    ledger.submit("issuer", revoke)
    opened = OpenAccount(
        id=addr("new"),
        owner=digest("person new"),
        holder=bytes(16),
        servicer=addr("bank-a"),
        purpose=AccountPurpose.GENERAL,
        kyc_tier=1,
        residency="RESIDENT",
        tax_class="atl",
        policy=None,
    )
    ledger.submit("bank-a", opened)
    ledger.submit("bank-a", CloseAccount(id=addr("new")))


def _samples(ledger: Ledger) -> None:
    """Every operation, also those that nothing above uses."""
    for spec in OPERATIONS:
        made = [
            ledger.transaction(sender, sample(spec.operation))
            for sender in ("treasury", "central-bank", "bank-a")
        ]
        ledger.block(*made)
    if len(SPEC_OF) != len(OPERATIONS):
        raise RuntimeError("an operation is listed twice")


def _payment(source: str, target: str, amount: int) -> Transfer:
    return Transfer(
        asset=MONEY,
        source=addr(source),
        target=addr(target),
        amount=amount,
        end_to_end_ref="",
    )


def _everyday(ledger: Ledger, number: int) -> None:
    """One block of a normal day; each 40th turns the day, each 7th is empty."""
    if number % 40 == 0:
        date = ledger.business_date + dt.timedelta(days=1)
        while date.weekday() >= WEEKEND:
            date += dt.timedelta(days=1)
        day(ledger, date)
    if number % 7 == 0:
        ledger.block()
        return
    made = []
    for at in range(1 + number % 4):
        there = (number + at) % 2 == 0
        source, target = ("bank-a", "bank-b") if there else ("bank-b", "bank-a")
        amount = 10**9 if (number + at) % 11 == 0 else 1 + (number * 7 + at) % 500
        made.append(
            ledger.transaction(source, _payment(f"{source}-cash", f"{target}-cash", amount))
        )
    ledger.block(*made)


def main(arguments: Sequence[str]) -> None:
    """See the module."""
    counts = [int(argument) for argument in arguments if argument.isdigit()]
    found = summary(play(counts[0] if counts else BLOCKS))
    text = json.dumps(found, indent=1) + "\n"
    if "--write" in arguments:
        VECTOR.write_text(text)
    sys.stdout.write(text)


if __name__ == "__main__":
    main(sys.argv[1:])
