"""`mohur init`: the folder of one node."""

from pathlib import Path

import click

from node.cli.existing import file as existing_file
from node.cli.exits import CommandFailed, Exit
from node.cli.output import write_columns
from node.cli.passphrase import passphrase_option, read_passphrase
from node.cli.profile_option import profile_option


@click.command(short_help="Make the folder of a node: keys and configuration.")
@click.argument("node_id", metavar="ID")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("node"),
    show_default=True,
    help="Folder to make.",
)
@click.option(
    "--genesis",
    "genesis_path",
    type=existing_file,
    help="Genesis document of the network that the node joins.",
)
@profile_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Where peers reach it.")
@click.option("--port", type=click.IntRange(1, 65_535), default=9645, show_default=True)
@click.option("--rpc-port", type=click.IntRange(1, 65_535), default=8645, show_default=True)
@passphrase_option
def init(
    node_id: str,
    folder: Path,
    genesis_path: Path | None,
    profile_word: str | None,
    host: str,
    port: int,
    rpc_port: int,
    passphrase_file: Path | None,
) -> None:
    """Make the folder of a node: two encrypted keys and a configuration.

    Prints the network's identity card and the public keys: the network adds the node as a validator
    with them. With --genesis and --profile the document must have the figures of the profile. With
    --profile alone it is a network of its own, of one validator and with development keys, for
    trials. The passphrase is kept in the folder, mode 0600, so that the node starts unattended;
    move it to a safer place and name that in `passphrase_file`.
    """
    from node.devnet.alone import begin_alone
    from node.devnet.node_folder import NodeFolder, make_node_folder
    from node.genesis_file import read_genesis
    from node.network_card import first_card, rows_of
    from node.profile.compare import require_same
    from node.profile.reading import read_profile

    profile = None if profile_word is None else read_profile(profile_word)
    if genesis_path is None and profile is None:
        raise CommandFailed("say --genesis of a network, or --profile of a new one", Exit.USAGE)
    genesis = None if genesis_path is None else read_genesis(genesis_path)
    if genesis is not None and profile is not None:
        require_same(genesis, profile)
    passphrase = read_passphrase(passphrase_file, f"New passphrase for {node_id}", confirm=True)
    made = make_node_folder(
        NodeFolder(
            id=node_id,
            folder=folder,
            genesis=(genesis_path or folder / "genesis.json").resolve(),
            host=host,
            port=port,
            rpc_port=rpc_port,
        ),
        passphrase,
    )
    if genesis is None and profile is not None:
        genesis = begin_alone(node_id, made, profile, folder / "genesis.json")
    if genesis is not None:
        write_columns(rows_of(first_card(genesis)))
    click.echo(f"consensus key  0x{made.public_key.hex()}")
    click.echo(f"network key    0x{made.network_key.hex()}")
    click.echo(
        f"add peers in {folder / 'node.toml'}, check: mohur doctor --config …, then: mohur run"
    )
