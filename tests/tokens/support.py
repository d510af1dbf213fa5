"""A ledger in memory for tests: real bytes, real blocks, invariants after each block.

Rules of this file:
1. `ledger.submit(sender, operation, ...)` makes one block of one transaction and gives its receipt.
   The bytes are encoded, decoded and found includable on the way; signatures are dummies, because
   the shell checks them before the ledger sees a transaction.
2. Names stand for addresses and keys: `addr("bank-a")`, `key("bank-a")`. Same name, same bytes.
3. Every block must keep every invariant, and its root must be what a rebuild of the store gives.
"""

import datetime
import hashlib
from collections.abc import Sequence

import msgspec

from tokens.block import Block, BlockResult
from tokens.codec import encode
from tokens.commitment import Commitment
from tokens.events import ProposalClosed
from tokens.finance.calendar import WEEKEND_SATURDAY_SUNDAY, Calendar
from tokens.genesis import CentralBankMoney, DevBalance, Genesis
from tokens.genesis_state import build_state
from tokens.invariants import broken_invariants
from tokens.ledger import Ledger as Core
from tokens.ops import OPERATIONS
from tokens.ops.proposals import Approve, Propose, proposal_id
from tokens.records.day import BUSINESS_DAY
from tokens.records.governance import Validator
from tokens.records.parties import Account, KeyPolicy, Participant
from tokens.records.proposals import PROPOSAL, ApprovalPolicy
from tokens.records.system import Parameter
from tokens.results import Code, Receipt
from tokens.state import Overlay
from tokens.store import MemoryStore
from tokens.transaction import KeySignature, Transaction, build, decode_transaction
from tokens.types import NO_ADDRESS, AccountPurpose, AccountStatus, Role

CHAIN_ID = "mohur-test"
MONEY = "PKR"
DATE = datetime.date(2026, 7, 1)
"""Business date of genesis, a Wednesday."""


def digest(name: str) -> bytes:
    """32 bytes that a name stands for."""
    return hashlib.sha256(name.encode()).digest()


def addr(name: str) -> bytes:
    """Address that a name stands for."""
    return digest(f"address {name}")[:16]


def key(name: str, number: int = 0) -> bytes:
    """Public key number `number` of a name."""
    return digest(f"key {name} {number}")


def policy(name: str, threshold: int = 1, count: int = 1) -> KeyPolicy:
    """The first `count` keys of a name."""
    return KeyPolicy(
        threshold=threshold, keys=tuple(sorted(key(name, number) for number in range(count)))
    )


def participant(
    name: str, *roles: Role, group: str | None = None, threshold: int = 1, keys: int = 1
) -> Participant:
    """A participant whose control group is its own name."""
    return Participant(
        id=addr(name),
        name=name,
        lei="",
        jurisdiction="PK",
        control_group=group or name,
        roles=tuple(sorted(roles)),
        policy=policy(name, threshold, keys),
        encryption_key=digest(f"seal {name}"),
    )


def account(
    name: str,
    servicer: str,
    *,
    holder: str | None = None,
    purpose: AccountPurpose = AccountPurpose.GENERAL,
    own_keys: bool = False,
    kyc_tier: int = 3,
    residency: str = "RESIDENT",
    tax_class: str = "atl",
) -> Account:
    """An open account; without a holder it is a client's."""
    return Account(
        id=addr(name),
        owner=digest(f"person {name}"),
        holder=NO_ADDRESS if holder is None else addr(holder),
        servicer=addr(servicer),
        purpose=purpose,
        kyc_tier=kyc_tier,
        residency=residency,
        tax_class=tax_class,
        policy=policy(name) if own_keys else None,
        status=AccountStatus.OPEN,
    )


def approval(name: str, *slots: Role | tuple[Role, ...], minimum: int = 1) -> ApprovalPolicy:
    """A policy: one participant for each slot."""
    required = tuple(slot if isinstance(slot, tuple) else (slot,) for slot in slots)
    return ApprovalPolicy(
        name=name,
        required=required,
        approvals_min=max(minimum, 1),
        validator_quorum=False,
        threshold_min=1,
    )


def policies() -> tuple[ApprovalPolicy, ...]:
    """One for each name that an operation uses: page 04, Approval policies are data."""
    both = (Role.TREASURY, Role.CENTRAL_BANK)
    authority = (
        Role.SECURITIES_REGULATOR,
        Role.VA_REGULATOR,
        Role.FIU,
        Role.TAX_AUTHORITY,
    )
    known = {
        "business_day": approval("business_day", Role.CENTRAL_BANK),
        "central_bank_money": approval("central_bank_money", Role.CENTRAL_BANK),
        "mint_grant": approval("mint_grant", Role.CASH_ISSUER, Role.CENTRAL_BANK),
        "freeze": approval("freeze", authority),
        "seizure": approval("seizure", Role.CENTRAL_BANK, authority),
        "emergency": msgspec.structs.replace(approval("emergency", *both), validator_quorum=True),
        "validators": msgspec.structs.replace(approval("validators"), validator_quorum=True),
    }
    named = [spec.approval for spec in OPERATIONS] + [spec.grant_policy for spec in OPERATIONS]
    for name in named:
        if name is not None and name not in known:
            known[name] = approval(name, *both)
    return tuple(known[name] for name in sorted(known))


