"""What a node that keeps only its last blocks removes, in the batch of each new block.

Rules of this file:
1. Removed are bodies, receipts and indexes of blocks below the floor. State, evidence, validator
   sets and the links between them stay; a header stays while suspension may look at it.
2. A block removes at most PRUNED_PER_BLOCK_MAX others: a node whose operator has just begun to
   prune works its past off little by little.
3. What goes and the new floor are in one batch: after a crash both are there or neither.
"""

from node.history import touched
from node.storage.blocks import BlockRow, BlockStore, FloorRow
from node.storage.kv import Batch
from tokens.results import Code
from tokens.transaction import decode_transaction

PRUNED_PER_BLOCK_MAX = 4
"""Old blocks removed with a new one."""
RETAIN_EXTRA_BLOCKS = 100
"""Beyond W: evidence may be about the last 100 heights (R11)."""


def retain_min(window_blocks: int, snapshot_interval: int) -> int:
    """Fewest blocks that a pruning node has to keep.

    W + 100: the same bytes sent again find their receipt, and evidence its height. And two snapshot
    intervals: who takes over the older of two snapshots needs the blocks after it.
    """
    return max(window_blocks + RETAIN_EXTRA_BLOCKS, 2 * snapshot_interval)


def prune(
    batch: Batch,
    blocks: BlockStore,
    *,
    tip_height: int,
    retain_blocks: int,
    headers: int,
) -> FloorRow:
    """Put removals into the batch of the block of `tip_height`; the floor that holds with it.

    Args:
        batch: what the block writes.
        blocks: the rows as they are.
        tip_height: height of the new block.
        retain_blocks: blocks to keep, the new one included; 0 = all.
        headers: headers to keep, the new one included.
    """
    floor = blocks.floor
    if retain_blocks == 0:
        return floor
    wanted = tip_height - retain_blocks + 1
    lowest = min(max(floor.blocks, wanted), floor.blocks + PRUNED_PER_BLOCK_MAX)
    for height in range(floor.blocks, lowest):
        row = blocks.row(height)
        if row is not None:
            _remove(batch, blocks, row)
    lowest_header = max(floor.headers, min(lowest, tip_height - headers + 1))
    lowest_header = min(lowest_header, floor.headers + PRUNED_PER_BLOCK_MAX)
    for height in range(floor.headers, lowest_header):
        BlockStore.remove_header(batch, height)
    moved = FloorRow(blocks=lowest, headers=lowest_header)
    if moved != floor:
        BlockStore.set_floor(batch, moved)
    return moved


def _remove(batch: Batch, blocks: BlockStore, row: BlockRow) -> None:
    """Everything of a block but its row, which has the header."""
    stored = blocks.read(row.header.height)
    if stored is None:
        return
    decoded = [decode_transaction(data) for data in stored.transactions]
    transactions = tuple([each for each in decoded if not isinstance(each, Code)])
    BlockStore.remove(batch, row, touched(transactions, stored.receipts))
