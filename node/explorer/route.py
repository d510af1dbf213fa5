"""A page's address, and what its function is given."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from node.explorer.ask import Ask
from node.explorer.failure import BadInput
from node.explorer.page import Outcome, Page

CURSOR_MAX = 512
"""Characters of a cursor."""
WORD_MAX = 256
"""Characters of any other word of a reader."""
_NUMBER = re.compile("0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Query:
    """What a reader asked a page for: the parts of its path, and the words after the `?`."""

    path: str
    parts: Mapping[str, str]
    words: Mapping[str, str]

    def part(self, name: str) -> str:
        """A part of the path. BadInput if it is too long."""
        text = self.parts[name]
        if len(text) > WORD_MAX:
            raise BadInput("this address is longer than any that there is")
        return text

    def word(self, name: str, default: str = "") -> str:
        """A word. BadInput if it is too long."""
        text = self.words.get(name, default)
        if len(text) > WORD_MAX:
            raise BadInput(f"{name} is too long")
        return text

    def number(self, name: str) -> int | None:
        """A whole number, None if it is not said. BadInput for anything else."""
        text = self.word(name).strip()
        if not text:
            return None
        if _NUMBER.fullmatch(text) is None:
            raise BadInput(f"{name} is a whole number")
        return int(text)

    def cursor(self, table: str) -> str | None:
        """Where a table goes on: the word of its id. BadInput if it is too long."""
        text = self.words.get(table)
        if text is not None and len(text) > CURSOR_MAX:
            raise BadInput(f"the place in {table} is none that a page gave")
        return text


PageFunction = Callable[[Ask, Query], Awaitable[Page] | Awaitable[Outcome]]
"""Makes a page, or says where it is. May raise RpcFailed, NodeUnreachable, BadInput, NotThere."""


@dataclass(frozen=True, slots=True)
class Route:
    """One page."""

    path: str
    """`/blocks/{block}`."""
    make: PageFunction
    nav: str = ""
    """Words in the navigation; empty: not there."""
    takes_form: bool = False
    """Whether it is asked by POST, too."""
