"""`mohur run`: one node in the foreground, until SIGTERM or Ctrl-C."""

import os
import signal
import threading
from pathlib import Path

import click

from node.cli.checkpoint import checkpoint_of
from node.cli.exits import CommandFailed, Exit

PARENT_PIPE = "MOHUR_PARENT_PIPE"
"""Environment: number of a descriptor whose end of file means that the parent is gone."""


@click.command(short_help="Run a node in the foreground.")
@click.option(
    "--config",
    "config_path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The node's configuration (TOML).",
)
@click.option(
    "--vote-from",
    type=click.IntRange(min=1),
    default=None,
    help="A node whose sign guard was lost may vote from this height on. If its key has signed at "
    "that height already, it signs twice, which is evidence against its operator: name a height at "
    "least 3 above all that the others show. Only if the guards of all were lost at once: the"
    " next height, if the operators agree that nobody was ever told of a block at it.",
)
@click.option(
    "--checkpoint",
    metavar="HEIGHT:DIGEST",
    default=None,
    help="A decided block that you have from another validator. A snapshot is then taken over only "
    "if its block is that one or descends from it, and no validators need to vouch for it.",
)
def run(config_path: Path, vote_from: int | None, checkpoint: str | None) -> int:
    """Run a node in the foreground, until SIGTERM or Ctrl-C.

    Ends with 0 after a clean stop, 74 when the disk failed (free or replace it, then start again:
    the store is checked, and a damaged one is kept aside and fetched anew from peers), 75 when
    another process has the data folder or the port, 76 when it computes another result than a
    quorum has signed (do not start it again: keep the folder and ask), 78 when the configuration
    is wrong or another version wrote the store, 79 when the next block is under a protocol version
    that this software does not know (install a newer one and start it on the same folder).
    """
    if not config_path.is_file():
        raise CommandFailed(f"{config_path}: there is no such file", Exit.NO_INPUT)
    end_with_parent()
    from node.app import run_node
    from node.node import RunOptions

    return run_node(
        config_path, RunOptions(vote_from=vote_from, checkpoint=checkpoint_of(checkpoint))
    )


def end_with_parent() -> None:
    """Stop like on SIGTERM when the supervisor dies: it holds the other end of a pipe.

    A process that is stopped (SIGSTOP) meanwhile gets SIGHUP and SIGCONT from the kernel, because
    its process group is then orphaned (POSIX 2.4.3).
    """
    number = os.environ.pop(PARENT_PIPE, "")
    if number.isdigit():
        threading.Thread(target=_watch, args=(int(number),), daemon=True).start()


def _watch(descriptor: int) -> None:
    while os.read(descriptor, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
