import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from infra.logs import configure_logging


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_lines_are_json_where_there_is_no_terminal(stream: io.StringIO) -> None:
    configure_logging("info", stream=stream)
    structlog.get_logger("ours").info("request", milliseconds=1.5)
    (line,) = lines(stream)
    assert list(line)[:3] == ["timestamp", "level", "event"]
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "request", "level": "info", "logger": "ours", "milliseconds": 1.5}


def test_lines_are_for_people_on_a_terminal() -> None:
    terminal = Terminal()
    configure_logging("info", stream=terminal)
    structlog.get_logger("ours").info("request")
    assert "request" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")


def test_a_chosen_format_wins_over_the_terminal() -> None:
    terminal = Terminal()
    configure_logging("info", "json", stream=terminal)
    structlog.get_logger("ours").info("request")
    assert lines(terminal)[0]["event"] == "request"


def test_less_severe_lines_are_left_out(stream: io.StringIO) -> None:
    configure_logging("warning", stream=stream)
    structlog.get_logger("ours").info("quiet")
    logging.getLogger("theirs").info("quiet")
    structlog.get_logger("ours").warning("heard")
    assert [line["event"] for line in lines(stream)] == ["heard"]


def test_lines_of_uvicorn_and_pymongo_take_the_same_pipe(stream: io.StringIO) -> None:
    configure_logging("debug", stream=stream)
    structlog.contextvars.bind_contextvars(correlation_id="abc")
    logging.getLogger("uvicorn.error").warning("Cancel %d running task(s)", 7)
    logging.getLogger("pymongo.topology").warning("lost")
    assert [(line["logger"], line["event"], line["correlation_id"]) for line in lines(stream)] == [
        ("uvicorn.error", "Cancel 7 running task(s)", "abc"),
        ("pymongo.topology", "lost", "abc"),
    ]


def test_stored_documents_never_reach_the_log_through_pymongo(stream: io.StringIO) -> None:
    configure_logging("debug", stream=stream)
    logging.getLogger("pymongo.command").debug("insert {text: private}")
    assert stream.getvalue() == ""


def test_configuring_twice_writes_each_line_once(stream: io.StringIO) -> None:
    configure_logging("info", stream=stream)
    configure_logging("info", stream=stream)
    structlog.get_logger("ours").info("once")
    assert len(lines(stream)) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"authorization": "Bearer hunter2"},
        {"headers": {"Cookie": "hunter2", "X-Api-Key": "hunter2"}},
        {"password": "hunter2"},
        {"key": SecretStr("hunter2")},
        {"uri": "mongodb://user:hunter2@db:27017/?replicaSet=rs0"},
        {"uri": "redis://:hunter2@cache"},
        {"note": ["sent Bearer hunter2 to them"]},
        {"attempts": [{"client_secret": "hunter2"}]},
    ],
)
def test_secrets_are_hidden(stream: io.StringIO, values: dict[str, Any]) -> None:
    configure_logging("info", stream=stream)
    structlog.get_logger("ours").info("call", **values)
    assert "hunter2" not in stream.getvalue()
    assert "[hidden]" in stream.getvalue()


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_secrets_in_messages_and_tracebacks_are_hidden(
    stream: io.StringIO, log_format: Any
) -> None:
    configure_logging("info", log_format, stream=stream)
    try:
        raise ConnectionError("cannot reach mongodb://user:hunter2@db")
    except ConnectionError:
        logging.getLogger("theirs").exception("mongodb://user:hunter2@db is gone")
        structlog.get_logger("ours").exception("store gone")
    assert "ConnectionError" in stream.getvalue()
    assert "hunter2" not in stream.getvalue()


def test_what_json_cannot_hold_is_written_as_its_representation(stream: io.StringIO) -> None:
    configure_logging("info", stream=stream)
    structlog.get_logger("ours").info("odd", value={1, 2}, table={1: b"x"})
    assert lines(stream)[0]["value"] == "{1, 2}"


class FullDisk(io.StringIO):
    def write(self, _text: str, /) -> int:
        raise OSError(28, "No space left on device")


def test_nobody_fails_because_a_line_cannot_be_written() -> None:
    configure_logging("info", stream=FullDisk())
    structlog.get_logger("ours").info("request")
