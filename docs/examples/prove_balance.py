# ruff: noqa: INP001, T201 (a script: it prints)
"""Trust no node: prove an account's record against the signatures of a quorum of validators.

    python docs/examples/prove_balance.py http://127.0.0.1:8645 --account tmhr1… \
        --genesis-digest <64 hex digits> --validator alpha=<64 hex digits> …

Genesis digest and validator keys come from your contract with the network, not from the node.
"""

import argparse
import asyncio
import sys

from node.sdk.client import connect
from node.sdk.errors import ProofFailed
from node.sdk.schema.account import AccountParams
from node.sdk.verify import Trust, check_proof
from tokens import bech32m
from tokens.records.parties import ACCOUNT, Account


async def prove(arguments: argparse.Namespace) -> int:
    """0 when a quorum signed the record."""
    async with connect(arguments.url) as client:
        status = await client.status()
        account = bech32m.decode(client.form.prefix, arguments.account)
        if account is None:
            raise SystemExit("not an address of this network")
        trust = Trust(
            chain_id=status.chain_id,
            genesis_digest=bytes.fromhex(arguments.genesis_digest),
            validators={
                name: bytes.fromhex(key)
                for name, _, key in (text.partition("=") for text in arguments.validator)
            },
        )
        answer = await client.read(
            "account_get", AccountParams(account=account), of=Account, prove=True
        )
    if answer.proof is None:
        raise SystemExit("the node sent no proof")
    try:
        record = check_proof(trust, ACCOUNT, (account,), answer.proof)
    except ProofFailed as error:
        print(f"NOT proven: {error}")
        return 1
    certificate = answer.proof.certificate
    signed = len(certificate.signatures) if certificate is not None else 0
    print(f"proven at height {answer.context.height} by {signed} signatures: {record}")
    return 0


def main(words: list[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Prove an account's record.")
    parser.add_argument("url")
    parser.add_argument("--account", required=True)
    parser.add_argument("--genesis-digest", required=True)
    parser.add_argument("--validator", action="append", default=[], help="id=key, repeated")
    return asyncio.run(prove(parser.parse_args(words)))


if __name__ == "__main__":
    sys.exit(main())
