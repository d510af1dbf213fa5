"""Papers, locks and quotes that come to an end or to nothing, and money of the central bank.

Each walks a thing to its end, each step in a block of its own; `cheat` (adversary_world.py) is what
disturbs it.
"""

import datetime as dt
import hashlib

import hypothesis.strategies as st
import msgspec
from hypothesis.stateful import rule

from tests.tokens.adversary_cash import CashMoves
from tests.tokens.adversary_collateral import Lenders
from tests.tokens.adversary_market import BOTH
from tests.tokens.adversary_offices import OfficeRules
from tests.tokens.adversary_orders import MAKER, TAKER, OrderMoves
from tests.tokens.adversary_pledges import Pledgees
from tests.tokens.adversary_values import FACE, ISINS, PKRS, instrument_terms, isin_of, lots
from tests.tokens.support import MONEY, addr, digest
from tokens.ops.batch_steps import AllocateBatch, RevealBatch
from tokens.ops.cash import CashMint, CashRedeem
from tokens.ops.central_bank_money import CbIssue, CbWithdraw
from tokens.ops.documents import AddDocument, AmendInstrument
from tokens.ops.instruments import CancelInstrument, CreateInstrument
from tokens.ops.lots import AddLotDocument
from tokens.ops.pledges import SubstitutePledge
from tokens.ops.quotes import DeclineQuote, RequestQuote
from tokens.ops.repos import WithdrawRepo
from tokens.ops.settlement import ApproveBatch, InstructBatch, LegAccount, instruction_digest
from tokens.records.instruments import InstrumentTerms
from tokens.records.market import Side
from tokens.records.repos import RepoKind, RepoMode, RepoStatus

SECRET = digest("preimage")


