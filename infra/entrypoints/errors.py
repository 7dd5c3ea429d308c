"""What a client may see of a failure; everything else stays in the log.

Every error has `extensions.code` (stable, see docs/errors.md) and `extensions.correlationId`, which
finds the log lines of the request. Only errors meant for the client keep their message: those of
the GraphQL language and `LexigraphError`. The rest is a fault and is masked.
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import orjson
import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from graphql.language import VariableDefinitionNode
from pymongo.errors import ConnectionFailure, OperationFailure
from starlette.responses import Response

from infra.errors import LexigraphError

logger = structlog.get_logger(__name__)

FAULT_MESSAGE = "The server failed to answer this; its log says why under this correlation id."
STORE_MESSAGE = "The store does not answer at the moment; try again shortly."
FULL_MESSAGE = (
    "The store cannot write: its disk is full or read-only. Nothing of this operation was stored; "
    "try again when whoever runs the server has made room."
)
# MongoDB's code; the embedded store's, too.
OUT_OF_DISK_SPACE = 14031


class ErrorExtensions(TypedDict):
    """What programs read of an error."""

    code: str
    correlationId: str


class PublicError(TypedDict):
    """One error of a GraphQL response, in the order the specification gives."""

    message: str
    locations: NotRequired[list[dict[str, int]]]
    path: NotRequired[Sequence[str | int]]
    extensions: Mapping[str, object]


class ErrorResponse(Response):
    """A failure outside of any operation, in the shape of a GraphQL response."""

    media_type = "application/json"

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        error = PublicError(message=message, extensions=_extensions(code))
        super().__init__(orjson.dumps({"errors": [error]}), status, headers)


def current_correlation_id() -> str:
    """The id of the request being answered, as bound by `infra.entrypoints.http.Correlation`."""
    return str(structlog.contextvars.get_contextvars().get("correlation_id", ""))


def public_error(error: GraphQLError) -> PublicError:
    """Turn an error of an operation into what its client may see; log it when it is a fault."""
    cause = _cause(error)
    if isinstance(cause, LexigraphError) and cause.code != LexigraphError.code:
        return _publish(error, cause.message, cause.code)
    if isinstance(cause, GraphQLError):
        return _publish(error, error.message, _language_code(error, cause))
    if isinstance(cause, ConnectionFailure):
        logger.error("store unreachable", reason=str(cause), path=error.path)
        return _publish(error, STORE_MESSAGE, "STORE_UNAVAILABLE")
    if is_store_full(cause):
        logger.error("store full", reason=str(cause), path=error.path)
        return _publish(error, FULL_MESSAGE, "STORE_FULL")
    logger.error("fault", exc_info=cause, path=error.path)
    return _publish(error, FAULT_MESSAGE, LexigraphError.code)


def is_store_full(error: Exception) -> bool:
    """Whether the store had no room for a write."""
    return isinstance(error, OperationFailure) and error.code == OUT_OF_DISK_SPACE


def _cause(error: GraphQLError) -> Exception:
    """The exception at the bottom; graphql-core wraps it once per place it passes."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _language_code(error: GraphQLError, cause: GraphQLError) -> str:
    declared = (error.extensions or {}).get("code") or (cause.extensions or {}).get("code")
    if declared is not None:
        return str(declared)
    if isinstance(error, GraphQLSyntaxError):
        return "GRAPHQL_PARSE_FAILED"
    if any(isinstance(node, VariableDefinitionNode) for node in error.nodes or ()):
        return "BAD_USER_INPUT"
    return "GRAPHQL_VALIDATION_FAILED" if error.path is None else "GRAPHQL_EXECUTION_FAILED"


def _publish(error: GraphQLError, message: str, code: str) -> PublicError:
    public = PublicError(
        message=message, extensions={**(error.extensions or {}), **_extensions(code)}
    )
    if error.locations:
        public["locations"] = [
            {"line": location.line, "column": location.column} for location in error.locations
        ]
    if error.path is not None:
        public["path"] = error.path
    return public


def _extensions(code: str) -> ErrorExtensions:
    return ErrorExtensions(code=code, correlationId=current_correlation_id())
