"""The rules of execution, one by one: examples of the specification, section 6, and cases that
graphql-js tests, retold. Each answer is that of a new plan, of one in use, and of graphql-core.
"""

import asyncio
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
import strawberry
from both_engines import described, written
from strawberry.types import ExecutionResult
from torture_schema import SilentSchema

from schema.execution.batching import BatchField
from schema.execution.executor import compiled_executor
from schema.execution.plans import Plans


@dataclass
class Log:
    """What resolvers did, in order."""

    lines: list[str] = field(default_factory=list)
    number: int = 6
    loaders: dict[Any, Any] = field(default_factory=dict)


class BatchedField(BatchField):
    def loaders(self, info: strawberry.Info) -> MutableMapping[Any, Any]:
        return info.context.loaders  # type: ignore[no-any-return]


@strawberry.type
class Book:
    """Asks for other books together with all that ask at the same moment."""

    number: int

    @BatchedField()
    @staticmethod
    async def next(
        books: strawberry.Parent[Sequence["Book"]], info: strawberry.Info, step: int = 1
    ) -> list["Book"]:
        numbers = [book.number + step for book in books]
        info.context.lines.append(f"{info.path.as_list()} {numbers}")
        return [Book(number=each) for each in numbers]

    @BatchedField()
    @staticmethod
    async def even(books: strawberry.Parent[Sequence["Book"]]) -> list["Book | None"]:
        """Odd ones have none, the seventh has an error."""
        odd = ValueError("seventh")
        return [
            odd if book.number == 7 else None if book.number % 2 else book  # type: ignore[misc]
            for book in books
        ]

    @BatchedField()
    @staticmethod
    async def too_few(books: strawberry.Parent[Sequence["Book"]]) -> list[str | None]:
        return [str(book.number) for book in books[1:]]


@strawberry.interface
class Pet:
    name: str


@strawberry.type
class Dog(Pet):
    barks: bool = True


@strawberry.type
class Cat(Pet):
    meows: bool = True


@strawberry.type
class Person:
    name: str
    pets: list[Pet | None]


Named = Annotated[Dog | Cat | Person, strawberry.union("Named")]


@strawberry.type
class Level:
    """Every kind of field that can fail, and more levels."""

    @strawberry.field
    def value(self) -> str:
        return "here"

    @strawberry.field
    def sync(self) -> str | None:
        raise ValueError("sync")

    @strawberry.field
    def sync_sure(self) -> str:
        raise ValueError("sync sure")

    @strawberry.field
    async def later(self) -> str | None:
        await asyncio.sleep(0)
        raise ValueError("later")

    @strawberry.field
    async def later_sure(self) -> str:
        await asyncio.sleep(0)
        raise ValueError("later sure")

    @strawberry.field
    def none_sure(self) -> str:
        return None  # type: ignore[return-value]

    @strawberry.field
    def nest(self) -> "Level | None":
        return Level()

    @strawberry.field
    async def later_nest(self) -> "Level | None":
        await asyncio.sleep(0)
        return Level()

    @strawberry.field
    def sure_nest(self) -> "Level":
        return Level()

    @strawberry.field
    async def later_sure_nest(self) -> "Level":
        await asyncio.sleep(0)
        return Level()


@strawberry.input
class Range:
    low: int = 1
    high: int | None = None