PARTICIPANTS = (
    participant("treasury", Role.TREASURY),
    participant("central-bank", Role.CENTRAL_BANK, threshold=2, keys=3),
    participant("issuer", Role.CASH_ISSUER),
    participant("bank-a", Role.BANK_CUSTODIAN, Role.PRIMARY_DEALER),
    participant("bank-b", Role.BANK_CUSTODIAN),
    participant("regulator", Role.SECURITIES_REGULATOR),
    participant("va-regulator", Role.VA_REGULATOR),
    participant("fiu", Role.FIU),
    participant("tax", Role.TAX_AUTHORITY),
)

ACCOUNTS = (
    account("treasury-cash", "central-bank", holder="treasury", purpose=AccountPurpose.TREASURY),
    account("tax-cash", "central-bank", holder="tax", purpose=AccountPurpose.TAX),
    account("issuer-cash", "central-bank", holder="issuer"),
    account("issuer-reserve", "central-bank", holder="issuer", purpose=AccountPurpose.RESERVE),
    account("bank-a-cash", "bank-a", holder="bank-a"),
    account("bank-b-cash", "bank-b", holder="bank-b"),
    account("bank-a-unclaimed", "bank-a", holder="bank-a", purpose=AccountPurpose.UNCLAIMED),
    account("bank-b-unclaimed", "bank-b", holder="bank-b", purpose=AccountPurpose.UNCLAIMED),
    account("client-a1", "bank-a"),
    account("client-a2", "bank-a", own_keys=True),
    account("client-b1", "bank-b"),
)

OPERATORS = ("treasury", "central-bank", "regulator", "va-regulator")


def validator(name: str, operator: str) -> Validator:
    """A validator of an operator."""
    return Validator(
        id=name,
        public_key=digest(f"consensus {name}"),
        network_key=digest(f"network {name}"),
        operator=addr(operator),
    )


def genesis(
    *,
    participants: Sequence[Participant] = PARTICIPANTS,
    accounts: Sequence[Account] = ACCOUNTS,
    balances: dict[str, int] | None = None,
    parameters: dict[str, int] | None = None,
    validators: Sequence[Validator] | None = None,
) -> Genesis:
    """A small state: treasury, central bank, issuer, two banks, clients, four validators."""
    chosen = {"bucket_depth_bits": 6, "window_blocks": 50} | (parameters or {})
    start = {"bank-a-cash": 1_000_000, "bank-b-cash": 1_000_000} if balances is None else balances
    members = validators or [validator(f"{name}-node", name) for name in OPERATORS]
    return Genesis(
        chain_id=CHAIN_ID,
        is_dev=True,
        protocol_version=1,
        timestamp_ms=1_782_900_000_000,
        business_date=DATE,
        day_open=True,
        calendar=Calendar(id="PK", version=1, weekend_mask=WEEKEND_SATURDAY_SUNDAY, holidays=()),
        parameters=tuple(
            Parameter(name=name, value=value) for name, value in sorted(chosen.items())
        ),
        approval_policies=policies(),
        tax_tables=(),
        participants=tuple(sorted(participants, key=lambda entry: entry.id)),
        accounts=tuple(sorted(accounts, key=lambda entry: entry.id)),
        validators=tuple(sorted(members, key=lambda entry: entry.id)),
        central_bank_money=CentralBankMoney(
            asset=MONEY, name="Pakistan rupee", currency="PKR", issuer=addr("central-bank")
        ),
        dev_balances=tuple(
            sorted(
                (DevBalance(account=addr(name), amount=amount) for name, amount in start.items()),
                key=lambda entry: entry.account,
            )
        ),
    )


