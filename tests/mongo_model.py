"""MongoDB's documented behaviour in memory, as plainly as it can be said: an oracle for tests.

It covers what `test_model` asks: scalars, arrays of scalars, and documents or arrays of documents
one level down. Values are compared by `key`, which ranks them as the manual's page "Comparison/Sort
Order" does. A refusal is a `RefusedError` with MongoDB's code.
"""

import copy
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

Document = dict[str, Any]
BAD_VALUE, TYPE_MISMATCH, PATH_NOT_VIABLE, IMMUTABLE = 2, 14, 28, 66
PARALLEL_ARRAYS, DUPLICATE_KEY = 171, 11000
# Empty arrays are indexed and sorted as "undefined", below null.
UNDEFINED = ("undefined",)
MISSING = ("missing",)
_RANKS: list[tuple[type | tuple[type, ...], int]] = [
    (bool, 8),
    ((int, float), 3),
    (str, 4),
    (dict, 5),
    (list, 6),
]
_TYPES = {"null": 2, "number": 3, "string": 4, "object": 5, "array": 6, "bool": 8}


class RefusedError(Exception):
    """The operation fails with this code; nothing of it happened."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def key(value: Any) -> tuple[Any, ...]:
    """A tuple that orders and equates values as MongoDB does; null and missing are one."""
    if value is UNDEFINED:
        return (1,)
    if value is None or value is MISSING:
        return (2,)
    rank = next(rank for kind, rank in _RANKS if isinstance(value, kind))
    if isinstance(value, dict):
        return rank, tuple((key(part)[0], name, key(part)) for name, part in value.items())
    if isinstance(value, list):
        return rank, tuple(map(key, value))
    return rank, value


def reached(document: Any, path: str) -> Any:
    """The value at a path of one or two parts; a list of values where an array is entered."""
    first, _, rest = path.partition(".")
    value = document.get(first, MISSING)
    if not rest:
        return value
    if isinstance(value, list):
        return [one.get(rest, MISSING) for one in value if isinstance(one, dict)]
    return value.get(rest, MISSING) if isinstance(value, dict) else MISSING


def enters_array(document: Document, path: str) -> bool:
    """Whether a path leads through an array of documents."""
    return "." in path and isinstance(document.get(path.partition(".")[0]), list)


def candidates(document: Document, path: str) -> list[Any]:
    """What a comparison looks at: an array's elements, and the array itself."""
    value = reached(document, path)
    if not isinstance(value, list):
        return [value]
    return value if enters_array(document, path) else [*value, value]


def _equal(operand: Any) -> Callable[[Any], bool]:
    return lambda value: key(value) == key(operand)


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[Any], Callable[[Any], bool]]:
    def build(operand: Any) -> Callable[[Any], bool]:
        # Only values of the operand's own type are compared with it.
        return lambda value: key(value)[0] == key(operand)[0] and test(key(value), key(operand))

    return build


_TESTS: dict[str, Callable[[Any], Callable[[Any], bool]]] = {
    "$eq": _equal,
    "$gt": _compare(lambda left, right: left > right),
    "$gte": _compare(lambda left, right: left >= right),
    "$lt": _compare(lambda left, right: left < right),
    "$lte": _compare(lambda left, right: left <= right),
    "$in": lambda operand: lambda value: any(_equal(one)(value) for one in operand),
    "$regex": lambda operand: (
        lambda value: isinstance(value, str) and re.search(operand, value) is not None
    ),
    "$mod": lambda operand: (
        lambda value: _number(value) and math.fmod(int(value), operand[0]) == operand[1]
    ),
    "$type": lambda operand: (
        lambda value: value is not MISSING and key(value)[0] == _TYPES[operand]
    ),
}


_OPPOSITES = {"$ne": "$eq", "$nin": "$in"}


def matches(document: Document, filter: Mapping[str, Any]) -> bool:
    """Whether a filter finds a document."""
    return all(_matches_part(document, name, operand) for name, operand in filter.items())


def _matches_part(document: Document, name: str, operand: Any) -> bool:
    match name:
        case "$and":
            return all(matches(document, one) for one in operand)
        case "$or":
            return any(matches(document, one) for one in operand)
        case "$nor":
            return not any(matches(document, one) for one in operand)
    if isinstance(operand, dict) and operand and next(iter(operand)).startswith("$"):
        return all(_test(document, name, test, value) for test, value in operand.items())
    return _test(document, name, "$eq", operand)


def _test(document: Document, path: str, test: str, operand: Any) -> bool:
    if test in _OPPOSITES:
        return not _test(document, path, _OPPOSITES[test], operand)
    value = reached(document, path)
    match test:
        case "$not":
            return not _matches_part(document, path, operand)
        case "$exists":
            there = candidates(document, path) if enters_array(document, path) else [value]
            return any(one is not MISSING for one in there) == operand
        case "$size":
            entered = enters_array(document, path)
            return isinstance(value, list) and not entered and len(value) == operand
        case "$all":
            return bool(operand) and all(_test(document, path, "$eq", one) for one in operand)
    if test == "$elemMatch":
        accepts, tried = (
            partial(_element_matches, operand),
            value if isinstance(value, list) else [],
        )
    else:
        accepts, tried = _TESTS[test](operand), candidates(document, path)
    return any(map(accepts, tried))


