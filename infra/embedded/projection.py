"""Projections: which fields of a document go to the client.

    projection = compile_projection({"text": 1, "examples": {"$slice": 3}})
    projection.apply(document)
    projection.fields           top-level fields it reads, None when it may read any

Inclusion and exclusion do not mix, save for `_id`. In `find` there are `$slice`, `$elemMatch`
and the positional `a.$`; computed values are aggregation expressions. `compile_project` is the
stage `$project`, `compile_set` is `$set`/`$addFields`, `compile_unset` is `$unset`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.embedded.bson_types import MISSING, is_number, python_number, truthy
from infra.embedded.errors import bad_value, location
from infra.embedded.expression_core import (
    NO_VARIABLES,
    Evaluate,
    Variables,
    field_parts,
)
from infra.embedded.expressions import compile_expression
from infra.embedded.matcher import compile_element_filter
from infra.embedded.projection_tree import Fate, Transform, Tree

Document = dict[str, Any]
Parts = tuple[str, ...]
_FIND_OPERATORS: Final = frozenset({"$slice", "$elemMatch", "$meta"})


@dataclass(frozen=True, slots=True)
class Projection:
    """A compiled projection.

    Attributes:
        tree: the paths.
        fields: the top-level fields it reads; None when it may read any.
        positional: the path before `.$`, whose array is cut to the element that matched.
    """

    tree: Tree
    fields: frozenset[str] | None
    positional: Parts | None
    variables: Variables

    def apply(self, document: Mapping[str, Any], place: int | None = None) -> Document:
        """Build the projected document.

        Args:
            document: what is stored.
            place: the array place that the filter matched at, for `a.$`.

        Raises:
            StoreError: `a.$` without a place in an array (51246).
        """
        built = self.tree.apply(document, self.variables)
        return built if self.positional is None else _cut(built, self.positional, place)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One path of a specification with what is asked for it."""

    parts: Parts
    value: Any
    positional: bool = False

    @property
    def path(self) -> str:
        return ".".join(self.parts)

    @property
    def flag(self) -> bool | None:
        """True to include, False to exclude, None for anything else."""
        plain = isinstance(self.value, bool) or is_number(self.value)
        return truthy(self.value) if plain else None

    @property
    def find_operator(self) -> str | None:
        """`$slice` or `$elemMatch`, when that is what is asked."""
        if isinstance(self.value, dict) and len(self.value) == 1:
            ((name, operand),) = self.value.items()
            if name == "$slice" and not _is_find_slice(operand):
                return None
            return name if name in _FIND_OPERATORS else None
        return None


def compile_projection(
    specification: Mapping[str, Any], variables: Variables = NO_VARIABLES
) -> Projection:
    """Build the projection of `find` and `findAndModify`.

    Raises:
        StoreError: inclusion mixed with exclusion, colliding paths, unknown operators.
    """
    return _compile(list(_flatten(specification, find=True)), variables, find=True)


def compile_project(
    specification: Mapping[str, Any], variables: Variables = NO_VARIABLES
) -> Projection:
    """Build the stage `$project`, where `$slice` is an expression and there is no `a.$`."""
    if not specification:
        raise location(51272, "projection specification must have at least one field")
    return _compile(list(_flatten(specification, find=False)), variables, find=False)


def compile_set(specification: Mapping[str, Any], variables: Variables = NO_VARIABLES) -> Tree:
    """Build the stage `$set`: computed fields over everything that was there."""
    if not specification:
        raise location(40177, "$set specification must have at least one field")
    tree = Tree(keep_rest=True)
    for entry in _flatten(specification, find=False):
        tree.compute(entry.parts, compile_expression(entry.value, variables))
    return tree


def compile_unset(paths: Sequence[Any]) -> Tree:
    """Build the stage `$unset`."""
    if not paths or not all(isinstance(path, str) for path in paths):
        raise location(31120, "$unset specification must be a string or an array of strings")
    tree = Tree(keep_rest=True)
    for path in paths:
        tree.add(field_parts(path), Fate.DROP)
    return tree


def _flatten(
    specification: Mapping[str, Any], *, find: bool, above: Parts = ()
) -> Iterator[_Entry]:
    """Write nested specifications as dotted paths."""
    for name, value in specification.items():
        positional = find and name.endswith(".$")
        parts = (*above, *field_parts(name.removesuffix(".$") if positional else name))
        if isinstance(value, dict):
            if not value:
                raise location(
                    51270, f"An empty sub-projection is not a valid value: {'.'.join(parts)}"
                )
            if not next(iter(value)).startswith("$"):
                yield from _flatten(value, find=find, above=parts)
                continue
        yield _Entry(parts, value, positional)


