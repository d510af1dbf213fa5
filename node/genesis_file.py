"""Reads and writes the genesis document as people see it: JSON."""

from pathlib import Path

import msgspec

from node.bounded_file import read_bounded
from node.genesis_keys import refuse_dev_keys
from tokens.genesis import Genesis
from tokens.jsonform import FormError, JsonForm, prefix_of_network

GENESIS_BYTES_MAX = 64 * 1024 * 1024


class GenesisUnreadable(Exception):
    """The file is no genesis document; the message names the field."""


def read_genesis(path: Path) -> Genesis:
    """Parse a document; the ledger checks it when it builds the state.

    Raises:
        GenesisUnreadable: the file is none.
        DevKeyRefused: it is not marked dev, and names a key that anybody can compute.
    """
    data = read_bounded(path, GENESIS_BYTES_MAX, GenesisUnreadable)
    try:
        value = msgspec.json.decode(data)
        is_dev = isinstance(value, dict) and value.get("isDev") is True
        genesis = JsonForm(prefix_of_network(is_dev=is_dev)).from_json(Genesis, value)
    except (msgspec.DecodeError, FormError, RecursionError) as error:
        raise GenesisUnreadable(f"{path}: {error}") from None
    if not isinstance(genesis, Genesis):
        raise GenesisUnreadable(f"{path}: no genesis document")
    refuse_dev_keys(genesis)
    return genesis


def write_genesis(genesis: Genesis, path: Path) -> None:
    """Write a document, indented."""
    form = JsonForm(prefix_of_network(is_dev=genesis.is_dev))
    path.write_bytes(msgspec.json.format(msgspec.json.encode(form.to_json(genesis))) + b"\n")
