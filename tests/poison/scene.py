"""Four running shells, payments of one bank, and what became of them."""

import datetime as dt
from collections.abc import Callable, Coroutine
from pathlib import Path

import msgspec

from node.devnet.cast import (
    BANK_1,
    BANK_1_ACCOUNT,
    BANK_2_ACCOUNT,
    MONEY,
    Party,
)
from node.devnet.profile import BUSINESS_DATE, VALIDATORS
from node.signing import Signer, dev_seed
from tests.node.support.chains import small_genesis
from tests.node.support.network import Network
from tests.node.support.virtual_loop import run_virtually
from tests.poison.odd import CHAIN_ID, signed
from tests.poison.run import decided_by_all
from tokens.ops.participants import SetKeyPolicy
from tokens.ops.transfer import Transfer
from tokens.records.parties import KeyPolicy
from tokens.results import Code
from tokens.transaction import (
    DecodedTransaction,
    Transaction,
    decode_transaction,
)

W = 10
FIRST, SECOND, THIRD, FOURTH = VALIDATORS
NEW_KEY = Signer.from_seed(dev_seed("new key of a bank"))

PAYMENT = Transfer(
    asset=MONEY,
    source=BANK_1_ACCOUNT.address,
    target=BANK_2_ACCOUNT.address,
    amount=1,
    end_to_end_ref="",
)
EXPIRY = BUSINESS_DATE + dt.timedelta(days=30)
ROTATE = SetKeyPolicy(
    owner=BANK_1.address, policy=KeyPolicy(threshold=1, keys=(NEW_KEY.public_key,))
)


def inner(
    number: int,
    until: int,
    *operations: msgspec.Struct,
    party: Party = BANK_1,
    memo: str = "",
) -> Transaction:
    return Transaction(
        version=1,
        chain_id=CHAIN_ID,
        sender=party.address,
        client_ref=number.to_bytes(16, "big"),
        valid_until=until,
        operations=operations or (PAYMENT,),
        memo=memo,
    )


def made(
    number: int, until: int, *operations: msgspec.Struct, party: Party = BANK_1, memo: str = ""
) -> DecodedTransaction:
    transaction = inner(number, until, *operations, party=party, memo=memo)
    return signed(transaction, party.signers[: party.threshold])


def on_four(
    folder: Path, scene: Callable[[Network], Coroutine[None, None, None]], **parameters: int
) -> None:
    """Play on four running shells; at the end all of them agree and go on."""

    async def main() -> None:
        genesis = small_genesis(**({"window_blocks": W} | parameters))
        async with Network(folder, genesis=genesis) as network:
            network.start()
            await network.reach(1)
            await scene(network)
            await network.reach(network.height() + 1)
            network.check()

    run_virtually(main)


async def settled(network: Network, *sent: DecodedTransaction, within_s: float = 60.0) -> list[int]:
    """Heights at which all nodes have these, and each only once."""
    await network.until(lambda: all(decided_by_all(network, each) for each in sent), within_s)
    heights = []
    for each in sent:
        places = {node.chain.blocks.place(each.tx_id) for node in network.nodes.values()}
        assert len(places) == 1
        (place,) = places
        assert place is not None
        heights.append(place.height)
    return heights


def code_of(network: Network, sent: DecodedTransaction) -> Code:
    blocks = network.nodes[FIRST].chain.blocks
    place = blocks.place(sent.tx_id)
    assert place is not None
    receipt = blocks.receipt(place)
    assert receipt is not None
    return Code(receipt.code)


def occurrences(network: Network, reference: bytes) -> int:
    """How many transactions with this client_ref are in the chain."""
    count = 0
    for height in range(1, network.height() + 1):
        block = network.nodes[FIRST].chain.blocks.block(height)
        assert block is not None
        for data in block.transactions:
            decoded = decode_transaction(data)
            assert isinstance(decoded, DecodedTransaction)
            count += decoded.signed.transaction.client_ref == reference
    return count


def primary(network: Network) -> str:
    return network.nodes[FIRST].driver.replica.primary
