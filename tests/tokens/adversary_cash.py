"""Money outside, reserves and lots among people that nobody trusts: the moves of an adversary."""

import datetime as dt

from tests.tokens.adversary_values import FACE, HOLDERS, ISINS, PKRS
from tests.tokens.adversary_world import AdversaryWorld, Positions
from tests.tokens.support import MONEY, addr, digest, policy
from tokens.events import Burned, CashMinted, CashRedeemed, Issued, LedgerEvent
from tokens.ops.commodities import DefineCommodity, MintReceipts
from tokens.ops.deliveries import CancelDelivery, ConfirmDelivery, RequestDelivery
from tokens.ops.lots import AttestLot
from tokens.ops.marks import MarkEntry, SetMarks
from tokens.ops.off_ramp_ends import CompleteRamp, ReturnRamp
from tokens.ops.off_ramps import OpenOffRamp, RefuseRamp, SendRamp
from tokens.ops.on_ramp_ends import CreditRamp, RefundRamp
from tokens.ops.on_ramps import OpenOnRamp, ReceiveRamp, ScreeningStep, ScreenRamp
from tokens.ops.participants import RegisterParticipant
from tokens.ops.reserve_policies import SetReservePolicy
from tokens.ops.reserves import ReserveAdd, ReserveSwap, ReserveTake
from tokens.records.cash import CASH_ASSET
from tokens.records.commodities import COMMODITY, CommodityUnit
from tokens.records.ramps import RAMP, RAMPS, Rail, Ramp, RampPurpose
from tokens.records.reserves import RESERVE_POLICY
from tokens.reserve_value import counted
from tokens.types import Role

GOLD, SILVER = "XAU", "XAG"
UNIT = 10
"""Minor units of the smallest delivery."""
STATE = ["issuer", "central-bank", "treasury"]
BANKS = ("bank-a", "bank-b")
RAMP_PAGE = 500


