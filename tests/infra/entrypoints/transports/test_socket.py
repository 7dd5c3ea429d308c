"""The graphql-transport-ws protocol, message by message; its own client is in tests/clients."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
from toy_backend import Serving
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from infra.entrypoints.transports import application, socket

PROTOCOL = "graphql-transport-ws"


def address(client: httpx.AsyncClient) -> str:
    return f"ws://{client.base_url.host}:{client.base_url.port}/graphql"


class Talk:
    """A connection, in the words of the protocol."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, **message: object) -> None:
        await self.socket.send(json.dumps(message))

    async def hear(self) -> Any:
        return json.loads(await asyncio.wait_for(self.socket.recv(), 5))

    async def subscribe(self, query: str, id: str = "1", **payload: object) -> None:
        await self.say(type="subscribe", id=id, payload={"query": query, **payload})

    async def ask(self, query: str, **payload: object) -> Any:
        """The last message of an operation that gives one answer."""
        await self.subscribe(query, **payload)
        answer = await self.hear()
        if answer["type"] == "next":
            assert (await self.hear())["type"] == "complete"
        return answer

    async def closed(self) -> int | None:
        """Wait until the server closes."""
        async with asyncio.timeout(10):
            with suppress(ConnectionClosedError):
                async for _ in self.socket:
                    pass
            await self.socket.wait_closed()
        return self.socket.close_code


@asynccontextmanager
async def opened(client: httpx.AsyncClient, **options: Any) -> AsyncIterator[Talk]:
    async with connect(address(client), **{"subprotocols": [PROTOCOL], **options}) as connection:
        yield Talk(connection)


@asynccontextmanager
async def talking(client: httpx.AsyncClient, **options: Any) -> AsyncIterator[Talk]:
    async with opened(client, **options) as talk:
        await talk.say(type="connection_init")
        assert await talk.hear() == {"type": "connection_ack"}
        yield talk


async def test_operations_of_all_kinds_are_answered(client: httpx.AsyncClient) -> None:
    async with talking(client) as talk:
        query = await talk.ask(
            "query($n: String!){hello(name: $n)}", variables={"n": "you"}, operationName=None
        )
        mutation = await talk.ask("mutation{double(number: 2)}")
        await talk.subscribe("subscription{count(to: 2)}", id="s")
        heard = [await talk.hear() for _ in range(3)]
    assert query["payload"] == {"data": {"hello": "Hello, you!"}}
    assert mutation["payload"] == {"data": {"double": 4}}
    assert heard == [
        {"id": "s", "type": "next", "payload": {"data": {"count": 0}}},
        {"id": "s", "type": "next", "payload": {"data": {"count": 1}}},
        {"id": "s", "type": "complete"},
    ]


async def test_operations_run_beside_each_other_and_end_on_request(
    client: httpx.AsyncClient,
) -> None:
    async with talking(client) as talk:
        await talk.subscribe("subscription{endless}", id="long")
        assert (await talk.hear())["id"] == "long"
        await talk.say(type="complete", id="long")
        await talk.say(type="complete", id="unknown")
        await talk.subscribe("subscription{count(to: 1)}", id="short")
        heard = []
        while not heard or heard[-1] != {"id": "short", "type": "complete"}:
            heard.append(await talk.hear())
        await asyncio.sleep(0.15)
        assert (await talk.ask("{subscribers}"))["payload"] == {"data": {"subscribers": 0}}


async def test_a_ping_is_answered_with_its_payload(client: httpx.AsyncClient) -> None:
    async with opened(client) as talk:
        await talk.say(type="ping")
        assert await talk.hear() == {"type": "pong"}
        await talk.say(type="pong")
        await talk.say(type="ping", payload={"n": 1})
        assert await talk.hear() == {"type": "pong", "payload": {"n": 1}}


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{nonsense}"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{number}", "operationName": "absent"}, "BAD_REQUEST"),
        ({"query": "query($n: Int!){slow(seconds: $n)}"}, "BAD_USER_INPUT"),
        ({"query": 1}, "BAD_REQUEST"),
        ({}, "BAD_REQUEST"),
        ({"query": "{number}", "variables": []}, "BAD_REQUEST"),
        (None, "BAD_REQUEST"),
        (
            {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}},
            "PERSISTED_QUERY_NOT_FOUND",
        ),
    ],
)
async def test_an_operation_that_cannot_run_ends_with_its_error(
    client: httpx.AsyncClient, payload: object, code: str
) -> None:
    async with talking(client) as talk:
        await talk.say(type="subscribe", id="1", payload=payload)
        answer = await talk.hear()
        assert (answer["id"], answer["type"]) == ("1", "error")
        assert answer["payload"][0]["extensions"]["code"] == code
        assert answer["payload"][0]["extensions"]["correlationId"]
        # The connection and the id can be used on.
        assert (await talk.ask("{number}"))["payload"] == {"data": {"number": 42}}


