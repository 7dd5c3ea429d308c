"""Answers in several parts: @defer and @stream, and Apollo's multipart subscriptions.

Each part ends with the delimiter, so that a client need not wait for the next one to see it.
"""

from collections.abc import Mapping, Sequence

import orjson

from infra.entrypoints.errors import formatted_error
from infra.entrypoints.transports.accept import MULTIPART
from infra.entrypoints.transports.operations import Frame

BOUNDARY = "graphql"
DELIMITER = f"--{BOUNDARY}".encode()
CONTENT_TYPE = f'{MULTIPART}; boundary="{BOUNDARY}"'
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class IncrementalParts:
    """The format of graphql-js 17: `pending`, `incremental` and `completed`."""

    headers: Mapping[str, str] = {"content-type": CONTENT_TYPE, **HEADERS}
    begin = DELIMITER
    beat = b""
    end = b"--\r\n"
    interruption = b""  # never: what has begun may finish

    def write(self, frame: Frame) -> bytes:
        """The frame is the part."""
        return _part(frame)


class SubscriptionParts:
    """Version 1.0 of Apollo's protocol: frames are payloads, `{}` is a heartbeat."""

    headers: Mapping[str, str] = {
        "content-type": f'{CONTENT_TYPE}; subscriptionSpec="1.0"',
        **HEADERS,
    }
    begin = DELIMITER

    def __init__(self) -> None:
        self.beat = _part({})
        self.end = b"--\r\n"
        error = formatted_error("SERVER_STOPPING", "The server is stopping: subscribe again.")
        self.interruption = _part({"payload": None, "errors": [error]}) + self.end

    def write(self, frame: Frame) -> bytes:
        """The frame is the payload."""
        return _part({"payload": frame})


class PartsOf2022:
    """The format that Apollo Client asks for by `deferSpec=20220824`; it knows @defer alone."""

    headers = IncrementalParts.headers
    begin = DELIMITER
    beat = b""
    end = b"--\r\n"
    interruption = b""

    def __init__(self) -> None:
        self._pending: dict[str, Frame] = {}

    def write(self, frame: Frame) -> bytes:
        """Put each part's path and label in place of the number that stands for them."""
        self._pending |= {each["id"]: each for each in frame.get("pending", ())}
        parts = [self._placed(each) for each in frame.get("incremental", ())]
        parts += [self._failed(each) for each in frame.get("completed", ()) if "errors" in each]
        kept = {name: frame[name] for name in ("data", "errors", "extensions") if name in frame}
        # What never ran has one part only.
        return _part(kept | {"hasNext": frame.get("hasNext", False)} | _unless_empty(parts))

    def _placed(self, part: Frame) -> Frame:
        place = self._place(part["id"], part.get("subPath", ()))
        return place | {name: part[name] for name in ("data", "errors") if name in part}

    def _failed(self, completed: Frame) -> Frame:
        return self._place(completed["id"]) | {"data": None, "errors": completed["errors"]}

    def _place(self, number: str, sub_path: Sequence[str | int] = ()) -> Frame:
        pending = self._pending[number]
        path = [*pending["path"], *sub_path]
        return {"path": path} | ({"label": pending["label"]} if "label" in pending else {})


def _part(value: Frame) -> bytes:
    head = b"\r\ncontent-type: application/json; charset=utf-8\r\n\r\n"
    return head + orjson.dumps(value) + b"\r\n" + DELIMITER


def _unless_empty(parts: list[Frame]) -> Frame:
    return {"incremental": parts} if parts else {}