class PaperRules(OrderMoves, OfficeRules):
    """Rules of a machine."""

    moves: CashMoves
    lenders: Lenders
    pledgees: Pledgees

    @rule(name=st.sampled_from(["issuer", "vault", "attestor", "bank-a"]))
    def file_a_paper_of_a_lot(self, name: str) -> None:
        paper = digest(f"paper {self.count()}")
        made = AddLotDocument(asset="XAU", lot_id="BAR-0", name="assay", sha256=paper)
        self.world.submit(name, made)

    @rule(name=st.sampled_from(["treasury", "bank-a"]), asset=st.sampled_from([*ISINS[:2], PKRS]))
    def file_a_paper(self, name: str, asset: str) -> None:
        paper = digest(f"paper {self.count()}")
        made = AddDocument(asset=asset, name="prospectus", uri="https://a.example", sha256=paper)
        self.world.submit(name, made)

    @rule()
    def walk_an_instrument_to_nothing(self) -> None:
        """Created and given up."""
        terms = instrument_terms(2, 4)
        assert isinstance(terms, InstrumentTerms)
        isin = isin_of(20 + self.count())
        self.act("treasury", CreateInstrument(terms=msgspec.structs.replace(terms, isin=isin)))
        for name in ("bank-a", "treasury"):
            self.act(name, CancelInstrument(asset=isin))

    @rule(
        isin=st.sampled_from(ISINS[:2]),
        tier=st.sampled_from([None, 0, 2, 4]),
        offset=st.sampled_from([None, 1, 5, 15]),
        name=st.sampled_from([None, "A bond"]),
    )
    def amend(self, isin: str, tier: int | None, offset: int | None, name: str | None) -> None:
        """Terms that may change; a tier that nobody has keeps everybody out."""
        made = AmendInstrument(
            asset=isin, name=name, treasury_account=None, record_offset_bd=offset, kyc_tier_min=tier
        )
        self.agree(BOTH, made)

    @rule(lot=lots, opens=st.booleans())
    def walk_a_hash_lock(self, lot: int, opens: bool) -> None:
        """Delivery against a secret: settled by hand, opened with another one, opened."""
        world, name, today = self.world, addr("bank-a"), self.world.ledger.business_date
        leg = self.market.leg(PKRS, lot, "bank-a", "bank-b", addr("bank-a-cash"), None)
        made = InstructBatch(
            batch_id=f"H{self.count()}",
            trade_date=today,
            isd=today,
            expires_on=today + dt.timedelta(days=4),
            legs=(leg,),
            trade_ref="",
            uti="",
            priority=0,
            automatic=False,
            hash_lock=hashlib.sha256(SECRET).digest(),
        )
        self.act("bank-a", made)
        answer = LegAccount(leg=0, gives=False, account=addr("bank-b-cash"))
        approval = ApproveBatch(
            initiator=name,
            batch_id=made.batch_id,
            digest=instruction_digest(name, made),
            accounts=(answer,),
        )
        self.act("bank-b", approval)
        for who in ("bank-a", "bank-b"):
            world.submit(who, AllocateBatch(initiator=name, batch_id=made.batch_id))
        world.end_block()
        for preimage in (bytes(32), SECRET) if opens else (bytes(32),):
            shown = RevealBatch(initiator=name, batch_id=made.batch_id, preimage=preimage)
            self.act("bank-b", shown)

    @rule(who=st.sampled_from([TAKER, MAKER, "fiu"]), bond=st.sampled_from(ISINS[:2]))
    def walk_a_quote_to_nothing(self, who: str, bond: str) -> None:
        """Asked for, and declined."""
        made = RequestQuote(
            rfq_id=f"D{self.count()}",
            maker=addr(MAKER),
            asset=bond,
            side=Side.BUY,
            face=FACE,
            isd=self.world.ledger.business_date,
            expires_on=self.world.ledger.business_date + dt.timedelta(days=1),
            account=addr("bank-b-cash"),
        )
        self.act(TAKER, made)
        for name in (who, TAKER):
            self.act(name, DeclineQuote(taker=addr(TAKER), rfq_id=made.rfq_id))

    @rule(asset=st.sampled_from([MONEY, PKRS, *ISINS[:2]]), lot=lots)
    def walk_a_pledge_to_another(self, asset: str, lot: int) -> None:
        """Other units in the place of those that are pledged."""
        self.lenders.pledge("bank-a-cash", "bank-b", PKRS, FACE, 0)
        self.world.end_block()
        lien = self.pledgees.some("bank-b", 0)
        if lien is not None:
            made = SubstitutePledge(pledge=lien.id, asset=asset, amount=lot * FACE)
            self.world.submit("bank-b", made)
            self.agree(["bank-a", "bank-b"], made)

    @rule()
    def walk_a_notice_back(self) -> None:
        """A claim that was paid after all."""
        self.lenders.pledge("bank-a-cash", "bank-b", PKRS, FACE, 0)
        self.world.end_block()
        lien = self.pledgees.some("bank-b", 0)
        if lien is not None:
            self.pledgees.notify(lien, "bank-b", FACE)
            self.world.end_block()
            for name in ("bank-a", "bank-b"):
                self.pledgees.withdraw(lien, name)
                self.world.end_block()

    @rule(name=st.sampled_from(["bank-a", "bank-b", "fiu"]))
    def walk_a_repo_back(self, name: str) -> None:
        """Proposed and taken back, or declined."""
        self.lenders.lend(0, RepoKind.OPEN, RepoMode.PLEDGE, 2, FACE, accepts=False)
        for repo in self.lenders.repos():
            if repo.status is RepoStatus.PROPOSED:
                self.act(name, WithdrawRepo(repo=repo.id))
                self.act("bank-a", WithdrawRepo(repo=repo.id))

    @rule()
    def walk_papers(self) -> None:
        """Of an asset and of a lot, and terms that may change."""
        self.file_a_paper("treasury", ISINS[0])
        self.file_a_paper_of_a_lot("issuer")
        self.amend(ISINS[0], 2, None, "A bond")

    @rule(bank=st.sampled_from(["bank-a", "bank-b"]))
    def walk_money_of_the_central_bank(self, bank: str) -> None:
        """Paid in and out again; each reference once."""
        place = {"asset": MONEY, "amount": FACE, "rtgs_ref": f"RTGS-{self.count()}"}
        own = addr(f"{bank}-cash")
        paid = CbWithdraw(source=own, **place)  # type: ignore[arg-type]
        again = msgspec.structs.replace(paid, rtgs_ref=f"RTGS-{self.count()}")
        self.agree(["central-bank"], CbIssue(target=own, **place))  # type: ignore[arg-type]
        for operation in (paid, again, again):
            self.agree([bank, "central-bank"], operation)

    @rule(lot=st.sampled_from([1, 2]))
    def walk_a_swap(self, lot: int) -> None:
        """A bond into the reserve at what it counts, and out again."""
        for back in (False, True):
            self.moves.mark(96)
            self.world.end_block()
            self.moves.swap(lot, 0, back, "fiu")
            self.world.end_block()

    @rule(money=st.sampled_from([PKRS]), amount=st.sampled_from([FACE, 2**62]))
    def walk_redemptions(self, money: str, amount: int = 2**62) -> None:
        """Minted and redeemed; what the reserve cannot pay waits in its line."""
        own = addr("bank-a-cash")
        mint = CashMint(asset=money, source=own, target=own, amount=FACE, grantor=addr("issuer"))
        self.act("bank-a", mint)
        for size in (amount, FACE):
            back = CashRedeem(asset=money, source=own, target=own, amount=size)
            self.act("bank-a", back)

    def walk_a_quote(self, bond: str) -> None:
        """Asked for, quoted, accepted."""
        self.ask_for_a_quote(bond, 1, Side.BUY, 0, "bank-b-cash")
        self.world.end_block()
