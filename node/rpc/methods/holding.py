"""Two tiers: statements over business dates, a leaf under its bank's total, and traces."""

from node.rpc.dated_statement import bank_statement, dated_statement
from node.rpc.errors import not_found
from node.rpc.method import Call, Reads, Tier, method
from node.rpc.trace import trace
from node.rpc.views import proof_of
from node.sdk.schema import statement as schema
from node.sdk.schema.trace import Trace, TraceParams
from tokens.posting import total_holder
from tokens.records.holdings import BANK_TOTAL, POSITION
from tokens.records.parties import ACCOUNT
from tokens.records.reassignments import REASSIGNMENT


def prove_holding(call: Call, params: schema.HoldingParams) -> schema.HoldingProof:
    """Four proofs of one state: no await lies between them."""
    account = call.state.get(ACCOUNT, params.account)
    if account is None:
        raise not_found("account")
    position = POSITION.key_hash((params.asset, params.account))
    bank = total_holder(call.state, account, params.asset)
    total = BANK_TOTAL.key_hash((bank, params.asset))
    moving = REASSIGNMENT.key_hash((params.account,))
    return schema.HoldingProof(
        account=proof_of(call, ACCOUNT, ACCOUNT.key_hash((params.account,))),
        position=proof_of(call, POSITION, position),
        reassignment=proof_of(call, REASSIGNMENT, moving),
        bank_total=proof_of(call, BANK_TOTAL, total),
    )


READ = Tier.READ
STATE = Reads.STATE
METHODS = (
    method(
        "account_getHoldingProof",
        schema.HoldingParams,
        schema.HoldingProof,
        READ,
        prove_holding,
        "What an account holds and its bank's total, proven against one certificate.",
        reads=STATE,
        answers_proofs=True,
    ),
    method(
        "account_getDatedStatement",
        schema.DatedStatementParams,
        schema.DatedStatement,
        READ,
        dated_statement,
        "Opening balance, postings, payments, liens and closing balance over business dates.",
        reads=STATE,
    ),
    method(
        "participant_getStatement",
        schema.BankStatementParams,
        schema.BankStatement,
        READ,
        bank_statement,
        "The same in sums for all accounts that a participant services.",
        reads=STATE,
    ),
    method(
        "asset_getTrace",
        TraceParams,
        Trace,
        READ,
        trace,
        "Where an account's units of an asset came from, lot by lot, first in, first out.",
        reads=STATE,
    ),
)
