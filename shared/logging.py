"""Structured logs: one JSON object a line, with the correlation id, without personal data.

    configure(service="grants")
    structlog.get_logger("zanat.grants").info("batch.exported", batch_id=batch_id)
    # {"event": "batch.exported", "batch_id": "0192…", "correlation_id": "0192…", …}

Only names of the list below go through: a field that nobody declared harmless is replaced by its
name alone, since whoever logs in a hurry does not think of whom the text speaks.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final, TextIO

import msgspec
import structlog

LEVELS: Final = ("debug", "info", "warning", "error")
TEXT_LENGTH_MAX: Final = 300
FILE_BYTES_MAX: Final = 10_000_000
FILES_KEPT: Final = 5

HARMLESS: Final = frozenset(
    {
        "account_id", "address", "attempt", "bytes", "checks", "code", "command", "consumer",
        "correlation_id", "count", "cursor", "error", "event", "event_id", "event_type",
        "file_sha256", "frames", "head", "host", "installation", "interval_seconds", "kind",
        "lag", "level", "limit", "logger", "message_id", "method", "milliseconds", "outcome",
        "pid", "port", "position", "process", "programme", "projection", "queue", "reason_code",
        "route", "rows", "seconds", "service", "setting", "signal", "size", "source", "state",
        "status", "stream", "thread", "timestamp", "total", "url", "version", "worker",
    }
)  # fmt: skip
"""Names of fields whose values are ours (ids, counts, codes) and never a person's."""


def configure(
    *, service: str, level: str = "info", stream: TextIO | None = None, file: Path | None = None
) -> None:
    """Set up the process's logs, those of libraries too. Call it once, in an entry point.

    file: write there, a new file every 10 MB and five old ones kept, rather than to a stream.
    """
    if level.lower() not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}")
    handler: logging.Handler = logging.StreamHandler(stream or sys.stderr)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = RotatingFileHandler(
            file, maxBytes=FILE_BYTES_MAX, backupCount=FILES_KEPT, encoding="utf-8"
        )
    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with(service),
        only_harmless,
    ]
    structlog.configure(
        processors=[*steps, _line],
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        logger_factory=lambda name="zanat": _Lines(handler, name),
        cache_logger_on_first_use=False,
    )
    handler.setFormatter(
        _Formatter(
            foreign_pre_chain=[_library_message, *steps],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _line],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # werkzeug and gunicorn write whole addresses, with what people typed into a search.
    for name in ("werkzeug", "gunicorn.access", "sqlalchemy.engine", "amqp", "kombu", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


class _Lines:
    """Writes lines that are finished; a library's record goes through the formatter instead."""

    def __init__(self, handler: logging.Handler, name: str) -> None:
        self.name = name
        self._handler = handler

    def msg(self, line: str) -> None:
        record = logging.LogRecord(self.name, logging.INFO, "", 0, line, None, None)
        record.zanat_line = line
        self._handler.handle(record)

    debug = info = warning = warn = error = critical = fatal = exception = log = msg


class _Formatter(structlog.stdlib.ProcessorFormatter):
    def format(self, record: logging.LogRecord) -> str:
        line: str | None = getattr(record, "zanat_line", None)
        return super().format(record) if line is None else line


_ENCODER: Final = msgspec.json.Encoder(enc_hook=repr)


def _line(_logger: Any, _name: str, entry: MutableMapping[str, Any]) -> str:
    return _ENCODER.encode(entry).decode()


def only_harmless(
    _logger: Any, _name: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Keep declared fields; of any other keep the name, and no tracebacks with values."""
    withheld = []
    for key in list(entry):
        if key in ("_record", "_from_structlog"):
            continue
        if key in ("exc_info", "stack_info", "exception"):
            found = entry.pop(key)
            error = found[1] if isinstance(found, tuple) else found or None
            if isinstance(found, bool) and found:
                error = sys.exc_info()[1]
            if isinstance(error, BaseException):
                entry.setdefault("error", type(error).__name__)
        elif key not in HARMLESS:
            entry.pop(key)
            withheld.append(key)
        elif isinstance(entry[key], str):
            entry[key] = entry[key].partition("?")[0][:TEXT_LENGTH_MAX]
    if withheld:
        entry["withheld"] = sorted(withheld)
    return entry


def _library_message(
    _logger: Any, _name: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Of a library's record keep its template: the values in it may be anybody's."""
    record = entry.get("_record")
    if isinstance(record, logging.LogRecord):
        entry["event"] = str(record.msg)
    return entry


def _with(service: str) -> Any:
    def add(_logger: Any, _name: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        entry.setdefault("service", service)
        return entry

    return add
