"""Running an operation, the same for every transport: what comes out is public."""

import re
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import structlog
from graphql import GraphQLError
from graphql.execution import (
    InitialIncrementalExecutionResult,
    SubsequentIncrementalExecutionResult,
)
from strawberry import Schema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError, StreamExecutionResult
from strawberry.types.graphql import OperationType

from infra.entrypoints.errors import mask
from infra.entrypoints.transports.kind import Kind, kind_of
from infra.entrypoints.transports.persisted import PersistedDocuments
from infra.entrypoints.transports.refusal import RefusedError, bad_request, method_not_allowed
from infra.entrypoints.transports.request import OperationRequest
from infra.operation_limits import OperationLimits

# An answer, or one of several, as it goes to the client; without `data` the operation did not run,
# or ended with these errors.
Frame = dict[str, Any]

ALL_TYPES = frozenset(OperationType)

# What a request asks its document for, but cannot have.
UNSUITABLE = (CannotGetOperationTypeError, InvalidOperationTypeError)

NAME = r"[_A-Za-z][_0-9A-Za-z]{0,99}"
# Possessive: a body of nothing but spaces is looked at once.
FIRST_OPERATION = re.compile(
    rf"(?:[\s,\ufeff]|#[^\r\n]*+)*+(?:query|mutation|subscription)\s++({NAME})"
)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Operation:
    """A request whose document is at hand."""

    request: OperationRequest
    text: str
    kind: Kind

    @property
    def name(self) -> str | None:
        """What the log calls it; nothing that could be longer than a name."""
        given = self.request.operation_name
        if given:
            return given if re.fullmatch(NAME, given) else None
        found = FIRST_OPERATION.match(self.text)
        return found[1] if found else None


class Operations:
    """Runs the operations of one schema.

    Args:
        schema: what is served.
        make_context: called once per operation, so that loaders never outlive it.
        documents: finds documents that are named instead of sent.
        limits: what the schema was made with.
    """

    def __init__(
        self,
        schema: Schema,
        make_context: Callable[[], object],
        documents: PersistedDocuments,
        limits: OperationLimits,
    ) -> None:
        self._schema = schema
        self._make_context = make_context
        self._documents = documents
        self._limits = limits

    async def prepare(self, request: OperationRequest) -> Operation:
        """Find the document of a request.

        Raises:
            LexigraphError: it is not known, or not trusted.
            RefusedError: the request names none.
        """
        text = await self._documents.find(request)
        return Operation(request, text, kind_of(text, request.operation_name, self._limits))

    async def answer(
        self, operation: Operation, allowed: Collection[OperationType] = ALL_TYPES
    ) -> Frame:
        """The one answer of a `SINGLE` operation.

        Raises:
            RefusedError: it may not run this way.
        """
        arguments = self._arguments(operation, allowed)
        try:
            result = await self._schema.execute(operation.text, **arguments)
        except UNSUITABLE as error:
            raise _refusal(error) from error
        frame = frame_of(result)
        if "data" in frame:
            await self._documents.register(operation.request)
        return frame

    async def run(
        self, operation: Operation, allowed: Collection[OperationType] = ALL_TYPES
    ) -> AsyncGenerator[Frame, None]:
        """Give what the operation answers, whatever its kind.

        Raises:
            RefusedError: first of all, if it may not run this way.
        """
        if operation.kind is Kind.SINGLE:
            # Does the same as a stream of one, in half of its time.
            yield await self.answer(operation, allowed)
            return
        is_registered = False
        results = await self._schema.stream(operation.text, **self._arguments(operation, allowed))
        async with aclosing(results):
            async for result in results:
                _refuse(result)
                frame = frame_of(result)
                if not is_registered and "data" in frame:
                    await self._documents.register(operation.request)
                    is_registered = True
                yield frame

    def _arguments(
        self, operation: Operation, allowed: Collection[OperationType]
    ) -> dict[str, Any]:
        request = operation.request
        return {
            "variable_values": request.variables,
            "context_value": self._make_context(),
            "operation_name": request.operation_name,
            "operation_extensions": request.extensions,
            "allowed_operation_types": allowed,
        }


def frame_of(result: StreamExecutionResult) -> Frame:
    """What a client gets of a result; one that failed before it ran has no `data` at all."""
    mask(result)
    if isinstance(result, InitialIncrementalExecutionResult | SubsequentIncrementalExecutionResult):
        formatted = dict(result.formatted)
        return {name: value for name, value in formatted.items() if value or name != "extensions"}
    frame: Frame = {}
    errors = result.errors or []
    if result.data is not None or any(error.path is not None for error in errors):
        frame["data"] = result.data
    if errors:
        frame["errors"] = [error.formatted for error in errors]
    if result.extensions:
        frame["extensions"] = result.extensions
    return frame


def frame_of_error(error: Exception) -> Frame:
    """What a client gets of an error outside of execution."""
    return frame_of(ExecutionResult(None, [GraphQLError(str(error), original_error=error)]))


def _refuse(result: StreamExecutionResult) -> None:
    """Raise what is the request's fault, not the document's."""
    if not isinstance(result, PreExecutionError) or not result.errors:
        return
    cause = result.errors[0].original_error
    if isinstance(cause, UNSUITABLE):
        raise _refusal(cause)


def _refusal(error: CannotGetOperationTypeError | InvalidOperationTypeError) -> RefusedError:
    if isinstance(error, CannotGetOperationTypeError):
        return bad_request(error.as_http_error_reason())
    return method_not_allowed("Send mutations by POST.")
