"""A message against the one that the ledger would have written: every detail has to be the same."""

from collections.abc import Collection, Iterator

from node.iso20022.element import Element
from node.iso20022.refusal import MessageRefused

_AMOUNTS = ("XchgRate", "Amt", "AgrdAmt", "FaceAmt", "SbstitnRqrmnt")


def check_same(said: Element, known: Element, left_out: Collection[str] = ()) -> None:
    """MessageRefused with the first element that differs; `left_out` may be missing."""
    found, expected = dict(_leaves(said, said.name)), dict(_leaves(known, known.name))
    for path in (*expected, *found):
        if found.get(path) != expected.get(path) and (path in found or path not in left_out):
            raise MessageRefused(path, f"the ledger has {expected.get(path, 'nothing there')}")


def _leaves(element: Element, path: str) -> Iterator[tuple[str, str]]:
    """(path, text) of what is said; the zeros that begin and end an amount say nothing."""
    for name, value in element.attributes:
        yield f"{path}/@{name}", value
    if not element.children:
        yield path, _plain(element.text) if element.name in _AMOUNTS else element.text
    for child in element.children:
        yield from _leaves(child, f"{path}/{child.name}")


def _plain(number: str) -> str:
    whole, _, fraction = number.partition(".")
    return f"{whole.lstrip('0') or '0'}.{fraction.rstrip('0')}"
