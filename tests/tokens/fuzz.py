"""The adversary at length, over all families: `make fuzz-ledger STEPS=100000 SEED=7`.

Rules of this file:
1. One command runs every machine of MACHINES, each with its share of the steps: first the one world
   in which all families act, then those with a model of their own.
2. A campaign that only got refusals shows nothing: from STEPS_JUDGED steps on, each operation named
   in `must` has to have passed at least once in its machine, and each thing in `meets` and
   `refused` to have been met, or the campaign fails.
3. A failure ends with one line that does the same again; Hypothesis prints the shortest history.
"""

import argparse
import time
from collections import Counter
from typing import NamedTuple

import hypothesis
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.tokens.adversary_all import Everybody
from tests.tokens.adversary_dust_judge import MET
from tests.tokens.adversary_openings import OPENINGS
from tests.tokens.ops.test_payment_machine import Payments
from tests.tokens.ops.test_rates_machine import Rates
from tests.tokens.ops.test_stateful import Books
from tests.tokens.tally import Tally
from tests.tokens.test_adversary_rules import Rulers
from tests.tokens.test_adversary_travel import TravelAdversary
from tests.tokens.test_protocol_machine import Versions
from tokens.ops import OPERATIONS
from tokens.results import Code

STEPS_JUDGED = 20_000
"""With fewer, a rare operation may not have had its turn."""
SHOWN = 12
"""Codes and events in a line of the summary."""


class Machine(NamedTuple):
    """One state machine of the campaign."""

    name: str
    rules: type[RuleBasedStateMachine]
    share: int
    """Steps for each hundred that were asked for; a little more than a hundred in all."""
    run: int
    """Rules in one run. Few, and many runs: a run tries only some of the rules."""
    each: float
    """Transactions that a rule of it tries, at least; openings and cheats come on top."""
    must: tuple[str, ...]
    """Operations that have to pass."""
    meets: tuple[str, ...] = ()
    """What its judges have to have met."""
    refused: tuple[tuple[str, Code], ...] = ()
    """Operations that have to have been refused so: a guard of one operation alone."""
    openings: tuple[tuple[str, tuple[object, ...]], ...] = ()
    """Walks that are each played once in a young world, before the runs: whether an operation can
    pass at all is then no matter of luck."""


def words(text: str) -> tuple[str, ...]:
    """Names of operations."""
    return tuple(text.split())


MARKETS = words(
    "Transfer InstructBatch ApproveBatch AllocateBatch SettleBatch CancelBatch SetCashAccount "
    "PlaceOrder ReplaceOrder CancelOrder RequestQuote Quote AcceptQuote "
    "CreatePledge ReleasePledge ProposeRepo AcceptRepo AddCollateral TakeExcess "
    "SubstituteCollateral CloseRepo RecallRepo CloseOutRepo SetMarks"
)
DEBT = words(
    "CreateInstrument ApproveInstrument CouponFund RedemptionFund OpenDay CloseDay SetTaxTable "
    "AnnounceAuction OpenAuction PlaceBid WithdrawBid PlaceNcb CloseAuction PublishAuctionKey "
    "RevealBid CutAuction RejectAuction CancelAuction"
)
OPTIONS = words(
    "CallInstrument ElectPut WithdrawPut PrincipalFund SetReferenceRates FixCoupon Tap "
    "SetCrossDefault"
)
CASH = words(
    "CashMint CashRedeem WithdrawRedemption DefineCashAsset GrantPower "
    "ReserveAdd ReserveTake ReserveSwap SetReservePolicy "
    "SuspendRedemption ResumeRedemption OpenOnRamp ReceiveRamp ScreenRamp "
    "CreditRamp RefundRamp OpenOffRamp SendRamp CompleteRamp ReturnRamp RefuseRamp "
    "DefineCommodity AttestLot MintReceipts RequestDelivery ConfirmDelivery CancelDelivery"
)
CONTROL = words(
    "Freeze ChangeFreeze LiftFreeze ForceTransfer StopCredits PauseAsset SetKeyPolicy "
    "RegisterParticipant Propose Approve"
)
OFFICES = words(
    "UpdateParticipant OpenAccount CloseAccount WithdrawProposal RevokeGrant AddLotDocument "
    "CancelInstrument AddDocument AmendInstrument PayUnclaimed RevealBatch DeclineQuote "
    "SetParameter SetApprovalPolicy AddValidator RemoveValidator RotateValidatorKeys "
    "ReportMisbehaviour AddObserver RemoveObserver SubstitutePledge EndReveal SettleAllotment "
    "WithdrawRepo CbIssue CbWithdraw"
)
PLEDGES = words("NotifyEnforcement WithdrawEnforcement AppropriatePledge SellPledge")
RULERS = words(
    "SetRule EndRule SetLockUp IssueCredential RevokeCredential UpdateSanctions "
    "ApplyLicence AdvanceLicence GrantLicence SuspendLicence RevokeLicence "
    "ReassignServicing RecoverAccount ObjectRecovery AgreeRecovery EndRecovery Transfer"
)
PAYMENTS = words(
    "CallInstrument ElectPut WithdrawPut PrincipalFund CouponFund RedemptionFund "
    "SetCrossDefault Freeze Transfer"
)
TRAVEL = words(
    "Transfer SendTravel AcceptTravel RejectTravel Freeze "
    "PlaceOrder RequestQuote Quote AcceptQuote ProposeRepo AcceptRepo CloseRepo "
    "FileReport SubmitReport AnswerReport AnchorReports "
    "FileComplaint AssignComplaint AnswerComplaint EscalateComplaint CloseComplaint"
)
BOOKS = words("Transfer CashMint CashRedeem CbWithdraw InstructBatch SettleBatch CouponFund")

