"""Small enough to be read: lines of a file and of a function, columns, an opening docstring."""

import ast
from collections.abc import Iterator

from tests.tidy.source import PRODUCT, TESTS, Finding, Rule, Source

FILE_LINES_MAX = 350
COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 60
"""Without the docstring: a limit must not be a reason to say less."""
TEST_FUNCTION_LINES_MAX = 80


def file_lines(source: Source) -> Iterator[Finding]:
    """A longer file holds two nouns."""
    count = len(source.text.splitlines())
    if count > FILE_LINES_MAX:
        yield Finding(count, "file", f"{count} lines, at most {FILE_LINES_MAX}: split by noun")


def columns(source: Source) -> Iterator[Finding]:
    """Two files beside each other fit on a screen."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if len(line) > COLUMNS_MAX:
            yield Finding(number, "line", f"{len(line)} columns, at most {COLUMNS_MAX}")


def function_lines(source: Source) -> Iterator[Finding]:
    """A longer function mixes control flow with leaves."""
    limit = TEST_FUNCTION_LINES_MAX if source.path.startswith(TESTS) else FUNCTION_LINES_MAX
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        count = (node.end_lineno or node.lineno) - node.lineno + 1
        match node.body[0]:
            case ast.Expr(value=ast.Constant(value=str()), lineno=first, end_lineno=int(last)):
                count -= last - first + 1
            case _:
                pass
        if count > limit:
            yield Finding(node.lineno, node.name, f"{node.name}: {count} lines, at most {limit}")


def module_docstring(source: Source) -> Iterator[Finding]:
    """The first line says what the file is for."""
    if source.path.startswith(TESTS) and source.path.endswith("__init__.py") and not source.text:
        return  # an empty marker of a folder of tests
    if not (ast.get_docstring(source.tree) or "").strip():
        yield Finding(1, "module", "no module docstring: say what the file holds, and its rules")


RULES = (
    Rule("file-lines", (*PRODUCT, *TESTS), file_lines),
    Rule("columns", (*PRODUCT, *TESTS), columns),
    Rule("columns-of-scripts", (".ci/run", "requirements/lock"), columns, python_only=False),
    Rule("function-lines", (*PRODUCT, *TESTS), function_lines),
    Rule("module-docstring", (*PRODUCT, *TESTS), module_docstring),
)
