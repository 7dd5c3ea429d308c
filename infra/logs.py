"""One pipe for every log line: ours, uvicorn's and pymongo's.

`configure_logging` is called once, by an entrypoint, before anything logs. Lines carry what is
bound to the context (the correlation id of the request) and pass `redact` before they are written.
"""

import logging
import re
import sys
from collections.abc import Mapping
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
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if pretty else "iso", utc=not pretty),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    _install_handler(stream, level, shared, _renderer(stream, pretty=pretty))


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
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
    return orjson.dumps({**first, **event}, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()


def _install_handler(
    stream: TextIO, level: str, foreign: list[Processor], renderer: Processor
) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=foreign,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name, least in LOUD_LOGGERS.items():
        logging.getLogger(name).setLevel(max(least, root.level))
