"""One contestant: is told a query and a number of runs, tells the CPU time of one."""

import asyncio
import hashlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from benchmarks.graphql.cases import QUERIES, SDL, make_data

# Answers a query with JSON.
Answer = Callable[[str], Awaitable[bytes]]


def floor() -> Answer:
    """The answer is ready, and written."""
    ready = {}

    async def answer(query: str) -> bytes:
        if query not in ready:
            ready[query] = orjson.loads(await graphql_core()(query))
        return orjson.dumps(ready[query])

    return answer


def graphql_core() -> Answer:
    from graphql import build_schema, execute, parse  # noqa: PLC0415

    schema, root, documents = build_schema(SDL), _root(), {q: parse(q) for q in QUERIES.values()}

    async def answer(query: str) -> bytes:
        result = execute(schema, documents[query], root)
        if asyncio.iscoroutine(result):
            result = await result
        return orjson.dumps({"data": result.data})

    return answer


def ariadne() -> Answer:
    from ariadne import graphql, make_executable_schema  # noqa: PLC0415

    schema, root = make_executable_schema(SDL), _root()

    async def answer(query: str) -> bytes:
        _, response = await graphql(schema, {"query": query}, root_value=root)
        return orjson.dumps(response)

    return answer


def strawberry_of(**options: Any) -> Answer:
    import strawberry  # noqa: PLC0415

    from benchmarks.graphql.strawberry_schema import Query  # noqa: PLC0415

    schema = strawberry.Schema(Query, **options)

    async def answer(query: str) -> bytes:
        result = await schema.execute(query)
        return orjson.dumps({"data": result.data})

    return answer


def strawberry_with_caches() -> Answer:
    from strawberry.extensions import ParserCache, ValidationCache  # noqa: PLC0415

    return strawberry_of(extensions=[ParserCache, ValidationCache])


def ours() -> Answer:
    """As this server executes: with all limits, and the price of the answer."""
    from benchmarks.graphql.strawberry_schema import Query  # noqa: PLC0415
    from infra.operation_limits import OperationLimits  # noqa: PLC0415
    from schema.execution.plans import Plans  # noqa: PLC0415
    from schema.preparation import Preparation  # noqa: PLC0415
    from schema.served import ServedSchema  # noqa: PLC0415

    schema = ServedSchema(Preparation(OperationLimits()), Plans(), query=Query)

    async def answer(query: str) -> bytes:
        result = await schema.execute(query)
        return orjson.dumps({"data": result.data})

    return answer


CONTESTANTS: dict[str, Callable[[], Answer]] = {
    "orjson of ready data": floor,
    "graphql-core": graphql_core,
    "Ariadne": ariadne,
    "Strawberry": strawberry_of,
    "Strawberry with caches": strawberry_with_caches,
    "this": ours,
}


def _root() -> dict[str, Any]:
    data = make_data()

    async def search(_info: Any) -> Any:
        return data["search"]

    async def page(_info: Any) -> Any:
        return data["page"]

    return data | {"search": search, "page": page}


async def main() -> None:
    answer = CONTESTANTS[sys.argv[1]]()
    for line in sys.stdin:
        name, runs = json.loads(line)
        query = QUERIES[name]
        started = time.process_time()
        for _ in range(runs):
            body = await answer(query)
        seconds = time.process_time() - started
        digest = hashlib.sha256(json.dumps(json.loads(body), sort_keys=True).encode()).hexdigest()
        print(json.dumps({"seconds": seconds / runs, "answer": digest}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