GUARDS = tuple(
    Code[name]
    for name in words(
        "NOT_AUTHORISED NEEDS_APPROVAL ROLE_REQUIRED DIGEST_MISMATCH GRANT_MISSING GRANT_EXHAUSTED "
        "INSUFFICIENT_AVAILABLE MAX_SUPPLY_EXCEEDED RESERVE_SHORT REFERENCE_USED SAME_ACCOUNT "
        "ACCOUNT_FROZEN CREDIT_STOPPED ACCOUNT_CLOSED ACCOUNT_RESERVED ACCOUNT_NOT_EMPTY "
        "ASSET_PAUSED ASSET_MATURED KYC_TIER_TOO_LOW DENOM_NOT_MULTIPLE "
        "CREDENTIAL_MISSING JURISDICTION_REFUSED HOLDER_CAP_EXCEEDED LOCKED_UP VELOCITY_EXCEEDED "
        "COUNTERPARTY_NOT_ELIGIBLE UNDER_REVIEW EXIT_ONLY RECOVERY_OPEN "
        "NOT_A_PARTY SELF_LEG NOT_ALLOCATED WRONG_PREIMAGE ALREADY_PAID "
        "NOT_THE_AUTHORITY ORDER_EXCEEDED NOT_THE_PLEDGEE TOO_EARLY MARK_STALE MARK_JUMP "
        "COLLATERAL_SHORT NOT_DEFAULTED IN_BREACH RESERVE_NOT_ELIGIBLE REDEMPTION_SUSPENDED "
        "ATTESTED_SHORT RAMP_NOT_CLEARED TRAVEL_HASH_MISSING TRAVEL_MISMATCH "
        "BAD_CUT_OFF NCB_CAP_EXCEEDED WINDOW_CLOSED NOTICE_TOO_SHORT "
        "KEY_IN_USE TOO_MANY_PER_OPERATOR NOT_ENOUGH_SUPPORT SELF_MATCH"
    )
)
"""Refusals that stand between somebody and what is another's: a campaign meets each of them."""

DUST = (("RequestDelivery", Code.DENOM_NOT_MULTIPLE), ("RequestDelivery", Code.AMOUNT_ZERO))
"""Less than can be delivered, and a remainder that is worth nothing."""

EVERYBODY = (*MARKETS, *DEBT, *OPTIONS, *CASH, *CONTROL, *OFFICES, *PLEDGES)

MACHINES = (
    Machine("everybody", Everybody, 65, 100, 1.5, EVERYBODY, MET, DUST, OPENINGS),
    Machine("travel", TravelAdversary, 5, 60, 1.5, TRAVEL),
    Machine("rulers", Rulers, 15, 75, 4.0, RULERS),
    Machine("payments", Payments, 8, 40, 1.0, PAYMENTS),
    Machine("books", Books, 6, 60, 1.0, BOOKS),
    Machine("rates", Rates, 3, 40, 1.0, words("SetReferenceRates Tap SetCalendar")),
    Machine("versions", Versions, 3, 20, 2.3, words("SignalSupport Activate")),
)


