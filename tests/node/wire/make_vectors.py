"""Golden vectors of the wire; `python -m tests.node.wire.make_vectors` writes them.

A changed vector is a WIRE-BREAKING change: look at the difference before you accept it.
"""

import json
from pathlib import Path

from consensus.messages import Commit, Prepare, PrePrepare, ViewChange
from consensus.signed import signed_part
from node.signing import Signer, dev_seed
from node.wire.framing import frame
from node.wire.hashing import certificate_digest, header_digest, tx_root
from node.wire.peer_messages import encode_message
from node.wire.verify import signing_bytes_of
from tests.node.wire.samples import (
    BLOCK,
    IDS,
    MESSAGES,
    SCOPE,
    SET_HASH,
    SIGNERS,
)
from tokens.ops.transfer import Transfer
from tokens.transaction import KeySignature, Transaction, build, transaction_id

PATH = Path(__file__).parents[2] / "vectors" / "wire.json"


def message_vectors() -> list[dict[str, str]]:
    """Bytes of each message, and what its sender's key signs."""
    vectors = []
    for name, message in MESSAGES.items():
        vector = {"name": name, "frame": frame(encode_message(message)).hex()}
        if isinstance(message, PrePrepare | Prepare | Commit | ViewChange):
            part = signed_part(message)
            vector["signing_bytes"] = signing_bytes_of(message, SCOPE).hex()
            vector["public_key"] = SIGNERS[part.sender].public_key.hex()
            vector["signature"] = part.signature.hex()
        vectors.append(vector)
    return vectors


def transaction_vectors() -> list[dict[str, object]]:
    """Signed transfers with amounts at the edges of the integer forms."""
    signer = Signer.from_seed(dev_seed("vector"))
    vectors: list[dict[str, object]] = []
    for amount in (1, 127, 128, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**53 + 1, 2**64 - 1):
        fields = {
            "chain_id": "mohur-test",
            "valid_until": amount % 70_000,
            "client_ref": bytes(range(16, 32)).hex(),
            "seed": dev_seed("vector").hex(),
            "sender": bytes(range(16)).hex(),
            "asset": "PKR",
            "source": (b"\x0a" * 16).hex(),
            "target": (b"\x0b" * 16).hex(),
            "amount": str(amount),
        }
        transaction = Transaction(
            version=1,
            chain_id="mohur-test",
            sender=bytes(range(16)),
            client_ref=bytes(range(16, 32)),
            valid_until=amount % 70_000,
            operations=(
                Transfer(
                    asset="PKR",
                    source=b"\x0a" * 16,
                    target=b"\x0b" * 16,
                    amount=amount,
                    end_to_end_ref="",
                ),
            ),
            memo="",
        )
        signature = signer.sign(transaction_id(transaction))
        built = build(transaction, (KeySignature(key=signer.public_key, signature=signature),))
        vectors.append(
            {
                "fields": fields,
                "signed": built.data.hex(),
                "tx_id": built.tx_id.hex(),
                "wire_id": built.wire_id.hex(),
            }
        )
    return vectors


def document() -> dict[str, object]:
    """All of the file."""
    return {
        "about": "Golden vectors of docs/spec/wire.md; written by tests/node/wire/make_vectors.py.",
        "chain_id": SCOPE.chain_id,
        "genesis_digest": SCOPE.genesis_digest.hex(),
        "digests": {
            "header": header_digest(BLOCK.header).hex(),
            "parent_certificate": certificate_digest(BLOCK.parent_certificate).hex(),
            "tx_root": tx_root(IDS).hex(),
            "tx_root_of_none": tx_root(()).hex(),
            "tx_root_of_three": tx_root((*IDS, IDS[0])).hex(),
            "validators": SET_HASH.hex(),
        },
        "messages": message_vectors(),
        "transactions": transaction_vectors(),
    }


def main() -> None:
    """Write the file."""
    PATH.write_text(json.dumps(document(), indent=1) + "\n")


if __name__ == "__main__":
    main()
