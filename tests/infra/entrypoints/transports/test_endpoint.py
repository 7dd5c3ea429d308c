"""One operation, one answer: what the specification leaves open or demands, beyond the audits."""

import httpx
import pytest
from toy_backend import Serving

PREFLIGHT = {"apollo-require-preflight": "true"}
FOREIGN = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}


def code_of(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    assert error["extensions"]["correlationId"] == response.headers["x-request-id"]
    return str(error["extensions"]["code"])


async def test_a_batch_is_refused_clearly(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json=[{"query": "{number}"}])
    assert response.status_code == 400
    assert "one operation per request" in response.json()["errors"][0]["message"]


async def test_another_charset_is_refused(client: httpx.AsyncClient) -> None:
    for charset, status in [("utf-8", 200), ('"UTF-8"', 200), ("iso-8859-1", 415)]:
        response = await client.post(
            "/graphql",
            content=b'{"query": "{number}"}',
            headers={"content-type": f"application/json; charset={charset}"},
        )
        assert response.status_code == status


async def test_a_client_that_takes_no_possible_type_is_told_one(client: httpx.AsyncClient) -> None:
    for query, accept in [
        ("{number}", "text/plain"),
        ("{hello ...@defer{number}}", "application/json"),
        ("subscription{count(to: 1)}", "application/json"),
    ]:
        response = await client.post("/graphql", json={"query": query}, headers={"accept": accept})
        assert response.status_code == 406
        assert code_of(response) == "NOT_ACCEPTABLE"
        assert "Send `Accept: " in response.json()["errors"][0]["message"]


async def test_a_page_of_another_origin_reads_nothing_by_get(client: httpx.AsyncClient) -> None:
    address = "/graphql?query={number}"
    assert code_of(await client.get(address, headers=FOREIGN)) == "FORBIDDEN_ORIGIN"
    assert (await client.get(address, headers=FOREIGN | PREFLIGHT)).status_code == 200
    own = {"origin": str(client.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    assert (await client.get(address, headers=own)).status_code == 200


async def test_an_allowed_page_may_read_the_answers_and_no_other(serving: Serving) -> None:
    page = {"origin": "https://dictionary.example"}
    async with serving(allowed_origins=page["origin"]) as client:
        asked = await client.options(
            "/graphql",
            headers=page
            | {
                "access-control-request-method": "POST",
                "access-control-request-headers": "content-type,x-own",
            },
        )
        answered = await client.post("/graphql", json={"query": "{number}"}, headers=page)
        foreign = await client.post("/graphql", json={"query": "{number}"}, headers=FOREIGN)
    assert asked.status_code == 200
    assert answered.headers["access-control-allow-origin"] == page["origin"]
    assert "access-control-allow-origin" not in foreign.headers


@pytest.mark.parametrize("kind", ["text/event-stream", "multipart/mixed"])
async def test_a_refusal_is_one_answer_whatever_is_accepted(
    client: httpx.AsyncClient, kind: str
) -> None:
    response = await client.get(
        "/graphql?query=mutation{double(number:2)}", headers={"accept": kind}
    )
    assert response.status_code == 405
    assert code_of(response) == "METHOD_NOT_ALLOWED"
