"""Whether a transaction may stand in the block of a height (R8).

Rules of this file:
1. The answer is a function of the transaction, the parent state and the height; nothing else is
   read. Admission, the proposer's choice and the backup's check are this one function.
2. The shell has decoded the bytes (limits, canonical form) and checked each signature under its key
   before. Whether these keys are the sender's is asked here, in the parent state.
3. What changes inside the block is not asked here: that is a failing receipt (AUTHORITY_CHANGED).
"""

from collections.abc import Sequence

from tokens.authority import policy_of
from tokens.ops import SPEC_OF
from tokens.ops.validators import ReportMisbehaviour
from tokens.parameters import Limits
from tokens.records.parties import KeyPolicy
from tokens.results import Code
from tokens.state import Overlay
from tokens.transaction import VERSION, DecodedTransaction, KeySignature
from tokens.validators import is_validator_key
from tokens.window import ClientKey, Window


def includable(
    tx: DecodedTransaction, state: Overlay, window: Window, limits: Limits, height: int
) -> Code | None:
    """None, or the first reason against it: a code of 1000..1199.

    `state`, `window` and `limits` are of the parent (height - 1). TOO_FAR_AHEAD may pass later;
    CLIENT_REF_REUSED, EXPIRED and WRONG_CHAIN never do.
    """
    transaction = tx.signed.transaction
    if transaction.version != VERSION:
        return Code.UNSUPPORTED_VERSION
    if transaction.chain_id != limits.chain_id:
        return Code.WRONG_CHAIN
    valid_until = transaction.valid_until
    if valid_until < height:
        return Code.EXPIRED
    if valid_until > height + limits.window_blocks:
        return Code.TOO_FAR_AHEAD
    if (transaction.sender, transaction.client_ref) in window:
        return Code.CLIENT_REF_REUSED
    for operation in transaction.operations:
        if SPEC_OF[type(operation)].since > limits.protocol_version:
            return Code.UNKNOWN_OPERATION
    policy = policy_of(state, transaction.sender)
    if policy is None:
        return Code.UNKNOWN_SENDER
    return signers_refusal(policy, state, tx, height)


def signers_refusal(
    policy: KeyPolicy, state: Overlay, tx: DecodedTransaction, height: int
) -> Code | None:
    """Why those who signed may not act for the sender, whose policy it is; None if they may.

    The consensus key of a validator may act for its operator in one thing: it reports misbehaviour,
    alone in a transaction (ADR 0012).
    """
    refusal = keys_refusal(policy, tx.signed.signatures)
    if refusal is None:
        return None
    transaction, signatures = tx.signed.transaction, tx.signed.signatures
    alone = len(transaction.operations) == 1 and len(signatures) == 1
    if (
        alone
        and isinstance(transaction.operations[0], ReportMisbehaviour)
        and is_validator_key(state, height, transaction.sender, signatures[0].key)
    ):
        return None
    return refusal


def keys_refusal(policy: KeyPolicy, signatures: Sequence[KeySignature]) -> Code | None:
    """WRONG_KEYS if a key is not the policy's; TOO_FEW_SIGNATURES below the threshold."""
    keys = policy.keys
    for entry in signatures:
        if entry.key not in keys:
            return Code.WRONG_KEYS
    return Code.TOO_FEW_SIGNATURES if len(signatures) < policy.threshold else None


def block_refusal(
    transactions: Sequence[DecodedTransaction],
    state: Overlay,
    window: Window,
    limits: Limits,
    height: int,
) -> tuple[int, Code] | None:
    """Why these transactions are not a block at this height: (index, code), or None.

    Beside `includable` of each: at most block_transactions_max and block_bytes_max in all
    (BLOCK_FULL); a (sender, client_ref) once (CLIENT_REF_REUSED).
    """
    if len(transactions) > limits.block_transactions_max:
        return limits.block_transactions_max, Code.BLOCK_FULL
    size = 0
    seen: dict[ClientKey, int] = {}
    for index, tx in enumerate(transactions):
        size += len(tx.data)
        if size > limits.block_bytes_max:
            return index, Code.BLOCK_FULL
        key = (tx.signed.transaction.sender, tx.signed.transaction.client_ref)
        if seen.setdefault(key, index) != index:
            return index, Code.CLIENT_REF_REUSED
        code = includable(tx, state, window, limits, height)
        if code is not None:
            return index, code
    return None
