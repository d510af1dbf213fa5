"""A tracked file, what a rule says about it, and the shape of a rule."""

import ast
import subprocess
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent

CORES = ("consensus/", "tokens/")
PRODUCT = (*CORES, "node/")
TESTS = ("tests/",)


class Source:
    """One file: its path from the root of the checkout, its text, its syntax tree."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; empty for what is not Python."""
        return ast.parse(self.text if self.is_python else "", filename=self.path)

    @property
    def is_python(self) -> bool:
        """By the ending of its name."""
        return self.path.endswith(".py")


class Finding(NamedTuple):
    """One breach of one rule."""

    line: int
    """1-based."""
    subject: str
    """What it is about: a function, a word, a base class. Stays the same when lines move."""
    message: str
    """What to do instead."""


class Rule(NamedTuple):
    """A rule of docs/architecture.md or docs/glossary.md that no linter knows."""

    name: str
    """Short name with dashes; the first key of an exemption."""
    places: tuple[str, ...]
    """Beginnings of the paths that it holds for; one empty string for all."""
    check: Callable[[Source], Iterator[Finding]]
    python_only: bool = True

    def covers(self, source: Source) -> bool:
        """Whether the rule holds for this file at all."""
        return source.path.startswith(self.places) and (source.is_python or not self.python_only)


class Exemption(NamedTuple):
    """A breach that is right, and why."""

    rule: str
    path: str
    """Shell pattern over the path."""
    subject: str
    """Shell pattern over the subject."""
    reason: str
    """A sentence. An exemption that nothing needs any more fails the suite."""

    def excuses(self, rule: Rule, source: Source, finding: Finding) -> bool:
        """Whether this exemption is about that finding."""
        return (
            self.rule == rule.name
            and fnmatchcase(source.path, self.path)
            and fnmatchcase(finding.subject, self.subject)
        )


def sources() -> list[Source]:
    """All text files that git tracks or would track, in order."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = []
    for path in sorted(set(listing.split("\0")) - {""}):
        try:
            found.append(Source(path, (ROOT / path).read_text(encoding="utf-8")))
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # a picture, or a file removed but not yet committed
    return found


def dotted(node: ast.AST) -> str:
    """`a.b.c` for the expression a.b.c, subscripts left out; an empty string for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{dotted(value)}.{attr}".lstrip(".")
        case ast.Subscript(value=value):
            return dotted(value)
        case _:
            return ""
