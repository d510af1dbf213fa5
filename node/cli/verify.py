"""`mohur verify`: replays a data folder from genesis and compares everything."""

from pathlib import Path

import click

from node.cli.exits import CommandFailed, Exit


@click.command(short_help="Replay and audit a data folder.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DATA_DIR")
@click.option(
    "--genesis",
    "genesis_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The document that the network began with; default: what the folder says.",
)
def verify(folder: Path, genesis_path: Path | None) -> None:
    """Replay all blocks of a stopped node from genesis, in memory, and compare every root.

    Checks each certificate against the validators of its height, each signature of each
    transaction, each block's state root and receipts root, the receipts as they are stored, and at
    the end the stored state; then what is kept of past states, undone block by block against the
    root of each. Of a folder whose past was pruned, or that began from a snapshot, only
    what it keeps can be checked, against the certificates; it says so. Says the first thing that is
    not as it should be, and ends with 1.
    """
    from node.cli.audit import audit
    from node.cli.audit_found import AuditFailed

    if not (folder / "store").is_dir():
        raise CommandFailed(f"{folder} is no data folder of a node: no store in it", Exit.NO_INPUT)

    def progress(height: int, last: int) -> None:
        if height % 1_000 == 0:
            click.echo(f"block {height} of {last}", err=True)

    try:
        report = audit(folder, genesis_path, progress)
    except AuditFailed as error:
        raise CommandFailed(str(error), Exit.FAILED) from None
    if report.first > 1:
        click.echo(
            f"blocks below {report.first} are not here: nothing was replayed; what is kept was "
            "checked against its certificates, and the state against the root of the newest one"
        )
    click.echo(
        f"{report.blocks} blocks, {report.transactions} transactions, {report.signatures} "
        f"certificate signatures: all as they should be; state root 0x{report.state_root.hex()}"
    )
    if report.states:
        click.echo(
            f"{report.states} past states are kept: each has the root that its quorum signed"
        )
