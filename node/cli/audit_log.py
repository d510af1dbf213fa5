"""`mohur audit-log`: what happened, as a file that a third party checks without us."""

from pathlib import Path

import click

from node.cli.existing import file as existing_file
from node.cli.exits import CommandFailed, Exit
from node.cli.words import prefix_option


@click.group(name="audit-log", short_help="Write the receipts of a stopped node as a chained file.")
def audit_log() -> None:
    """Every receipt of a range of blocks under the signatures of a quorum, chained by hashes."""


@audit_log.command(short_help="Write a range of blocks of a stopped node.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DATA_DIR")
@click.option("--first", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--last", type=click.IntRange(min=1), help="Default: the newest block.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; it must not be there.",
)
def export(folder: Path, first: int, last: int | None, out: Path) -> None:
    """Write header, certificate and receipts of each block, a line each.

    `docs/examples/check_audit_log.py` checks the file with nothing but the genesis digest and the
    validators' keys, which its reader has from elsewhere.
    """
    from node.audit_log import LogRefused, write_log
    from node.storage.blocks import BlockStore
    from node.storage.leveldb import open_store
    from node.storage.lockfile import FolderLock

    if not (folder / "store").is_dir():
        raise CommandFailed(f"{folder} is no data folder of a node: no store in it", Exit.NO_INPUT)
    if out.exists():
        raise CommandFailed(f"{out}: there is something already", Exit.CANNOT_CREATE)
    lock = FolderLock.acquire(folder)
    try:
        store = open_store(folder / "store", create=False)
        try:
            blocks = BlockStore(store)
            tip = blocks.tip()
            end = (0 if tip is None else tip.height) if last is None else last
            with out.open("x", encoding="utf-8") as file:
                newest = ""
                for line in write_log(blocks, first, end):
                    file.write(line)
                    newest = line[:64]
        except LogRefused as error:
            out.unlink(missing_ok=True)
            raise CommandFailed(str(error), Exit.NO_INPUT) from None
        finally:
            store.close()
    finally:
        lock.release()
    click.echo(f"blocks {first} to {end}; the last line is {newest}")


@audit_log.command(short_help="Print the receipts of such a file as JSON lines.")
@click.argument("file", type=existing_file)
@prefix_option("Of addresses; default: that of the network, as the file says.")
def show(file: Path, prefix: str | None) -> None:
    """Print one receipt a line; the first line that does not follow ends it with 1."""
    import json

    from node.audit_log import LINE_CHARACTERS_MAX, LogRefused, read_log
    from tokens.jsonform import JsonForm

    try:
        with file.open(encoding="utf-8") as lines:
            pieces = iter(lambda: lines.readline(LINE_CHARACTERS_MAX), "")
            form: JsonForm | None = None
            for entry in read_log(pieces):
                form = form or JsonForm(prefix or _prefix_of(entry.is_dev))
                click.echo(json.dumps(form.to_json(entry.receipt)))
    except (LogRefused, UnicodeDecodeError) as error:
        raise CommandFailed(f"{file}: {error}", Exit.FAILED) from None


def _prefix_of(is_dev: bool | None) -> str:
    from tokens.jsonform import prefix_of_network

    if is_dev is None:
        raise CommandFailed("the file does not say of which kind its network is: say --prefix")
    return prefix_of_network(is_dev=is_dev)