class CashMoves:
    """What issuer, banks, clients, vault and attestor do, and somebody else in their place."""

    def __init__(self, world: AdversaryWorld) -> None:
        self.world = world
        self.references = 0
        self.assays = 0

    def open(self) -> None:
        """A vault, an attestor, two classes of metal, rules for the reserve."""
        for name, roles in (("vault", ()), ("attestor", (Role.COMMODITY_ATTESTOR,))):
            made = RegisterParticipant(
                id=addr(name),
                name=name,
                lei="",
                jurisdiction="PK",
                control_group=name,
                roles=roles,
                policy=policy(name),
                encryption_key=digest(f"seal {name}"),
            )
            self.world.propose(["treasury", "central-bank"], made)
        self.world.end_block()
        for asset, name in ((GOLD, "Gold"), (SILVER, "Silver")):
            metal = DefineCommodity(
                asset=asset,
                name=name,
                currency="PKR",
                issuer=addr("issuer"),
                unit=CommodityUnit.MILLIGRAM,
                specification="995",
                vault=addr("vault"),
                settlement_asset=MONEY,
                delivery_unit=UNIT,
                max_supply=2**62,
                kyc_tier_min=0,
            )
            self.world.propose(STATE, metal)
        self.rules(200, 10_000)
        self.world.end_block()
        assert self.world.ledger.state.get(COMMODITY, GOLD) is not None
        assert self.world.ledger.state.get(RESERVE_POLICY, PKRS) is not None

    def rules(self, haircut: int, concentration: int) -> None:
        """Of the reserve."""
        made = SetReservePolicy(
            asset=PKRS,
            haircut_bps=haircut,
            residual_days_max=400,
            concentration_bps=concentration,
            buffer_bps=0,
        )
        self.world.propose(STATE, made)

    def mark(self, percent: int) -> None:
        """Bonds and metals at one price of today."""
        entries = tuple(
            MarkEntry(asset=asset, price_e4=10_000 * percent, dirty=True)
            for asset in sorted((*ISINS[:2], GOLD, SILVER))
        )
        today = self.world.ledger.business_date
        self.world.submit("marker", SetMarks(for_date=today, marks=entries))

    def swap(self, lots: int, more: int, back: bool, cheat: str) -> None:
        """A bond of bank-b at what it counts, and a little more or less."""
        state = self.world.ledger.state
        cash, rules = state.get(CASH_ASSET, PKRS), state.get(RESERVE_POLICY, PKRS)
        if cash is None or rules is None:
            return
        face = lots * FACE
        price = max(1, counted(state, cash, rules, ISINS[0], face) + more)
        bond, money = (ISINS[0], face), (MONEY, price)
        out, into = (bond, money) if back else (money, bond)
        made = ReserveSwap(
            asset=PKRS,
            out=out[0],
            out_amount=out[1],
            into=into[0],
            into_amount=into[1],
            account=addr("bank-b-cash"),
        )
        self.world.submit(cheat, made)
        self.world.propose(["issuer", "bank-b"], made, approvers=(addr("bank-b"),))

    def change(self, amount: int, taken: bool) -> None:
        """Money into the reserve or out of it."""
        if taken:
            out = ReserveTake(asset=PKRS, out=MONEY, amount=amount, target=addr("issuer-cash"))
            self.world.propose(STATE, out)
            return
        into = ReserveAdd(asset=PKRS, into=MONEY, amount=amount, source=addr("issuer-cash"))
        self.world.submit("issuer", into)

    def ramp(
        self,
        account: str,
        bank: str,
        amount: int,
        fee: int,
        inward: bool,
        purpose: RampPurpose = RampPurpose.CUSTOMER,
    ) -> None:
        """Open one, for a week."""
        values = {
            "asset": PKRS,
            "account": addr(account),
            "bank": addr(bank),
            "purpose": purpose,
            "amount": amount,
            "fee_max": fee,
            "outside": digest("outside"),
            "expires_on": self.world.ledger.business_date + dt.timedelta(days=7),
        }
        made = OpenOnRamp(**values) if inward else OpenOffRamp(**values)  # type: ignore[arg-type]
        self.world.submit(HOLDERS[account], made)

    def ramps(self) -> list[Ramp]:
        """All of them."""
        return self.world.ledger.state.scan(RAMP, RAMPS, limit=RAMP_PAGE)

    def step(self, ramp: Ramp, number: int, amount: int, fee: int, cheat: str) -> None:
        """Some step of a ramp, by its bank, by its institution, and by somebody else."""
        self.references += 1
        place = {
            "ramp": ramp.id,
            "rail": Rail.INSTANT,
            "reference_hash": digest(f"payment {self.references // 2}"),
        }
        bank = next(name for name in BANKS if addr(name) == ramp.bank)
        own = addr(f"{bank}-cash")
        later = self.world.ledger.business_date + dt.timedelta(days=5)
        steps = (
            ReceiveRamp(**place, amount=amount),  # type: ignore[arg-type]
            ScreenRamp(ramp=ramp.id, step=ScreeningStep.BEGIN),
            ScreenRamp(ramp=ramp.id, step=ScreeningStep.HOLD),
            ScreenRamp(ramp=ramp.id, step=ScreeningStep.CLEAR),
            CreditRamp(ramp=ramp.id, source=own, amount=amount, fee=fee),
            RefundRamp(**place, amount=amount, fee=fee),  # type: ignore[arg-type]
            SendRamp(**place, fee=fee, confirm_by=later),  # type: ignore[arg-type]
            CompleteRamp(ramp=ramp.id, target=own),
            ReturnRamp(**place, bank_account=own, amount=amount, fee=fee),  # type: ignore[arg-type]
            RefuseRamp(ramp=ramp.id),
        )
        for name in (cheat, "bank-a", "bank-b"):
            self.world.submit(name, steps[number % len(steps)])

    def assay(self) -> bytes:
        """Another one for each attestation: the judge tells by it what was attested again."""
        self.assays += 1
        return digest(f"assay {self.assays}")

    def attest(self, lot: int, fine: int, days: int, who: str) -> None:
        """A bar, by whoever says so."""
        made = AttestLot(
            asset=GOLD,
            lot_id=f"BAR-{lot}",
            grade="995",
            gross=fine,
            fine=fine,
            assay_hash=self.assay(),
            custodian_lei="",
            insurance_hash=digest("insurance"),
            attest_expiry=self.world.ledger.business_date + dt.timedelta(days=days),
        )
        self.world.submit(who, made)

    def receipts(self, target: str, amount: int, cheat: str, asset: str = GOLD) -> None:
        """Minted by the issuer, and by somebody else."""
        made = MintReceipts(asset=asset, target=addr(target), amount=amount)
        self.world.submit(cheat, made)
        self.world.submit("issuer", made)

    def deliver(self, account: str, amount: int, number: int, what: int) -> None:
        """Ask, hand out, or give up."""
        if what == 0:
            made = RequestDelivery(
                asset=GOLD,
                account=addr(account),
                cash_account=addr(account),
                amount=amount,
                expires_on=self.world.ledger.business_date + dt.timedelta(days=5),
            )
            self.world.submit(HOLDERS[account], made)
        elif what == 1:
            for place in ("issuer-reserve", "issuer-cash"):
                done = ConfirmDelivery(
                    asset=GOLD,
                    number=number,
                    cash_source=addr(place),
                    receipt_hash=digest("note"),
                )
                self.world.submit("vault", done)
                self.world.propose(["vault", "issuer"], done, approvers=(addr("issuer"),))
        else:
            self.world.submit("issuer", CancelDelivery(asset=GOLD, number=number))


class CashWorld(AdversaryWorld):
    """Judges coins too: a ramp neither mints nor burns."""

    def _judge_money(self, events: list[LedgerEvent], after: Positions) -> None:
        super()._judge_money(events, after)
        assert minted_without_money(events) == []


def minted_without_money(events: list[LedgerEvent]) -> list[LedgerEvent]:
    """Coins that came or went without their mint or redemption."""
    made = sum(event.amount for event in events if isinstance(event, CashMinted))
    gone = sum(event.amount for event in events if isinstance(event, CashRedeemed))
    issued = [e for e in events if isinstance(e, Issued) and e.asset == PKRS]
    burned = [e for e in events if isinstance(e, Burned) and e.asset == PKRS]
    right = sum(e.amount for e in issued) == made and sum(e.amount for e in burned) == gone
    return [] if right else [*issued, *burned]
