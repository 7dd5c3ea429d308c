"""Random documents over a schema in which everything goes wrong: both engines answer the same."""

import gc
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from both_engines import LEFT_BEHIND, assert_same
from graphql import DocumentNode, GraphQLError, parse, validate
from random_documents import DocumentMaker
from random_operations import Operation
from strawberry.extensions import SchemaExtension
from torture_schema import AWAITED, Making, torture_schema

from schema.execution.executor import compiled_executor
from schema.execution.plans import Plans


class Given(SchemaExtension):
    """Takes documents that have been parsed and validated already."""

    document: DocumentNode

    def on_parse(self) -> Iterator[None]:
        self.execution_context.graphql_document = self.document
        self.execution_context.pre_execution_errors = []
        yield


PLANS = Plans()
USUAL, COMPILED = torture_schema(), torture_schema(compiled_executor(PLANS))
USUAL.extensions = COMPILED.extensions = (Given,)


def is_executable(operation: Operation) -> bool:
    try:
        Given.document = parse(operation.query)
    except GraphQLError:
        return False
    return not validate(USUAL._schema, Given.document)


async def compare(seed: int) -> str:
    """Execute a document by graphql-core, by a new plan, and by a plan with written functions."""
    random = Random(seed)
    awaits = random.random() < 0.6
    maker = DocumentMaker(
        USUAL._schema,
        random,
        ("a", "red"),
        ("k", "5"),
        avoided=() if awaits else AWAITED,
        kinds=("query", "query", "mutation"),
    )
    operation = maker.make()
    if not is_executable(operation):
        return "invalid"
    hostility = random.choice((0, 15, 40, 100))
    makings = [Making(hostility, awaits) for _ in range(3)]
    usual, *compiled = [
        await schema.execute(operation.query, operation.variables, making)
        for schema, making in zip((USUAL, COMPILED, COMPILED), makings, strict=True)
    ]
    for result, making in zip(compiled, makings[1:], strict=True):
        try:
            assert_same(usual, result, awaits=awaits)
            assert making.log == makings[0].log
        except AssertionError as error:
            error.add_note(f"seed {seed}: {operation.query} {operation.variables}")
            raise
    return "data" if usual.data else "errors alone"


@pytest.mark.filterwarnings(LEFT_BEHIND)
@pytest.mark.parametrize(
    "count", [pytest.param(150, id="some"), pytest.param(50_000, id="many", marks=pytest.mark.long)]
)
async def test_random_documents_get_the_answers_of_graphql_core(count):
    kinds = Counter([await compare(seed) for seed in range(count)])
    gc.collect()
    assert kinds["data"] > count // 2
    assert kinds["errors alone"] > count // 20
    assert not PLANS.fallbacks
