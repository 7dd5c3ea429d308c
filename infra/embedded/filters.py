"""Filters as trees: a filter document is parsed once into these nodes.

`matcher` turns the tree into a function over documents, `bounds` reads from it what an index can
look for. An operator that is not here is refused by name.

    parse_filter({"a": {"$gt": 1}, "$or": [{"b": 2}, {"c": 3}]})
    → And(Test("a" $gt 1), Or(And(Test("b" $eq 2)), And(Test("c" $eq 3))))

`Test.path` is empty inside `{$elemMatch: {$gt: 1}}`, where the value itself is tested.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bson import Regex

from infra.embedded import predicates
from infra.embedded.bson_types import regex_flags, regex_pattern, truthy
from infra.embedded.errors import bad_value
from infra.embedded.paths import Leaf, Path, split_path
from infra.embedded.predicates import Predicate

MAX_DEPTH: Final = 100


@dataclass(frozen=True, slots=True)
class And:
    """All of the children match."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the children matches."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The child does not match."""

    child: "Node"


@dataclass(frozen=True, slots=True)
class Test:
    """Some value at `path` passes `accepts`."""

    path: Path
    operator: str
    operand: Any
    accepts: Predicate
    leaf: Leaf = Leaf.BOTH


@dataclass(frozen=True, slots=True)
class ElementMatch:
    """Some element of the array at `path` matches `child`.

    Attributes:
        of_documents: `child` is a filter over documents, else a test of the element itself.
    """

    path: Path
    child: "Node"
    of_documents: bool


@dataclass(frozen=True, slots=True)
class Expression:
    """The aggregation expression of `$expr` is true."""

    operand: Any


Node = And | Or | Not | Test | ElementMatch | Expression
_NOTHING: Final = Or(())


def parse_filter(filter: Mapping[str, Any], depth: int = 0) -> And:
    """Read a filter document.

    Raises:
        StoreError: an unknown operator or a malformed operand (2 BadValue, 9 FailedToParse).
    """
    if depth > MAX_DEPTH:
        raise bad_value(f"exceeded maximum query tree depth of {MAX_DEPTH}")
    children: list[Node] = []
    for name, operand in filter.items():
        if name.startswith("$"):
            children.extend(_parse_top(name, operand, depth))
        else:
            children.extend(_parse_field(split_path(name), operand, depth))
    return And(tuple(children))


def _parse_top(name: str, operand: Any, depth: int) -> list[Node]:
    if name == "$comment":
        return []
    if name == "$expr":
        return [Expression(operand)]
    if name not in {"$and", "$or", "$nor"}:
        raise bad_value(
            f"unknown top level operator: {name}. If you have a field name that starts with a '$' "
            "symbol, consider using $getField or $setField."
        )
    if not isinstance(operand, list):
        raise bad_value(f"{name} must be an array")
    if not operand:
        raise bad_value("$and/$or/$nor must be a nonempty array")
    if not all(isinstance(item, dict) for item in operand):
        raise bad_value("$or/$and/$nor entries need to be full objects")
    children = tuple(parse_filter(item, depth + 1) for item in operand)
    match name:
        case "$and":
            return [And(children)]
        case "$or":
            return [Or(children)]
        case _:
            return [Not(Or(children))]


def is_operators(operand: Any) -> bool:
    """Whether an operand is a document of operators rather than a value; a DBRef is a value."""
    if not isinstance(operand, dict) or not operand:
        return False
    first = next(iter(operand))
    return first.startswith("$") and first not in {"$ref", "$id", "$db"}


def _parse_field(path: Path, operand: Any, depth: int) -> list[Node]:
    if is_operators(operand):
        return parse_operators(path, operand, depth)
    if isinstance(operand, Regex):
        return [_regex(path, regex_pattern(operand), regex_flags(operand))]
    return [Test(path, "$eq", operand, predicates.equals(operand))]


def parse_operators(path: Path, operators: Mapping[str, Any], depth: int = 0) -> list[Node]:
    """Read `{"$gt": 1, "$lt": 5}`: a node for each operator, all of which must match."""
    if depth > MAX_DEPTH:
        raise bad_value(f"exceeded maximum query tree depth of {MAX_DEPTH}")
    nodes: list[Node] = []
    for name, operand in operators.items():
        if name == "$options":
            if "$regex" not in operators:
                raise bad_value("$options needs a $regex")
        elif name == "$regex":
            nodes.append(_parse_regex(path, operand, operators.get("$options")))
        else:
            parse = _OPERATORS.get(name)
            if parse is None:
                raise bad_value(f"unknown operator: {name}")
            nodes.append(parse(path, operand, depth + 1))
    return nodes


def _parse_regex(path: Path, operand: Any, options: Any) -> Node:
    if options is not None and not isinstance(options, str):
        raise bad_value("$options has to be a string")
    if isinstance(operand, Regex):
        flags = regex_flags(operand)
        if flags and options is not None:
            raise bad_value("options set in both $regex and $options")
        return _regex(path, regex_pattern(operand), options or flags)
    if not isinstance(operand, str):
        raise bad_value("$regex has to be a string")
    return _regex(path, operand, options or "")


def _regex(path: Path, pattern: str, options: str) -> Node:
    accepts = predicates.matches_pattern(pattern, options)
    return Test(path, "$regex", (pattern, options), accepts)


def _equals(path: Path, operand: Any, _: int) -> Node:
    # A regular expression here is compared as a value; only `{a: /x/}` searches.
    return Test(path, "$eq", operand, predicates.equals(operand))


def _not_equals(path: Path, operand: Any, depth: int) -> Node:
    if isinstance(operand, Regex):
        raise bad_value("Can't have regex as arg to $ne.")
    return Not(_equals(path, operand, depth))


def _ordered(operator: str) -> Callable[[Path, Any, int], Node]:
    def parse(path: Path, operand: Any, _: int) -> Node:
        if isinstance(operand, Regex):
            raise bad_value(f"Can't have RegEx as arg to predicate over field '{'.'.join(path)}'.")
        return Test(path, operator, operand, predicates.ordered(operator, operand))

    return parse


def _in(path: Path, operand: Any, _: int) -> Node:
    if not isinstance(operand, list):
        raise bad_value("$in needs an array")
    if any(is_operators(item) for item in operand):
        raise bad_value("cannot nest $ under $in")
    return Test(path, "$in", operand, predicates.one_of(operand))


def _not_in(path: Path, operand: Any, depth: int) -> Node:
    if not isinstance(operand, list):
        raise bad_value("$nin needs an array")
    return Not(_in(path, operand, depth))


def _not(path: Path, operand: Any, depth: int) -> Node:
    if isinstance(operand, Regex):
        return Not(_regex(path, regex_pattern(operand), regex_flags(operand)))
    if not isinstance(operand, dict):
        raise bad_value("$not needs a regex or a document")
    if not operand:
        raise bad_value("$not cannot be empty")
    return Not(And(tuple(parse_operators(path, operand, depth))))


def _exists(path: Path, operand: Any, _: int) -> Node:
    present = Test(path, "$exists", True, predicates.is_present, Leaf.ARRAY)
    return present if truthy(operand) else Not(present)


def _all(path: Path, operand: Any, depth: int) -> Node:
    if not isinstance(operand, list):
        raise bad_value("$all needs an array")
    if not operand:
        return _NOTHING
    nodes: list[Node] = []
    for item in operand:
        if is_operators(item):
            if set(item) != {"$elemMatch"}:
                raise bad_value("no $ expressions in $all")
            nodes.append(element_match(path, item["$elemMatch"], depth))
        else:
            nodes.extend(_parse_field(path, item, depth))
    return And(tuple(nodes))


def element_match(path: Path, operand: Any, depth: int = 0) -> ElementMatch:
    """Read the operand of `$elemMatch`: tests of the elements, or a filter over documents."""
    if not isinstance(operand, dict):
        raise bad_value("$elemMatch needs an Object")
    if is_operators(operand) and next(iter(operand)) not in {"$and", "$or", "$nor", "$expr"}:
        tests = And(tuple(parse_operators((), operand, depth)))
        return ElementMatch(path, tests, of_documents=False)
    if "$expr" in operand:
        raise bad_value("$expr can only be applied to the top-level document")
    return ElementMatch(path, parse_filter(operand, depth), of_documents=True)


def _simple(
    name: str, build: Callable[[Any], Predicate], leaf: Leaf = Leaf.BOTH
) -> Callable[[Path, Any, int], Node]:
    def parse(path: Path, operand: Any, _: int) -> Node:
        return Test(path, name, operand, build(operand), leaf)

    return parse


_OPERATORS: Final[dict[str, Callable[[Path, Any, int], Node]]] = {
    "$eq": _equals,
    "$ne": _not_equals,
    "$gt": _ordered("$gt"),
    "$gte": _ordered("$gte"),
    "$lt": _ordered("$lt"),
    "$lte": _ordered("$lte"),
    "$in": _in,
    "$nin": _not_in,
    "$not": _not,
    "$exists": _exists,
    "$type": _simple("$type", predicates.of_types),
    "$mod": _simple("$mod", predicates.remainder_is),
    "$size": _simple("$size", predicates.has_size, Leaf.ARRAY),
    "$all": _all,
    "$elemMatch": element_match,
}
# What the scope table in docs/embedded-store.md lists.
FILTER_OPERATORS: Final = frozenset(
    {*_OPERATORS, "$regex", "$options", "$and", "$or", "$nor", "$expr", "$comment"}
)
