"""`mohur init`: the folder of one node."""

from pathlib import Path

import click

from node.cli.passphrase import passphrase_option, read_passphrase


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
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Genesis document of the network.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where peers reach it.")
@click.option("--port", type=click.IntRange(1, 65_535), default=9645, show_default=True)
@click.option("--rpc-port", type=click.IntRange(1, 65_535), default=8645, show_default=True)
@passphrase_option
def init(
    node_id: str,
    folder: Path,
    genesis_path: Path,
    host: str,
    port: int,
    rpc_port: int,
    passphrase_file: Path | None,
) -> None:
    """Make the folder of a node: two encrypted keys and a configuration.

    Prints the public keys: the network adds the node as a validator with them. The passphrase is
    kept in the folder, mode 0600, so that the node starts unattended; move it to a safer place and
    name that in `passphrase_file`.
    """
    from node.devnet.node_folder import NodeFolder, make_node_folder

    passphrase = read_passphrase(passphrase_file, f"New passphrase for {node_id}", confirm=True)
    made = make_node_folder(
        NodeFolder(
            id=node_id,
            folder=folder,
            genesis=genesis_path.resolve(),
            host=host,
            port=port,
            rpc_port=rpc_port,
        ),
        passphrase,
    )
    click.echo(f"consensus key  0x{made.public_key.hex()}")
    click.echo(f"network key    0x{made.network_key.hex()}")
    click.echo(
        f"add peers in {folder / 'node.toml'}, check: mohur doctor --config …, then: mohur run"
    )
