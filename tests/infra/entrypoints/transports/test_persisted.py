"""Documents that are named instead of sent, as Apollo's clients name them and by id."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import httpx
import pytest
from toy_backend import SCHEMA, Serving, toy

from infra.entrypoints.app import Backend
from infra.entrypoints.trusted_documents import TrustedDocumentsError, load_trusted_documents
from infra.settings import Settings

QUERY = "query Greet($name: String) { hello(name: $name) }"
TRUSTED = {"answer": "{ number }", "follow": "subscription { count(to: 1) }"}
OTHER_HASH = "0" * 64


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def named(name: str, **members: object) -> dict[str, Any]:
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": name}}
    return {"extensions": extensions, **members}


async def ask(client: httpx.AsyncClient, body: object, **headers: str) -> Any:
    return (await client.post("/graphql", json=body, headers=headers)).json()


def code_of(answer: Any) -> str:
    (error,) = answer["errors"]
    return str(error["extensions"]["code"])


@asynccontextmanager
async def open_trusting(settings: Settings) -> AsyncIterator[Backend]:
    yield toy(settings, trusted=TRUSTED)


async def test_a_document_is_sent_once_and_named_from_then_on(serving: Serving) -> None:
    name = hash_of(QUERY)
    async with serving() as client:
        unknown = await ask(client, named(name))
        sent = await ask(client, named(name, query=QUERY, variables={"name": "you"}))
        again = await ask(client, named(name, variables={"name": "me"}))
        parameters = {"extensions": json.dumps(named(name)["extensions"])}
        by_get = (await client.get("/graphql", params=parameters)).json()
    assert unknown["errors"][0]["message"] == "PersistedQueryNotFound"
    assert code_of(unknown) == "PERSISTED_QUERY_NOT_FOUND"
    assert sent["data"] == {"hello": "Hello, you!"}
    assert again["data"] == {"hello": "Hello, me!"}
    assert by_get["data"] == {"hello": "Hello, world!"}


async def test_the_newer_media_type_has_status_400_for_a_hash_that_is_not_known(
    client: httpx.AsyncClient,
) -> None:
    headers = {"accept": "application/graphql-response+json"}
    response = await client.post("/graphql", json=named(OTHER_HASH), headers=headers)
    assert response.status_code == 400


async def test_what_does_not_run_is_not_remembered(client: httpx.AsyncClient) -> None:
    nonsense, long = "{ nonsense }", f"{{ number }} # {'x' * 20_000}"
    for text in (nonsense, long):
        await ask(client, named(hash_of(text), query=text))
        assert code_of(await ask(client, named(hash_of(text)))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "body",
    [
        named(OTHER_HASH, query=QUERY),
        named(OTHER_HASH.replace("0", "A")),
        named("x"),
        {"extensions": {"persistedQuery": "x"}},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": OTHER_HASH}}},
        {"query": "{ number }", "documentId": "answer"},
    ],
)
async def test_contradictions_are_refused(client: httpx.AsyncClient, body: object) -> None:
    assert code_of(await ask(client, body)) == "BAD_REQUEST"


@pytest.mark.parametrize("only", [False, True])
async def test_a_trusted_document_is_named_by_id_or_hash(serving: Serving, only: bool) -> None:
    text = TRUSTED["answer"]
    async with serving(open_trusting, only_trusted_documents=only) as client:
        for body in (
            {"documentId": "answer"},
            {"documentId": hash_of(text)},
            {"documentId": f"sha256:{hash_of(text)}"},
            named(hash_of(text)),
            named(hash_of(text), query=text),
            {"query": text},
        ):
            assert (await ask(client, body))["data"] == {"number": 42}
        unknown = await ask(client, {"documentId": "unknown"})
        events = await client.get(
            "/graphql?documentId=follow", headers={"accept": "text/event-stream"}
        )
    assert code_of(unknown) == "DOCUMENT_NOT_TRUSTED"
    assert events.text.startswith('event: next\ndata: {"data":{"count":0}}')


async def test_nothing_but_trusted_documents_is_answered_where_so_set(serving: Serving) -> None:
    async with serving(open_trusting, only_trusted_documents=True) as client:
        for body in (
            {"query": "{ number }  "},
            {"query": "{ __typename }"},
            named(hash_of(QUERY)),
            named(hash_of(QUERY), query=QUERY),
        ):
            assert code_of(await ask(client, body)) == "DOCUMENT_NOT_TRUSTED"


async def test_a_named_answer_can_be_kept_while_it_holds(serving: Serving) -> None:
    async with serving(open_trusting) as client:
        first = await client.get("/graphql?documentId=answer")
        kept = {"if-none-match": first.headers["etag"]}
        again = await client.get("/graphql?documentId=answer", headers=kept)
        stale = await client.get("/graphql?documentId=answer", headers={"if-none-match": '"x"'})
        sent = await client.get("/graphql?query={number}")
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["vary"] == "Accept"
    assert (again.status_code, again.content) == (304, b"")
    assert (stale.status_code, stale.json()) == (200, first.json())
    assert "etag" not in sent.headers
    assert sent.headers["cache-control"] == "no-store"


def test_documents_are_read_from_a_folder_or_a_manifest(tmp_path: Any) -> None:
    for name, text in TRUSTED.items():
        (tmp_path / f"{name}.graphql").write_text(text)
    (tmp_path / "notes.txt").write_text("not a document")
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(TRUSTED))
    assert load_trusted_documents(tmp_path, SCHEMA._schema) == TRUSTED
    assert load_trusted_documents(manifest, SCHEMA._schema) == TRUSTED


@pytest.mark.parametrize(
    "content",
    ["[", "[]", '{"a": 1}', '{"a": "{"}', '{"a": "{nonsense}"}', '{"a": "fragment F on Query{a}"}'],
)
def test_a_document_that_cannot_run_is_refused_at_start(tmp_path: Any, content: str) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(content)
    with pytest.raises(TrustedDocumentsError, match=r"manifest\.json|'a'"):
        load_trusted_documents(manifest, SCHEMA._schema)


def test_documents_that_are_not_there_are_told_at_start(tmp_path: Any) -> None:
    with pytest.raises(TrustedDocumentsError, match="absent"):
        load_trusted_documents(tmp_path / "absent", SCHEMA._schema)
