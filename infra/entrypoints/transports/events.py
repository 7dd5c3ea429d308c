"""Server-sent events in the distinct-connections mode of the graphql-sse protocol."""

from collections.abc import Mapping

import orjson

from infra.entrypoints.transports.accept import EVENT_STREAM
from infra.entrypoints.transports.operations import Frame


class EventStream:
    """`next` for each frame, `complete` at the end; a stream that breaks off lacks it."""

    headers: Mapping[str, str] = {
        "content-type": f"{EVENT_STREAM}; charset=utf-8",
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
    }
    begin = b""
    beat = b":\n\n"
    # Browsers pass over events without data.
    end = b"event: complete\ndata:\n\n"
    interruption = b""

    def write(self, frame: Frame) -> bytes:
        """JSON has no line breaks of its own, so it is one line of data."""
        return b"event: next\ndata: " + orjson.dumps(frame) + b"\n\n"
