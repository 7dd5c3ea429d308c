"""The stages of a pipeline that need no other collection.

A stage is a function from documents to documents; all but `$sort`, `$group`, `$facet`, `$sample`
and what is made of them pass documents on one by one.
"""

import heapq
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Protocol

from infra.embedded import arithmetic
from infra.embedded.accumulators import Accumulator, accumulator
from infra.embedded.bson_types import MISSING, is_null, is_number, python_number
from infra.embedded.errors import location
from infra.embedded.expression_core import Evaluate, Variables, constant, field_parts
from infra.embedded.expressions import compile_expression
from infra.embedded.keys import encode_value
from infra.embedded.matcher import compile_filter
from infra.embedded.paths import compile_sort
from infra.embedded.transforms import TRANSFORMS, stage_parts

Document = dict[str, Any]
Stage = Callable[[Iterable[Document]], Iterator[Document]]


class Finder(Protocol):
    """A prepared read: the documents that have one of `values` in a field."""

    def __call__(self, values: list[Any]) -> Iterable[Document]:
        """Read them, in the order and to the limit prepared."""


class Context(Protocol):
    """What a pipeline asks of the store. A `limit` of 0 is no limit."""

    def find(
        self, collection: str, filter: Mapping[str, Any], sort: Mapping[str, int], limit: int
    ) -> Iterator[Document]:
        """Read documents of a collection, using its indexes."""

    def finder(
        self,
        collection: str,
        field: str,
        filter: Mapping[str, Any],
        sort: Mapping[str, int],
        limit: int,
    ) -> Finder:
        """Prepare the read of one `$lookup`, which is then done for every local document.

        It gives what `find` gives for `equal_to(field, values)` together with `filter`.
        """


@dataclass(frozen=True, slots=True)
class Compiler:
    """What a stage's builder may use."""

    context: Context
    variables: Variables
    pipeline: Callable[[Any, "Compiler"], Stage]

    def expression(self, operand: Any) -> Evaluate:
        """Compile an expression with the variables of this place."""
        return compile_expression(operand, self.variables)

    def inside(self, variables: Variables) -> "Compiler":
        """The compiler for a pipeline inside a stage."""
        return Compiler(self.context, variables, self.pipeline)


def _transform(name: str) -> Callable[[Any, Compiler], Stage]:
    def build(operand: Any, compiler: Compiler) -> Stage:
        run = TRANSFORMS[name](operand, compiler.variables)
        return lambda documents: map(run, documents)

    return build


def _match(operand: Any, compiler: Compiler) -> Stage:
    matches = compile_filter(match_filter(operand), compiler.variables).matches
    return lambda documents: filter(matches, documents)


def match_filter(operand: Any) -> dict[str, Any]:
    """Check the operand of `$match`."""
    if not isinstance(operand, dict):
        raise location(15959, "the match filter must be an expression in an object")
    return operand


def parse_sort(operand: Any) -> dict[str, int]:
    """Check a sort pattern: path → 1 or -1.

    Raises:
        StoreError: no document, no keys, or another direction (15973, 15975, 15976).
    """
    if not isinstance(operand, dict):
        raise location(15973, "the $sort key specification must be an object")
    if not operand:
        raise location(15976, "$sort stage must have at least one sort key")
    for path, direction in operand.items():
        field_parts(path)
        if not is_number(direction) or python_number(direction) not in {1, -1}:
            raise location(
                15975, "$sort key ordering must be 1 (for ascending) or -1 (for descending)"
            )
    return {path: int(python_number(direction)) for path, direction in operand.items()}


def _sort(operand: Any, _: Compiler) -> Stage:
    key = compile_sort(parse_sort(operand))
    return lambda documents: iter(sorted(documents, key=key))


def sort_and_limit(pattern: Mapping[str, int], limit: int) -> Stage:
    """`$sort` and `$limit` together: keeps no more than `limit` documents."""
    key = compile_sort(pattern)
    return lambda documents: iter(heapq.nsmallest(limit, documents, key=key))


