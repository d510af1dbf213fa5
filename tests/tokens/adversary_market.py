"""What the adversary finds: a stablecoin, two bonds, holders of both; and how deals are made."""

import datetime as dt

from tests.tokens import adversary_values as values
from tests.tokens.adversary_values import FACE, HOLDERS, ISINS, PKRS, START
from tests.tokens.adversary_world import AdversaryWorld
from tests.tokens.support import MONEY, addr
from tokens.lookup import require_account
from tokens.ops.cash import CashMint
from tokens.ops.cash_asset import DefineCashAsset
from tokens.ops.coupons import SetTaxTable
from tokens.ops.grants import GrantPower
from tokens.ops.instruments import ApproveInstrument, CreateInstrument, terms_digest
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount
from tokens.ops.transfer import Transfer
from tokens.records.day import TaxEntry
from tokens.records.settlement import BATCH, ISSUANCE, Leg

BOTH = ["treasury", "central-bank"]
NAME_OF = {addr(name): name for name in (*values.NAMES, "client-a2")}


class Market:
    """Deals of a world, each batch with a name of its own."""

    def __init__(self, world: AdversaryWorld) -> None:
        self.world = world
        self.batches = 0

    def open(self) -> None:
        """Everything that trading needs."""
        rates = (("atl", 150_000), ("exempt", 0), ("whole", 1_000_000))
        entries = tuple(
            TaxEntry(tax_class=name, from_date=START, rate_e6=rate, above=None)
            for name, rate in rates
        )
        table = SetTaxTable(profile="pk", account=addr("tax-cash"), year_month=7, entries=entries)
        cash = DefineCashAsset(
            asset=PKRS,
            name="Digital rupee",
            currency="PKR",
            backing=MONEY,
            reserve_account=addr("issuer-reserve"),
            max_supply=2**63,
            kyc_tier_min=1,
        )
        power = GrantPower(
            grantor=addr("issuer"),
            grantee=addr("bank-a"),
            operation="cash_mint",
            asset=PKRS,
            sources=(),
            targets=tuple(sorted(addr(name) for name in HOLDERS if name != "fresh-0")),
            cap_call=2**62,
            cap_day=2**63,
            cap_total=2**64 - 1,
            expires_on=dt.date(2027, 1, 1),
        )
        self.world.propose(BOTH, table)
        self.world.propose(["issuer", "central-bank", "treasury"], cash)
        self.world.end_block()
        self.world.propose(["issuer", "central-bank"], power)
        for place, months in ((0, 3), (1, 6)):
            self.create(place, months)
        self.world.end_block()
        self.move_units("issuer", MONEY, "issuer-cash", "client-b1", 50 * FACE)
        minted = CashMint(
            asset=PKRS,
            source=addr("bank-a-cash"),
            target=addr("bank-a-cash"),
            amount=2**62,
            grantor=addr("issuer"),
        )
        self.world.submit("bank-a", minted)
        self.world.end_block()
        for target in ("treasury-cash", "bank-b-cash", "client-a1"):
            self.move_units("bank-a", PKRS, "bank-a-cash", target, 900 * FACE)
        for isin in ISINS[:2]:
            for target in ("bank-a-cash", "bank-b-cash", "client-a1", "client-b1"):
                self.issue(isin, target, 30)

    def create(self, place: int, months: int) -> None:
        """Create and approve a bond."""
        terms = values.instrument_terms(place, months)
        self.world.submit("treasury", CreateInstrument(terms=terms))  # type: ignore[arg-type]
        digest = terms_digest(terms)  # type: ignore[arg-type]
        self.world.propose(BOTH, ApproveInstrument(asset=ISINS[place], terms_digest=digest))

    def move_units(self, sender: str, asset: str, source: str, target: str, amount: int) -> None:
        """Free of payment."""
        made = Transfer(
            asset=asset,
            source=addr(source),
            target=addr(target),
            amount=amount,
            end_to_end_ref="",
        )
        self.world.submit(sender, made)

    def issue(self, isin: str, target: str, lot: int) -> None:
        """Free of payment, to whoever services the account."""
        account = require_account(self.world.ledger.state, addr(target))
        self.deal("treasury", NAME_OF[account.servicer], isin, "*", target, lot * FACE, True)

    def deal(
        self,
        giver: str,
        taker: str,
        asset: str,
        source: str,
        target: str,
        quantity: int,
        automatic: bool,
        price: int = 0,
        wait: int = 0,
    ) -> None:
        """Instruct and approve; free of payment where the price is 0."""
        self.batches += 1
        isd = self.world.ledger.business_date + dt.timedelta(days=wait)
        out = ISSUANCE if source == "*" else addr(source)
        mine = giver == taker
        legs = [self.leg(asset, quantity, giver, taker, out, addr(target) if mine else None)]
        answers = [LegAccount(leg=0, gives=False, account=addr(target))]
        if price:
            back = addr("treasury-cash" if source == "*" else source)
            pays = addr(target) if mine else None
            legs.append(self.leg(MONEY, price, taker, giver, pays, back))
            answers.append(LegAccount(leg=1, gives=True, account=addr(target)))
        made = InstructBatch(
            batch_id=f"T{self.batches}",
            trade_date=self.world.ledger.business_date,
            isd=isd,
            expires_on=isd + dt.timedelta(days=4),
            legs=tuple(legs),
            trade_ref="",
            uti="",
            priority=0,
            automatic=automatic,
        )
        self.world.submit(giver, made)
        self.world.end_block()
        batch = self.world.ledger.state.get(BATCH, addr(giver), made.batch_id)
        if batch is not None and not mine:
            approval = ApproveBatch(
                initiator=batch.initiator,
                batch_id=batch.batch_id,
                digest=batch.digest,
                accounts=tuple(answers),
            )
            self.world.submit(taker, approval)

    def leg(
        self,
        asset: str,
        quantity: int,
        giver: str,
        taker: str,
        source: bytes | None,
        target: bytes | None,
    ) -> Leg:
        """By names; accounts as they are."""
        return Leg(
            asset=asset,
            quantity=quantity,
            giver=addr(giver),
            taker=addr(taker),
            source=source,
            target=target,
        )
