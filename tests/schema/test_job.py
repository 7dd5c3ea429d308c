"""Jobs over GraphQL: asked for, looked at, followed, called off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
import strawberry
from jobs import runner

from documents.library import LibraryDocument
from resolvers.context import Context, Services
from resolvers.job_works import WORKS
from resolvers.jobs.run import JobRun
from resolvers.jobs.runner import JobRunner

REBUILD = """
mutation($library: String!) {
  rebuildIndex(input: {library: $library}) {
    job { id kind state library { key } } userErrors { code field }
  }
}
"""
CANCEL = "mutation($id: ID!) { cancelJob(input: {id: $id}) { job { state } userErrors { code } } }"
FOLLOW = "subscription($id: ID!) { jobProgress(id: $id) { state progress { done total message } } }"
JOBS = """
query($library: String, $state: [JobState!]) {
  jobs(library: $library, state: $state) { totalCount nodes { id state } }
}
"""
JOB = """
query($id: ID!) {
  node(id: $id) {
    ... on Job { state result attempts createdAt startedAt dueAt finishedAt error { code } }
  }
}
"""


@pytest.fixture(autouse=True)
async def no_jobs(services: Services) -> AsyncIterator[None]:
    """The library is shared; its jobs are not."""
    yield
    await services.database["jobs"].delete_many({})


@pytest.fixture
async def asked(ask: Any, ring: LibraryDocument) -> str:
    """The id of a job that waits."""
    data = await ask(REBUILD, library=ring.key)
    return str(data["rebuildIndex"]["job"]["id"])


async def states(schema: strawberry.Schema, services: Services, job_id: str) -> list[Any]:
    """What a follower sees of a job until it is over, or the code of an error."""
    seen = []
    results = await schema.stream(
        FOLLOW, variable_values={"id": job_id}, context_value=Context(services)
    )
    async with aclosing(results):  # type: ignore[type-var]
        async for result in results:
            if result.errors:
                return [result.errors[0].original_error.code]
            seen.append(result.data["jobProgress"])
    return seen


async def test_a_job_is_asked_for_once_and_found_again(
    ask: Any, ring: LibraryDocument, asked: str
) -> None:
    again = (await ask(REBUILD, library=ring.key))["rebuildIndex"]
    assert again["userErrors"] == []
    assert again["job"] == {
        "id": asked,
        "kind": "REBUILD_INDEX",
        "state": "WAITING",
        "library": {"key": ring.key},
    }
    node = (await ask(JOB, id=asked))["node"]
    assert (node["state"], node["attempts"], node["result"]) == ("WAITING", 0, None)
    assert node["dueAt"] >= node["createdAt"]
    listed = {"totalCount": 1, "nodes": [{"id": asked, "state": "WAITING"}]}
    assert (await ask(JOBS))["jobs"] == listed
    assert (await ask(JOBS, library=ring.key, state=["WAITING"]))["jobs"] == listed
    assert (await ask(JOBS, state=["DONE"]))["jobs"]["totalCount"] == 0


async def test_a_job_that_is_done_tells_what_came_of_it(
    ask: Any, services: Services, asked: str
) -> None:
    assert await JobRunner(services, WORKS).run_next()
    node = (await ask(JOB, id=asked))["node"]
    assert (node["state"], node["result"], node["error"]) == ("DONE", {"build": 1}, None)
    assert node["createdAt"] <= node["startedAt"] <= node["finishedAt"]


async def test_a_follower_sees_a_job_from_where_it_is_to_its_end(
    schema: strawberry.Schema, services: Services, asked: str
) -> None:
    go_on = asyncio.Event()

    async def work(run: JobRun) -> dict[str, Any]:
        run.report(1, 2, "half of it")
        await go_on.wait()
        return {}

    async with asyncio.TaskGroup() as tasks:
        following = [tasks.create_task(states(schema, services, asked)) for _ in range(2)]
        await asyncio.sleep(0.1)
        running = tasks.create_task(runner(Context(services), work).run_next())
        await asyncio.sleep(1.8)  # a heartbeat
        go_on.set()
        await running
    half = {"done": 1, "total": 2, "message": "half of it"}
    first, second = [await each for each in following]
    assert first == second
    assert first[0] == {"state": "WAITING", "progress": None}
    assert first[-2:] == [
        {"state": "RUNNING", "progress": half},
        {"state": "DONE", "progress": half},
    ]
    assert await states(schema, services, asked) == first[-1:]


async def test_a_waiting_job_is_called_off(ask: Any, asked: str) -> None:
    assert (await ask(CANCEL, id=asked))["cancelJob"] == {
        "job": {"state": "CANCELLED"},
        "userErrors": [],
    }


async def test_what_is_not_there_is_told(
    ask: Any, refused: Any, ring: LibraryDocument, schema: strawberry.Schema, services: Services
) -> None:
    query = "query($key: String!) { library(by: {key: $key}) { id } }"
    library = (await ask(query, key=ring.key))["library"]["id"]
    unknown = "Sm9iOjY1MDAwMDAwMDAwMDAwMDAwMDAwMDAwMA"
    codes = {unknown: "NOT_FOUND", library: "WRONG_TYPE", "nonsense": "INVALID_VALUE"}
    for job_id, code in codes.items():
        payload = (await ask(CANCEL, id=job_id))["cancelJob"]
        assert payload == {"job": None, "userErrors": [{"code": code}]}
    payload = (await ask(REBUILD, library="nowhere"))["rebuildIndex"]
    assert payload["userErrors"] == [{"code": "NOT_FOUND", "field": ["library"]}]
    assert await refused(JOBS, library="nowhere") == "NOT_FOUND"
    assert await states(schema, services, unknown) == ["NOT_FOUND"]
    assert await states(schema, services, library) == ["BAD_USER_INPUT"]