def _element_matches(operand: Mapping[str, Any], element: Any) -> bool:
    if next(iter(operand)).startswith("$"):
        return all(_TESTS[test](value)(element) for test, value in operand.items())
    return isinstance(element, dict) and matches(element, operand)


def sort_key(document: Document, path: str, direction: int) -> tuple[Any, ...]:
    """What a document is sorted by: the least of an array ascending, the greatest descending."""
    value = reached(document, path)
    if isinstance(value, list):
        keys = [key(one) for one in value] or [key(UNDEFINED)]
        return min(keys) if direction == 1 else max(keys)
    return key(value)


def sorted_by(documents: list[Document], pattern: Mapping[str, int]) -> list[Document]:
    """Sort by several paths, the last of which should be unique."""
    found = list(documents)
    for path, direction in reversed(pattern.items()):
        found.sort(key=lambda one: sort_key(one, path, direction), reverse=direction == -1)
    return found


def project(document: Document, projection: Mapping[str, Any]) -> Document:
    """Inclusion or exclusion of top-level fields."""
    named = {name for name in projection if name != "_id"}
    keeps_id = bool(projection.get("_id", 1))
    including = any(projection[name] for name in named)
    return {
        name: value
        for name, value in document.items()
        if (keeps_id if name == "_id" else (name in named) == including)
    }


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _put(document: Document, path: str, change: Callable[[Any], Any]) -> None:
    """Change the value at a path; documents on the way are made when missing."""
    first, _, rest = path.partition(".")
    if not rest:
        result = change(document.get(first, MISSING))
        if result is not MISSING:
            document[first] = result
        return
    inner = document.get(first, MISSING)
    if inner is MISSING:
        result = change(MISSING)
        if result is not MISSING:
            document[first] = {rest: result}
        return
    if not isinstance(inner, dict):
        raise RefusedError(PATH_NOT_VIABLE)
    _put(inner, rest, change)


def _remove(document: Document, path: str) -> None:
    first, _, rest = path.partition(".")
    inner = document.get(first)
    if not rest:
        document.pop(first, None)
    elif isinstance(inner, dict):
        inner.pop(rest, None)


def _arithmetic(run: Callable[[Any, Any], Any], start: Callable[[Any], Any]) -> Any:
    def build(operand: Any) -> Callable[[Any], Any]:
        def change(value: Any) -> Any:
            if value is MISSING:
                return start(operand)
            if not _number(value):
                raise RefusedError(TYPE_MISMATCH)
            return run(value, operand)

        return change

    return build


def _array(run: Callable[[list[Any], Any], list[Any]], *, refusal: int, start: Any) -> Any:
    def build(operand: Any) -> Callable[[Any], Any]:
        def change(value: Any) -> Any:
            if value is MISSING:
                return run([], operand) if start is not MISSING else MISSING
            if not isinstance(value, list):
                raise RefusedError(refusal)
            return run(value, operand)

        return change

    return build


def _push(array: list[Any], operand: Any) -> list[Any]:
    if not isinstance(operand, dict) or "$each" not in operand:
        return [*array, operand]
    at = operand.get("$position", len(array))
    result = [*array[:at], *operand["$each"], *array[at:]]
    if "$sort" in operand:
        result.sort(key=key, reverse=operand["$sort"] == -1)
    size = operand.get("$slice")
    if size is None:
        return result
    return result[:size] if size >= 0 else result[size:]


def _add_to_set(array: list[Any], operand: Any) -> list[Any]:
    several = isinstance(operand, dict) and "$each" in operand
    result = list(array)
    for one in operand["$each"] if several else [operand]:
        if not any(key(one) == key(other) for other in result):
            result.append(one)
    return result


def _pull(array: list[Any], operand: Any) -> list[Any]:
    if isinstance(operand, dict) and operand and next(iter(operand)).startswith("$"):
        return [one for one in array if not _matches_part({"v": one}, "v", operand)]
    return [one for one in array if key(one) != key(operand)]


def _extreme(better: Callable[[Any, Any], bool]) -> Any:
    return lambda operand: (
        lambda value: operand if value is MISSING or better(key(operand), key(value)) else value
    )


