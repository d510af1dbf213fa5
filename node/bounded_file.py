"""Reads a file that somebody else wrote: no more of it than its kind may have."""

from collections.abc import Callable
from pathlib import Path


def read_bounded(path: Path, bytes_max: int, refusal: Callable[[str], Exception]) -> bytes:
    """All of it. Raises `refusal` with a sentence: it cannot be read, or has more bytes."""
    try:
        with path.open("rb") as file:
            data = file.read(bytes_max + 1)
    except OSError as error:
        raise refusal(f"{path}: {error.strerror}") from None
    if len(data) > bytes_max:
        raise refusal(f"{path}: more than {bytes_max} bytes")
    return data
