"""Rules, lists, licences and recoveries: the moves of those who rule, and of those who are ruled.

A machine says how a move is made (`judged`, `agreed`): in a world of its own each is judged alone.
"""

import datetime as dt

import hypothesis.strategies as st
import msgspec
from hypothesis.stateful import rule

from tests.tokens.adversary_market import BOTH
from tests.tokens.adversary_values import BASIS, EXTRA, FACE, HOLDERS, PKRS
from tests.tokens.adversary_world import AdversaryWorld
from tests.tokens.support import ACCOUNTS, MONEY, addr, policy
from tokens.ops.licences import (
    AdvanceLicence,
    ApplyLicence,
    GrantLicence,
    RevokeLicence,
    SuspendLicence,
)
from tokens.ops.persons import IssueCredential, RevokeCredential, UpdateSanctions
from tokens.ops.reassignment import ReassignServicing
from tokens.ops.recovery import AgreeRecovery, EndRecovery, ObjectRecovery, RecoverAccount
from tokens.ops.rules import EndRule, SetLockUp, SetRule
from tokens.ops.transfer import Transfer
from tokens.records.licences import LICENCE
from tokens.records.persons import SANCTIONS_LIST
from tokens.records.rules import (
    BalanceRule,
    CredentialRule,
    HolderCapRule,
    JurisdictionRow,
    JurisdictionRule,
    LockUpRule,
    RuleBody,
    TierBalance,
    TierLimit,
    VelocityRule,
)
from tokens.types import LicencePhase

OWNERS = {entry.id: entry.owner for entry in (*ACCOUNTS, *EXTRA)}
CLIENTS = ("client-a1", "client-a2", "client-b1")
BANKS = ("bank-a", "bank-b")
ASSETS = (MONEY, PKRS)
ANY = JurisdictionRow(source="ANY", target="ANY", classes=255)
BODIES: tuple[RuleBody, ...] = (
    CredentialRule(credential="kyc", gives=False, receives=True),
    JurisdictionRule(rows=(ANY,), closed=("SCRA",)),
    HolderCapRule(amount_max=2_000 * FACE, share_e6=None, holders_max=4),
    LockUpRule(until=dt.date(2026, 7, 6)),
    VelocityRule(limits=(TierLimit(tier=3, day_max=40 * FACE),)),
    BalanceRule(limits=(TierBalance(tier=3, balance_max=1_500 * FACE),)),
)
LATER = st.integers(0, 4)
clients = st.sampled_from(CLIENTS)
banks = st.sampled_from(BANKS)
accounts = st.sampled_from(sorted(HOLDERS))
assets = st.sampled_from(ASSETS)


