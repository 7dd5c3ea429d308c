"""Server-sent events and multipart responses, byte for byte and under bad clients."""

import asyncio
import json
import re
from typing import Any

import httpx
import pytest
from toy_backend import Serving

from infra.entrypoints.transports import stream

EVENTS = {"accept": "text/event-stream"}
PARTS = {"accept": "multipart/mixed"}
PARTS_OF_2022 = {"accept": "multipart/mixed;deferSpec=20220824"}
SUBSCRIPTION_PARTS = {"accept": 'multipart/mixed;boundary=graphql;subscriptionSpec="1.0"'}


def events_of(text: str) -> list[tuple[str, Any]]:
    """Names and data; comments are left out."""
    found = []
    for block in text.removesuffix("\n\n").split("\n\n"):
        lines = dict(line.split(":", 1) for line in block.split("\n"))
        if "event" in lines:
            data = lines["data"].strip()
            found.append((lines["event"].strip(), json.loads(data) if data else None))
    return found


def parts_of(response: httpx.Response) -> list[Any]:
    assert 'boundary="graphql"' in response.headers["content-type"]
    first, *parts, last = response.text.split("--graphql")
    assert (first, last) == ("", "--\r\n")
    for part in parts:
        assert part.startswith("\r\ncontent-type: application/json; charset=utf-8\r\n\r\n")
    return [json.loads(part.partition("\r\n\r\n")[2]) for part in parts]


async def ask(client: httpx.AsyncClient, query: str, headers: dict[str, str]) -> httpx.Response:
    response = await client.post("/graphql", json={"query": query}, headers=headers)
    assert response.status_code == 200
    assert "hunter2" not in response.text
    return response


async def test_a_subscription_is_a_stream_of_events(client: httpx.AsyncClient) -> None:
    response = await ask(client, "subscription{count(to: 2)}", EVENTS)
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["x-request-id"]
    assert events_of(response.text) == [
        ("next", {"data": {"count": 0}}),
        ("next", {"data": {"count": 1}}),
        ("complete", None),
    ]


