"""What a user types for a JSON value: `name=value`, numbers, dates, `@alice`."""

import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from click.decorators import FC

from node.bounded_file import read_bounded
from node.cli.exits import CommandFailed, Exit

ADDRESS_BYTES = 16
DIGITS_MAX = 20
"""Of a number in a word: 2^64 has as many."""
FILE_BYTES_MAX = 4 * 2**20
"""Of a file with an operation, a key or sealed data; a block has 4 MiB at most."""


def prefix_option(help_text: str) -> Callable[[FC], FC]:
    """`--prefix`: what addresses begin with, where no node is asked."""
    return click.option("--prefix", type=click.Choice(["mhr", "tmhr"]), help=help_text)


def params_of(words: Sequence[str], names: Sequence[str] = ()) -> object:
    """Params of an RPC method: one JSON object or array, or name=value words.

    Words without a name take `names` in order.
    """
    if len(words) == 1 and words[0].lstrip()[:1] in ("{", "["):
        return parse_json(words[0], "the params")
    fields: dict[str, object] = {}
    rest = list(names)
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            if not rest:
                raise CommandFailed(f"{word!r}: say name=value, or one JSON object", Exit.USAGE)
            name, text = rest.pop(0), word
        if name in fields:
            raise CommandFailed(f"{name} is said twice", Exit.USAGE)
        fields[name] = value_of(text)
    return fields


def value_of(text: str) -> object:
    """JSON if it is an integer, true, false, null, an array or an object; else the text itself.

    `@alice` is the address of a well-known account or party of local networks.
    """
    if text.startswith("@"):
        return dev_address(text[1:])
    if text[:1] in ("{", "[", '"') or text in ("true", "false", "null"):
        return parse_json(text, repr(text))
    number = whole_number(text)
    return text if number is None else number


def whole_number(text: str) -> int | None:
    """The number that a word is: ASCII digits, at most 20, no leading zero. None for others."""
    if re.fullmatch(f"0|[1-9][0-9]{{0,{DIGITS_MAX - 1}}}", text) is None:
        return None
    return int(text)


def address_in(prefix: str, text: str) -> bytes:
    """16 bytes of an address of the network with that prefix, or of a word for one."""
    from tokens import bech32m

    found = bech32m.decode(prefix, str(value_of(text)))
    if found is None or len(found) != ADDRESS_BYTES:
        raise CommandFailed(f"{text}: no address of this network", Exit.USAGE)
    return found


def hash_of(text: str) -> bytes:
    """32 bytes, as 0x and 64 hex digits. CommandFailed otherwise."""
    if re.fullmatch("0x[0-9a-f]{64}", text) is None:
        raise CommandFailed(f"{text}: say 0x and 64 small hex digits", Exit.USAGE)
    return bytes.fromhex(text[2:])


def date_of(text: str) -> dt.date:
    """A date as YYYY-MM-DD; Python reads other forms of ISO 8601, too. CommandFailed otherwise."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or str(found) != text:
        raise CommandFailed(f"{text}: a date YYYY-MM-DD", Exit.USAGE)
    return found


def parse_json(text: str, what: str) -> object:
    """A JSON value. CommandFailed otherwise."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise CommandFailed(f"{what}: not JSON that is read (too deep)", Exit.USAGE) from None
    except ValueError as error:
        raise CommandFailed(f"{what}: not JSON ({error})", Exit.USAGE) from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """What is signed says one thing to every reader of it."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def json_in(file: Path) -> object:
    """The JSON value of a file, of at most FILE_BYTES_MAX and UTF-8. CommandFailed otherwise."""
    data = read_bounded(file, FILE_BYTES_MAX, lambda told: CommandFailed(told, Exit.NO_INPUT))
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise CommandFailed(f"{file}: not JSON (no UTF-8)", Exit.USAGE) from None
    return parse_json(text, str(file))


def operation_in(file: Path, name: str) -> object:
    """The operation of that name in a file: alone, in a list, or in what tx_get answered.

    CommandFailed unless there is one. What it holds is not checked.
    """
    value = json_in(file)
    if isinstance(value, dict) and isinstance(value.get("transaction"), dict):
        value = value["transaction"].get("operations")
    entries = value if isinstance(value, list) else [value]
    found = [entry for entry in entries if isinstance(entry, dict) and entry.get("type") == name]
    if len(found) != 1:
        raise CommandFailed(f"{file}: {len(found)} operations {name} in it", Exit.USAGE)
    return found[0]


def dev_address(name: str) -> str:
    """bech32m address of a well-known name."""
    from node.devnet.cast import BOOKS, PARTIES, address_of
    from tokens import bech32m
    from tokens.jsonform import PREFIX_TEST

    known = [*[party.name for party in PARTIES], *[book.name for book in BOOKS]]
    if name not in known:
        raise CommandFailed(f"@{name}: well-known names are {', '.join(known)}", Exit.USAGE)
    return bech32m.encode(PREFIX_TEST, address_of(name))
