"""Random documents over the schema that is served: both engines answer the same."""

import gc
import json
import re
from collections import Counter
from random import Random

import pytest
from both_engines import LEFT_BEHIND, assert_same, written
from random_documents import DocumentMaker
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionResult

from infra.operation_limits import OperationLimits
from resolvers.context import Context
from schema.schema import make_schema
from schema.served import ServedSchema

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


@pytest.mark.filterwarnings(LEFT_BEHIND)
@pytest.mark.parametrize(
    "count", [pytest.param(60, id="some"), pytest.param(5_000, id="many", marks=pytest.mark.long)]
)
async def test_random_queries_get_the_answers_of_graphql_core(
    count, schema, usual_schema, services, known
):
    async def answer(asked: ServedSchema) -> ExecutionResult:
        return await asked.execute(operation.query, operation.variables, Context(services))

    kinds = Counter[str]()
    for seed in range(count):
        operation = DocumentMaker(schema._schema, Random(seed), *known, avoided=("sdl",)).make()
        usual, *compiled = [await answer(each) for each in (usual_schema, schema, schema)]
        try:
            for result in compiled:
                assert_same(usual, result, awaits=True)
                assert result.extensions == usual.extensions
        except AssertionError as error:
            # Indexes may have been made in the meantime: that would change any engine's answer.
            if written((await answer(usual_schema)).data) == written(usual.data):
                error.add_note(f"seed {seed}: {operation.query} {operation.variables}")
                raise
            continue
        kinds["data" if usual.data else "errors alone"] += 1
    assert kinds["data"] > count // 20, kinds
    gc.collect()


async def test_who_asks_is_told_who_executed_an_operation(schema, services):
    told = [
        (await schema.execute(query, None, Context(services), None, None, None, {"plan": True}))
        for query in ("{ libraries { nodes { key } } }", '{ __type(name: "Word") { name } }')
    ]
    plans = [result.extensions["plan"] for result in told]
    assert [(plan["executedBy"], plan["because"]) for plan in plans] == [
        ("plan", None),
        ("graphql-core", "introspection"),
    ]
    assert plans[0]["microseconds"].keys() == {"prepare", "execute"}


@pytest.mark.parametrize("words", [1, 5])
async def test_who_asks_is_told_what_was_waited_for_and_for_how_many_objects(
    words, schema, services
):
    query = f"""{{ words(library: "ring", first: {words}) {{ nodes {{
        text definitions {{ nodes {{ key }} }} }} }} }}"""
    plans = [
        (await schema.execute(query, None, Context(services), None, None, None, {"plan": True}))
        .extensions["plan"]
        for _ in range(2)
    ]  # fmt: skip
    assert [plan["isNew"] for plan in plans] == [True, False]
    for plan in plans:
        assert [(step["field"], step["objects"]) for step in plan["steps"]] == [
            ("Query.words", 1),
            ("Word.definitions", words),
        ]
        assert all(step["microseconds"] >= 0 for step in plan["steps"])


async def test_nobody_is_told_where_the_schema_is_closed(services):
    schema = make_schema(OperationLimits(introspection=False))
    result = await schema.execute(
        "{ __typename }", context_value=Context(services), operation_extensions={"plan": True}
    )
    assert result.extensions.keys() == {"cost"}