class Ledger:
    """One node's ledger without a node."""

    def __init__(self, document: Genesis | None = None) -> None:
        self.genesis = document or genesis()
        self.store = MemoryStore()
        self.store.write(build_state(self.genesis).writes())
        self.core = Core(self.store, 0)
        self.results: list[BlockResult] = []
        self._refs = 0
        policies_of = {entry.id: entry.policy for entry in self.genesis.participants}
        policies_of |= {
            entry.id: entry.policy for entry in self.genesis.accounts if entry.policy is not None
        }
        self._signers = {
            address: chosen.keys[: chosen.threshold] for address, chosen in policies_of.items()
        }

    @property
    def state(self) -> Overlay:
        """The state after the newest block, read only."""
        return self.core.overlay()

    @property
    def height(self) -> int:
        """Of the newest block."""
        return self.core.height

    def sign_with(self, name: str, *keys: bytes) -> None:
        """From now on `name` signs with these keys."""
        self._signers[addr(name)] = tuple(keys)

    def transaction(
        self,
        sender: str,
        *operations: msgspec.Struct,
        client_ref: bytes | None = None,
        valid_until: int | None = None,
        chain_id: str = CHAIN_ID,
        keys: Sequence[bytes] | None = None,
    ) -> bytes:
        """Signed bytes of a transaction."""
        self._refs += 1
        signed = build(
            Transaction(
                version=1,
                chain_id=chain_id,
                sender=addr(sender),
                client_ref=client_ref or self._refs.to_bytes(16, "big"),
                valid_until=self.height + 10 if valid_until is None else valid_until,
                operations=operations,
                memo="",
            ),
            tuple(
                KeySignature(key=entry, signature=bytes(64))
                for entry in (self._signers.get(addr(sender)) if keys is None else keys)
                or (key(sender),)
            ),
        )
        return signed.data

    def block(
        self,
        *transactions: bytes,
        signers: Sequence[str] | None = None,
        check: bool = True,
    ) -> BlockResult:
        """Apply one block of signed bytes; every one must be includable."""
        decoded = []
        for data in transactions:
            tx = decode_transaction(data)
            assert not isinstance(tx, Code), tx
            decoded.append(tx)
        refusal = self.core.block_refusal(decoded)
        assert refusal is None, refusal
        height = self.height + 1
        everyone = tuple(member.id for member in self.genesis.validators)
        result = self.core.preview(
            Block(
                height=height,
                transactions=tuple(decoded),
                parent=header_digest(height - 1),
                signers=(everyone if signers is None else tuple(signers)) if height > 1 else (),
            )
        )
        self.store.write(self.core.writes(result))
        self.core.absorb(result)
        self.results.append(result)
        if check:
            self.check()
        return result

    def submit(self, sender: str, *operations: msgspec.Struct) -> Receipt:
        """One block of one transaction; its receipt."""
        return self.block(self.transaction(sender, *operations)).receipts[0]

    def ok(self, sender: str, *operations: msgspec.Struct) -> Receipt:
        """Like `submit`, and it must succeed."""
        receipt = self.submit(sender, *operations)
        assert receipt.code == 0, Code(receipt.code)
        return receipt

    def code(self, sender: str, *operations: msgspec.Struct) -> Code:
        """Like `submit`; the code only."""
        return Code(self.submit(sender, *operations).code)

    def admission(self, data: bytes) -> Code | None:
        """What admission says of signed bytes at the next height."""
        tx = decode_transaction(data)
        return tx if isinstance(tx, Code) else self.core.includable(tx)

    def idle(self, blocks: int = 1) -> None:
        """Empty blocks."""
        for _ in range(blocks):
            self.block()

    def check(self) -> None:
        """Invariants hold, and the root is that of a rebuild."""
        assert broken_invariants(self.store) == []
        depth = self.core.commitment.depth_bits
        assert Commitment.rebuild(depth, self.store.iterate).root == self.core.state_root

    def propose(
        self,
        proposer: str,
        *operations: msgspec.Struct,
        approvers: Sequence[str] = (),
        expires_on: datetime.date | None = None,
    ) -> bytes:
        """Propose in a block of its own; the proposal's id."""
        day = self.business_date + datetime.timedelta(days=30)
        receipt = self.ok(
            proposer,
            Propose(
                operations=tuple(encode(operation) for operation in operations),
                approvers=tuple(sorted(addr(name) for name in approvers)),
                expires_on=expires_on or day,
            ),
        )
        return proposal_id(receipt.tx_id, 0)

    def approve(self, name: str, proposal: bytes) -> Receipt:
        """Approve what is proposed, in a block of its own."""
        record = self.state.get(PROPOSAL, proposal)
        assert record is not None
        return self.submit(
            name,
            Approve(proposal_id=proposal, operations_digest=record.operations_digest),
        )

    def agree(
        self, names: Sequence[str], *operations: msgspec.Struct, approvers: Sequence[str] = ()
    ) -> ProposalClosed:
        """Proposed by the first name, approved by the others; how the proposal ended.

        The events of its run are in `receipts()[0].events`.
        """
        proposal = self.propose(names[0], *operations, approvers=approvers)
        for name in names[1:]:
            assert self.approve(name, proposal).code == 0
        closed = self.receipts()[0].events[-1]
        assert isinstance(closed, ProposalClosed), "the proposal is still open"
        return closed

    @property
    def business_date(self) -> datetime.date:
        """Of the newest block."""
        day = self.state.get(BUSINESS_DAY)
        assert day is not None
        return day.date

    def receipts(self) -> tuple[Receipt, ...]:
        """Of the newest block."""
        return self.results[-1].receipts


def header_digest(height: int) -> bytes:
    """Stands for the digest of the header of a height."""
    return digest(f"header {height}")
