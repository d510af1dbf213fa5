"""Structured logs: one JSON object a line, safe to print, free of secrets.

Rules of this file:
1. Control characters of any text are escaped: JSON does it, also for what a peer or a client sent.
2. A key that names a secret is replaced before it is rendered, whatever the caller passed.
3. Logging never blocks on a terminal: one writer, line by line, to a file or to stderr.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import TextIO, cast

import msgspec
import structlog
from structlog.typing import FilteringBoundLogger, Processor

VALUE_LENGTH_MAX = 2_000
"""Characters of one text value; the rest is cut and said to be."""

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}

_SECRET = re.compile(
    r"secret|seed|passphrase|password|private|token|authorization|api_?key|mnemonic|cookie",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
REDACTED = "[redacted]"


def configure(*, path: Path | None = None, level: str = "info", node_id: str = "") -> TextIO:
    """Send all logs to a file (appended) or to stderr; returns the stream, to close at the end.

    ValueError for an unknown level.
    """
    if level not in LEVELS:
        raise ValueError("the log level is one of " + ", ".join(LEVELS))
    stream = sys.stderr if path is None else path.open("a", encoding="utf-8", buffering=1)
    structlog.configure(
        processors=[*_STAMP, *_FINISH],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    if node_id:
        structlog.contextvars.bind_contextvars(node=node_id)
    _catch_libraries(stream, level)
    return stream


def get_logger(part: str) -> FilteringBoundLogger:
    """The logger of one part of the node, e.g. `rpc`."""
    return cast("FilteringBoundLogger", structlog.get_logger(part=part))


def clean(
    logger: object, method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Redact, shorten and make printable; at any depth."""
    return {key: _clean(key, value) for key, value in event.items()}


def render(logger: object, method: str, event: MutableMapping[str, object]) -> str:
    """One line of JSON."""
    return msgspec.json.encode(dict(event)).decode()


def _clean(key: str, value: object) -> object:
    if _SECRET.search(key):
        return REDACTED
    match value:
        case bool() | int() | None:
            return value
        case float():
            return value
        case bytes() | bytearray():
            return "0x" + bytes(value[:64]).hex() + ("…" if len(value) > 64 else "")
        case dict():
            return {_text(str(name)): _clean(str(name), inner) for name, inner in value.items()}
        case list() | tuple():
            return [_clean(key, inner) for inner in value[:100]]
        case _:
            return _text(str(value))


def _text(value: str) -> str:
    short = value[:VALUE_LENGTH_MAX] + ("…" if len(value) > VALUE_LENGTH_MAX else "")
    plain = short.encode("utf-8", "backslashreplace").decode()
    return _CONTROL.sub(lambda match: f"\\u{ord(match.group()):04x}", plain)


_STAMP: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
]
_FINISH: list[Processor] = [structlog.processors.format_exc_info, clean, render]


def _catch_libraries(stream: TextIO, level: str) -> None:
    """Records of libraries (asyncio, aiohttp) become the same lines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_STAMP,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_FINISH],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(LEVELS[level], logging.WARNING))
