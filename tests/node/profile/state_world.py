"""A small state with the genesis of a profile, and its people: banks, an exchange, clients."""

import datetime as dt

import msgspec

from node.devnet.profile import approval_policies
from node.profile.ledger import (
    calendar_of,
    mark_of,
    money_of,
    parameters_of,
    rules_of,
    tax_tables_of,
)
from node.profile.reading import read_profile
from node.profile.root import Profile
from tests.tokens.ops.build import instruct, leg
from tests.tokens.ops.world import PEOPLE, World, address, person_of
from tokens.genesis import Genesis
from tokens.genesis_state import build_state
from tokens.ops.batch_steps import AllocateBatch, SettleBatch
from tokens.ops.central_bank_money import CbIssue
from tokens.ops.persons import IssueCredential
from tokens.ops.settlement import ApproveBatch, LegAccount, instruction_digest
from tokens.ops.transfer import Transfer
from tokens.records.governance import Validator
from tokens.records.parties import Account, KeyPolicy, Participant
from tokens.records.system import Parameter
from tokens.state import Overlay
from tokens.store import StoreState
from tokens.types import AccountPurpose, AccountStatus, Role

BEGINS_ON = dt.date(2026, 1, 5)
"""A Monday; no holiday of either state."""
FOR_EVER = dt.date(2099, 1, 1)
PARTIES: dict[str, tuple[Role, ...]] = PEOPLE | {"exchange": (Role.VASP,)}
BOOKS = {
    "treasury/main": ("treasury", AccountPurpose.TREASURY),
    "tax/main": ("tax", AccountPurpose.TAX),
    "a/main": ("bank_a", AccountPurpose.GENERAL),
    "b/main": ("bank_b", AccountPurpose.GENERAL),
}


class StateWorld(World):
    """Nothing in it comes from anywhere but the profile and the names of the people."""

    def __init__(self, name: str) -> None:
        self.profile: Profile = read_profile(name).profile
        self._name = name
        super().__init__()

    @property
    def cash(self) -> str:
        """The money of the state."""
        return self.profile.money.asset

    def _populate(self) -> None:
        self.store.write(build_state(self._genesis()).writes())
        self.base = StoreState(self.store)
        self.state = Overlay(self.base)

    def _genesis(self) -> Genesis:
        profile = self.profile
        people = [_participant(name, roles, profile) for name, roles in PARTIES.items()]
        policies = tuple(
            msgspec.structs.replace(policy, threshold_min=1) for policy in approval_policies()
        )
        return Genesis(
            chain_id="short-life",
            is_dev=True,
            protocol_version=1,
            timestamp_ms=0,
            business_date=BEGINS_ON,
            day_open=True,
            calendar=calendar_of(profile),
            parameters=tuple(
                Parameter(name=name, value=value)
                for name, value in sorted(parameters_of(profile).items())
            ),
            approval_policies=policies,
            tax_tables=tax_tables_of(profile, address("tax/main")),
            participants=tuple(sorted(people, key=lambda entry: entry.id)),
            accounts=tuple(sorted(map(_account, BOOKS), key=lambda entry: entry.id)),
            validators=(
                Validator(
                    id="one",
                    public_key=bytes([1]) * 32,
                    network_key=bytes([2]) * 32,
                    operator=address("central"),
                ),
            ),
            central_bank_money=money_of(profile, address("central")),
            dev_balances=(),
            rules=rules_of(profile),
            profile=mark_of(read_profile(self._name)),
        )

    def client(self, name: str, servicer: str, **changes: object) -> None:
        """An account of a person, with every credential that the profile asks for."""
        self.account(name, None, servicer, **changes)  # type: ignore[arg-type]
        self.write()
        self.know(name)

    def know(self, name: str) -> None:
        """The registrar's credentials for a person."""
        for need in self.profile.credentials:
            made = IssueCredential(
                person=person_of(name), kind=need.credential, valid_until=FOR_EVER
            )
            self.act("central", made)

    def pay(self, source: str, target: str, amount: int) -> Transfer:
        """A payment in the money of the state."""
        return Transfer(
            asset=self.cash,
            source=address(source),
            target=address(target),
            amount=amount,
            end_to_end_ref="",
        )

    def fund(self, account: str, amount: int) -> None:
        """Money of the central bank."""
        reference = f"RTGS-{self.height}"
        self.act(
            "central",
            CbIssue(asset=self.cash, target=address(account), amount=amount, rtgs_ref=reference),
        )

    def subscribe(
        self, asset: str, bank: str, account: str, face: int
    ) -> tuple[msgspec.Struct, ...]:
        """Units out of issuance at par against money: (instruction, approval, steps)."""
        batch_id = f"ISSUE-{self.height}"
        operation = instruct(
            self,
            batch_id,
            leg(asset, face, "treasury", bank, "*", None),
            leg(self.cash, face, bank, "treasury", None, "treasury/main"),
        )
        approval = ApproveBatch(
            initiator=address("treasury"),
            batch_id=batch_id,
            digest=instruction_digest(address("treasury"), operation),
            accounts=(
                LegAccount(leg=0, gives=False, account=address(account)),
                LegAccount(leg=1, gives=True, account=address(account)),
            ),
        )
        allocate = AllocateBatch(initiator=address("treasury"), batch_id=batch_id)
        settle = SettleBatch(initiator=address("treasury"), batch_id=batch_id)
        return operation, approval, allocate, settle


def _participant(name: str, roles: tuple[Role, ...], profile: Profile) -> Participant:
    key = address(name) + address(name)
    return Participant(
        id=address(name),
        name=name,
        lei="",
        jurisdiction=profile.jurisdiction,
        control_group=name,
        roles=roles,
        policy=KeyPolicy(threshold=1, keys=(key,)),
        encryption_key=bytes(32),
    )


def _account(name: str) -> Account:
    holder, purpose = BOOKS[name]
    return Account(
        id=address(name),
        owner=person_of(holder),
        holder=address(holder),
        servicer=address(holder),
        purpose=purpose,
        kyc_tier=3,
        residency="RESIDENT",
        tax_class="exempt",
        policy=None,
        status=AccountStatus.OPEN,
    )
