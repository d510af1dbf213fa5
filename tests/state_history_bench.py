"""What the history of states costs a transaction: CPU of executing and writing, bytes on disk.

    python -m tests.state_history_bench [--rounds 4] [--blocks 40]

Three chains on LevelDB execute and write the same blocks of transfers in turn, round by round: one
without a history, one that keeps all states, one that keeps the last few and removes older ones.
CPU is that of the process, so compaction in LevelDB's own thread is in it. Signatures are not
checked and nobody votes: a validator spends the rest of its time on these. Nothing here is a gate.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from consensus.types import CommitCertificate
from node.chain import Chain
from node.devnet.bench.accounts import BALANCE, sender_address, sender_books, sender_name
from node.devnet.cast import MONEY
from node.devnet.profile import dev_genesis
from node.past_states import PastState
from node.signing import Signer, dev_seed
from node.storage.leveldb import open_store
from node.storage.state_history import ALL
from tests.node.support.chains import propose
from tokens.genesis import Genesis
from tokens.ops.transfer import Transfer
from tokens.records.holdings import POSITION
from tokens.records.system import Parameter
from tokens.transaction import DecodedTransaction, KeySignature, Transaction, build

ACCOUNTS = 2_000
BLOCK_TRANSACTIONS = 200
RETAINED = 20
"""States of the third chain."""
VARIANTS = {"none": 0, "all": ALL, f"last {RETAINED}": RETAINED}


def main() -> int:
    """Print a table. Always 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--blocks", type=int, default=40, help="of a round")
    asked = parser.parse_args()
    keys = [Signer.from_seed(dev_seed(sender_name(at))).public_key for at in range(ACCOUNTS)]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        chains: dict[str, Chain] = {}
        for name, retain in VARIANTS.items():
            store = open_store(Path(folder) / name.replace(" ", "-"), create=True)
            stack.callback(store.close)
            chains[name] = Chain.open(store, _genesis())
            chains[name].states.retain = retain
        spent: dict[str, list[float]] = {name: [] for name in VARIANTS}
        for number in range(asked.rounds):
            blocks = list(_blocks(number * asked.blocks, asked.blocks, keys))
            for name, chain in chains.items():
                spent[name].append(_cpu_us(chain, blocks))
        count = asked.rounds * asked.blocks * BLOCK_TRANSACTIONS
        print(f"{count} transfers a chain, {asked.rounds} rounds; us and bytes a transaction")
        for name, rounds in spent.items():
            more = [mine - bare for mine, bare in zip(rounds, spent["none"], strict=True)]
            size = _size(Path(folder) / name.replace(" ", "-")) / count
            print(
                f"{name:8} median {statistics.median(rounds):6.1f}, lowest {min(rounds):6.1f}; "
                f"more than without, round by round: median {statistics.median(more):5.1f}, "
                f"{min(more):5.1f} to {max(more):5.1f}; {size:6.0f} B"
            )
        _print_reads(chains["all"])
    return 0


def _print_reads(chain: Chain) -> None:
    """All positions of the money, as a supervisor's sum walks them: as of the ends and the tip."""
    tip = chain.tip.height
    for height in (1, tip // 2, tip - 1):
        began = time.process_time_ns()
        past = PastState(chain, height)
        found = past.state.scan(POSITION, POSITION.indexes[0], (MONEY,), limit=ACCOUNTS * 2)
        spent = (time.process_time_ns() - began) / 1_000
        past.close()
        print(f"{len(found)} positions as of {height} of {tip}: {spent / len(found):.1f} us each")


def _genesis() -> Genesis:
    genesis = dev_genesis(
        more_books=tuple(sender_books(ACCOUNTS)),
        balances=tuple((sender_address(at), BALANCE) for at in range(ACCOUNTS)),
    )
    return msgspec.structs.replace(
        genesis,
        parameters=(
            Parameter(name="bucket_depth_bits", value=12),
            Parameter(name="window_blocks", value=1_000),
        ),
    )


def _blocks(first: int, count: int, keys: list[bytes]) -> Iterator[tuple[DecodedTransaction, ...]]:
    for number in range(first, first + count):
        yield tuple(
            _transfer(number * BLOCK_TRANSACTIONS + at, number, keys)
            for at in range(BLOCK_TRANSACTIONS)
        )


def _transfer(number: int, height: int, keys: list[bytes]) -> DecodedTransaction:
    """From one account to another; both walk through all of them."""
    source, target = number % ACCOUNTS, (number * 7 + 1) % ACCOUNTS
    if source == target:
        target = (target + 1) % ACCOUNTS
    payment = Transfer(
        asset=MONEY,
        source=sender_address(source),
        target=sender_address(target),
        amount=1,
        end_to_end_ref="",
    )
    inner = Transaction(
        version=1,
        chain_id="mohur-dev-1",
        sender=sender_address(source),
        client_ref=number.to_bytes(16, "big"),
        valid_until=height + 500,
        operations=(payment,),
        memo="",
    )
    return build(inner, (KeySignature(key=keys[source], signature=bytes(64)),))


def _cpu_us(chain: Chain, blocks: list[tuple[DecodedTransaction, ...]]) -> float:
    """CPU a transaction, in microseconds."""
    began = time.process_time_ns()
    for transactions in blocks:
        digest, proposal = propose(chain, *transactions)
        done = chain.execute(proposal, transactions)
        if any(receipt.code for receipt in done.result.receipts):
            raise RuntimeError("a transfer failed")
        certificate = CommitCertificate(
            height=proposal.header.height,
            view=0,
            digest=digest,
            root=done.result.root,
            signatures=(),
        )
        chain.write(proposal, certificate, done, 0)
    return (time.process_time_ns() - began) / 1_000 / len(blocks) / BLOCK_TRANSACTIONS


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


if __name__ == "__main__":
    sys.exit(main())