_CHANGES: dict[str, Callable[[Any], Callable[[Any], Any]]] = {
    "$set": lambda operand: lambda _: operand,
    "$inc": _arithmetic(lambda left, right: left + right, lambda operand: operand),
    "$mul": _arithmetic(lambda left, right: left * right, lambda operand: operand * 0),
    "$min": _extreme(lambda new, old: new < old),
    "$max": _extreme(lambda new, old: new > old),
    "$push": _array(_push, refusal=BAD_VALUE, start=[]),
    "$addToSet": _array(_add_to_set, refusal=BAD_VALUE, start=[]),
    "$pull": _array(_pull, refusal=BAD_VALUE, start=MISSING),
    "$pullAll": _array(
        lambda array, operand: [one for one in array if all(key(one) != key(x) for x in operand)],
        refusal=BAD_VALUE,
        start=MISSING,
    ),
    "$pop": _array(
        lambda array, operand: array[:-1] if operand == 1 else array[1:],
        refusal=TYPE_MISMATCH,
        start=MISSING,
    ),
}


def updated(document: Document, update: Mapping[str, Any], *, inserting: bool = False) -> Document:
    """The document that an update makes of another."""
    if not next(iter(update), "").startswith("$"):
        return {"_id": document["_id"], **update} if "_id" in document else dict(update)
    result = copy.deepcopy(document)
    for operator, parts in update.items():
        for path, operand in parts.items():
            if operator == "$unset":
                _remove(result, path)
            elif operator == "$rename":
                if path in result:
                    result[operand] = result.pop(path)
            elif operator == "$setOnInsert":
                if inserting:
                    _put(result, path, _CHANGES["$set"](operand))
            else:
                _put(result, path, _CHANGES[operator](copy.deepcopy(operand)))
    return result


def pinned(filter: Mapping[str, Any]) -> Document:
    """The fields that a filter gives to a document inserted by an upsert."""
    base: Document = {}
    for name, operand in filter.items():
        if name == "$and":
            for one in operand:
                base |= pinned(one)
        elif not name.startswith("$"):
            if isinstance(operand, dict) and operand and next(iter(operand)).startswith("$"):
                if "$eq" in operand:
                    base[name] = operand["$eq"]
            else:
                base[name] = operand
    return copy.deepcopy(base)


@dataclass(frozen=True)
class Index:
    """A definition: fields with directions, and options."""

    name: str
    fields: tuple[tuple[str, int], ...]
    unique: bool = False
    sparse: bool = False
    partial: Mapping[str, Any] | None = None

    def entries(self, document: Document) -> set[tuple[Any, ...]]:
        """The keys of a document."""
        if self.partial is not None and not matches(document, self.partial):
            return set()
        roots = {path.partition(".")[0] for path, _ in self.fields}
        arrays = [root for root in roots if isinstance(document.get(root), list)]
        if len(arrays) > 1:
            raise RefusedError(PARALLEL_ARRAYS)
        # An array has an entry for each element; all fields below it are of the same element.
        variants = [document]
        for root in arrays:
            variants = [document | {root: one} for one in document[root] or [UNDEFINED]]
        found = [tuple(reached(one, path) for path, _ in self.fields) for one in variants]
        kept = [one for one in found if not self.sparse or any(part is not MISSING for part in one)]
        return {tuple(map(key, one)) for one in kept}


@dataclass
class Collection:
    """Documents by `_id`, and indexes by name."""

    documents: dict[int, Document] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)

    def find(self, filter: Mapping[str, Any]) -> list[Document]:
        return [one for one in self.documents.values() if matches(one, filter)]

    def check(self, document: Document) -> None:
        """Refuse a document that the indexes do not admit beside the others."""
        wanted = [(index, index.entries(document)) for index in self.indexes.values()]
        others = [one for one in self.documents.values() if one["_id"] != document["_id"]]
        for index, entries in wanted:
            if index.unique and any(entries & index.entries(other) for other in others):
                raise RefusedError(DUPLICATE_KEY)

    def insert(self, document: Document) -> None:
        self.check(document)
        if document["_id"] in self.documents:
            raise RefusedError(DUPLICATE_KEY)
        self.documents[document["_id"]] = copy.deepcopy(document)

    def put(self, document: Document) -> None:
        """Put the new state of a document that is there."""
        self.check(document)
        self.documents[document["_id"]] = document

    def add_index(self, index: Index) -> None:
        trial = Collection(indexes={index.name: index})
        for document in self.documents.values():
            trial.insert(document)
        self.indexes[index.name] = index


def same(left: Any, right: Any) -> bool:
    """Equal with types told apart: 1, 1.0 and true are three values."""
    if key(left) != key(right) or isinstance(left, float) != isinstance(right, float):
        return False
    if isinstance(left, dict):
        return all(map(same, left.values(), right.values()))
    return not isinstance(left, list) or all(map(same, left, right))


def same_document(left: Document, right: Document) -> bool:
    """The same fields, whatever their order."""
    return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)


def same_documents(left: Sequence[Document], right: Sequence[Document]) -> bool:
    """The same documents, whatever their order."""
    others = {one["_id"]: one for one in right}
    return len(left) == len(right) and all(
        one["_id"] in others and same_document(one, others[one["_id"]]) for one in left
    )