@strawberry.type
class Query:
    @strawberry.field
    def level(self) -> Level | None:
        return Level()

    @strawberry.field
    def pets(self) -> list[Pet]:
        return [Dog(name="Odie", barks=True), Cat(name="Garfield", meows=False)]

    @strawberry.field
    def named(self) -> list[Named]:
        return [Dog(name="Odie"), Person(name="Liz", pets=[Cat(name="Tom"), None])]

    @strawberry.field
    def books(self, count: int) -> list[Book]:
        return [Book(number=number) for number in range(count)]

    @strawberry.field
    def numbers(self) -> list[int | None]:
        return [1, None, "2", "no", 2**31]  # type: ignore[list-item]

    @strawberry.field
    def sure_numbers(self) -> list[int] | None:
        return [1, None]  # type: ignore[list-item]

    @strawberry.field
    def not_a_list(self) -> list[str] | None:
        return "text"  # type: ignore[return-value]

    @strawberry.field
    def exception(self) -> str | None:
        return ValueError("returned")  # type: ignore[return-value]

    @strawberry.field
    def told(self, range: Range | None = None, text: str = "default") -> str:
        return f"{range} {text!r}"

    @strawberry.field
    async def one_after_another(self, info: strawberry.Info, name: str, turns: int) -> str:
        for turn in range(turns):
            info.context.lines.append(f"{name}{turn}")
            await asyncio.sleep(0)
        return name


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self, info: strawberry.Info, number: int) -> int:
        info.context.number = number
        return number

    @strawberry.mutation
    async def change_later(self, info: strawberry.Info, number: int) -> int | None:
        await asyncio.sleep(0)
        info.context.lines.append(f"from {info.context.number}")
        info.context.number = number
        return number

    @strawberry.mutation
    async def fail_to_change(self) -> int | None:
        raise ValueError("cannot")

    @strawberry.mutation
    async def fail_for_good(self) -> int:
        raise ValueError("cannot at all")


PLANS = Plans()
USUAL = SilentSchema(Query, Mutation)
COMPILED = SilentSchema(Query, Mutation, execution_context_class=compiled_executor(PLANS))


async def run(query: str, **variables: Any) -> tuple[ExecutionResult, Log]:
    """Execute it three times, and hold the answers against each other."""
    usual = await USUAL.execute(query, variables, Log())
    for _ in range(2):
        log = Log()
        result = await COMPILED.execute(query, variables, log)
        assert written(result.data) == written(usual.data)
        assert sorted(map(described, result.errors or ())) == sorted(
            map(described, usual.errors or ())
        )
    return result, log


def failures(result: ExecutionResult) -> list[tuple[str, list[str | int] | None]]:
    return [(error.message, error.path) for error in result.errors or ()]


@pytest.mark.parametrize(
    ("query", "data", "errors"),
    [
        (
            "{ level { sync value } }",
            {"level": {"sync": None, "value": "here"}},
            [["level", "sync"]],
        ),
        (
            "{ level { later value } }",
            {"level": {"later": None, "value": "here"}},
            [["level", "later"]],
        ),
        ("{ level { value syncSure } }", {"level": None}, [["level", "syncSure"]]),
        ("{ level { value laterSure } }", {"level": None}, [["level", "laterSure"]]),
        ("{ level { noneSure } }", {"level": None}, [["level", "noneSure"]]),
        (
            "{ level { nest { sureNest { syncSure } } value } }",
            {"level": {"nest": None, "value": "here"}},
            [["level", "nest", "sureNest", "syncSure"]],
        ),
        (
            "{ level { laterNest { laterSureNest { laterSure } } value } }",
            {"level": {"laterNest": None, "value": "here"}},
            [["level", "laterNest", "laterSureNest", "laterSure"]],
        ),
        (
            "{ level { sureNest { laterSureNest { sureNest { laterSure } } } } }",
            {"level": None},
            [["level", "sureNest", "laterSureNest", "sureNest", "laterSure"]],
        ),
        (
            "{ level { laterNest { sync } nest { later } } }",
            {"level": {"laterNest": {"sync": None}, "nest": {"later": None}}},
            [["level", "laterNest", "sync"], ["level", "nest", "later"]],
        ),
    ],
)  # fmt: skip
async def test_nulls_go_up_to_what_may_be_null(query, data, errors):
    result, _ = await run(query)
    assert result.data == data
    assert sorted(path for _, path in failures(result)) == sorted(errors)


async def test_a_null_at_the_root_leaves_no_data():
    result, _ = await run("mutation { failForGood change(number: 1) }")
    assert result.data is None
    assert failures(result) == [("cannot at all", ["failForGood"])]