def _compile(entries: list[_Entry], variables: Variables, *, find: bool) -> Projection:
    including = _is_inclusion(entries, find=find)
    tree = Tree(keep_rest=not including)
    positional: Parts | None = None
    reads_any = not including
    if including and not any(entry.parts[0] == "_id" for entry in entries):
        tree.add(("_id",), Fate.KEEP)
    for entry in entries:
        if entry.positional:
            positional = _take_positional(entry, positional, including=including)
        if entry.flag is not None:
            _add_flag(tree, entry, including=including)
        elif find and entry.find_operator:
            _add_find_operator(tree, entry)
            reads_any = reads_any or entry.find_operator == "$elemMatch"
        else:
            if not including:
                raise location(
                    31252, "Cannot use expression other than $meta in exclusion projection"
                )
            tree.compute(entry.parts, compile_expression(entry.value, variables))
            reads_any = True
    return Projection(tree, None if reads_any else frozenset(tree.children), positional, variables)


def _is_inclusion(entries: list[_Entry], *, find: bool) -> bool:
    """The first entry that is not plainly about `_id` decides."""
    for entry in entries:
        if entry.parts == ("_id",) and entry.flag is not None:
            continue
        if entry.flag is not None:
            return entry.flag
        if not (find and entry.find_operator):
            return True
    # Nothing but `_id` and operators of `find`: the rules of the server's projection parser.
    operators = {entry.find_operator for entry in entries} if find else set()
    if "$elemMatch" in operators and "$slice" not in operators:
        return True
    return any(entry.flag for entry in entries)


def _add_flag(tree: Tree, entry: _Entry, *, including: bool) -> None:
    if entry.flag is not including and entry.parts != ("_id",):
        asked = "inclusion" if entry.flag else "exclusion"
        mode = "inclusion" if including else "exclusion"
        code = 31254 if including else 31253
        raise location(code, f"Cannot do {asked} on field {entry.path} in {mode} projection")
    tree.add(entry.parts, Fate.KEEP if entry.flag else Fate.DROP)


def _take_positional(entry: _Entry, earlier: Parts | None, *, including: bool) -> Parts:
    if earlier is not None:
        raise location(31276, "Cannot specify more than one positional projection per query.")
    if not including:
        raise location(31395, "positional projection cannot be used with exclusion")
    return entry.parts


def _add_find_operator(tree: Tree, entry: _Entry) -> None:
    operand = entry.value[entry.find_operator]
    if entry.find_operator == "$slice":
        tree.add(entry.parts, _slice(operand))
    elif entry.find_operator == "$elemMatch":
        if len(entry.parts) > 1:
            raise location(31275, "Cannot use $elemMatch projection on a nested field.")
        tree.compute(entry.parts, _first_match(entry.parts[0], operand))
    else:
        raise bad_value("$meta projections are not supported")


def _is_find_slice(operand: Any) -> bool:
    """Whether `$slice` has the form of `find`; any other is the expression of that name."""
    if not isinstance(operand, list):
        return is_number(operand)
    return len(operand) == 2 and all(map(is_number, operand)) and int(python_number(operand[1])) > 0


def _slice(operand: Any) -> Transform:
    if isinstance(operand, list):
        skip, limit = (int(python_number(part)) for part in operand)
        return _on_arrays(lambda array: cut_array(array, skip, limit))
    count = int(python_number(operand))
    return _on_arrays(lambda array: array[:count] if count >= 0 else array[count:])


def cut_array(array: list[Any], skip: int, limit: int) -> list[Any]:
    """`limit` elements after `skip`; a negative skip counts from the end."""
    start = max(0, len(array) + skip) if skip < 0 else skip
    return array[start : start + limit]


def _on_arrays(cut: Callable[[list[Any]], list[Any]]) -> Transform:
    return lambda value: cut(value) if type(value) is list else value


def _first_match(name: str, condition: Any) -> Evaluate:
    if not isinstance(condition, dict):
        raise location(31274, "elemMatch: Invalid argument, object required")
    test = compile_element_filter(condition)

    def evaluate(document: Mapping[str, Any], _: Variables) -> Any:
        array = document.get(name)
        if type(array) is not list:
            return MISSING
        return next(([element] for element in array if test(element)), MISSING)

    return evaluate


def _cut(document: Document, path: Parts, place: int | None) -> Document:
    """Reduce the first array on a path to the element at `place`."""
    built = dict(document)
    level = built
    for name in path:
        value = level.get(name)
        if type(value) is list:
            if place is None or place >= len(value):
                break
            level[name] = [value[place]]
            return built
        if type(value) is not dict:
            return built
        level[name] = dict(value)
        level = level[name]
    raise location(
        51246,
        "Executor error during find command :: caused by :: positional operator '.$' couldn't "
        "find a matching element in the array",
    )
