# ruff: noqa: INP001, T201 (a script: it prints)
"""Pay: build, sign, store, send until final, and prove the new balance.

    python docs/examples/pay.py http://127.0.0.1:8645 \
        --key-seed-file bank.seed --sender tmhr1… --source tmhr1… --target tmhr1… \
        --asset DPKR --amount 12500

The signed bytes are written to a file before they are sent. After a crash, send that file again:
the answer is the same receipt, never a second payment.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from node.sdk.client import Client, connect
from node.sdk.ledger_client import get_balance
from node.sdk.send import send_until_final
from node.sdk.wallet import Wallet
from node.signing import Signer
from tokens import bech32m
from tokens.ops.transfer import Transfer


def address(client: Client, text: str) -> bytes:
    """Bytes of an address of this network."""
    found = bech32m.decode(client.form.prefix, text)
    if found is None:
        raise SystemExit(f"{text} is no address of this network ({client.form.prefix}1…)")
    return found


async def pay(arguments: argparse.Namespace) -> int:
    """0 when the payment is final and succeeded."""
    async with connect(arguments.url) as client:
        status = await client.status()
        signer = Signer.from_seed(bytes.fromhex(arguments.key_seed_file.read_text().strip()))
        wallet = Wallet(address(client, arguments.sender), (signer,), status.chain_id)
        target = address(client, arguments.target)
        transaction = await wallet.prepare(
            client,
            Transfer(
                asset=arguments.asset,
                source=address(client, arguments.source),
                target=target,
                amount=arguments.amount,
                end_to_end_ref="",
            ),
        )
        arguments.store.write_bytes(transaction.data)
        print(f"tx {transaction.tx_id.hex()} stored in {arguments.store}")
        receipt = await send_until_final([client], transaction)
        print(f"{receipt.status} {receipt.symbol} at height {receipt.height}")
        print(f"balance of the target: {await get_balance(client, target, arguments.asset)}")
        return 0 if receipt.status == "success" else 1


def main(words: list[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("url")
    parser.add_argument("--key-seed-file", type=Path, required=True, help="64 hex digits")
    parser.add_argument("--sender", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--asset", required=True)
    parser.add_argument("--amount", type=int, required=True, help="minor units")
    parser.add_argument("--store", type=Path, default=Path("payment.tx"))
    return asyncio.run(pay(parser.parse_args(words)))


if __name__ == "__main__":
    sys.exit(main())
