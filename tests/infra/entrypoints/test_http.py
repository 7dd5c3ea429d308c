import asyncio
import io
import json
import logging
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import structlog
from toy_backend import Serving, open_crashing

from infra.logs import configure_logging


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging("info", "json", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(log: io.StringIO, event: str) -> list[dict[str, Any]]:
    entries = [json.loads(line) for line in log.getvalue().splitlines()]
    return [entry for entry in entries if entry["event"] == event]


def the_error(response: httpx.Response) -> dict[str, Any]:
    (error,) = response.json()["errors"]
    assert isinstance(error, dict)
    assert error["extensions"]["correlationId"] == response.headers["x-request-id"]
    return error


async def ask(client: httpx.AsyncClient, query: str, **headers: str) -> httpx.Response:
    return await client.post("/graphql", json={"query": query}, headers=headers)


async def test_a_query_is_answered(client: httpx.AsyncClient) -> None:
    response = await ask(client, "{ hello number }")
    assert response.json() == {"data": {"hello": "Hello, world!", "number": 42}}
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"


async def test_a_query_by_get_is_answered(client: httpx.AsyncClient) -> None:
    parameters = {"query": "query($n: String!){hello(name:$n)}", "variables": '{"n":"you"}'}
    response = await client.get("/graphql", params=parameters)
    assert response.json() == {"data": {"hello": "Hello, you!"}}


async def test_a_mutation_by_get_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql", params={"query": "mutation{double(number:2)}"})
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert the_error(response)["extensions"]["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_refused(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/graphql")
    assert response.status_code == 405
    assert the_error(response)["extensions"]["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'"x"',
        b'["x"]',
        b"[]",
        b"null",
        b"1",
        b"{}",
        b'{"query": 1}',
        b'{"query": null}',
        b'{"query": "{number}", "variables": []}',
        b'{"query": "{number}", "operationName": {}}',
        b'{"query": "{number}", "operationName": "absent"}',
        b'{"query": "{number}", "extensions": "x"}',
        b'{"query": "\xff"}',
        b'{"query": NaN}',
        b"[" * 100_000,
    ],
)
async def test_a_body_that_is_no_request_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    response = await client.post("/graphql", content=body, headers=headers)
    assert response.status_code == 400
    assert the_error(response)["extensions"]["code"] == "BAD_REQUEST"


async def test_get_without_a_query_or_with_bad_variables_is_refused(
    client: httpx.AsyncClient,
) -> None:
    for parameters in (
        {},
        {"query": "{number}", "variables": "{"},
        {"query": "{number}", "variables": "1"},
    ):
        response = await client.get("/graphql", params=parameters)
        assert response.status_code == 400
        assert the_error(response)["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_other_content_types_are_refused(client: httpx.AsyncClient, kind: str) -> None:
    headers = {"content-type": kind}
    response = await client.post("/graphql", content=b'{"query":"{number}"}', headers=headers)
    assert response.status_code == 415
    assert the_error(response)["extensions"]["code"] == "UNSUPPORTED_MEDIA_TYPE"


async def test_the_newer_media_type_is_spoken_when_accepted(client: httpx.AsyncClient) -> None:
    accept = "application/graphql-response+json, application/json;q=0.9"
    good = await ask(client, "{number}", accept=accept)
    bad = await ask(client, "{nonsense}", accept=accept)
    partial = await ask(client, "{number fault}", accept=accept)
    assert [good.status_code, bad.status_code, partial.status_code] == [200, 400, 200]
    assert good.headers["content-type"].startswith("application/graphql-response+json")
    assert bad.headers["content-type"].startswith("application/graphql-response+json")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{nonsense}", "GRAPHQL_VALIDATION_FAILED"),
        ("query($n: String!){hello(name: $n)}", "BAD_USER_INPUT"),
    ],
)
async def test_an_operation_that_cannot_run_has_a_code_and_no_data(
    client: httpx.AsyncClient, query: str, code: str
) -> None:
    response = await ask(client, query)
    assert the_error(response)["extensions"]["code"] == code
    assert "data" not in response.json()
    assert response.status_code == 200


async def test_errors_for_clients_keep_message_code_path_and_place(
    client: httpx.AsyncClient,
) -> None:
    response = await ask(client, "{ broken }")
    error = the_error(response)
    assert response.json()["data"] == {"broken": None}
    assert error["message"] == "The toy is broken; mend it."
    assert error["extensions"]["code"] == "TOY_BROKEN"
    assert error["path"] == ["broken"]
    assert error["locations"] == [{"line": 1, "column": 3}]
    assert the_error(await ask(client, "{ refused }"))["extensions"]["code"] == "FORBIDDEN"


async def test_a_store_that_is_gone_is_told_without_its_address(client: httpx.AsyncClient) -> None:
    response = await ask(client, "{ storeGone }")
    assert the_error(response)["extensions"]["code"] == "STORE_UNAVAILABLE"
    assert "internal" not in response.text


async def test_a_full_disk_is_told_as_such(client: httpx.AsyncClient) -> None:
    response = await ask(client, "{ storeFull }")
    assert the_error(response)["extensions"]["code"] == "STORE_FULL"
    assert "secret" not in response.text


