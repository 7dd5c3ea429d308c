"""The request for one operation: the same members in a body, a query string or a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from infra.entrypoints.json_input import NumberTooLargeError, read_json
from infra.entrypoints.transports.refusal import RefusedError, bad_request

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class OperationRequest:
    """What a client asks to run; the document may be named instead of sent."""

    query: str | None
    document_id: str | None
    operation_name: str | None
    variables: dict[str, Any] | None
    extensions: dict[str, Any] | None


async def receive_body(receive: Receive) -> bytes:
    """All of a body; most come in one message.

    Raises:
        ClientDisconnect: the client has left before its end.
    """
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts) if len(parts) > 1 else parts[0]


def read_body(content_type: str, body: bytes) -> OperationRequest:
    """Read a request that was sent by POST.

    Raises:
        RefusedError: it is not one JSON object, or not said to be.
    """
    if problem := _problem_of(content_type):
        raise RefusedError(415, "UNSUPPORTED_MEDIA_TYPE", problem)
    data = _read(body)
    if isinstance(data, list):
        raise bad_request("Batches are not taken: send one operation per request.")
    return request_of(data)


def read_parameters(parameters: Mapping[str, str]) -> OperationRequest:
    """Read a request from a query string; its `variables` and `extensions` are JSON.

    Raises:
        RefusedError: they are not.
    """
    data: dict[str, object] = dict(parameters)
    for name in ("variables", "extensions"):
        if name in parameters:
            data[name] = _read(parameters[name]) if parameters[name] else None
    return request_of(data)


def request_of(data: object) -> OperationRequest:
    """Make a request of a JSON value; members that are null count as left out.

    Raises:
        RefusedError: a member is of the wrong type.
    """
    if not isinstance(data, dict):
        raise bad_request("The request must be one JSON object with a `query`.")
    return OperationRequest(
        query=_member(data, "query", str, "a string"),
        document_id=_member(data, "documentId", str, "a string"),
        operation_name=_member(data, "operationName", str, "a string"),
        variables=_member(data, "variables", dict, "an object"),
        extensions=_member(data, "extensions", dict, "an object"),
    )


def _read(data: str | bytes) -> object:
    try:
        return read_json(data)
    except NumberTooLargeError as error:
        raise bad_request(str(error)) from error
    except ValueError as error:
        raise bad_request("This is not JSON in UTF-8.") from error


def _member(data: dict[str, Any], name: str, kind: type, allowed: str) -> Any:
    value = data.get(name)
    if value is not None and not isinstance(value, kind):
        raise bad_request(f"`{name}` must be {allowed}.")
    return value


@lru_cache(256)
def _problem_of(content_type: str) -> str | None:
    """What to do about a content type, if it is not that of an operation."""
    header = Message()
    header["content-type"] = content_type
    charset = header.get_param("charset", "utf-8")
    if not content_type or header.get_content_type() != JSON:
        return f"Send the operation as {JSON}."
    if not isinstance(charset, str) or charset.lower() not in ("utf-8", "utf8"):
        return "Send the operation in UTF-8."
    return None