def whole_number(name: str, operand: Any, least: int) -> int:
    """The operand of `$limit`, `$skip` or the size of `$sample`.

    Raises:
        StoreError: it is no whole number, or below `least` (15958, 5107200).
    """
    number = python_number(operand) if is_number(operand) else None
    if number is None or number != number or abs(number) == float("inf") or number % 1:
        raise location(5107201, f"invalid argument to {name} stage: Expected an integer")
    if number < least:
        code = 15958 if name == "$limit" else 5107200
        raise location(code, f"invalid argument to {name} stage: must be at least {least}")
    return int(number)


def _limit(operand: Any, _: Compiler) -> Stage:
    count = whole_number("$limit", operand, 1)
    return lambda documents: islice(documents, count)


def _skip(operand: Any, _: Compiler) -> Stage:
    count = whole_number("$skip", operand, 0)
    return lambda documents: islice(documents, count, None)


def _count(operand: Any, _: Compiler) -> Stage:
    if not isinstance(operand, str) or not operand or operand.startswith("$") or "." in operand:
        raise location(40156, "the count field must be a non-empty string without '$' and '.'")

    def run(documents: Iterable[Document]) -> Iterator[Document]:
        total = sum(1 for _ in documents)
        if total:
            yield {operand: arithmetic.integer(total, long=False)}

    return run


def _sample(operand: Any, _: Compiler) -> Stage:
    if not isinstance(operand, dict) or set(operand) != {"size"}:
        raise location(28745, "the $sample stage specification must be an object with a size")
    size = whole_number("$sample", operand["size"], 0)
    chooser = random.SystemRandom()

    def run(documents: Iterable[Document]) -> Iterator[Document]:
        everything = list(documents)
        return iter(chooser.sample(everything, min(size, len(everything))))

    return run


def _unwind(operand: Any, _: Compiler) -> Stage:
    options = operand if isinstance(operand, dict) else {"path": operand}
    for name in options:
        if name not in {"path", "includeArrayIndex", "preserveNullAndEmptyArrays"}:
            raise location(28811, f"unrecognized option to $unwind stage: {name}")
    path = options.get("path")
    if not isinstance(path, str) or not path.startswith("$"):
        raise location(28818, f"path option to $unwind stage should be prefixed with a '$': {path}")
    parts = field_parts(path[1:])
    index, keep = options.get("includeArrayIndex"), options.get("preserveNullAndEmptyArrays", False)
    if index is not None and (not isinstance(index, str) or not index or index.startswith("$")):
        raise location(28810, "includeArrayIndex must be a non-empty string without a '$'")

    def run(documents: Iterable[Document]) -> Iterator[Document]:
        for document in documents:
            for value, place in _unwound(_plain_follow(document, parts), keep=keep):
                yield _unwound_document(document, parts, value, index, place)

    return run


def _plain_follow(document: Document, parts: tuple[str, ...]) -> Any:
    """A path through documents alone: `$unwind` enters no array on its way."""
    holder = document if len(parts) == 1 else _parent(document, parts)
    return holder.get(parts[-1], MISSING) if type(holder) is dict else MISSING


def _parent(document: Document, parts: tuple[str, ...]) -> Any:
    value: Any = document
    for part in parts[:-1]:
        value = value.get(part, MISSING) if type(value) is dict else MISSING
    return value


def _unwound(value: Any, *, keep: bool) -> Iterator[tuple[Any, Any]]:
    if type(value) is list and value:
        yield from ((element, place) for place, element in enumerate(value))
    elif type(value) is list:
        if keep:
            yield MISSING, None
    elif not is_null(value) or keep:
        yield value, None


def _unwound_document(
    document: Document, parts: tuple[str, ...], value: Any, index: str | None, place: int | None
) -> Document:
    built = _with(document, parts, value)
    if index is not None:
        number = None if place is None else arithmetic.integer(place, long=True)
        built = _with(built, field_parts(index), number)
    return built


