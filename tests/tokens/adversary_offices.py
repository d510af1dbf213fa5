"""What offices do besides: registers, papers, parameters, validators; things taken back and ended.

Rules of a machine that has a world, a market, lenders and pledgees. Each walks a thing to its end,
each step in a block of its own; `cheat` (adversary_world.py) is what disturbs it.
"""

import datetime as dt

import hypothesis.strategies as st
import msgspec
from hypothesis.stateful import rule

from tests.tokens.adversary_collateral import Lenders
from tests.tokens.adversary_market import BOTH, Market
from tests.tokens.adversary_pledges import Pledgees
from tests.tokens.adversary_values import FACE, PKRS, opening
from tests.tokens.adversary_world import AdversaryWorld
from tests.tokens.support import OPERATORS, addr, digest, header_digest
from tokens.entry import EntryProof
from tokens.ops.accounts import CloseAccount
from tokens.ops.cash import CashMint
from tokens.ops.governance import SetApprovalPolicy, SetParameter
from tokens.ops.grants import GrantPower, RevokeGrant
from tokens.ops.observers import AddObserver, RemoveObserver
from tokens.ops.participants import UpdateParticipant
from tokens.ops.proposals import WithdrawProposal
from tokens.ops.validators import (
    AddValidator,
    RemoveValidator,
    ReportMisbehaviour,
    RotateValidatorKeys,
)
from tokens.records.governance import Observer, Validator
from tokens.records.parties import PARTICIPANT
from tokens.records.proposals import APPROVAL_POLICY
from tokens.types import Role

days_ahead = st.sampled_from([None, 0, 2])
SECRET = digest("preimage")
PARAMETERS = ("agenda_quota", "mark_age_days", "auction_reveal_blocks", "nothing")


