"""A schema of nothing in particular, in which everything goes wrong that can.

What its objects hold comes from a seed alone, so that two executions see the same.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Generator, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from random import Random
from typing import Annotated, Any, NewType
from zlib import crc32

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig

from schema.execution.batching import BatchField

Odd = NewType("Odd", object)
ODD = strawberry.scalar(
    name="Odd",
    serialize=lambda value: None if value == 0 else value + 1,
    parse_value=lambda value: value,
)


class Later:
    """What has to be awaited, any number of times, for a value or an error."""

    def __init__(self, value: Any, turns: int) -> None:
        self.value = value
        self.turns = turns

    def __await__(self) -> Generator[Any, None, Any]:
        for _ in range(self.turns):
            yield from asyncio.sleep(0).__await__()
        if isinstance(self.value, Exception):
            raise self.value
        return self.value

    def __repr__(self) -> str:
        """The same in every execution: what a batch holds is not awaited, and may be shown."""
        return "later"


class FailingError(Exception):
    """Not meant for anybody."""


class Strange:
    """Has a text, and is nothing that a schema knows."""

    def __str__(self) -> str:
        return "strange"


@dataclass
class Making:
    """How values are chosen."""

    # One in so many is not what its type calls for.
    hostility: int = 12
    may_await: bool = True
    log: list[str] = field(default_factory=list)
    loaders: dict[Any, Any] = field(default_factory=dict)


class TogetherField(BatchField):
    """Its loaders are where its operation's are."""

    def loaders(self, info: strawberry.Info) -> MutableMapping[Any, Any]:
        return info.context.loaders  # type: ignore[no-any-return]


def number_of(*parts: object) -> int:
    return crc32(repr(parts).encode())


@dataclass
class Chooser:
    """Chooses the values of one object."""

    random: Random
    making: Making

    def hostile(self) -> Any:
        choices = [
            None, FailingError("held"), "text", "", 2**31, 2**63, -5, 0, 1.5, math.nan, math.inf,
            True, b"bytes", Strange(), [], {}, (), [None], "\ud800", {"a": 1}, {1, 2}, 10**30,
            strawberry.UNSET, Colour.RED, "RED", "red",
        ]  # fmt: skip
        value = self.random.choice(choices)
        if self.making.may_await and self.random.random() < 0.3:
            return Later(value, self.random.randrange(3))
        return value

    def one(self, make: Callable[[], Any], *, nullable: bool = False) -> Any:
        if nullable and self.random.random() < 0.2:
            return None
        if self.making.hostility and self.random.randrange(self.making.hostility) == 0:
            return self.hostile()
        return make()

    def many(self, make: Callable[[], Any], *, nullable: bool = False) -> Any:
        values = [self.one(make, nullable=nullable) for _ in range(self.random.randrange(4))]
        kind = self.random.randrange(20)
        if kind == 0:
            return tuple(values)
        if kind == 1:
            return (value for value in values)
        if kind == 2 and self.making.may_await:
            return stream(values)
        return values

    def text(self) -> str:
        return self.random.choice(("a", "déjà", "🙂", "x" * 30, '"\\\n', "\u2028"))

    def number(self) -> int:
        return self.random.choice((0, 1, -1, 2**31 - 1, -(2**31)))

    def real(self) -> float:
        return self.random.choice((0.0, -0.0, 1.5, 1e308, 5e-324, 0.1 + 0.2, 1e16, 123456789.0))

    def thing(self) -> Any:
        return make_thing(self.random.getrandbits(32), self.making)

    def other(self) -> Any:
        return Other(name=self.one(self.text), size=self.one(self.number, nullable=True))

    def lone(self) -> Any:
        return Lone(text=self.one(self.text), inner=self.one(self.text, nullable=True))

    def being(self) -> Any:
        return self.random.choice((self.thing, self.other))()

    def either(self) -> Any:
        return self.random.choice((self.thing, self.other, self.lone))()