def _with(document: Any, parts: tuple[str, ...], value: Any) -> Document:
    """A copy of a document with another value at a path; `MISSING` removes it."""
    built = dict(document) if type(document) is dict else {}
    if len(parts) > 1:
        below = built.get(parts[0])
        if type(below) is dict or value is not MISSING:
            built[parts[0]] = _with(below, parts[1:], value)
    elif value is MISSING:
        built.pop(parts[0], None)
    else:
        built[parts[0]] = value
    return built


def _group(operand: Any, compiler: Compiler) -> Stage:
    if not isinstance(operand, dict):
        raise location(15947, "a group's fields must be specified in an object")
    if "_id" not in operand:
        raise location(15955, "a group specification must include an _id")
    identify = compiler.expression(operand["_id"])
    fields = {
        name: _group_field(name, part, compiler) for name, part in operand.items() if name != "_id"
    }
    variables = compiler.variables

    def run(documents: Iterable[Document]) -> Iterator[Document]:
        groups: dict[bytes, tuple[Any, list[Accumulator]]] = {}
        evaluates = [evaluate for evaluate, _ in fields.values()]
        for document in documents:
            identifier = identify(document, variables)
            key = encode_value(identifier)
            group = groups.get(key)
            if group is None:
                group = (identifier, [start() for _, start in fields.values()])
                groups[key] = group
            for evaluate, state in zip(evaluates, group[1], strict=True):
                state.add(evaluate(document, variables))
        for identifier, states in groups.values():
            results = (state.result() for state in states)
            yield {
                "_id": None if identifier is MISSING else identifier,
                **dict(zip(fields, results, strict=True)),
            }

    return run


def _group_field(
    name: str, operand: Any, compiler: Compiler
) -> tuple[Evaluate, Callable[[], Accumulator]]:
    if "." in name:
        raise location(40235, f"The field name '{name}' cannot contain '.'")
    if name.startswith("$"):
        raise location(40236, f"The field name '{name}' cannot be an operator name")
    if not isinstance(operand, dict) or len(operand) != 1:
        raise location(40234, f"The field '{name}' must be an accumulator object")
    ((operator, argument),) = operand.items()
    start = accumulator(operator)
    if operator == "$count":
        if argument != {}:
            raise location(15952, "$count takes no arguments, i.e. $count:{}")
        return constant(1), start
    if isinstance(argument, list):
        if len(argument) != 1:
            raise location(40237, f"The {operator} accumulator is a unary operator")
        argument = argument[0]
    return compiler.expression(argument), start


def _sort_by_count(operand: Any, compiler: Compiler) -> Stage:
    group = _group({"_id": operand, "count": {"$sum": 1}}, compiler)
    sort = _sort({"count": -1}, compiler)
    return lambda documents: sort(group(documents))


def _facet(operand: Any, compiler: Compiler) -> Stage:
    if not isinstance(operand, dict) or not operand:
        raise location(40169, "the $facet specification must be a non-empty object")
    for name, stages in operand.items():
        if not isinstance(stages, list):
            raise location(40170, f"arguments to $facet must be arrays, {name} is not")
        if any(stage_parts(stage)[0] == "$facet" for stage in stages):
            raise location(40600, "$facet is not allowed to be used within a $facet stage")
    branches = {name: compiler.pipeline(stages, compiler) for name, stages in operand.items()}

    def run(documents: Iterable[Document]) -> Iterator[Document]:
        everything = list(documents)
        yield {name: list(branch(everything)) for name, branch in branches.items()}

    return run


STAGES: Final[dict[str, Callable[[Any, Compiler], Stage]]] = {
    **{name: _transform(name) for name in TRANSFORMS},
    "$match": _match,
    "$sort": _sort,
    "$limit": _limit,
    "$skip": _skip,
    "$count": _count,
    "$sample": _sample,
    "$unwind": _unwind,
    "$group": _group,
    "$sortByCount": _sort_by_count,
    "$facet": _facet,
}
