"""Random documents over the schema that is served: both engines answer the same."""

import json
import re
from collections import Counter
from random import Random

import pytest
from both_engines import assert_same
from random_documents import DocumentMaker
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from resolvers.context import Context
from schema.schema import make_schema

QUERY = """{ library(by: {key: "ring"}) { id } words(library: "ring", first: 5) { edges { cursor
    node { id text definitions { nodes { id key text examples { nodes { id } } } } } } } }"""

SEARCHES = """{ search(input: {library: "ring", by: {text: "x"}}) { sequence }
    searchChunks(input: {library: "ring", by: {text: "x"}}) { sequence } }"""


@pytest.fixture(scope="session")
def usual_schema():
    schema = make_schema()
    schema.execution_context_class = StrawberryGraphQLCoreExecutionContext
    return schema


@pytest.fixture
async def known(ask):
    """Texts and ids that there are, once there are indexes to search."""
    while None in [found["sequence"] for found in (await ask(SEARCHES)).values()]:
        pass  # a search waits for its index, but not for long
    found = json.dumps(await ask(QUERY))
    ids = tuple(re.findall(r'"id": "([^"]+)"', found))
    texts = re.findall(r'"(?:text|key|cursor)": "([^"]+)"', found)
    # Nothing is found without the name of the library.
    return (*["ring"] * 3 * len(texts), *texts), ids


@pytest.mark.parametrize(
    "count", [pytest.param(150, id="some"), pytest.param(5_000, id="many", marks=pytest.mark.long)]
)
async def test_random_queries_get_the_answers_of_graphql_core(
    count, schema, usual_schema, services, known
):
    kinds = Counter[str]()
    for seed in range(count):
        random = Random(seed)
        operation = DocumentMaker(schema._schema, random, *known, avoided=("sdl",)).make()
        usual, *compiled = [
            await each.execute(operation.query, operation.variables, Context(services))
            for each in (usual_schema, schema, schema)
        ]
        for result in compiled:
            try:
                assert_same(usual, result, awaits=True)
                assert result.extensions == usual.extensions
            except AssertionError as error:
                error.add_note(f"seed {seed}: {operation.query} {operation.variables}")
                raise
        kinds["data" if usual.data else "errors alone"] += 1
    assert kinds["data"] > count // 8, kinds
