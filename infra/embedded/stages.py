"""The stages of a pipeline that need no other collection.

A stage is a function from documents to documents; all but `$sort`, `$group`, `$facet`, `$sample`
and what is made of them pass documents on one by one.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from infra.embedded import arithmetic
from infra.embedded.bson_types import (
    Document,
    decode_document,
    encode_document,
    is_number,
    python_number,
)
from infra.embedded.errors import location
from infra.embedded.expression_core import field_parts
from infra.embedded.grouping import group
from infra.embedded.matcher import compile_filter
from infra.embedded.memory import Budget, packed, size_bytes, sort_rows
from infra.embedded.paths import compile_sort
from infra.embedded.stage_core import Compiler, Stage, refuse_writing
from infra.embedded.transforms import TRANSFORMS, stage_parts
from infra.embedded.unwinding import unwind

_LARGEST_INTEGER: Final = 2**63 - 1
# No collection has so many documents, and the sum of two such numbers still has 64 bits.
_MORE_THAN_ANY: Final = 2**62 - 1


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
    return sort_and_limit(parse_sort(operand), 0)


def sort_and_limit(pattern: Mapping[str, int], limit: int) -> Stage:
    """`$sort`, and the `$limit` after it, of which 0 is none: no more is kept."""
    key = compile_sort(pattern)

    def run(documents: Iterable[Document]) -> Iterator[Document]:
        rows = ((key(document), encode_document(document), 0) for document in documents)
        return (decode_document(raw) for _, raw, _ in sort_rows(rows, limit))

    return run


def whole_number(name: str, operand: Any, least: int) -> int:
    """The operand of `$limit`, `$skip` or the size of `$sample`.

    Raises:
        StoreError: it is no whole number, or below `least` (15958, 5107200).
    """
    number = python_number(operand) if is_number(operand) else None
    if number is None or number != number or abs(number) == float("inf") or number % 1:
        raise location(5107201, f"invalid argument to {name} stage: Expected an integer")
    if number > _LARGEST_INTEGER:
        raise location(5107201, f"invalid argument to {name} stage: Cannot represent as 64 bits")
    if number < least:
        code = 15958 if name == "$limit" else 5107200
        raise location(code, f"invalid argument to {name} stage: must be at least {least}")
    return min(int(number), _MORE_THAN_ANY)


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
        # Every document is equally likely to stay, however many follow (reservoir sampling).
        kept: list[Document] = []
        budget = Budget("$sample")
        for number, document in enumerate(documents):
            place = number if number < size else chooser.randrange(number + 1)
            if place >= size:
                continue
            budget.take(size_bytes(document))
            if place < len(kept):
                budget.take(-size_bytes(kept[place]))
                kept[place] = document
            else:
                kept.append(document)
        chooser.shuffle(kept)
        return iter(kept)

    return run


def _sort_by_count(operand: Any, compiler: Compiler) -> Stage:
    grouped = group({"_id": operand, "count": {"$sum": 1}}, compiler)
    sort = _sort({"count": -1}, compiler)
    return lambda documents: sort(grouped(documents))


def _facet(operand: Any, compiler: Compiler) -> Stage:
    if not isinstance(operand, dict) or not operand:
        raise location(40169, "the $facet specification must be a non-empty object")
    for name, stages in operand.items():
        if not isinstance(stages, list):
            raise location(40170, f"arguments to $facet must be arrays, {name} is not")
        if any(stage_parts(stage)[0] == "$facet" for stage in stages):
            raise location(40600, "$facet is not allowed to be used within a $facet stage")
        refuse_writing(stages, "$facet stage", 40600)
    branches = {name: compiler.pipeline(stages, compiler) for name, stages in operand.items()}

    def run(documents: Iterable[Document]) -> Iterator[Document]:
        budget = Budget("$facet")
        everything = packed(documents, budget)
        found = {
            name: packed(branch(map(decode_document, everything)), budget)
            for name, branch in branches.items()
        }
        yield {name: list(map(decode_document, items)) for name, items in found.items()}

    return run


STAGES: Final[dict[str, Callable[[Any, Compiler], Stage]]] = {
    **{name: _transform(name) for name in TRANSFORMS},
    "$match": _match,
    "$sort": _sort,
    "$limit": _limit,
    "$skip": _skip,
    "$count": _count,
    "$sample": _sample,
    "$unwind": unwind,
    "$group": group,
    "$sortByCount": _sort_by_count,
    "$facet": _facet,
}