class RulingRules:
    """Rules of a machine that has a world."""

    world: AdversaryWorld

    def judged(self, sender: str, *operations: msgspec.Struct) -> None:
        """A move of one."""
        self.world.submit(sender, *operations)

    def agreed(self, names: list[str], *operations: msgspec.Struct) -> None:
        """A move of several."""
        self.world.propose(names, *operations)
        self.world.end_block()

    @rule(body=st.integers(0, len(BODIES) - 1), asset=assets, wait=LATER)
    def set_rule(self, body: int, asset: str, wait: int) -> None:
        day = self.world.ledger.business_date + dt.timedelta(days=wait)
        general = body < 2
        made = SetRule(
            id=f"rule-{body}" if general else f"rule-{body}-{asset.lower()}",
            asset=None if general else asset,
            body=BODIES[body],
            effective_on=day,
        )
        self.agreed(BOTH, made)

    @rule(body=st.integers(0, len(BODIES) - 1), asset=assets, wait=LATER)
    def end_rule(self, body: int, asset: str, wait: int) -> None:
        day = self.world.ledger.business_date + dt.timedelta(days=wait)
        name = f"rule-{body}" if body < 2 else f"rule-{body}-{asset.lower()}"
        self.agreed(BOTH, EndRule(id=name, effective_on=day))

    @rule(asset=assets, account=accounts, lots=st.integers(0, 9), wait=LATER)
    def lock_up(self, asset: str, account: str, lots: int, wait: int) -> None:
        until = self.world.ledger.business_date + dt.timedelta(days=wait)
        lock = SetLockUp(asset=asset, account=addr(account), amount=lots * FACE, until=until)
        self.agreed(BOTH, lock)

    @rule(account=accounts, wait=LATER, revoke=st.booleans())
    def issue_credential(self, account: str, wait: int, revoke: bool) -> None:
        person = OWNERS.get(addr(account), bytes(32))
        until = self.world.ledger.business_date + dt.timedelta(days=wait)
        if revoke:
            self.judged("central-bank", RevokeCredential(person=person, kind="kyc"))
        else:
            made = IssueCredential(person=person, kind="kyc", valid_until=until)
            self.judged("central-bank", made)

    @rule(name=st.sampled_from(["un", "home"]), client=clients, remove=st.booleans())
    def sanction(self, name: str, client: str, remove: bool) -> None:
        known = self.world.ledger.state.get(SANCTIONS_LIST, name)
        person = (OWNERS[addr(client)],)
        made = UpdateSanctions(
            list=name,
            version=1 if known is None else known.version + 1,
            add=() if remove else person,
            remove=person if remove else (),
            basis=BASIS,
        )
        self.agreed(["fiu", *BOTH], made)

    @rule(bank=banks)
    def advance_licence(self, bank: str) -> None:
        self.step_licence(bank)

    def step_licence(self, bank: str) -> None:
        """The next step of its licence, whichever it is."""
        licence = self.world.ledger.state.get(LICENCE, addr(bank))
        phase = None if licence is None else licence.phase
        who = addr(bank)
        if phase in (None, LicencePhase.REVOKED, LicencePhase.EXPIRED):
            self.judged(bank, ApplyLicence(institution=who, categories=34))
        elif phase in (LicencePhase.INCORPORATED, LicencePhase.LICENSED):
            day = self.world.ledger.business_date + dt.timedelta(days=5)
            made = GrantLicence(institution=who, categories=2, expires_on=day)
            self.agreed(["va-regulator", *BOTH], made)
        elif phase is not None:
            following = LicencePhase(phase + 1)
            number = "" if following is LicencePhase.NOC else "N-1"
            step = AdvanceLicence(institution=who, phase=following, number=number)
            self.agreed(["va-regulator", *BOTH], step)

    @rule(bank=banks, suspended=st.booleans())
    def suspend_licence(self, bank: str, suspended: bool) -> None:
        made = SuspendLicence(institution=addr(bank), suspended=suspended, basis=BASIS)
        self.agreed(["va-regulator", *BOTH], made)

    @rule(bank=banks)
    def a_licence_for_a_while(self, bank: str) -> None:
        """Every step to a licence, then suspended and given back."""
        for _ in LicencePhase:
            licence = self.world.ledger.state.get(LICENCE, addr(bank))
            if licence is not None and licence.phase is LicencePhase.LICENSED:
                break
            self.step_licence(bank)
        for suspended in (True, False):
            self.suspend_licence(bank, suspended)

    @rule(bank=banks)
    def revoke_licence(self, bank: str) -> None:
        self.agreed(["va-regulator", *BOTH], RevokeLicence(institution=addr(bank), basis=BASIS))

    @rule(client=clients, to=banks)
    def reassign(self, client: str, to: str) -> None:
        made = ReassignServicing(accounts=(addr(client),), to=addr(to))
        self.agreed([to, *BOTH], made)

    @rule(client=st.sampled_from(["client-a1", "client-b1"]))
    def walk_a_reassignment(self, client: str) -> None:
        """A bank gets a licence and loses it; the other one takes its client over."""
        old, new = ("bank-a", "bank-b") if client == "client-a1" else ("bank-b", "bank-a")
        self.a_licence_for_a_while(old)
        self.revoke_licence(old)
        self.reassign(client, new)

    @rule(bank=banks, key=st.integers(1, 3))
    def recover(self, bank: str, key: int) -> None:
        new = policy(f"new-{key}")
        made = RecoverAccount(account=addr("client-a2"), policy=new, evidence=bytes(32))
        self.agreed([bank, *BOTH], made)

    @rule()
    def object_to_it(self) -> None:
        self.judged("client-a2", ObjectRecovery(account=addr("client-a2")))

    @rule()
    def agree_to_it(self) -> None:
        self.judged("regulator", AgreeRecovery(account=addr("client-a2")))

    @rule(bank=banks)
    def end_it(self, bank: str) -> None:
        self.agreed([bank, *BOTH], EndRecovery(account=addr("client-a2")))

    @rule(asset=assets, lots=st.sampled_from([41, 2_100]))
    def walk_against_the_rules(self, asset: str, lots: int) -> None:
        """Each rule set, a payment that it forbids, and the rule ended."""
        for body in range(len(BODIES)):
            self.set_rule(body, asset, 0)
            for source, target in (("bank-a-cash", "client-a1"), ("client-a1", "scra-a1")):
                made = Transfer(
                    asset=asset,
                    source=addr(source),
                    target=addr(target),
                    amount=lots * FACE,
                    end_to_end_ref="",
                )
                self.judged("bank-a", made)
            self.end_rule(body, asset, 0)

    @rule(account=accounts)
    def walk_a_credential(self, account: str) -> None:
        """Issued and revoked."""
        for revoke in (False, True):
            self.issue_credential(account, 4, revoke)

    @rule(objects=st.booleans())
    def walk_a_recovery(self, objects: bool) -> None:
        """Asked for, objected to, agreed to, and ended before its date."""
        self.recover("bank-a", 1)
        if objects:
            self.object_to_it()
            self.agree_to_it()
        self.end_it("bank-a")
