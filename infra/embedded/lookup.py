"""Stages that read other collections: `$lookup` in both forms, and `$unionWith`.

For each local document `$lookup` makes one prepared, indexed read: the equality of `localField`
and `foreignField` (or of `$expr: {$eq: ["$field", "$$variable"]}`) goes to the store together
with the `$match`, `$sort` and `$limit` that its pipeline begins with.
"""

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from bson import Regex

from infra.embedded.bson_types import MISSING, Document
from infra.embedded.errors import failed_to_parse, location
from infra.embedded.expression_core import Evaluate, Variables
from infra.embedded.expression_logic import check_variable
from infra.embedded.leading import Leading, split_leading
from infra.embedded.memory import LIMIT_BYTES, size_bytes
from infra.embedded.paths import Leaf, Path, split_path, walk
from infra.embedded.stage_core import Compiler, Counter, Finder, Stage, refuse_writing
from infra.embedded.transforms import stage_parts

_OPTIONS: Final = frozenset({"from", "as", "localField", "foreignField", "let", "pipeline"})
_UNMEASURED: Final = 100


@dataclass(frozen=True, slots=True)
class _Equality:
    """A field of the other collection that must equal values known per local document."""

    field: str
    values: Callable[[Document, Variables], list[Any] | None]


def equal_to(field: str, values: list[Any]) -> dict[str, Any]:
    """The filter of documents that have one of `values` in a field."""
    if len(values) == 1:
        return {field: {"$eq": values[0]}}
    if any(isinstance(value, Regex) for value in values):
        # `$in` would search with a regular expression; here it is a value like others.
        return {"$or": [{field: {"$eq": value}} for value in values]}
    return {field: {"$in": values}}


def lookup(operand: Any, compiler: Compiler) -> Stage:
    """`$lookup`."""
    options = _options(operand)
    parts = split_path(options["as"])
    bound: MutableMapping[str, Any] = ChainMap({}, compiler.variables)  # type: ignore[arg-type]  # only its first map is written
    lets = {
        check_variable(name): compiler.expression(part) for name, part in options["let"].items()
    }
    bound.update(dict.fromkeys(lets, MISSING))
    read = _reader(options, compiler.inside(bound), list(lets))

    def run(documents: Iterable[Document]) -> Iterator[Document]:
        for document in documents:
            for name, evaluate in lets.items():
                bound[name] = evaluate(document, compiler.variables)
            yield _attach(document, parts, read(document))

    return run


def _options(operand: Any) -> dict[str, Any]:
    if not isinstance(operand, dict):
        raise failed_to_parse("the $lookup specification must be an Object")
    for name in operand:
        if name not in _OPTIONS:
            raise failed_to_parse(f"unknown argument to $lookup: {name}")
    for name in ("from", "as"):
        if not isinstance(operand.get(name), str):
            raise failed_to_parse(f"$lookup argument '{name}' must be a string")
    if ("localField" in operand) != ("foreignField" in operand):
        raise failed_to_parse("$lookup requires both or neither of 'localField' and 'foreignField'")
    if "pipeline" not in operand and ("localField" not in operand or "let" in operand):
        raise failed_to_parse(
            "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be "
            "specified"
        )
    options = {"let": {}, "pipeline": [], **operand}
    if not isinstance(options["let"], dict) or not isinstance(options["pipeline"], list):
        raise failed_to_parse("$lookup needs an object as 'let' and an array as 'pipeline'")
    refuse_writing(options["pipeline"], "$lookup stage", 51047)
    return options


def _reader(
    options: Mapping[str, Any], compiler: Compiler, names: list[str]
) -> Callable[[Document], list[Document]]:
    """Build the read of the other collection for one local document."""
    leading = split_leading(options["pipeline"])
    pushed, kept = _divide(leading.filter, names)
    equalities = _equalities(options, kept, names, compiler)
    limit = leading.skip + leading.limit if leading.limit and not kept else 0
    rest = _rest_of(leading, kept, compiler)
    context, collection, sort = compiler.context, options["from"], leading.sort
    counted = None if names or len(equalities) != 1 else _counted_as(leading)
    if counted is not None:
        counter = context.counter(collection, equalities[0].field, pushed)
        return _counting(equalities[0], counter, counted, compiler.variables)
    finders: list[tuple[_Equality, Finder]] = [
        (item, context.finder(collection, item.field, pushed, sort, limit)) for item in equalities
    ]

    def read(document: Document) -> list[Document]:
        for equality, finder in finders:
            values = equality.values(document, compiler.variables)
            if values is not None:
                return _held(rest(finder(values)), collection)
        return _held(rest(context.find(collection, pushed, sort, limit)), collection)

    return read


def _held(documents: Iterable[Document], collection: str) -> list[Document]:
    """What is joined to one document; a few are not worth measuring."""
    held: list[Document] = []
    size = 0
    for document in documents:
        held.append(document)
        size += size_bytes(document) if len(held) > _UNMEASURED else 0
        if size > LIMIT_BYTES:
            raise location(
                4568,
                f"Total size of documents in {collection} matching pipeline's $lookup stage "
                f"exceeds {LIMIT_BYTES} bytes",
            )
    return held


def _counted_as(leading: Leading) -> str | None:
    """The field of the `$count` that is all that is asked, if it is."""
    if leading.skip or leading.limit or len(leading.rest) != 1:
        return None
    name, operand = stage_parts(leading.rest[0])
    return operand if name == "$count" and isinstance(operand, str) else None


