"""Send until final: the loop around tx_submitAndWait that every integrator would have to write."""

import asyncio
import itertools

from node.sdk.client import Client
from node.sdk.errors import NeverFinal, NodeUnreachable, RpcFailed
from node.sdk.ledger_client import submit_and_wait
from node.sdk.schema.common import Receipt
from tokens.transaction import DecodedTransaction

PAUSE_SECONDS = 0.5
"""After a node that did not answer."""


async def send_until_final(
    clients: list[Client], transaction: DecodedTransaction, *, attempts: int = 20
) -> Receipt:
    """The receipt, asking the nodes in turn with the same bytes.

    Raises:
        RpcFailed: a refusal that repeating does not change.
        NeverFinal: past valid_until and without receipt.
        NodeUnreachable: no node answered in all attempts; whether it entered is not known, so keep
            the bytes and call again.
    """
    last: Exception = NodeUnreachable("no client given")
    for client, _ in zip(itertools.cycle(clients), range(attempts), strict=False):
        try:
            return await submit_and_wait(client, transaction)
        except RpcFailed as error:
            if error.symbol == "EXPIRED":
                raise NeverFinal(str(error)) from error
            if not error.is_retryable:
                raise
            last = error
        except NodeUnreachable as error:
            last = error
        await asyncio.sleep(PAUSE_SECONDS)
    raise NodeUnreachable(f"not final after {attempts} attempts: {last}") from last
