"""One JSON-RPC call from the command line, with the standard library: nothing heavy to import."""

import json
import urllib.error
import urllib.request

import click

from node.cli.exits import CommandFailed, Exit

DEFAULT_URL = "http://127.0.0.1:8645"
TIMEOUT_SECONDS = 40
"""Longer than the longest wait that a node allows."""
REPLY_BYTES_MAX = 16 * 1024 * 1024

rpc_option = click.option(
    "--rpc",
    "url",
    envvar="MOHUR_RPC",
    default=DEFAULT_URL,
    show_default=True,
    metavar="URL",
    help="Node to ask; also MOHUR_RPC in the environment.",
)


def call(url: str, method: str, params: object = None) -> object:
    """Result of one method. CommandFailed with the node's own sentence and symbol."""
    if not url.startswith(("http://", "https://")):
        raise CommandFailed(f"{url}: an RPC URL begins with http:// or https://", Exit.USAGE)
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {} if params is None else params}
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
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
    symbol = f" [{data['symbol']}]" if isinstance(data, dict) and "symbol" in data else ""
    return CommandFailed(f"{method}: {error.get('message')}{symbol}")
