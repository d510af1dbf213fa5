"""`mohur keys`: encrypted key files."""

from pathlib import Path

import click

from node.cli.output import write_columns
from node.cli.passphrase import passphrase_option, read_passphrase

folder_option = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("keys"),
    show_default=True,
    help="Folder of the key files.",
)


@click.group(short_help="Make and look at encrypted key files.")
def keys() -> None:
    """Make and look at encrypted key files (Argon2id, ChaCha20-Poly1305, mode 0600)."""


@keys.command()
@click.argument("name")
@folder_option
@passphrase_option
def new(name: str, folder: Path, passphrase_file: Path | None) -> None:
    """Make a new random Ed25519 key and print its public key."""
    from node.keystore import create_key

    passphrase = read_passphrase(passphrase_file, f"New passphrase for {name}", confirm=True)
    stored = create_key(folder, name, passphrase)
    click.echo(f"0x{stored.public_key.hex()}")


@keys.command(name="list")
@folder_option
def list_keys(folder: Path) -> None:
    """Names and public keys of a folder."""
    from node.keystore import list_keys as stored_keys

    write_columns([(key.name, f"0x{key.public_key.hex()}") for key in stored_keys(folder)])


@keys.command()
@click.argument("name")
@folder_option
def show(name: str, folder: Path) -> None:
    """Public key of one key file. No passphrase is needed, nothing secret is shown."""
    from node.keystore import KeyMissing
    from node.keystore import list_keys as stored_keys

    for key in stored_keys(folder):
        if key.name == name:
            click.echo(f"0x{key.public_key.hex()}")
            return
    raise KeyMissing(f"there is no key {name!r} in {folder}")


@keys.command()
@click.argument("name")
@folder_option
@passphrase_option
@click.option(
    "--new-passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Read the new passphrase from the first line of this file.",
)
def passphrase(
    name: str, folder: Path, passphrase_file: Path | None, new_passphrase_file: Path | None
) -> None:
    """Encrypt a key file anew under another passphrase."""
    from node.keystore import change_passphrase

    old = read_passphrase(passphrase_file, f"Passphrase of {name}")
    fresh = read_passphrase(new_passphrase_file, f"New passphrase for {name}", confirm=True)
    change_passphrase(folder, name, old=old, new=fresh)
    click.echo(
        f"{name}: the new passphrase holds; copies of the old file still open with the old one"
    )
