"""How a command asks a node: one JSON-RPC call, or a typed client, with one way to say who reads.

Rules of this file:
1. A call needs the standard library only: nothing heavy to import.
2. Whose scope a command reads in is said once, by --view or MOHUR_VIEW, for each command that asks
   a node. The token goes to that node only: it names it (docs/adr/0023-scoped-reads.md).
"""

from __future__ import annotations

import json
import re
import stat
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.decorators import FC

from node.cli.exits import CommandFailed, Exit

if TYPE_CHECKING:
    from node.sdk.client import Client

DEFAULT_URL = "http://127.0.0.1:8645"
TIMEOUT_SECONDS = 40
"""Longer than the longest wait that a node allows."""
REPLY_BYTES_MAX = 16 * 1024 * 1024
VIEW_HEADER = "Mohur-View"
"""As node.sdk.view_token.HEADER, which would load the cryptography."""

TOKEN_BYTES_MAX = 1_024
_TOKEN_TEXT = re.compile(f"[A-Za-z0-9_-]{{1,{TOKEN_BYTES_MAX}}}")
_NO_URL = re.compile(r"[^!-~]")
"""What an HTTP client refuses in a URL: blanks, control characters, what is not ASCII."""
_META = "mohur.view"
"""Where a command's context keeps the text of its view token."""


def _keep_token(context: click.Context, _option: click.Parameter, file: Path | None) -> None:
    if file is not None:
        context.meta[_META] = read_token_file(file)


_url_option = click.option(
    "--rpc",
    "url",
    envvar="MOHUR_RPC",
    default=DEFAULT_URL,
    show_default=True,
    metavar="URL",
    help="Node to ask; also MOHUR_RPC in the environment.",
)
_view_option = click.option(
    "--view",
    envvar="MOHUR_VIEW",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    expose_value=False,
    callback=_keep_token,
    help="View token to read with (mohur view create); also MOHUR_VIEW.",
)


def rpc_option(function: FC) -> FC:
    """Which node a command asks (`url`), and in whose scope it reads."""
    return _url_option(_view_option(function))


def read_token_file(file: Path) -> str:
    """Text of a view token. CommandFailed where others may read it: they could read as its owner.

    Whether it is a token of this node and network is the node's to say.
    """
    if not file.is_file():
        raise CommandFailed(f"{file}: there is no such file", Exit.NO_INPUT)
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CommandFailed(f"{file}: others may read it; chmod 600", Exit.REFUSED)
    text = file.read_bytes()[: TOKEN_BYTES_MAX + 1].decode("ascii", "replace").strip()
    if not _TOKEN_TEXT.fullmatch(text):
        raise CommandFailed(f"{file}: not a view token", Exit.BAD_CONFIG)
    return text


def view_token() -> str | None:
    """Text of the token that the present command was given."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(_META)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    """A typed client of the node, reading with the command's token."""
    check_url(url)
    from node.sdk.client import connect

    async with connect(url, view=view_token()) as client:
        yield client


def check_url(url: str) -> None:
    """CommandFailed for what is no URL of a node."""
    if not url.startswith(("http://", "https://")):
        raise CommandFailed(f"{url}: an RPC URL begins with http:// or https://", Exit.USAGE)
    try:
        parts = urllib.parse.urlsplit(url)
        good = bool(parts.hostname) and parts.port != 0 and not _NO_URL.search(url)
    except ValueError:
        good = False
    if not good:
        raise CommandFailed(f"{url!r}: no URL of a node, such as {DEFAULT_URL}", Exit.USAGE)


def call(url: str, method: str, params: object = None) -> object:
    """Result of one method. CommandFailed with the node's own sentence and symbol."""
    check_url(url)
    token = view_token()
    headers = {"Content-Type": "application/json"} | ({} if token is None else {VIEW_HEADER: token})
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {} if params is None else params}
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked
        url, json.dumps(body).encode(), headers
    )
    reply = _send(url, request)
    if "error" in reply:
        raise _refused(method, reply["error"])
    return reply.get("result")


def _send(url: str, request: urllib.request.Request) -> dict[str, object]:
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            data = response.read(REPLY_BYTES_MAX)
    except urllib.error.HTTPError as error:
        data = error.read(REPLY_BYTES_MAX)
        if not data.startswith(b"{"):
            raise CommandFailed(f"{url}: HTTP {error.code} {error.reason}") from None
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise CommandFailed(f"{url} does not answer: {reason}", Exit.UNAVAILABLE) from None
    try:
        reply = json.loads(data)
    except ValueError:
        raise CommandFailed(f"{url}: the answer is no JSON", Exit.UNAVAILABLE) from None
    if not isinstance(reply, dict):
        raise CommandFailed(f"{url}: the answer is no JSON-RPC reply", Exit.UNAVAILABLE)
    return reply


def _refused(method: str, error: object) -> CommandFailed:
    if not isinstance(error, dict):
        return CommandFailed(f"{method}: the node answered with an error")
    data = error.get("data")
    symbol = data.get("symbol") if isinstance(data, dict) else None
    status = Exit.UNAVAILABLE if symbol == "WAIT_TIMED_OUT" else Exit.FAILED
    tail = "" if symbol is None else f" [{symbol}]"
    return CommandFailed(f"{method}: {error.get('message')}{tail}", status)
