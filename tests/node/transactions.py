"""Transactions for tests of pool and gossip: real signatures, from fixed seeds."""

from node.signing import Signer, dev_seed
from tokens.ops.transfer import Transfer
from tokens.transaction import (
    DecodedTransaction,
    KeySignature,
    Transaction,
    build,
    transaction_id,
)

KEYS = tuple(Signer.from_seed(dev_seed(f"pool-{index}")) for index in range(3))


def transaction(
    reference: int = 0,
    *,
    sender: int = 1,
    valid_until: int = 50,
    memo: str = "",
    keys: tuple[Signer, ...] = KEYS[:1],
    forged: bool = False,
) -> DecodedTransaction:
    """A transfer; `forged` = its signatures are of something else."""
    inner = Transaction(
        version=1,
        chain_id="mohur-test",
        sender=sender.to_bytes(16, "big"),
        client_ref=reference.to_bytes(16, "big"),
        valid_until=valid_until,
        operations=(
            Transfer(
                asset="PKR",
                source=sender.to_bytes(16, "big"),
                target=b"\xff" * 16,
                amount=1 + reference,
                end_to_end_ref="",
            ),
        ),
        memo=memo,
    )
    message = bytes(32) if forged else transaction_id(inner)
    return build(
        inner,
        tuple(KeySignature(key=key.public_key, signature=key.sign(message)) for key in keys),
    )