async def test_other_operations_are_answered_by_events_too(client: httpx.AsyncClient) -> None:
    mutation = await ask(client, "mutation{double(number: 2)}", EVENTS)
    assert events_of(mutation.text)[0] == ("next", {"data": {"double": 4}})
    invalid = events_of((await ask(client, "{nonsense}", EVENTS)).text)
    assert invalid[0][1]["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert [name for name, _ in invalid] == ["next", "complete"]


async def test_a_stream_that_fails_says_so_and_ends(client: httpx.AsyncClient) -> None:
    (_, first), (_, failure), (last, _) = events_of(
        (await ask(client, "subscription{breaks(at: 1)}", EVENTS)).text
    )
    assert first == {"data": {"breaks": 0}}
    assert failure["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert last == "complete"


async def test_what_is_deferred_comes_in_a_later_part_and_masked(client: httpx.AsyncClient) -> None:
    query = '{hello ...@defer(label: "later"){number fault}}'
    first, second = parts_of(await ask(client, query, PARTS))
    assert first["data"] == {"hello": "Hello, world!"}
    assert first["hasNext"] is True
    assert second["incremental"][0]["data"] == {"number": 42, "fault": None}
    assert second["incremental"][0]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert second["hasNext"] is False


async def test_apollo_gets_what_is_deferred_in_the_format_of_2022(
    client: httpx.AsyncClient,
) -> None:
    query = '{hello item{name ...@defer(label: "later"){broken slowName(seconds: 0.01)}}}'
    first, second = parts_of(await ask(client, query, PARTS_OF_2022))
    assert first == {"data": {"hello": "Hello, world!", "item": {"name": "toy"}}, "hasNext": True}
    (part,) = second["incremental"]
    assert (part["path"], part["label"]) == (["item"], "later")
    assert part["data"] == {"broken": None, "slowName": "toy"}
    assert part["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert second["hasNext"] is False


async def test_a_deferred_part_that_cannot_be_null_is_given_up_with_its_error(
    client: httpx.AsyncClient,
) -> None:
    query = "{item{name ...@defer{mandatory}}}"
    _, old = parts_of(await ask(client, query, PARTS_OF_2022))
    _, new = parts_of(await ask(client, query, PARTS))
    assert old["incremental"][0]["data"] is None
    assert old["incremental"][0]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert new["completed"][0]["errors"][0]["extensions"]["code"] == "INTERNAL"


async def test_a_list_comes_item_by_item(client: httpx.AsyncClient) -> None:
    query = "{items @stream(initialCount: 1){name broken}}"
    first, *others = parts_of(await ask(client, query, PARTS))
    assert [item["name"] for item in first["data"]["items"]] == ["toy"]
    streamed = [part for each in others for part in each.get("incremental", ())]
    assert [item["name"] for part in streamed for item in part["items"]] == ["toy", "toy"]
    codes = {error["extensions"]["code"] for part in streamed for error in part["errors"]}
    assert codes == {"INTERNAL"}


async def test_apollo_can_subscribe_over_http(client: httpx.AsyncClient) -> None:
    response = await ask(client, "subscription{count(to: 2)}", SUBSCRIPTION_PARTS)
    assert parts_of(response) == [{"payload": {"data": {"count": n}}} for n in range(2)]
    _, failed = parts_of(await ask(client, "subscription{breaks(at: 1)}", SUBSCRIPTION_PARTS))
    assert failed["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL"


@pytest.mark.parametrize(
    ("headers", "beat"), [(EVENTS, ":\n\n"), (SUBSCRIPTION_PARTS, "\r\n\r\n{}\r\n")]
)
async def test_a_silent_stream_is_kept_alive(
    client: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
    beat: str,
) -> None:
    monkeypatch.setattr(stream, "BEAT_SECONDS", 0.05)
    response = await ask(client, "subscription{count(to: 1, pauseSeconds: 0.3)}", headers)
    assert beat in response.text


@pytest.mark.parametrize(
    ("headers", "end"),
    [
        (EVENTS, r'"count":0}}\n\n'),
        (
            SUBSCRIPTION_PARTS,
            r'"code":"SERVER_STOPPING","correlationId":"\w+"}}\]}\r\n--graphql--\r\n',
        ),
    ],
)
async def test_a_server_that_stops_ends_its_streams_so_that_clients_come_again(
    serving: Serving, headers: dict[str, str], end: str
) -> None:
    query = "subscription{count(to: 2, pauseSeconds: 0.5)}"
    received = ""
    async with httpx.AsyncClient() as reader:
        async with serving() as client:
            address = f"{client.base_url}/graphql"
            sent = reader.build_request("POST", address, json={"query": query}, headers=headers)
            response = await reader.send(sent, stream=True)
            texts = response.aiter_text()
            while '"count":0' not in received:
                received += await anext(texts)
        received += "".join([text async for text in texts])
    assert re.search(end + r"\Z", received)


async def read_late(client: httpx.AsyncClient, accept: str) -> bytes:
    """Ask for more than the buffers hold, and read only after the server gave up."""
    reader, writer = await asyncio.open_connection(
        client.base_url.host, client.base_url.port, limit=2**14
    )
    query = "query=subscription%7Bheavy%7D"
    request = (
        f"GET /graphql?{query} HTTP/1.1\r\nhost: x\r\nconnection: close\r\naccept: {accept}\r\n\r\n"
    )
    writer.write(request.encode())
    await asyncio.sleep(1.5)
    received = await reader.read()
    writer.close()
    return received


@pytest.mark.parametrize("headers", [EVENTS, SUBSCRIPTION_PARTS])
async def test_a_client_that_does_not_read_is_dropped_and_told_why(
    serving: Serving, headers: dict[str, str]
) -> None:
    async with serving(send_timeout_seconds=1) as client:
        received = await read_late(client, headers["accept"])
    assert b'"code":"SLOW_CONSUMER"' in received[-500:]


async def test_a_client_that_leaves_ends_its_subscription(serving: Serving) -> None:
    async with serving() as client:
        async with client.stream(
            "GET", "/graphql?query=subscription{endless}", headers=EVENTS
        ) as response:
            await anext(response.aiter_text())
            assert (await ask(client, "{subscribers}", {})).json()["data"] == {"subscribers": 1}
        for _ in range(100):
            if (await ask(client, "{subscribers}", {})).json()["data"] == {"subscribers": 0}:
                return
            await asyncio.sleep(0.02)
    pytest.fail("the subscription goes on")
