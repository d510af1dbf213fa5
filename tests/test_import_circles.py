"""No module of the product needs, through others, itself: each can be read before who uses it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
TOPS = ("consensus", "tokens", "node")


def named(tree: ast.Module) -> Iterator[str]:
    """Modules that a file imports anywhere, but for the eyes of a type checker alone."""
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports() -> dict[str, list[str]]:
    """Module -> modules of the product that it names; packages are no modules here."""
    paths = [path for top in TOPS for path in sorted((ROOT / top).rglob("*.py"))]
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path
        for path in paths
        if path.stem != "__init__"
    }
    return {
        module: sorted(
            {
                found
                for name in named(ast.parse(path.read_text()))
                for found in (name, name.rpartition(".")[0])
                if found in modules
            }
        )
        for module, path in modules.items()
    }


def circle(of: dict[str, list[str]]) -> list[str]:
    """One circle, or nothing: what is left when whoever needs nobody left is taken away."""
    left = dict(of)
    while done := [name for name, needs in left.items() if not any(n in left for n in needs)]:
        for name in done:
            del left[name]
    trail: list[str] = []
    at = next(iter(left), None)
    while at is not None and at not in trail:
        trail.append(at)
        at = next(need for need in left[at] if need in left)
    return [] if at is None else trail[trail.index(at) :]


def test_there_is_no_circle() -> None:
    assert circle(imports()) == []


def test_a_circle_is_found() -> None:
    assert sorted(circle({"a": ["b"], "b": ["c"], "c": ["b"], "d": []})) == ["b", "c"]
