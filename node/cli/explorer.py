"""`mohur explorer`: pages for people over one node."""

import click

from node.cli.exits import CommandFailed, Exit
from node.cli.remote import check_url, rpc_option, view_token
from node.cli.run import end_with_parent

PORT = 8600
"""As node.explorer.config.PORT."""
WITNESSES_MAX = 31
"""As node.explorer.witness.WITNESSES_MAX."""


@click.command(short_help="Serve pages that show the ledger.")
@rpc_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=PORT,
    show_default=True,
    help="Port to listen on; 0: a free one.",
)
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="Host name under which browsers may ask for it, besides those of this machine.",
)
@click.option(
    "--witness",
    "witnesses",
    multiple=True,
    metavar="URL",
    help="Another node, whose state roots are compared; at most 31. It gets no view token.",
)
def explorer(
    url: str, host: str, port: int, hosts: tuple[str, ...], witnesses: tuple[str, ...]
) -> int:
    """Serve pages that show the ledger, until SIGTERM or Ctrl-C (docs/explorer.md).

    They show what the node tells anybody; with --view what the token's subject may see, and then on
    this machine only. Prints its address when it listens.

    \b
      mohur explorer --rpc http://127.0.0.1:8645
      mohur explorer --view regulator.view --port 8601
    """
    if len(witnesses) > WITNESSES_MAX:
        raise CommandFailed(f"--witness: at most {WITNESSES_MAX}", Exit.USAGE)
    for each in (url, *witnesses):
        check_url(each)
    end_with_parent()
    from node.explorer.config import ExplorerConfig, ExplorerNotLoopback
    from node.explorer.process import serve
    from node.rpc.hosts import LOOPBACK_HOSTS
    from node.sdk.view_token import BadToken

    config = ExplorerConfig(
        rpc=url,
        view=view_token(),
        witnesses=witnesses,
        host=host,
        port=port,
        hosts=(*LOOPBACK_HOSTS, *hosts),
    )
    try:
        return serve(config)
    except ExplorerNotLoopback as error:
        raise CommandFailed(str(error), Exit.REFUSED) from None
    except BadToken:
        raise CommandFailed("--view: not a view token", Exit.BAD_CONFIG) from None
    except OSError as error:
        raise CommandFailed(
            f"cannot listen on {host}:{port}: {error.strerror}", Exit.IN_USE
        ) from None