async def stream(values: list[Any]) -> AsyncIterator[Any]:
    for value in values:
        yield value


@strawberry.enum
class Colour(Enum):
    RED = "red"
    GREEN = "green"
    DEEP = strawberry.enum_value("deep-blue", name="DEEP_BLUE")


@strawberry.input(one_of=True)
class Choice:
    number: strawberry.Maybe[int]
    colour: strawberry.Maybe[Colour]


@strawberry.input
class Wish:
    text: str
    number: int = 7
    colours: list[Colour] | None = None
    choice: Choice | None = None
    inner: "Wish | None" = None
    perhaps: strawberry.Maybe[str | None] = None


class Allowed(BasePermission):
    message = "not allowed"

    def has_permission(self, source: Any, info: strawberry.Info, **kwargs: Any) -> bool:  # noqa: ARG002
        return kwargs.get("number", 1) != 0


class Shouting(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        value = next_(source, info, **kwargs)
        return value.upper() if isinstance(value, str) else value


@strawberry.interface
class Being:
    name: str


@strawberry.type
class Other(Being):
    size: int | None


@strawberry.type
class Lone:
    text: str
    inner: str | None


Either = Annotated["Thing | Other | Lone", strawberry.union("Either")]


@strawberry.type
class Thing(Being):
    """Its attributes are chosen when they are read."""

    number: strawberry.Private[int]
    making: strawberry.Private[Making]

    # Chosen by their names, so that the order of reading says nothing.
    name: str
    text: str
    text_or_null: str | None
    count: int
    count_or_null: int | None
    real: float
    real_or_null: float | None
    flag: bool | None
    key: strawberry.ID
    colour: Colour | None
    colours: list[Colour] | None
    moment: datetime | None
    day: date | None
    amount: Decimal | None
    anything: JSON | None
    odd: Odd | None
    all_there: list[int]
    some_there: list[int | None]
    perhaps_all: list[int] | None
    perhaps_some: list[int | None] | None
    matrix: list[list[int] | None] | None
    full_matrix: list[list[str]]
    one: "Thing | None"
    lone: Lone | None
    sure_lone: Lone
    lones: list[Lone] | None
    some_lones: list[Lone | None]
    things: "list[Thing | None] | None"
    grid: "list[list[Thing | None]] | None"
    being: Being | None
    beings: list[Being] | None
    either: Either | None
    eithers: list[Either | None]

    def __getattr__(self, name: str) -> Any:
        if name not in MAKERS:
            raise AttributeError(name)
        return MAKERS[name](self._chooser(name))

    def _chooser(self, *parts: object) -> Chooser:
        return Chooser(Random(number_of(self.number, *parts)), self.making)

    @strawberry.field
    def method(self, number: int = 3, text: str | None = "none") -> str | None:
        chooser = self._chooser("method", number, text)
        value = chooser.one(lambda: f"{number} {text}", nullable=True)
        return raised(value)  # type: ignore[no-any-return]

    @strawberry.field
    def echo(self, info: strawberry.Info, wish: Wish, colour: Colour = Colour.RED) -> str:
        path = info.path.as_list()
        return f"{wish} {colour} {path} {info.field_name} {sorted(info.variable_values)}"

    @strawberry.field
    def sure(self) -> "Thing":
        return raised(self._chooser("sure").one(lambda: self._next("sure")))  # type: ignore[no-any-return]

    @strawberry.field(permission_classes=[Allowed])
    def guarded(self, number: int) -> str:
        return raised(self._chooser("guarded", number).one(lambda: "open"))  # type: ignore[no-any-return]

    @strawberry.field(extensions=[Shouting()])
    def loud(self, text: str) -> str | None:
        return text

    @strawberry.field
    async def later(self, info: strawberry.Info, turns: int = 1) -> str | None:
        chooser = self._chooser("later", turns)
        value = chooser.one(lambda: info.field_name, nullable=True)
        return await self._wait(turns, value)  # type: ignore[no-any-return]

    @strawberry.field
    async def later_number(self) -> int:
        return await self._wait(1, self._chooser("later_number").one(lambda: 4))  # type: ignore[no-any-return]

    @strawberry.field
    async def later_thing(self) -> "Thing | None":
        value = self._chooser("later_thing").one(lambda: self._next("later"), nullable=True)
        return await self._wait(1, value)  # type: ignore[no-any-return]

    @strawberry.field
    async def later_things(self) -> "list[Thing]":
        chooser = self._chooser("later_things")
        return await self._wait(0, chooser.many(chooser.thing))  # type: ignore[no-any-return]

    @strawberry.field
    async def later_eithers(self) -> list[Either | None] | None:
        chooser = self._chooser("later_eithers")
        return await self._wait(2, chooser.many(chooser.either, nullable=True))  # type: ignore[no-any-return]

    @TogetherField()
    @staticmethod
    async def together(
        things: strawberry.Parent[Sequence["Thing"]], info: strawberry.Info, turns: int = 1
    ) -> list[str | None]:
        """An error for all of them, if that is what is wanted."""
        await things[0]._wait(turns, FailingError("together") if turns == 3 else None)
        choosers = [each._chooser("together", turns) for each in things]
        return [each.one(lambda: info.field_name, nullable=True) for each in choosers]

    @TogetherField()
    @staticmethod
    async def together_things(
        things: strawberry.Parent[Sequence["Thing"]],
    ) -> list["Thing"]:
        return [each._chooser("all").one(lambda e=each: e._next("all")) for each in things]

    @TogetherField()
    @staticmethod
    async def perhaps_together(
        things: strawberry.Parent[Sequence["Thing"]], info: strawberry.Info
    ) -> list[Lone | None]:
        await asyncio.sleep(0)
        choosers = [each._chooser(info.field_name) for each in things]
        return [each.one(each.lone, nullable=True) for each in choosers]

    @TogetherField()
    @staticmethod
    async def lists_together(
        things: strawberry.Parent[Sequence["Thing"]],
    ) -> list[list["Thing"] | None]:
        choosers = [each._chooser("lists") for each in things]
        return [each.many(each.thing) for each in choosers]

    def _next(self, name: str) -> "Thing":
        return make_thing(number_of(self.number, name), self.making)

    async def _wait(self, turns: int, value: Any) -> Any:
        for _ in range(max(0, min(turns, 5))):
            await asyncio.sleep(0)
        return raised(value)


def make_thing(number: int, making: Making) -> Thing:
    """A thing whose attributes are not there before they are asked for."""
    thing = object.__new__(Thing)
    thing.number, thing.making = number, making
    return thing


def raised(value: Any) -> Any:
    """Exceptions are raised as often as they are handed out."""
    if isinstance(value, Exception):
        raise value
    return value


MAKERS: dict[str, Callable[[Chooser], Any]] = {
    "name": lambda c: c.one(c.text),
    "text": lambda c: c.one(c.text),
    "text_or_null": lambda c: c.one(c.text, nullable=True),
    "count": lambda c: c.one(c.number),
    "count_or_null": lambda c: c.one(c.number, nullable=True),
    "real": lambda c: c.one(c.real),
    "real_or_null": lambda c: c.one(c.real, nullable=True),
    "flag": lambda c: c.one(lambda: c.random.random() < 0.5, nullable=True),
    "key": lambda c: c.one(lambda: c.random.choice(("k", 5, "é"))),
    "colour": lambda c: c.one(lambda: c.random.choice(list(Colour)), nullable=True),
    "colours": lambda c: c.many(lambda: c.random.choice([*Colour, "green"])),
    "moment": lambda c: c.one(lambda: datetime(2020, 2, 29, 1, 2, 3, 4, UTC), nullable=True),
    "day": lambda c: c.one(lambda: date(1999, 12, 31), nullable=True),
    "amount": lambda c: c.one(lambda: Decimal("1.10"), nullable=True),
    "anything": lambda c: c.one(lambda: {"a": [1, None, 1.5, "x"], "b": {}}, nullable=True),
    "odd": lambda c: c.one(lambda: c.random.choice((0, 1, "text")), nullable=True),
    "all_there": lambda c: c.many(c.number),
    "some_there": lambda c: c.many(c.number, nullable=True),
    "perhaps_all": lambda c: c.one(lambda: c.many(c.number), nullable=True),
    "perhaps_some": lambda c: c.one(lambda: c.many(c.number, nullable=True), nullable=True),
    "matrix": lambda c: c.many(lambda: c.many(c.number), nullable=True),
    "full_matrix": lambda c: c.many(lambda: c.many(c.text)),
    "one": lambda c: c.one(c.thing, nullable=True),
    "lone": lambda c: c.one(c.lone, nullable=True),
    "sure_lone": lambda c: c.one(c.lone),
    "lones": lambda c: c.many(c.lone),
    "some_lones": lambda c: c.many(c.lone, nullable=True),
    "things": lambda c: c.many(c.thing, nullable=True),
    "grid": lambda c: c.many(lambda: c.many(c.thing, nullable=True)),
    "being": lambda c: c.one(c.being, nullable=True),
    "beings": lambda c: c.many(c.being),
    "either": lambda c: c.one(c.either, nullable=True),
    "eithers": lambda c: c.many(c.either, nullable=True),
}

# Fields that are awaited, by the names of their types' fields.
AWAITED = {"later", "laterNumber", "laterThing", "laterThings", "laterEithers", "awaited"}
AWAITED |= {"together", "togetherThings", "perhapsTogether", "listsTogether"}


def root_thing(info: strawberry.Info, seed: int) -> Any:
    making: Making = info.context
    return make_thing(seed, making)


@strawberry.type
class Query:
    @strawberry.field
    def thing(self, info: strawberry.Info, seed: int = 1) -> Thing | None:
        return root_thing(info, seed)  # type: ignore[no-any-return]

    @strawberry.field
    def sure_thing(self, info: strawberry.Info) -> Thing:
        return root_thing(info, 2)  # type: ignore[no-any-return]

    @strawberry.field
    def being(self, info: strawberry.Info) -> Being | None:
        return root_thing(info, 3)  # type: ignore[no-any-return]

    @strawberry.field
    def eithers(self, info: strawberry.Info) -> list[Either]:
        return [root_thing(info, 4), Lone(text="l", inner=None), Other(name="o", size=2)]

    @strawberry.field
    async def awaited(self, info: strawberry.Info, seed: int) -> Thing:
        await asyncio.sleep(0)
        return root_thing(info, seed)  # type: ignore[no-any-return]


@strawberry.type
class Mutation:
    @strawberry.mutation
    def note(self, info: strawberry.Info, text: str) -> Thing | None:
        info.context.log.append(text)
        return root_thing(info, number_of(text))  # type: ignore[no-any-return]

    @strawberry.mutation
    async def awaited(self, info: strawberry.Info, text: str, turns: int = 2) -> Thing:
        for turn in range(max(0, min(turns, 4))):
            info.context.log.append(f"{text} {turn}")
            await asyncio.sleep(0)
        return root_thing(info, number_of(text))  # type: ignore[no-any-return]

    @strawberry.mutation
    def refuse(self, info: strawberry.Info) -> int:
        info.context.log.append("refused")
        raise FailingError("no")


def torture_schema(executor: Any = None) -> strawberry.Schema:
    """The schema; with graphql-core's executor unless another is given."""
    return SilentSchema(
        Query,
        Mutation,
        execution_context_class=executor,
        config=StrawberryConfig(
            scalar_map={Odd: ODD}, enable_experimental_incremental_execution=True
        ),
    )


class SilentSchema(strawberry.Schema):
    """Logs nothing: errors are what it is for."""

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        """See the class."""
