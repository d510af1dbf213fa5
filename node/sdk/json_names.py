"""JSON in which a name stands twice: readers differ in which of the two they take."""

import json


class NameTwice(ValueError):
    """An object has a name twice."""


def check_names(data: bytes) -> None:
    """Nothing, if every name of every object stands once. Raises NameTwice.

    For what is valid JSON of a known type already, so that its depth is bounded.
    """
    json.loads(data, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, object]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise NameTwice("a name stands twice in an object")
