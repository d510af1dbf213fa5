"""`mohur tx`: build, sign, send, simulate and look at transactions."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import click
from click.decorators import FC

from node.cli.existing import STANDARD_INPUT, standard_input
from node.cli.existing import text as existing_text
from node.cli.exits import CommandFailed, Exit
from node.cli.output import write_columns, write_json
from node.cli.passphrase import passphrase_option
from node.cli.remote import call, rpc_option
from node.cli.words import prefix_option

WORDS = {"ignore_unknown_options": True, "allow_interspersed_args": True}

sender_option = click.option(
    "--sender", required=True, help="Participant or account whose keys sign (address or @name)."
)
signing_options = [
    click.option(
        "--key",
        "keys",
        multiple=True,
        metavar="NAME",
        help="Key that signs, the file NAME.key of --keys-dir; may be repeated.",
    ),
    click.option(
        "--keys-dir",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("keys"),
        show_default=True,
        help="Folder of the key files.",
    ),
    click.option(
        "--dev-key",
        "dev_keys",
        multiple=True,
        metavar="NAME",
        help="Well-known key of local networks that signs; may be repeated.",
    ),
    passphrase_option,
]
body_options = [
    click.option("--memo", default="", help="At most 140 characters."),
    click.option("--client-ref", help="32 hex digits; default: random. Keep it to send again."),
    click.option(
        "--valid-for",
        type=click.IntRange(1),
        default=100,
        show_default=True,
        help="Blocks from now within which it may enter.",
    ),
    click.option(
        "--json",
        "json_text",
        type=existing_text,
        metavar="FILE",
        help="Operations as a JSON list, instead of words; - reads standard input.",
    ),
    click.option(
        "--propose",
        "propose_until",
        type=click.DateTime(formats=["%Y-%m-%d"]),
        metavar="DATE",
        help="Put the operations into a proposal that is open until this date, YYYY-MM-DD.",
    ),
    click.option(
        "--approver",
        "approvers",
        multiple=True,
        help="Who must agree to the proposal besides what the policies ask (address or @name); may "
        "be repeated.",
    ),
]


@click.group(short_help="Build, sign, send and look at transactions.")
def tx() -> None:
    """Build, sign, send and look at transactions.

    An operation is its name and field=value words; `mohur tx operations` lists them. Amounts are
    minor units. On local networks @alice is the address of a well-known account.

    \b
      mohur tx send transfer asset=DPKR source=@bank-1-account target=@alice amount=50000 \\
        end_to_end_ref=hello --sender @bank-1 --dev-key bank-1
    """


@tx.command()
@click.argument("name", required=False)
def operations(name: str | None) -> None:
    """All operations, or the fields of one, or of a part of one: LegalBasis, VelocityRule ...

    A field whose type is a part is written as JSON, its fields in camelCase.

    \b
      mohur tx send suspend_licence institution=@bank-3 suspended=true \\
        basis='{"authority": "SECP", "orderNo": "7", "sha256": "0x..."}' ...
    """
    from node.cli.operation_words import fields_of, find_part
    from tokens.ops import OPERATIONS

    if name is not None:
        write_columns(fields_of(find_part(name)))
        return
    write_columns(
        [
            (spec.name, " ".join((spec.operation.__doc__ or "").split())[:90])
            for spec in sorted(OPERATIONS, key=lambda spec: spec.tag)
        ]
    )


def with_options(options: Sequence[Callable[[FC], FC]]) -> Callable[[FC], FC]:
    """Several options at once, in the order of the list."""

    def decorate(function: FC) -> FC:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


@tx.command(context_settings=WORDS)
@click.argument("words", nargs=-1, metavar="OPERATION [FIELD=VALUE]...")
@sender_option
@with_options(body_options)
@with_options(signing_options)
@rpc_option
def send(url: str, **options: object) -> int:
    """Sign a transaction, send it, and wait until it is final.

    1 if it failed, or if it was the last approval of a proposal that failed.
    """
    from node.cli.sending import send_draft
    from node.cli.transactions import Draft

    return send_draft(url, Draft.of(options))


@tx.command(context_settings=WORDS)
@click.argument("words", nargs=-1, metavar="OPERATION [FIELD=VALUE]...")
@sender_option
@with_options(body_options)
@with_options(signing_options)
@rpc_option
def encode(url: str, **options: object) -> None:
    """Canonical bytes and the 32 bytes to sign; signed as well where keys are given."""
    from node.cli.transactions import Draft, encoded

    write_json(encoded(url, Draft.of(options)))


@tx.command(context_settings=WORDS)
@click.argument("words", nargs=-1, metavar="OPERATION [FIELD=VALUE]...")
@sender_option
@with_options(body_options)
@rpc_option
def simulate(url: str, **options: object) -> int:
    """What would fail now, without sending: every failing rule in order. 1 if any does.

    Of a proposal, and of an approval, also what it holds is tried, as if all had agreed that it
    takes: `proposals`. 1 if that would fail, too. It is told to who sees everything (a supervisor,
    and all on a local network).
    """
    from node.cli.sending import of_trial
    from node.cli.transactions import Draft, unsigned_json

    answer = call(url, "tx_simulate", {"transaction": unsigned_json(url, Draft.of(options))})
    write_json(answer)
    return of_trial(cast("dict[str, object]", answer))


@tx.command()
@click.argument("data")
@prefix_option("Of addresses; default: that of main networks, of the local network its own.")
def decode(data: str, prefix: str | None) -> None:
    """What signed canonical bytes (hex) say; - reads them from standard input. Asks no node."""
    from node.cli.transactions import decoded

    text = standard_input() if data == STANDARD_INPUT else data
    try:
        raw = bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError:
        raise CommandFailed("the bytes are no hexadecimal text", Exit.USAGE) from None
    write_json(decoded(raw, prefix))


@tx.command()
@click.argument("tx_id")
@rpc_option
def get(tx_id: str, url: str) -> None:
    """A transaction and its receipt by its id."""
    write_json(call(url, "tx_get", {"txId": tx_id}))


@tx.command("terms-digest")
@click.argument("asset")
@rpc_option
def digest(asset: str, url: str) -> None:
    """Digest of an instrument's terms, computed here, for approve_instrument.

    Read them first (mohur query instrument_get asset=ASSET): the digest is that of the terms shown.
    """
    import asyncio

    from node.cli.remote import connected
    from node.sdk.ledger_client import get_instrument
    from tokens.ops.instruments import terms_digest

    async def asked() -> None:
        async with connected(url) as client:
            terms = (await get_instrument(client, asset)).value.terms
            click.echo(f"0x{terms_digest(terms).hex()}")

    asyncio.run(asked())


@tx.command("new-address")
@click.option(
    "--zero", is_flag=True, help="Sixteen zero bytes instead, where a field asks for them."
)
@rpc_option
def new_address(zero: bool, url: str) -> None:
    """A random address of this network, for a new participant or account.

    --zero is the holder of a client's account, and the source of a leg that issues.
    """
    import secrets

    from node.cli.words import ADDRESS_BYTES
    from tokens import bech32m
    from tokens.jsonform import prefix_of_network
    from tokens.types import NO_ADDRESS

    genesis = cast("dict[str, dict[str, object]]", call(url, "chain_getGenesis"))["genesis"]
    prefix = prefix_of_network(is_dev=genesis["isDev"] is True)
    address = NO_ADDRESS if zero else secrets.token_bytes(ADDRESS_BYTES)
    click.echo(bech32m.encode(prefix, address))