async def test_items_fail_each_for_itself():
    result, _ = await run("{ numbers sureNumbers notAList exception }")
    assert result.data == {
        "numbers": [1, None, 2, None, None],
        "sureNumbers": None,
        "notAList": None,
        "exception": None,
    }
    assert [path for _, path in failures(result)] == [
        ["numbers", 3],
        ["numbers", 4],
        ["sureNumbers", 1],
        ["notAList"],
        ["exception"],
    ]


async def test_errors_tell_every_place_that_asks_for_the_field():
    result, _ = await run("{ level { sync } ...more }\nfragment more on Query { level { sync } }")
    (error,) = result.errors
    assert [place.formatted for place in error.locations] == [
        {"line": 1, "column": 11},
        {"line": 2, "column": 34},
    ]
    assert isinstance(error.original_error, ValueError)


async def test_equal_keys_are_merged_in_the_order_of_their_first_appearance():
    result, _ = await run(
        "{ b: __typename level { value } ...more a: __typename level { again: value } }"
        " fragment more on Query { level { nest { value } } c: __typename }"
    )
    assert written(result.data) == (
        b'{"b":"Query","level":{"value":"here","nest":{"value":"here"},"again":"here"},'
        b'"c":"Query","a":"Query"}'
    )


async def test_objects_behind_interfaces_and_unions_answer_by_their_own_type():
    result, _ = await run(
        "{ pets { __typename name ... on Dog { barks } ... on Cat { meows } }"
        " named { __typename ... on Pet { name } ... on Person { who: name pets { name } } } }"
    )
    assert result.data == {
        "pets": [
            {"__typename": "Dog", "name": "Odie", "barks": True},
            {"__typename": "Cat", "name": "Garfield", "meows": False},
        ],
        "named": [
            {"__typename": "Dog", "name": "Odie"},
            {"__typename": "Person", "who": "Liz", "pets": [{"name": "Tom"}, None]},
        ],
    }


@pytest.mark.parametrize(
    ("skip", "include", "keys"),
    [(False, True, ["a", "b", "c"]), (True, True, ["b"]), (False, False, ["a"]), (True, False, [])],
)
async def test_skip_and_include_both_have_to_agree(skip, include, keys):
    result, _ = await run(
        "query ($skip: Boolean!, $include: Boolean!) { a: __typename @skip(if: $skip)"
        " ... @include(if: $include) { b: __typename }"
        " c: __typename @include(if: $include) @skip(if: $skip) }",
        skip=skip,
        include=include,
    )
    assert list(result.data) == keys


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "Range(low=1, high=None) 'default'"),
        ({"text": "given"}, "Range(low=1, high=None) 'given'"),
        ({"range": None}, "None 'default'"),
        ({"range": {"high": 5}}, "Range(low=1, high=5) 'default'"),
        ({"range": {"low": 2, "high": None}}, "Range(low=2, high=None) 'default'"),
    ],
)
async def test_variables_have_defaults_and_may_be_null(variables, told):
    result, _ = await run(
        'query ($range: Range = {low: 1}, $text: String! = "default")'
        " { told(range: $range, text: $text) }",
        **variables,
    )
    assert result.data == {"told": told}


async def test_a_variable_that_is_not_given_leaves_the_argument_its_default():
    result, _ = await run("query ($range: Range, $low: Int) {"
        " told(range: $range) deep: told(range: {low: 3, high: $low}) }")  # fmt: skip
    assert result.data == {
        "told": "None 'default'",
        "deep": "Range(low=3, high=None) 'default'",
    }


@pytest.mark.parametrize("value", [{"low": "x"}, {"unknown": 1}, [], "text", {"low": None}])
async def test_variables_of_another_type_are_refused_before_anything_runs(value):
    result, log = await run("query ($range: Range) { told(range: $range) }", range=value)
    assert result.data is None
    assert [path for _, path in failures(result)] == [None]
    assert not log.lines


