"""`HEIGHT:DIGEST` on a command line: a decided block that the operator vouches for."""

import re
from typing import TYPE_CHECKING

from node.cli.exits import CommandFailed, Exit

if TYPE_CHECKING:
    from node.sync.snapshot import Checkpoint

_FORM = re.compile(r"([1-9][0-9]{0,17}):(?:0x)?([0-9a-f]{64})")


def checkpoint_of(text: str | None) -> "Checkpoint | None":
    """The digest is that of `chain_getBlock`, with or without 0x. CommandFailed."""
    from node.sync.snapshot import Checkpoint

    if text is None:
        return None
    found = _FORM.fullmatch(text.lower())
    if found is None:
        raise CommandFailed(
            "--checkpoint: say a height, a colon and 64 hexadecimal digits", Exit.USAGE
        )
    return Checkpoint(height=int(found[1]), digest=bytes.fromhex(found[2]))
