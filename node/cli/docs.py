"""`mohur docs`: writes the pages that derive from the registry and the method table."""

from pathlib import Path

import click

from node.cli.exits import CommandFailed, Exit


@click.command(short_help="Write the generated pages of docs/.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("docs"),
    show_default=True,
)
@click.option("--check", is_flag=True, help="Write nothing; 1 if a page is not what it should be.")
def docs(folder: Path, check: bool) -> None:
    """Write what the code knows: operations, RPC methods, commands, profile keys and the like."""
    from node.cli.pages import pages

    for name, text in pages(click.get_current_context().find_root().command).items():
        path = folder / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        if check:
            raise CommandFailed(f"{path} is not up to date; say: make docs", Exit.FAILED)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(f"wrote {path}")
