"""`mohur view`: make and look at view tokens, by which a reader shows whose records it may see."""

from pathlib import Path
from typing import cast

import click

from node.cli.exits import CommandFailed, Exit
from node.cli.output import write_json, write_private
from node.cli.remote import call, read_token_file, rpc_option
from node.cli.tx import signing_options, with_options
from node.cli.words import address_in, value_of

HEIGHTS_MAX = 10_000
"""As node.sdk.view_token.VALID_HEIGHTS_MAX."""


@click.group(short_help="Make and look at view tokens.")
def view() -> None:
    """Make and look at view tokens (docs/privacy.md).

    A token lets its holder read at one node what a participant or an account may see, up to a
    height. It lets nobody act. Every command that asks a node takes it with --view FILE.

    \b
      mohur view create @bank-1 --dev-key bank-1 --out bank-1.view
      mohur query balances @alice --view bank-1.view
    """


@view.command()
@click.argument("subject")
@click.option(
    "--valid-for",
    type=click.IntRange(1, HEIGHTS_MAX),
    default=1_000,
    show_default=True,
    help="Blocks from now within which it may be used.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write, of mode 0600; it must not be there.",
)
@with_options(signing_options)
@rpc_option
def create(
    subject: str,
    valid_for: int,
    out: Path,
    keys: tuple[str, ...],
    keys_dir: Path,
    dev_keys: tuple[str, ...],
    passphrase_file: Path | None,
    url: str,
) -> None:
    """Sign a token for SUBJECT (address or @name) with one key of its key policy.

    It is for the node that --rpc names. Whether the key is the subject's the node asks the ledger
    at each call: a key that was replaced reads nothing more.
    """
    from node.cli.transactions import form_of, load_signers
    from node.sdk.view_token import new_token

    signers = load_signers(keys, keys_dir, dev_keys, passphrase_file)
    if len(signers) != 1:
        raise CommandFailed("one key signs a token: give --key or --dev-key once", Exit.USAGE)
    address = address_in(form_of(str(value_of(subject))).prefix, subject)
    genesis = cast("dict[str, str]", call(url, "chain_getGenesis"))
    status = cast("dict[str, object]", call(url, "node_status"))
    token = new_token(
        signers[0],
        genesis=bytes.fromhex(genesis["digest"].removeprefix("0x")),
        node=str(status["nodeId"]),
        subject=address,
        valid_until=cast("int", status["height"]) + valid_for,
    )
    write_private(out, f"{token}\n".encode())
    write_json(_told(token))


@view.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def show(file: Path) -> None:
    """Whose token it is, for which node and until which height. Asks no node."""
    write_json(_told(read_token_file(file)))


def _told(text: str) -> dict[str, object]:
    """Fields of a token; its subject as each kind of network writes it."""
    from node.sdk.view_token import BadToken, read_token
    from tokens import bech32m
    from tokens.jsonform import PREFIX_MAIN, PREFIX_TEST

    try:
        token = read_token(text)
    except BadToken:
        raise CommandFailed("not a view token", Exit.BAD_CONFIG) from None
    return {
        "subject": [bech32m.encode(each, token.subject) for each in (PREFIX_MAIN, PREFIX_TEST)],
        "node": token.node,
        "genesis": "0x" + token.genesis.hex(),
        "validUntil": token.valid_until,
        "key": "0x" + token.key.hex(),
    }