def _counting(
    equality: _Equality, counter: Counter, name: str, variables: Variables
) -> Callable[[Document], list[Document]]:
    """Build a read whose documents nobody wants to see."""

    def read(document: Document) -> list[Document]:
        number = counter(equality.values(document, variables) or [])
        return [{name: number}] if number else []

    return read


def _rest_of(leading: Leading, kept: Mapping[str, Any], compiler: Compiler) -> Stage:
    """What remains to be done after the store's read."""
    after = compiler.pipeline(leading.rest, compiler) if leading.rest else None
    checked = compiler.pipeline([{"$match": kept}], compiler) if kept else None
    stop = leading.skip + leading.limit if leading.limit else None

    def rest(documents: Iterable[Document]) -> Iterator[Document]:
        if checked is not None:
            documents = checked(documents)
        if leading.skip or stop is not None:
            documents = islice(documents, leading.skip, stop)
        return iter(documents) if after is None else after(documents)

    return rest


def _divide(filter: Mapping[str, Any], names: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split a filter into what the store can do and what needs the variables of `let`."""
    if not names or not _holds_expression(filter):
        return dict(filter), {}
    pushed: list[Any] = []
    kept: list[Any] = []
    for name, operand in filter.items():
        if name == "$and" and isinstance(operand, list):
            for part in operand:
                (kept if _holds_expression(part) else pushed).append(part)
        else:
            (kept if _holds_expression({name: operand}) else pushed).append({name: operand})
    return _joined(pushed), _joined(kept)


def _joined(parts: list[Any]) -> dict[str, Any]:
    return {"$and": parts} if len(parts) > 1 else dict(parts[0]) if parts else {}


def _holds_expression(filter: Any) -> bool:
    if isinstance(filter, dict):
        return "$expr" in filter or any(map(_holds_expression, filter.values()))
    return isinstance(filter, list) and any(map(_holds_expression, filter))


def _equalities(
    options: Mapping[str, Any], kept: Mapping[str, Any], names: list[str], compiler: Compiler
) -> list[_Equality]:
    if "localField" in options:
        local, foreign = options["localField"], options["foreignField"]
        if not isinstance(local, str) or not isinstance(foreign, str):
            raise failed_to_parse("$lookup 'localField' and 'foreignField' must be strings")
        return [_Equality(foreign, _local_values(split_path(local)))]
    found: list[_Equality] = []
    for expression in _conjuncts(kept):
        pair = expression.get("$eq") if isinstance(expression, dict) else None
        if isinstance(pair, list) and len(pair) == 2:
            found += [
                _Equality(field[1:], _variable_value(compiler.expression(variable)))
                for field, variable in (pair, pair[::-1])
                if _is_field(field) and _is_variable(variable, names)
            ]
    return found


def _conjuncts(filter: Any) -> Iterator[Any]:
    """The expressions that must all be true."""
    for name, operand in filter.items():
        if name == "$expr":
            both = operand.get("$and") if isinstance(operand, dict) else None
            yield from both if isinstance(both, list) else [operand]
        elif name == "$and":
            for part in operand:
                yield from _conjuncts(part)


def _is_field(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("$") and not value.startswith("$$")


def _is_variable(value: Any, names: list[str]) -> bool:
    return (
        isinstance(value, str) and value.startswith("$$") and (value[2:].partition(".")[0] in names)
    )


def _local_values(parts: Path) -> Callable[[Document, Variables], list[Any]]:
    def values(document: Document, _: Variables) -> list[Any]:
        if len(parts) == 1:
            value = document.get(parts[0])
            return value if type(value) is list else [value]
        found = [value for value, _ in walk(document, parts, Leaf.ELEMENTS)]
        return [None if value is MISSING else value for value in found] or [None]

    return values


def _variable_value(evaluate: Evaluate) -> Callable[[Document, Variables], list[Any] | None]:
    def values(document: Document, variables: Variables) -> list[Any] | None:
        value = evaluate(document, variables)
        # A filter treats an array differently from an expression: no index then.
        return None if type(value) is list else [None if value is MISSING else value]

    return values


def _attach(document: Document, parts: Path, found: list[Document]) -> Document:
    built = dict(document)
    if len(parts) == 1:
        built[parts[0]] = found
    else:
        below = built.get(parts[0])
        built[parts[0]] = _attach(below if type(below) is dict else {}, parts[1:], found)
    return built


def union_with(operand: Any, compiler: Compiler) -> Stage:
    """`$unionWith`."""
    options = {"coll": operand} if isinstance(operand, str) else operand
    if not isinstance(options, dict) or not isinstance(options.get("coll"), str):
        raise failed_to_parse("the $unionWith stage needs the name of a collection as 'coll'")
    if set(options) - {"coll", "pipeline"}:
        raise location(40415, f"unknown field in $unionWith: {set(options) - {'coll', 'pipeline'}}")
    stages = options.get("pipeline", [])
    refuse_writing(stages, "$unionWith stage", 31441)
    leading = split_leading(stages)
    rest = _rest_of(leading, {}, compiler)
    limit = leading.skip + leading.limit if leading.limit else 0

    def run(documents: Iterable[Document]) -> Iterator[Document]:
        yield from documents
        yield from rest(compiler.context.find(options["coll"], leading.filter, leading.sort, limit))

    return run
