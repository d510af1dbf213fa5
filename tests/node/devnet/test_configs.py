"""The files in configs/ say what the software does."""

import re
from pathlib import Path

import msgspec

from node.config import NodeConfig, load_config
from node.devnet.node_folder import UNIT

CONFIGS = Path(__file__).parents[3] / "configs"


def keys_of(struct: type[msgspec.Struct]) -> set[str]:
    """Names of a struct's fields and, without their tables, those of the structs in it."""
    names: set[str] = set()
    for field in msgspec.structs.fields(struct):
        inner = field.default
        if isinstance(inner, msgspec.Struct):
            names |= keys_of(type(inner))
        elif field.name != "peers":
            names.add(field.name)
    return names


def test_the_example_names_every_key_with_its_default() -> None:
    path = CONFIGS / "node.example.toml"
    text = path.read_text()
    named = set(re.findall(r"^(?:# )?([a-z_]+) = ", text, re.MULTILINE))
    assert keys_of(NodeConfig) <= named
    config = load_config(path)
    plain = NodeConfig(id=config.id, data_dir=config.data_dir, genesis=config.genesis)
    assert config.rpc == plain.rpc
    assert config.pool == plain.pool
    assert config.log == plain.log


def test_the_unit_file_is_what_testnet_writes() -> None:
    assert (CONFIGS / "mohur.service").read_text() == UNIT.replace("{id}", "treasury")