async def test_a_fault_is_masked_and_logged_under_its_correlation_id(
    log: io.StringIO, client: httpx.AsyncClient
) -> None:
    response = await ask(client, "{ fault }")
    error = the_error(response)
    assert error["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in response.text
    (entry,) = lines(log, "fault")
    assert entry["correlation_id"] == error["extensions"]["correlationId"]
    assert "RuntimeError" in entry["exception"]


async def test_each_request_has_its_own_correlation_id(client: httpx.AsyncClient) -> None:
    first, second = [await ask(client, "{number}") for _ in range(2)]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_a_sane_correlation_id_is_kept(client: httpx.AsyncClient) -> None:
    response = await ask(client, "{number}", **{"X-Request-ID": "proxy-7:a.b_c"})
    assert response.headers["x-request-id"] == "proxy-7:a.b_c"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "a\tb", '{"a":1}', "<script>"])
async def test_a_strange_correlation_id_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    response = await ask(client, "{number}", **{"X-Request-ID": given})
    assert response.headers["x-request-id"] != given
    assert len(response.headers["x-request-id"]) == 32


async def test_the_correlation_id_is_in_the_lines_logged_by_resolvers(
    log: io.StringIO, client: httpx.AsyncClient
) -> None:
    response = await ask(client, "{log}")
    (entry,) = lines(log, "inside")
    assert entry["correlation_id"] == response.headers["x-request-id"]


async def test_each_request_is_logged_once_without_its_content(
    log: io.StringIO, client: httpx.AsyncClient
) -> None:
    await ask(client, '# a query like others\nquery Greeting { hello(name: "private") }')
    await client.get("/graphql?query={number}&private=1")
    await client.get("/healthz")
    first, second = lines(log, "request")
    assert (first["method"], first["path"], first["status"]) == ("POST", "/graphql", 200)
    assert first["operation"] == "Greeting"
    assert first["milliseconds"] > 0
    assert second["operation"] is None
    assert "private" not in log.getvalue()


def padded(length: int) -> bytes:
    body = b'{"query":"{number}"}'
    return body + b" " * (length - len(body))


async def chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 100):
        yield body[start : start + 100]


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_at_the_limit_passes_and_one_over_it_is_refused(
    serving: Serving, chunked: bool
) -> None:
    headers = {"content-type": "application/json"}
    async with serving(max_body_bytes=1024) as small:
        for length, status in [(1024, 200), (1025, 413), (100_000, 413)]:
            body = chunks(padded(length)) if chunked else padded(length)
            response = await small.post("/graphql", content=body, headers=headers)
            assert response.status_code == status
    error = the_error(response)
    assert error["extensions"]["code"] == "BODY_TOO_LARGE"
    assert "1024 bytes" in error["message"]


async def test_an_unknown_address_is_told_in_json(client: httpx.AsyncClient) -> None:
    response = await client.get("/nowhere")
    assert response.status_code == 404
    assert the_error(response)["extensions"]["code"] == "NOT_FOUND"


async def test_responses_are_never_sniffed(client: httpx.AsyncClient) -> None:
    for path in ("/", "/graphql?query={number}", "/healthz", "/nowhere"):
        response = await client.get(path)
        assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_fault_outside_of_graphql_is_masked(serving: Serving) -> None:
    async with serving(open_crashing) as client:
        response = await client.get("/graphql")
    assert response.status_code == 500
    assert the_error(response)["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in response.text


@pytest.mark.parametrize("space", ["\n", " ", "#\n", "query\n"])
async def test_a_document_of_nothing_is_refused_at_once(
    client: httpx.AsyncClient, space: str
) -> None:
    started = time.perf_counter()
    response = await ask(client, space * (1_000_000 // len(space)))
    assert the_error(response)["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"
    # A parser that went back over it again and again would take hours.
    assert time.perf_counter() - started < 60


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        ({"query": "# what for\n  query Named { number }"}, "Named"),
        ({"query": "{ number }  # query This is not one"}, None),
        ({"query": "query A{number} query B{number}", "operationName": "B"}, "B"),
        ({"query": "{ number }", "operationName": "people's texts " * 1000}, None),
        ({"query": f"query {'N' * 1000} {{ number }}"}, "N" * 100),
    ],
)
async def test_the_log_names_operations_and_nothing_longer(
    serving: Serving, log: io.StringIO, request_: dict[str, str], name: str | None
) -> None:
    async with serving() as client:
        await client.post("/graphql", json=request_)
    (line,) = lines(log, "request")
    assert line["operation"] == name


async def test_media_types_are_read_without_regard_to_case(client: httpx.AsyncClient) -> None:
    headers = {"content-type": "Application/JSON"}
    response = await client.post("/graphql", content=b'{"query": "{number}"}', headers=headers)
    assert response.json() == {"data": {"number": 42}}


async def test_a_client_that_leaves_while_it_speaks_is_no_fault(
    serving: Serving, log: io.StringIO
) -> None:
    async with serving() as client:
        _, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(
            b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
            b"content-length: 500\r\n\r\n{"
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        assert (await ask(client, "{number}")).status_code == 200
    assert len(lines(log, "request")) == 2
    assert lines(log, "fault") == []
