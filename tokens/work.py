"""How much stored work the transactions of one block may call up (docs/adr/0013-stored-work.md).

Rules of this file:
1. Bytes of a block bound the work that its bytes describe. An approval is 70 bytes and may run 100
   operations that came with an earlier block, so those are counted here.
2. Counted before the work is done, and not given back when a transaction fails: it was done.
"""

STORED_OPERATIONS_MAX = 5_000
"""Operations of proposals that the approvals of one block may name, run or not: 50 approvals of the
largest proposals. 5,000 payments took 0.11 s of CPU, and 222 KB of receipts."""


class StoredWork:
    """What is left of it in one block. Starts anew with each block and each simulation."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = STORED_OPERATIONS_MAX
        """Operations, 0..STORED_OPERATIONS_MAX."""

    def take(self, operations: int) -> bool:
        """Use up so many; False, and nothing is used, if there are not as many left."""
        if operations > self.left:
            return False
        self.left -= operations
        return True
