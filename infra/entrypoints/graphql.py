"""GraphQL over HTTP: Strawberry's ASGI view, corrected where it leaves the specification.

What differs: `application/graphql-response+json` is spoken, errors of the transport are JSON,
bodies that are not objects are refused, a mutation by GET is 405, and every error is made public
by `infra.entrypoints.errors`.
"""

import re
from collections.abc import Callable
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.http.parse_content_type import parse_content_type
from strawberry.schema.base import BaseSchema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from typing_extensions import override

from infra.entrypoints.accept import prefers
from infra.entrypoints.errors import ErrorResponse, mask
from infra.entrypoints.json_input import NumberTooLargeError, read_json

MakeContext = Callable[[Request], object]

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
STATUS_CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 415: "UNSUPPORTED_MEDIA_TYPE"}
NAME = r"[_A-Za-z][_0-9A-Za-z]{0,99}"
# Possessive: a body of nothing but spaces is looked at once.
FIRST_OPERATION = re.compile(
    rf"(?:[\s,\ufeff]|#[^\r\n]*+)*+(?:query|mutation|subscription)\s++({NAME})"
)


class GraphQLView(GraphQL[object, None]):
    """Answers GET and POST with one operation each.

    Args:
        schema: what is served.
        make_context: called once per operation, so that loaders never outlive it.
        page: whether a browser that opens this address is sent to the page at `/`.
    """

    def __init__(self, schema: BaseSchema, make_context: MakeContext, *, page: bool) -> None:
        super().__init__(
            schema, graphql_ide="graphiql" if page else None, subscription_protocols=()
        )
        self.make_context = make_context

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self.run(request)
        except HTTPException as error:
            response = _transport_error(error)
        await response(scope, receive, send)

    @override
    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> object:
        """Make what resolvers get; it must not do I/O."""
        if not isinstance(request, Request):
            raise TypeError("operations arrive over HTTP only")
        return self.make_context(request)

    @override
    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """Tell people from programs: only browsers ask for HTML by name."""
        wants_page = "text/html" in request.headers.get("accept", "")
        return request.method == "GET" and wants_page and not request.query_params.get("query")

    @override
    async def render_graphql_ide(self, request: Request) -> Response:
        """Send a browser to the page."""
        return RedirectResponse("/")

    @override
    def decode_json(self, data: str | bytes) -> object:
        """Read JSON strictly; see `infra.entrypoints.json_input`."""
        try:
            return read_json(data)
        except NumberTooLargeError as error:
            raise HTTPException(400, str(error)) from error

    @override
    def encode_json(self, data: object) -> bytes:
        """Write a response."""
        return orjson.dumps(data)

    @override
    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """Read the one operation of a request.

        Raises:
            HTTPException: the request is not a GraphQL request; says what would be.
        """
        if request.method == "GET":
            data: Any = self.parse_query_params(request.query_params)
        elif parse_content_type(request.content_type or "")[0].lower() == JSON:
            data = self.parse_json(await request.get_body())
        else:
            raise HTTPException(415, f"Send the operation as {JSON}.")
        if not isinstance(data, dict):
            raise HTTPException(400, "The body must be one JSON object with a `query`.")
        return GraphQLRequestData(
            query=_member(data, "query", str, "a string"),
            variables=_member(data, "variables", dict, "an object"),
            operation_name=_member(data, "operationName", str, "a string"),
            extensions=_member(data, "extensions", dict, "an object"),
        )

    @override
    async def execute_operation(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        request_data: GraphQLRequestData | list[GraphQLRequestData],
        context: object,
        root_value: None,
        sub_response: Response,
    ) -> ExecutionResult:
        """Run one operation; GET runs queries only."""
        if isinstance(request_data, list):
            raise HTTPException(400, "Send one operation per request.")
        request.state.operation_name = _operation_name(request_data)
        try:
            return await self.schema.execute(
                request_data.query,
                variable_values=request_data.variables,
                context_value=context,
                operation_name=request_data.operation_name,
                allowed_operation_types=OperationType.from_http(request_adapter.method),
                operation_extensions=request_data.extensions,
            )
        except MissingQueryError as error:
            raise HTTPException(400, "The request has no `query`.") from error
        except CannotGetOperationTypeError as error:
            raise HTTPException(400, error.as_http_error_reason()) from error
        except InvalidOperationTypeError as error:
            raise HTTPException(405, "Send mutations by POST.") from error

    @override
    async def process_result(
        self, request: Request, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        """Shape a result; one that failed before it ran has no `data` at all."""
        mask(result)
        response = GraphQLHTTPResponse()
        errors = result.errors or []
        if result.data is not None or any(error.path is not None for error in errors):
            response["data"] = result.data
        if errors:
            response["errors"] = [error.formatted for error in errors]
        if result.extensions:
            response["extensions"] = result.extensions
        return response

    @override
    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Note what the client asked for where `create_response` finds it."""
        response = await super().get_sub_response(request)
        newer = prefers(request.headers.get("accept", ""), GRAPHQL_RESPONSE, JSON)
        response.media_type = GRAPHQL_RESPONSE if newer else JSON
        return response

    @override
    def create_response(
        self,
        response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse],
        sub_response: Response,
    ) -> Response:
        """Answer 200, or 400 for an operation that did not run, to clients of the newer type."""
        response = super().create_response(response_data, sub_response)
        response.headers["content-type"] = f"{sub_response.media_type}; charset=utf-8"
        if sub_response.media_type == GRAPHQL_RESPONSE and "data" not in response_data:
            response.status_code = 400
        return response


def _member(data: dict[str, Any], name: str, kind: type, allowed: str) -> Any:
    value = data.get(name)
    if value is not None and not isinstance(value, kind):
        raise HTTPException(400, f"`{name}` must be {allowed}.")
    return value


def _operation_name(request: GraphQLRequestData) -> str | None:
    """What the log calls the operation; nothing that could be longer than a name."""
    if request.operation_name:
        return request.operation_name if re.fullmatch(NAME, request.operation_name) else None
    found = FIRST_OPERATION.match(request.query or "")
    return found[1] if found else None


def _transport_error(error: HTTPException) -> Response:
    code = STATUS_CODES.get(error.status_code, "BAD_REQUEST")
    headers = {"allow": "GET, POST"} if error.status_code == 405 else None
    return ErrorResponse(error.status_code, code, error.reason, headers)