class OfficeRules:
    """Rules of a machine."""

    world: AdversaryWorld
    market: Market
    lenders: Lenders
    pledgees: Pledgees
    papers = 0

    def act(self, who: str, operation: msgspec.Struct) -> bytes | None:
        """In a block of its own."""
        return self.world.alone(who, operation)

    def agree(self, names: list[str], operation: msgspec.Struct) -> None:
        """The same of a proposal."""
        self.world.propose(names, operation)
        self.world.end_block()

    def count(self) -> int:
        """A number that this machine has not used."""
        self.papers += 1
        return self.papers

    @rule(name=st.sampled_from(["bank-a", "bank-b", "issuer", "tax"]), role=st.booleans())
    def walk_a_participant(self, name: str, role: bool) -> None:
        """Another encryption key, and a role that may freeze, to whom may not have it."""
        known = self.world.ledger.state.get(PARTICIPANT, addr(name))
        assert known is not None
        roles = tuple(sorted({*known.roles, Role.FIU})) if role else known.roles
        made = UpdateParticipant(
            id=known.id,
            name=known.name,
            lei="",
            jurisdiction="PK",
            control_group=known.control_group,
            roles=roles,
            encryption_key=digest(f"seal {self.count()}"),
        )
        self.agree(BOTH, made)

    @rule(amount=st.sampled_from([0, 100]), bank=st.sampled_from(["bank-a", "bank-b"]))
    def walk_an_account(self, amount: int, bank: str) -> None:
        """Opened, used, closed with what is in it and without, used again."""
        place = self.count()
        made = opening(f"closed-{place}", bank=bank)
        self.act(bank, made)
        own, name = f"{bank}-cash", f"closed-{place}"
        for out, into in ((own, name), (name, own)):
            if amount:
                self.market.move_units(bank, PKRS, out, into, amount)
                self.act(bank, CloseAccount(id=made.id))
        self.act(bank, CloseAccount(id=made.id))
        self.market.move_units(bank, PKRS, own, name, 100)
        self.world.end_block()

    @rule(who=st.sampled_from(["treasury", "bank-a"]))
    def walk_a_proposal_back(self, who: str) -> None:
        """Proposed by the treasury alone, and taken back by it, or by another."""
        self.world.propose(
            ["treasury"], SetParameter(name="window_blocks", value=20, effective_on=None)
        )
        self.world.end_block()
        for proposal in self.world.proposals[-1:]:
            self.act(who, WithdrawProposal(proposal_id=proposal))

    @rule(amount=st.sampled_from([1, FACE, 2 * FACE]), days=st.integers(1, 5))
    def walk_a_grant(self, amount: int, days: int) -> None:
        """Of one lot to bank-b: used, used too much, taken back, used again."""
        made = GrantPower(
            grantor=addr("issuer"),
            grantee=addr("bank-b"),
            operation="cash_mint",
            asset=PKRS,
            sources=(),
            targets=(addr("bank-b-cash"),),
            cap_call=FACE,
            cap_day=FACE,
            cap_total=FACE,
            expires_on=self.world.ledger.business_date + dt.timedelta(days=days),
        )
        self.agree(["issuer", "central-bank"], made)
        back = RevokeGrant(
            grantor=made.grantor, grantee=made.grantee, operation="cash_mint", asset=PKRS
        )
        for target in ("bank-b-cash", "client-b1", "bank-b-cash"):
            mint = CashMint(
                asset=PKRS,
                source=addr("bank-b-cash"),
                target=addr(target),
                amount=amount,
                grantor=made.grantor,
            )
            self.act("bank-b", mint)
        self.act("bank-b", back)
        self.act("issuer", back)

    @rule(
        name=st.sampled_from(PARAMETERS),
        value=st.integers(0, 12),
        wait=st.sampled_from([None, 0, 2]),
    )
    def set_parameter(self, name: str, value: int, wait: int | None) -> None:
        day = self.world.ledger.business_date
        on = None if wait is None else day + dt.timedelta(days=wait)
        made = SetParameter(name=name, value=value + (name == "agenda_quota") * 5, effective_on=on)
        self.agree([*OPERATORS], made)

    @rule(least=st.integers(1, 3))
    def set_approval_policy(self, least: int) -> None:
        """Who agrees to documents of rates: one more or less."""
        known = self.world.ledger.state.get(APPROVAL_POLICY, "tax")
        assert known is not None
        changed = msgspec.structs.replace(known, approvals_min=least)
        self.agree([*OPERATORS], SetApprovalPolicy(policy=changed))

    def proof(self) -> EntryProof:
        """Of the newest block whose digest another one has named."""
        height = self.world.ledger.height - 1
        return EntryProof(height=height, digest=header_digest(height), signature=bytes(64))

    @rule(operator=st.sampled_from(["bank-a", "bank-b", "treasury"]), stays=st.booleans())
    def walk_a_validator(self, operator: str, stays: bool) -> None:
        """Added, given other keys, removed."""
        self.world.end_block()
        name = f"guest-{self.count()}"
        guest = Validator(
            id=name,
            public_key=digest(f"consensus {name}"),
            network_key=digest(f"network {name}"),
            operator=addr(operator),
        )
        everyone = [operator, *[other for other in OPERATORS if other != operator]]
        self.agree(everyone, AddValidator(validator=guest, proof=self.proof(), replaces=None))
        self.agree(
            everyone,
            RotateValidatorKeys(
                id=name,
                public_key=digest(f"again {name}"),
                network_key=digest(f"again network {name}"),
                proof=self.proof(),
            ),
        )
        if not stays:
            self.agree(everyone, RemoveValidator(id=name))

    @rule(who=st.sampled_from([*OPERATORS, "bank-a"]), height=st.integers(0, 9))
    def report_misbehaviour(self, who: str, height: int) -> None:
        made = ReportMisbehaviour(
            validator="treasury-node", accused_height=height, evidence=b"two messages"
        )
        self.world.submit(who, made)

    @rule(name=st.sampled_from(["watch-a", "watch-b"]), add=st.booleans())
    def observe(self, name: str, add: bool) -> None:
        entry = Observer(id=name, network_key=digest(f"network {name}"), operator=addr("bank-b"))
        made = AddObserver(observer=entry) if add else RemoveObserver(id=name)
        self.agree([*OPERATORS], made)

    @rule(value=st.integers(1, 9))
    def walk_a_network(self, value: int) -> None:
        """What its operators decide: numbers, policies, who watches, and who lied."""
        self.set_parameter("mark_age_days", value, None)
        self.set_approval_policy(2)
        self.report_misbehaviour("treasury", 2)
        for add in (True, False):
            self.observe("watch-a", add)