async def test_mutations_run_one_after_the_other():
    result, log = await run(
        "mutation { first: changeLater(number: 1) second: change(number: 2) failToChange"
        " third: changeLater(number: 3) }"
    )
    assert result.data == {"first": 1, "second": 2, "failToChange": None, "third": 3}
    assert log.lines == ["from 6", "from 2"]


async def test_fields_of_queries_run_side_by_side():
    _, log = await run(
        '{ a: oneAfterAnother(name: "a", turns: 2) b: oneAfterAnother(name: "b", turns: 2) }'
    )
    assert log.lines == ["a0", "b0", "a1", "b1"]


async def test_what_a_plan_does_not_cover_is_executed_by_graphql_core():
    plans = Plans()
    schema = SilentSchema(Query, execution_context_class=compiled_executor(plans))
    for _ in range(2):
        result = await schema.execute('{ __type(name: "Dog") { name } pets { name } }')
        assert result.data["__type"] == {"name": "Dog"}
    await schema.execute("{ pets { name } }")
    assert plans.fallbacks == {"introspection": 2}
    assert plans.compiled == 1


async def test_plans_are_forgotten_when_their_documents_become_too_many():
    plans = Plans(most_characters=100)
    schema = SilentSchema(Query, execution_context_class=compiled_executor(plans))
    for number in range(20):
        for _ in range(3):
            result = await schema.execute(f"{{ a{number}: __typename }}")
            assert result.data == {f"a{number}": "Query"}
    assert len(plans._remembered) <= 100 // len("{ a0: __typename }")


async def test_an_operation_of_several_has_a_plan_of_its_own():
    query = "query A { a: __typename } query B { b: __typename }"
    for name in ("A", "B", "A", "B"):
        result = await COMPILED.execute(query, operation_name=name)
        assert list(result.data) == [name.lower()]


async def test_cancelling_ends_what_was_awaited():
    ended = []

    @strawberry.type
    class Waiting:
        @strawberry.field
        async def forever(self) -> str:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(True)
            return ""

    schema = SilentSchema(Waiting, execution_context_class=compiled_executor(Plans()))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(schema.execute("{ a: forever b: forever }"), 0.05)
    assert ended == [True, True]


async def test_siblings_of_a_null_are_not_waited_for():
    @strawberry.type
    class Waiting:
        @strawberry.field
        async def forever(self) -> str:
            await asyncio.Event().wait()
            return ""

        @strawberry.field
        async def fails(self) -> str:
            await asyncio.sleep(0)
            raise ValueError("now")

    schema = SilentSchema(Waiting, execution_context_class=compiled_executor(Plans()))
    result = await asyncio.wait_for(schema.execute("{ forever fails }"), 5)
    assert result.data is None
    assert [error.message for error in result.errors] == ["now"]


@pytest.mark.parametrize("count", [1, 5])
async def test_a_batched_field_is_found_once_for_all_objects_of_a_level(count):
    result, log = await run(
        "query ($count: Int!) { books(count: $count)"
        " { number next { next(step: 2) { number } } } }",
        count=count,
    )
    assert result.data["books"] == [
        {"number": number, "next": {"next": {"number": number + 3}}} for number in range(count)
    ]
    assert log.lines == [
        f"['books', 0, 'next'] {[number + 1 for number in range(count)]}",
        f"['books', 0, 'next', 'next'] {[number + 3 for number in range(count)]}",
    ]


async def test_an_object_of_a_batch_fails_for_itself():
    result, _ = await run("{ books(count: 9) { even { number } } }")
    found = [book["even"] for book in result.data["books"]]
    assert found == [None if n % 2 else {"number": n} for n in range(9)]
    assert failures(result) == [("seventh", ["books", 7, "even"])]


async def test_a_batch_that_leaves_out_an_object_fails_for_all():
    result, _ = await run("{ books(count: 2) { number tooFew } }")
    assert result.data["books"] == [{"number": n, "tooFew": None} for n in range(2)]
    assert [path for _, path in failures(result)] == [["books", n, "tooFew"] for n in range(2)]
    assert "expected: 2, received: 1" in result.errors[0].message
