"""`mohur snapshot`: the state of a stopped node as a file, and back."""

from pathlib import Path

import click

from node.cli.checkpoint import checkpoint_of
from node.cli.exits import CommandFailed, Exit


@click.group(short_help="Write the state of a stopped node to a file, or take it over.")
def snapshot() -> None:
    """A snapshot: the state after a block, checked piece by piece against what a quorum signed."""


@snapshot.command(short_help="Write a snapshot of a stopped node.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DATA_DIR")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; it must not be there.",
)
def create(folder: Path, out: Path) -> None:
    """Write the state after the newest block of a stopped node to a file.

    A running node has its folder locked: stop it, or take the snapshot of another one. Prints the
    height and the hash of the block: whoever restores the file may compare them with another
    validator.
    """
    from node.sync.snapshot_files import create_file

    if not (folder / "store").is_dir():
        raise CommandFailed(f"{folder} is no data folder of a node: no store in it", Exit.NO_INPUT)
    if out.exists():
        raise CommandFailed(f"{out}: there is something already", Exit.CANNOT_CREATE)
    made = create_file(folder, out)
    click.echo(f"snapshot of block {made.height}:0x{made.digest.hex()}, {made.size_bytes} bytes")


@snapshot.command(short_help="Check a snapshot and put it in the place of a node's store.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option(
    "--config",
    "config_path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The node's configuration (TOML).",
)
@click.option(
    "--checkpoint",
    metavar="HEIGHT:DIGEST",
    default=None,
    help="A decided block that you have from another validator: the snapshot must be of it or "
    "descend from it. Without one the file is followed from genesis, and keys of validators that "
    "have left are enough to forge it.",
)
def restore(file: Path, config_path: Path, checkpoint: str | None) -> None:
    """Check every byte of a snapshot against the certificates from genesis on, then take it over.

    The store that was there is kept under another name. The sign guard is not touched; a node
    without one observes until two heights above what its peers show.
    """
    from node.config import load_config
    from node.genesis_file import read_genesis
    from node.sync.snapshot_check import SnapshotRefused
    from node.sync.snapshot_files import restore_file

    point = checkpoint_of(checkpoint)
    config = load_config(config_path)
    base = config_path.resolve().parent
    genesis = read_genesis(config.resolve(base, config.genesis))
    try:
        made = restore_file(file, config.resolve(base, config.data_dir), genesis, point)
    except SnapshotRefused as error:
        raise CommandFailed(f"{file}: {error}", Exit.FAILED) from None
    click.echo(f"the store is at block {made.height}:0x{made.digest.hex()}")
    if point is None:
        click.echo("compare that block with another validator before you start the node")
