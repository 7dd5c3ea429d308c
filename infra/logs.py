"""One pipe for every log line: ours, uvicorn's and pymongo's.

`configure_logging` is called once, by an entrypoint, before anything logs. Lines carry what is
bound to the context (the correlation id of the request) and pass `redact` before they are written.
Every request writes a line, so ours go to the pipe directly; those of the standard library's
loggers come to it by a handler.
"""

import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Literal, TextIO

import orjson
import structlog
from pydantic import SecretStr
from structlog.types import EventDict, Processor, WrappedLogger

LogFormat = Literal["auto", "console", "json"]

HIDDEN = "[hidden]"
SECRET_KEYS = re.compile(r"authorization|cookie|passw|secret|token$|api[-_]?key", re.IGNORECASE)
URI_PASSWORD = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]*@")
CREDENTIALS = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+", re.IGNORECASE)
# Whatever is to be hidden has one of these in its line, in small letters. Most lines have none of
# them: to look for these takes a fifth of the time that it takes to look at each value.
SUSPICIOUS = (
    "://",
    "bearer",
    "basic",
    "authorization",
    "cookie",
    "passw",
    "secret",
    "token",
    "api",
)
LOUD_LOGGERS: Mapping[str, int] = {
    # Logs each error of each operation with its traceback; the GraphQL view logs faults once.
    "strawberry.execution": logging.CRITICAL + 1,
    # At DEBUG its lines hold stored documents.
    "pymongo": logging.INFO,
    "asyncio": logging.INFO,
    "httpx": logging.WARNING,
    # At INFO it logs each WebSocket with its query string.
    "uvicorn.error": logging.WARNING,
    # The access log is ours.
    "uvicorn.access": logging.CRITICAL + 1,
}


def configure_logging(
    level: str, log_format: LogFormat = "auto", stream: TextIO | None = None
) -> None:
    """Send all logging of this process through one pipe.

    Args:
        level: least severe level that is written, as in `Settings.log_level`.
        log_format: `auto` is `console` when the stream is a terminal, else `json`.
        stream: where lines go; standard error when not given.
    """
    stream = sys.stderr if stream is None else stream
    pretty = log_format == "console" or (log_format == "auto" and stream.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper("%H:%M:%S", utc=False) if pretty else _add_timestamp,
        structlog.processors.format_exc_info,
    ]
    render = partial(_render_redacted, _renderer(stream, pretty=pretty))
    pipe = _Pipe(stream)
    pipe.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    _send_foreign_lines(pipe, level)
    structlog.configure(
        processors=[*shared, render],
        logger_factory=lambda name="": _PipeLogger(pipe, name),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )


class _Pipe(logging.StreamHandler[TextIO]):
    """The stream with its lock."""

    def write(self, line: str) -> None:
        """Write a line; nobody fails because it cannot be written."""
        self.acquire()
        try:
            self.stream.write(line + self.terminator)
            self.stream.flush()
        except (OSError, ValueError):
            return
        finally:
            self.release()


class _PipeLogger:
    """What structlog hands lines to when they are ready."""

    def __init__(self, pipe: _Pipe, name: str) -> None:
        self.name = name
        self.debug = self.info = self.warning = self.error = self.critical = pipe.write


def _add_timestamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["timestamp"] = datetime.now(UTC)
    return event


def _render_redacted(
    render: Processor, logger: WrappedLogger, method: str, event: EventDict
) -> str:
    """The line of an event, without the secrets that may be in it."""
    line = str(render(logger, method, dict(event)))
    folded = line.casefold()
    if any(map(folded.__contains__, SUSPICIOUS)):
        return str(render(logger, method, redact(event)))
    return line


def redact(event: EventDict) -> EventDict:
    """Hide secrets: by the name of their key, in URIs and in authorization headers."""
    return {key: _redacted(key, value) for key, value in event.items()}


def _redacted(key: object, value: object) -> object:
    if isinstance(value, SecretStr) or (
        isinstance(key, str) and SECRET_KEYS.search(key) and value is not None
    ):
        return HIDDEN
    if isinstance(value, str):
        return CREDENTIALS.sub(rf"\1 {HIDDEN}", URI_PASSWORD.sub(rf"\1:{HIDDEN}@", value))
    if isinstance(value, Mapping):
        return {inner: _redacted(inner, item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(None, item) for item in value]
    return value


def _renderer(stream: TextIO, *, pretty: bool) -> Processor:
    if pretty:
        return structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=0)
    return structlog.processors.JSONRenderer(serializer=_to_json)


def _to_json(event: EventDict, **_: object) -> str:
    first = {key: event[key] for key in ("timestamp", "level", "event") if key in event}
    options = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z
    return orjson.dumps({**first, **event}, default=repr, option=options).decode()


def _send_foreign_lines(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name, least in LOUD_LOGGERS.items():
        logging.getLogger(name).setLevel(max(least, root.level))