def run(machine: Machine, steps: int, seed: int) -> Tally:
    """Play it. What a machine finds is raised, after the shortest history was printed."""
    tally = Tally()

    def teardown(played: RuleBasedStateMachine) -> None:
        """As the machine's own; its counts are kept."""
        machine.rules.teardown(played)
        tally.add(tally_of(played))

    for name, given in machine.openings:
        played = machine.rules()
        getattr(played, name)(*given)
        teardown(played)
    counted = type(machine.rules.__name__, (machine.rules,), {"teardown": teardown})
    runs = max(1, round(steps / machine.run / machine.each))
    settings = hypothesis.settings(
        max_examples=runs,
        stateful_step_count=machine.run,
        deadline=None,
        derandomize=False,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    run_state_machine_as_test(hypothesis.seed(seed)(counted), settings=settings)
    return tally


def tally_of(played: RuleBasedStateMachine) -> Tally:
    """Of the ledger or the world that it moves, or of the ledger in its world."""
    for path in (("ledger",), ("world",), ("world", "ledger")):
        found: object = played
        for name in path:
            found = getattr(found, name, None)
        tally = getattr(found, "tally", None)
        if isinstance(tally, Tally):
            return tally
    raise TypeError(f"{type(played).__name__} keeps no counts")


def by_family(counts: Counter[str]) -> dict[str, Counter[str]]:
    """Counts of operations by the module that they are in."""
    found: dict[str, Counter[str]] = {}
    for spec in OPERATIONS:
        name = spec.operation.__name__
        module = spec.operation.__module__.rpartition(".")[2]
        found.setdefault(module, Counter())[name] = counts[name]
    return found


def report(whole: Tally) -> None:
    """What passed of what was tried, family by family; what never passed."""
    tried = by_family(whole.tried)
    for module, passed in sorted(by_family(whole.passed).items()):
        line = ", ".join(f"{name} {passed[name]}/{tried[module][name]}" for name in sorted(passed))
        print(f"  {module}: {line}")
    never = [s.operation.__name__ for s in OPERATIONS if not whole.passed[s.operation.__name__]]
    for title, counts in (("events", whole.events), ("codes", whole.codes)):
        shown = ", ".join(f"{name} {count}" for name, count in counts.most_common(SHOWN))
        print(f"  {len(counts)} kinds of {title}: {shown}, ...")
    print(f"  met: {', '.join(f'{name} {whole.met[name]}' for name in sorted(whole.met))}")
    print(f"  {len(OPERATIONS) - len(never)} of {len(OPERATIONS)} operations passed at least once")
    print(f"  never passed: {', '.join(never) or 'none'}")


def table(whole: Tally) -> None:
    """Each operation: how often tried and passed, refused by which codes, by which never."""
    print("| operation | tried | passed | refused | declared, not met |")
    print("|---|---|---|---|---|")
    for spec in OPERATIONS:
        name = spec.operation.__name__
        found = {code: count for (of, code), count in whole.refused.items() if of == name}
        met = ", ".join(f"{code} {found[code]}" for code in sorted(found, key=found.__getitem__))
        unmet = ", ".join(code.name for code in spec.codes if code.name not in found)
        print(f"| {name} | {whole.tried[name]} | {whole.passed[name]} | {met} | {unmet} |")


def main(arguments: list[str] | None = None) -> int:
    """Run; 0 = nothing broke and nothing was vacuous."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    names = [machine.name for machine in MACHINES]
    parser.add_argument("--only", choices=names, help="one machine, with its share of the steps")
    parser.add_argument("--table", action="store_true", help="every operation and its refusals")
    given = parser.parse_args(arguments)
    whole = Tally()
    faults: list[str] = []
    for machine in MACHINES:
        if given.only not in (None, machine.name):
            continue
        began = time.monotonic()
        try:
            tally = run(machine, given.steps * machine.share // 100, given.seed)
        except BaseException:
            print(
                f"{machine.name} broke; again: make fuzz-ledger STEPS={given.steps} "
                f"SEED={given.seed} ARGS='--only {machine.name}'",
                flush=True,
            )
            raise
        whole.add(tally)
        missing = [name for name in machine.must if not tally.passed[name]]
        unmet = [name for name in machine.meets if not tally.met[name]]
        unmet += [
            f"{name} refused with {code.name}"
            for name, code in machine.refused
            if not tally.refused[name, code.name]
        ]
        print(
            f"{machine.name}: {tally.transactions} transactions, {tally.blocks} blocks, "
            f"{len(machine.must) - len(missing)} of {len(machine.must)} main operations passed, "
            f"{time.monotonic() - began:.0f} s",
            flush=True,
        )
        if missing:
            faults.append(f"{machine.name}: never passed: {', '.join(missing)}")
        if unmet:
            faults.append(f"{machine.name}: never met: {', '.join(unmet)}")
    unmet = [code.name for code in GUARDS if not any(c == code.name for _, c in whole.refused)]
    if unmet and given.only is None:
        faults.append(f"never met: {', '.join(unmet)}")
    report(whole)
    if given.table:
        table(whole)
    for fault in faults:
        print(fault)
    vacuous = bool(faults) and given.steps >= STEPS_JUDGED
    print(
        f"{'VACUOUS' if vacuous else 'ok'}: seed {given.seed}, {whole.transactions} transactions "
        f"in {whole.blocks} blocks; every invariant after each block"
    )
    return int(vacuous)


if __name__ == "__main__":
    raise SystemExit(main())
