"""Why an answer of a node proves nothing: stable names, so that programs can decide by them."""

from enum import StrEnum

from node.sdk.errors import ProofFailed


class Fault(StrEnum):
    """What was wrong with the answer. One name for each check, never reused."""

    MALFORMED = "MALFORMED"
    """Not of the type that the method answers, or bytes that are not canonical."""
    WRONG_CHAIN = "WRONG_CHAIN"
    """A header of another network."""
    WRONG_HEIGHT = "WRONG_HEIGHT"
    """About another height than the one asked for."""
    WRONG_BLOCK = "WRONG_BLOCK"
    """Not the block that a hash known to be true names: another history, or a lie about this."""
    WRONG_VALIDATORS = "WRONG_VALIDATORS"
    """A set that is not the one under the signed hash."""
    NOT_A_VALIDATOR = "NOT_A_VALIDATOR"
    """Signed by a name or a key that is not in the set of that height."""
    BAD_CERTIFICATE = "BAD_CERTIFICATE"
    """Fewer signatures than a quorum, or not strictly ascending by index (R5)."""
    BAD_SIGNATURE = "BAD_SIGNATURE"
    """A signature that is not valid (docs/adr/0003-signatures.md)."""
    WRONG_ROOT = "WRONG_ROOT"
    """State root and receipts root are not those that were signed."""
    WRONG_RECORD = "WRONG_RECORD"
    """The record, or its absence, does not lead to the signed state root."""
    WRONG_RECEIPT = "WRONG_RECEIPT"
    """The receipt does not lead to the signed receipts root, or is of another transaction."""
    WRONG_TRANSACTION = "WRONG_TRANSACTION"
    """The transaction does not lead to the tx_root of the signed header, or is another one."""
    NO_CERTIFICATE = "NO_CERTIFICATE"
    """The network has no block yet: nobody has signed anything."""
    STALE = "STALE"
    """True, but older than what this client has seen already or asked for. Ask another node."""
    WITNESS_DIFFERS = "WITNESS_DIFFERS"
    """Another node has another block at a trusted height: one of the two is lying or forked."""
    TOO_FAR_BACK = "TOO_FAR_BACK"
    """Further below the trusted height than hash links are followed; start from an older anchor."""
    TOO_MANY_CHANGES = "TOO_MANY_CHANGES"
    """The limit of one call; what was followed is kept, ask again."""


class Unproven(ProofFailed):
    """An answer that proves nothing. The height trusted before it stays as it was."""

    def __init__(self, fault: Fault, sentence: str) -> None:
        super().__init__(f"{sentence} [{fault.value}]")
        self.fault = fault
        """Decide by this one."""
