"""What a user types for a JSON value: `name=value`, numbers, dates, `@alice`."""

import json
from collections.abc import Sequence

from node.cli.exits import CommandFailed, Exit

ADDRESS_BYTES = 16


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
    return int(text) if text.isdecimal() and (text == "0" or text[0] != "0") else text


def address_in(prefix: str, text: str) -> bytes:
    """16 bytes of an address of the network with that prefix, or of a word for one."""
    from tokens import bech32m

    found = bech32m.decode(prefix, str(value_of(text)))
    if found is None or len(found) != ADDRESS_BYTES:
        raise CommandFailed(f"{text}: no address of this network", Exit.USAGE)
    return found


def parse_json(text: str, what: str) -> object:
    """A JSON value. CommandFailed otherwise."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise CommandFailed(f"{what}: not JSON ({error})", Exit.USAGE) from None


def dev_address(name: str) -> str:
    """bech32m address of a well-known name."""
    from node.devnet.cast import BOOKS, PARTIES, address_of
    from tokens import bech32m
    from tokens.jsonform import PREFIX_TEST

    known = [*[party.name for party in PARTIES], *[book.name for book in BOOKS]]
    if name not in known:
        raise CommandFailed(f"@{name}: well-known names are {', '.join(known)}", Exit.USAGE)
    return bech32m.encode(PREFIX_TEST, address_of(name))
