"""Rules, lists, licences and recoveries while everybody moves: nothing leaves whom it must not.

Each move is a block of its own. Before it the machine writes down who is on a list and who is in
recovery; after it no unit may have left them but by seizure or redemption.
"""

import datetime as dt
import os

import hypothesis
import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.tokens.adversary_market import Market
from tests.tokens.adversary_values import BASIS, FACE, HOLDERS, PKRS
from tests.tokens.adversary_world import AdversaryWorld, positions
from tests.tokens.support import ACCOUNTS, MONEY, addr, policy
from tokens.ops.business_day import CloseDay, OpenDay
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
from tokens.records.parties import ACCOUNT
from tokens.records.persons import SANCTIONED, SANCTIONS_LIST
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
from tokens.types import AccountStatus, LicencePhase

STEPS = int(os.environ.get("ADVERSARY_STEPS", "1200"))
SEED = int(os.environ.get("ADVERSARY_SEED", "2"))
RUN_STEPS = 75

BOTH = ["treasury", "central-bank"]
OWNERS = {entry.id: entry.owner for entry in ACCOUNTS}
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


class Rulers(RuleBasedStateMachine):
    """Those who rule, those who are ruled, and thieves."""

    def __init__(self) -> None:
        super().__init__()
        self.world = AdversaryWorld()
        self.market = Market(self.world)
        self.market.open()
        self.world.end_block()
        for _ in range(5):
            self.step_licence("bank-b")

    def bound(self) -> set[bytes]:
        """Accounts that nothing may leave."""
        state = self.world.ledger.state
        found = set()
        for address, owner in OWNERS.items():
            account = state.get(ACCOUNT, address)
            stopped = account is not None and account.status is AccountStatus.RECOVERING
            if stopped or state.get(SANCTIONED, owner) is not None:
                found.add(address)
        return found

    def judged(self, sender: str, *operations: object) -> None:
        """A move, and what it must not have done."""
        before, bound = positions(self.world.ledger), self.bound()
        self.world.submit(sender, *operations)  # type: ignore[arg-type]
        self.world.end_block()
        after = positions(self.world.ledger)
        for place, (balance, _) in before.items():
            if place[1] in bound:
                assert after[place][0] >= balance, "units left an account that is bound"

    def agreed(self, names: list[str], *operations: object) -> None:
        self.world.propose(names, *operations)  # type: ignore[arg-type]
        self.world.end_block()
        self.pay_on()

    def pay_on(self) -> None:
        """Somebody pays somebody after each decision, whatever rules the run has chosen."""
        holders, at = sorted(HOLDERS), self.world.ledger.height
        source, target = holders[at % len(holders)], holders[(at * 3 + 1) % len(holders)]
        made = Transfer(
            asset=MONEY,
            source=addr(source),
            target=addr(target),
            amount=FACE,
            end_to_end_ref="",
        )
        self.judged(HOLDERS[source], made)

    @rule(asset=assets, source=accounts, lots=st.integers(1, 50))
    def pay(self, asset: str, source: str, lots: int) -> None:
        """One to each of the others."""
        for receiver in sorted(HOLDERS):
            made = Transfer(
                asset=asset,
                source=addr(source),
                target=addr(receiver),
                amount=lots * FACE,
                end_to_end_ref="",
            )
            self.judged(HOLDERS[source], made)

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
    def credential(self, account: str, wait: int, revoke: bool) -> None:
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
    def advance(self, bank: str) -> None:
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
    def suspend(self, bank: str, suspended: bool) -> None:
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
            self.suspend(bank, suspended)

    @rule(bank=banks)
    def revoke(self, bank: str) -> None:
        self.agreed(["va-regulator", *BOTH], RevokeLicence(institution=addr(bank), basis=BASIS))

    @rule(client=clients, to=banks)
    def reassign(self, client: str, to: str) -> None:
        made = ReassignServicing(accounts=(addr(client),), to=addr(to))
        self.agreed([to, *BOTH], made)

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

    @rule(days=st.integers(1, 3))
    def another_date(self, days: int) -> None:
        day = self.world.ledger.business_date
        self.world.alone("central-bank", CloseDay(date=day))
        target = day + dt.timedelta(days=days)
        while target.weekday() >= 5:
            target += dt.timedelta(days=1)
        self.world.alone("central-bank", OpenDay(date=target))

    @rule()
    def block(self) -> None:
        self.world.end_block()

    def teardown(self) -> None:
        self.world.finish()
        for name, count in self.world.codes.items():
            SEEN[name] = SEEN.get(name, 0) + count


SEEN: dict[str, int] = {}
"""How often each code and event came, over all runs."""


def test_nothing_leaves_whom_it_must_not_and_the_machine_reached_what_it_is_for() -> None:
    """A run that meets nothing proves nothing."""
    SEEN.clear()
    settings = hypothesis.settings(
        max_examples=max(1, STEPS // RUN_STEPS),
        stateful_step_count=RUN_STEPS,
        deadline=None,
        derandomize=False,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    run_state_machine_as_test(hypothesis.seed(SEED)(Rulers), settings=settings)
    wanted = (
        "RuleChanged",
        "SanctionsUpdated",
        "AccountScreened",
        "LicenceChanged",
        "RecoveryOpened",
        "ServicerChanged",
        "UNDER_REVIEW",
        "EXIT_ONLY",
    )
    assert [name for name in wanted if not SEEN.get(name)] == []
