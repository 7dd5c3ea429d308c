"""What a client may see of a failure; everything else stays in the log.

Every error has `extensions.code` (stable, see docs/errors.md) and `extensions.correlationId`, which
finds the log lines of the request. Only errors meant for the client keep their message: those of
the GraphQL language and `LexigraphError`. The rest is a fault and is masked.

How a transport uses it: `mask(result)` on whatever `schema.execute` returned or `schema.stream`
yielded, before anything is read of it. Afterwards `error.formatted` is what the client gets, in
the `errors` of a result and of all parts of an incremental frame alike. Masking twice does nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

import orjson
import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from graphql.execution import SubsequentIncrementalExecutionResult
from graphql.language import VariableDefinitionNode
from pymongo.errors import ConnectionFailure, OperationFailure
from starlette.responses import Response
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import StreamExecutionResult

from infra.errors import LexigraphError
from vectorindex.errors import EngineError

logger = structlog.get_logger(__name__)

FAULT_MESSAGE = "The server failed to answer this; its log says why under this correlation id."
STORE_MESSAGE = "The store does not answer at the moment; try again shortly."
FULL_MESSAGE = (
    "The store cannot write: its disk is full or read-only. Nothing of this operation was stored; "
    "try again when whoever runs the server has made room."
)
ENGINE_MESSAGE = "The engine that has this index does not answer; try again shortly."
# MongoDB's code; the embedded store's, too.
OUT_OF_DISK_SPACE = 14031


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
        body = orjson.dumps({"errors": [formatted_error(code, message)]})
        super().__init__(body, status, headers)


class PublicError(GraphQLError):
    """An error of which nothing has to be hidden."""


class _Failing(Protocol):
    """A result, or a part of one, that may hold errors."""

    errors: list[GraphQLError] | None


def mask(result: StreamExecutionResult) -> None:
    """Put public errors in the place of a result's; what caused faults is logged once a field."""
    told: set[object] = set()
    for part in _parts(result):
        if part.errors:
            part.errors = [_public(error, told) for error in part.errors]


def formatted_error(code: str, message: str) -> dict[str, object]:
    """An error that has no place in a document, as clients get it."""
    return {"message": message, "extensions": _extensions(code)}


def current_correlation_id() -> str:
    """The id of the request being answered, as bound by `infra.entrypoints.http.Correlation`."""
    return str(structlog.contextvars.get_contextvars().get("correlation_id", ""))


def is_store_full(error: Exception) -> bool:
    """Whether the store had no room for a write."""
    return isinstance(error, OperationFailure) and error.code == OUT_OF_DISK_SPACE


def _parts(result: StreamExecutionResult) -> Iterator[_Failing]:
    if isinstance(result, SubsequentIncrementalExecutionResult):
        yield from result.incremental or ()
        yield from result.completed or ()
    else:
        yield result


def _public(error: GraphQLError, told: set[object]) -> PublicError:
    if isinstance(error, PublicError):
        return error
    cause = _cause(error)
    if isinstance(cause, LexigraphError) and cause.code != LexigraphError.code:
        return _publish(error, cause.message, cause.code, error.extensions)
    if isinstance(cause, CannotGetOperationTypeError | InvalidOperationTypeError):
        return _publish(error, error.message, "BAD_REQUEST")
    if isinstance(cause, GraphQLError) and (code := _language_code(error, cause)):
        return _publish(error, error.message, code, error.extensions)
    return _fault(error, cause, told)


def _fault(error: GraphQLError, cause: Exception, told: set[object]) -> PublicError:
    event, message, code = "fault", FAULT_MESSAGE, LexigraphError.code
    if isinstance(cause, ConnectionFailure):
        event, message, code = "store unreachable", STORE_MESSAGE, "STORE_UNAVAILABLE"
    elif isinstance(cause, EngineError):
        event, message, code = "engine unavailable", ENGINE_MESSAGE, "ENGINE_UNAVAILABLE"
    elif is_store_full(cause):
        event, message, code = "store full", FULL_MESSAGE, "STORE_FULL"
    # What fails in one item of a list fails in many, in the same way.
    place = (type(cause), *(step for step in error.path or () if isinstance(step, str)))
    if place not in told:
        told.add(place)
        logger.error(event, path=error.path, exc_info=cause)
    return _publish(error, message, code)


def _cause(error: GraphQLError) -> Exception:
    """The exception at the bottom; graphql-core wraps it once per place it passes."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _language_code(error: GraphQLError, cause: GraphQLError) -> str | None:
    """The code of an error of the language, None if it is the fault of a field's value."""
    declared = (error.extensions or {}).get("code") or (cause.extensions or {}).get("code")
    if declared is not None:
        return str(declared)
    if isinstance(error, GraphQLSyntaxError):
        return "GRAPHQL_PARSE_FAILED"
    if error.path is not None:
        # An argument's error points at its value; one of what a field returned, at nothing.
        return "BAD_USER_INPUT" if cause.nodes else None
    if any(isinstance(node, VariableDefinitionNode) for node in error.nodes or ()):
        return "BAD_USER_INPUT"
    return "GRAPHQL_VALIDATION_FAILED"


def _publish(
    error: GraphQLError, message: str, code: str, extensions: Mapping[str, object] | None = None
) -> PublicError:
    return PublicError(
        message,
        error.nodes,
        error.source,
        error.positions,
        error.path,
        extensions={**(extensions or {}), **_extensions(code)},
    )


def _extensions(code: str) -> dict[str, str]:
    return {"code": code, "correlationId": current_correlation_id()}
