"""Where an update writes: paths with `$`, `$[]` and `$[name]`, and the walk along them.

    target = parse_target("a.$[high].b", array_filters)
    target.write(document, change, place=None)

`write` changes the document it is given and replaces, never changes, the values below it, so that
a shallow copy of a document is enough to keep the old one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.embedded.bson_types import MISSING
from infra.embedded.errors import (
    bad_value,
    dollar_prefixed_field,
    empty_field_name,
    failed_to_parse,
    path_not_viable,
)
from infra.embedded.matcher import Match, compile_filter
from infra.embedded.paths import array_index, split_path

ArrayFilters = Mapping[str, Match]
_ALL: Final = "$[]"
_MAX_BACKFILL: Final = 1_500_000
_DBREF_FIELDS: Final = frozenset({"$ref", "$id", "$db"})


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to the value at the end of a path.

    Attributes:
        apply: old value or `MISSING` → new value, or `MISSING` to remove the field.
        creates: the path is made where it is missing; otherwise a missing path changes nothing.
    """

    apply: Callable[[Any], Any]
    creates: bool = True


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed update path."""

    path: str
    parts: tuple[str, ...]
    filters: ArrayFilters

    def write(self, document: dict[str, Any], change: Change, place: int | None) -> None:
        """Apply a change to every place that the path names.

        Args:
            document: changed in place.
            change: what to do there.
            place: what `$` stands for.

        Raises:
            StoreError: the path runs through a value without fields (28), or `$` stands for
                nothing (2).
        """
        parts = self.parts
        if "$" in parts:
            if place is None:
                raise bad_value(
                    "The positional operator did not find the match needed from the query."
                )
            parts = tuple(str(place) if part == "$" else part for part in parts)
        self._enter(document, parts, 0, change)

    def _enter(self, holder: Any, parts: tuple[str, ...], depth: int, change: Change) -> None:
        if type(holder) is list:
            self._enter_array(holder, parts, depth, change)
        elif parts[depth].startswith("$["):
            above = ".".join(self.parts[:depth])
            raise bad_value(f"Cannot apply array updates to non-array element {above}")
        else:
            name = parts[depth]
            value = self._changed(holder.get(name, MISSING), parts, depth, change)
            if value is not MISSING:
                holder[name] = value
            else:
                holder.pop(name, None)

    def _enter_array(
        self, array: list[Any], parts: tuple[str, ...], depth: int, change: Change
    ) -> None:
        part = parts[depth]
        if part.startswith("$["):
            accepts = self.filters.get(part[2:-1])
            places = [place for place, item in enumerate(array) if accepts is None or accepts(item)]
        else:
            named = array_index(part)
            if named is None:
                if change.creates:
                    raise self._not_viable(parts, depth, array)
                return
            places = [named]
        for place in places:
            old = array[place] if place < len(array) else MISSING
            value = self._changed(old, parts, depth, change)
            if value is not MISSING:
                _put(array, place, value)
            elif place < len(array):
                # Removing an element would move the others; MongoDB leaves null behind.
                array[place] = None

    def _changed(self, old: Any, parts: tuple[str, ...], depth: int, change: Change) -> Any:
        """The new value for one step of the path."""
        if depth == len(parts) - 1:
            return change.apply(old)
        if type(old) is not dict and type(old) is not list:
            if not change.creates:
                return old
            old = self._started(old, parts, depth)
        below: Any = old.copy()
        self._enter(below, parts, depth + 1, change)
        return below

    def _started(self, old: Any, parts: tuple[str, ...], depth: int) -> dict[str, Any]:
        """The document that a path goes on in where there is none yet."""
        above = ".".join(parts[: depth + 1])
        if parts[depth + 1].startswith("$["):
            if old is not MISSING:
                raise bad_value(f"Cannot apply array updates to non-array element {above}")
            raise bad_value(
                f"The path '{above}' must exist in the document in order to apply array updates."
            )
        if old is not MISSING:
            raise self._not_viable(parts, depth + 1, old)
        return {}

    def _not_viable(self, parts: tuple[str, ...], depth: int, holder: Any) -> Exception:
        element = f"{{{parts[depth - 1]}: {holder!r}}}"
        return path_not_viable(f"Cannot create field '{parts[depth]}' in element {element}")


def _put(array: list[Any], place: int, value: Any) -> None:
    if place >= len(array):
        if place - len(array) > _MAX_BACKFILL:
            raise bad_value(f"can't backfill more than {_MAX_BACKFILL} elements")
        array.extend([None] * (place + 1 - len(array)))
    array[place] = value


def parse_target(path: str, filters: ArrayFilters) -> Target:
    """Read an update path.

    Raises:
        StoreError: an empty part (56), a dollar sign out of place (52), `$` in front (2), or a
            name in `$[name]` without an array filter (2).
    """
    if not path:
        raise empty_field_name("An empty update path is not valid.")
    parts = split_path(path)
    for part in parts:
        if not part:
            raise empty_field_name(
                f"The update path '{path}' contains an empty field name, which is not allowed."
            )
        if part.startswith("$"):
            _check_dollar(part, path, filters)
    if parts[0] == "$" or parts[0].startswith("$["):
        raise bad_value(
            f"Cannot have positional (i.e. '$') element in the first position in path '{path}'"
        )
    if parts.count("$") > 1:
        raise bad_value(f"Too many positional (i.e. '$') elements found in path '{path}'")
    return Target(path, parts, filters)


def _check_dollar(part: str, path: str, filters: ArrayFilters) -> None:
    if part in {"$", _ALL} or part in _DBREF_FIELDS:
        return
    if not (part.startswith("$[") and part.endswith("]")):
        raise dollar_prefixed_field(
            f"The dollar ($) prefixed field '{part}' in '{path}' is not valid for storage."
        )
    if part[2:-1] not in filters:
        raise bad_value(f"No array filter found for identifier '{part[2:-1]}' in path '{path}'")


def compile_array_filters(filters: Sequence[Mapping[str, Any]]) -> ArrayFilters:
    """Read `arrayFilters`: name → the test of an element.

    Raises:
        StoreError: no name, several names, or the same name twice (9 FailedToParse).
    """
    compiled: dict[str, Match] = {}
    for filter in filters:  # noqa: A001  # MongoDB's word
        names = _names_in(filter)
        if len(names) != 1:
            fault = "Cannot use an expression without a top-level field name in arrayFilters"
            many = "Error parsing array filter: Expected a single top-level field name"
            raise failed_to_parse(many if names else fault)
        name = names.pop()
        if name in compiled:
            raise failed_to_parse(
                f"Found multiple array filters with the same top-level field name {name}"
            )
        compiled[name] = _element_test(name, compile_filter(filter).matches)
    return compiled


def _names_in(filter: Mapping[str, Any]) -> set[str]:
    names: set[str] = set()
    for name, operand in filter.items():
        if name in {"$and", "$or", "$nor"} and isinstance(operand, list):
            names.update(*(_names_in(item) for item in operand if isinstance(item, dict)))
        else:
            names.add(name.partition(".")[0])
    return names


def _element_test(name: str, matches: Match) -> Match:
    return lambda element: matches({name: element})
