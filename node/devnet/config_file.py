"""Writes a NodeConfig as TOML: the reverse of node.config.load_config.

The standard library reads TOML and does not write it; a configuration has scalars, lists of
scalars, two levels of tables and one list of tables, which is all that is written here.
"""

import json
from pathlib import Path

import msgspec

from node.config import NodeConfig

HEADER = "# Configuration of one Mohur node. Every key: configs/node.example.toml.\n"


def render_config(config: NodeConfig) -> str:
    """TOML text. Keys that have their default value are left out, but for `id`."""
    return HEADER + "\n".join(_table(config, "")) + "\n"


def write_config(config: NodeConfig, path: Path) -> None:
    """Write the file; its folder exists."""
    path.write_text(render_config(config))


def _table(value: msgspec.Struct, name: str) -> list[str]:
    lines: list[str] = []
    tables: list[str] = []
    for field in msgspec.structs.fields(value):
        part = getattr(value, field.name)
        if part is None or (not field.required and part == field.default):
            continue
        full = f"{name}.{field.name}" if name else field.name
        if isinstance(part, msgspec.Struct):
            tables += ["", f"[{full}]", *_table(part, full)]
        elif part and isinstance(part, tuple) and isinstance(part[0], msgspec.Struct):
            for entry in part:
                tables += ["", f"[[{full}]]", *_table(entry, full)]
        else:
            lines.append(f"{field.name} = {_scalar(part)}")
    return lines + tables


def _scalar(value: object) -> str:
    """JSON's strings, numbers, booleans and arrays are TOML's, too."""
    return json.dumps(value, ensure_ascii=False)