async def test_faults_are_masked(client: httpx.AsyncClient) -> None:
    async with talking(client) as talk:
        answers = [await talk.ask("{number fault}")]
        await talk.subscribe("subscription{breaks(at: 1)}")
        answers += [await talk.hear(), await talk.hear()]
        await talk.subscribe("{hello ...@defer{fault}}")
        answers += [await talk.hear(), await talk.hear(), await talk.hear()]
    assert "hunter2" not in json.dumps(answers)
    field, _, stream, first, later, last = answers
    assert field["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert stream["type"] == "error"
    assert stream["payload"][0]["extensions"]["code"] == "INTERNAL"
    assert first["payload"]["hasNext"] is True
    assert later["payload"]["incremental"][0]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert last["type"] == "complete"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", 4400),
        ("[]", 4400),
        ('"x"', 4400),
        ("{}", 4400),
        ('{"type": 1}', 4400),
        ('{"type": "start"}', 4400),
        (json.dumps({"type": "日本語" * 100}), 4400),
        (b"binary", 4400),
        ('{"type": "connection_init", "payload": 1}', 4400),
        ('{"type": "subscribe", "payload": {}}', 4400),
        ('{"type": "subscribe", "id": 1, "payload": {}}', 4400),
        ('{"type": "complete"}', 4400),
        ('{"type": "subscribe", "id": "1", "payload": {"query": "{number}"}}', 4401),
    ],
)
async def test_who_does_not_speak_the_protocol_is_left(
    client: httpx.AsyncClient, text: str | bytes, code: int
) -> None:
    async with opened(client) as talk:
        await talk.socket.send(text)
        assert await talk.closed() == code


async def test_initialising_twice_is_refused(client: httpx.AsyncClient) -> None:
    async with talking(client) as talk:
        await talk.say(type="connection_init", payload=None)
        assert await talk.closed() == 4429


async def test_an_id_stands_for_one_operation_at_a_time(client: httpx.AsyncClient) -> None:
    async with talking(client) as talk:
        await talk.subscribe("subscription{endless}")
        await talk.subscribe("{number}")
        assert await talk.closed() == 4409


async def test_who_never_initialises_is_left(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hasty(socket.Connection):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, initialisation_seconds=0.05)

    monkeypatch.setattr(application, "Connection", Hasty)
    async with opened(client) as talk:
        assert await talk.closed() == 4408


async def test_more_operations_than_allowed_are_refused(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "MOST_OPERATIONS", 2)
    async with talking(client) as talk:
        for number in range(3):
            await talk.subscribe("subscription{count(to: 1, pauseSeconds: 9)}", id=str(number))
        refused = await talk.hear()
    assert (refused["id"], refused["type"]) == ("2", "error")
    assert refused["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_other_subprotocols_are_refused(client: httpx.AsyncClient) -> None:
    for protocols in (None, ["graphql-ws"]):
        async with opened(client, subprotocols=protocols) as talk:
            assert await talk.closed() == 4406
    async with opened(client, subprotocols=["graphql-ws", PROTOCOL]) as talk:
        assert talk.socket.subprotocol == PROTOCOL


async def test_a_page_of_another_origin_may_not_connect(serving: Serving) -> None:
    async with serving(allowed_origins="https://dictionary.example") as client:
        with pytest.raises(InvalidStatus) as refusal:
            async with opened(client, origin="https://evil.example"):
                pass
        async with talking(client, origin="https://dictionary.example"):
            pass
    assert refusal.value.response.status_code == 403
    assert b'"FORBIDDEN_ORIGIN"' in refusal.value.response.body


async def test_a_message_over_the_limit_is_not_read(serving: Serving) -> None:
    async with serving(max_body_bytes=1024) as client, talking(client) as talk:
        await talk.subscribe("#" * 2000)
        assert await talk.closed() == 1009


async def test_a_client_that_does_not_read_is_dropped_and_told_why(serving: Serving) -> None:
    # It stops reading from the network when a few messages wait for it.
    async with serving(send_timeout_seconds=1) as client, talking(client, max_queue=2) as talk:
        await talk.subscribe("subscription{heavy}")
        await asyncio.sleep(1.5)
        assert await talk.closed() == 1013
        assert talk.socket.close_reason == "SLOW_CONSUMER"


async def test_a_server_that_stops_says_so(serving: Serving) -> None:
    async with serving() as client:
        talk = Talk(await connect(address(client), subprotocols=[PROTOCOL]))
        await talk.say(type="connection_init")
        await talk.subscribe("subscription{endless}")
    assert await talk.closed() == 1012


async def test_a_client_that_vanishes_ends_its_subscriptions(client: httpx.AsyncClient) -> None:
    async with talking(client) as talk:
        await talk.subscribe("subscription{endless}")
        await talk.hear()
        talk.socket.transport.abort()
    for _ in range(100):
        response = await client.post("/graphql", json={"query": "{subscribers}"})
        if response.json()["data"] == {"subscribers": 0}:
            return
        await asyncio.sleep(0.02)
    pytest.fail("the subscription goes on")
