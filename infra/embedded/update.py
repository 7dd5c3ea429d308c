"""Updates: from an update document to the function that makes the new document of an old one.

    update = compile_update({"$inc": {"version": 1}, "$push": {"tags": "new"}})
    new = update.apply(old, place=matcher.place(old))      `old` is left as it was
    inserted = update.upsert(matcher.tree)                 when nothing matched

An update is a document of operators, a replacement, or a pipeline of `$set`, `$unset`,
`$project` and `$replaceWith`. Two parts of it may not write to the same path (40), and none may
change `_id` (66). Whether the document has changed is for the caller to see from its bytes.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bson import ObjectId
from bson.datetime_ms import DatetimeMS

from infra.embedded import update_arrays, update_operators
from infra.embedded.bson_types import MISSING, equal
from infra.embedded.errors import (
    bad_value,
    conflicting_update,
    dollar_prefixed_field,
    failed_to_parse,
    immutable_field,
)
from infra.embedded.expression_core import NO_VARIABLES, Variables
from infra.embedded.filters import Node
from infra.embedded.paths import array_index
from infra.embedded.transforms import compile_transforms
from infra.embedded.update_paths import (
    ArrayFilters,
    Change,
    Target,
    compile_array_filters,
    parse_target,
)
from infra.embedded.upsert import base_document

Document = dict[str, Any]
# (document to change, place of `$`, whether it is being inserted)
Step = Callable[[Document, int | None, bool], None]

_OPERATORS: Final = {**update_operators.OPERATORS, **update_arrays.OPERATORS}
# What the scope table in docs/embedded-store.md lists.
UPDATE_OPERATORS: Final = frozenset({*_OPERATORS, "$rename", "$currentDate"})


@dataclass(frozen=True, slots=True)
class Update:
    """A compiled update.

    Attributes:
        is_replacement: the whole document is replaced.
        fields: the top-level fields it may change; None when it may change any.
    """

    _transform: Callable[[Document, int | None, bool], Document]
    is_replacement: bool
    fields: frozenset[str] | None

    def apply(self, document: Document, place: int | None = None) -> Document:
        """Make the new document.

        Args:
            document: the stored one, not changed.
            place: what the positional operator `$` stands for.

        Raises:
            StoreError: a value of the wrong type, a path that is not viable (28), a changed
                `_id` (66).
        """
        changed = self._transform(document, place, False)
        return _keep_id(document, changed, replaced=self.fields is None)

    def upsert(self, tree: Node) -> Document:
        """Make the document to insert when no document matched the filter.

        Raises:
            StoreError: as `apply`, or the filter gives a field two values (54).
        """
        base = base_document(tree, only_id=self.is_replacement)
        changed = self._transform(base, None, True)
        if "_id" in base:
            return _keep_id(base, changed, replaced=self.fields is None)
        identifier = changed.get("_id", MISSING)
        return {"_id": ObjectId() if identifier is MISSING else identifier, **changed}


def _keep_id(old: Document, new: Document, *, replaced: bool) -> Document:
    identifier, changed = old.get("_id", MISSING), new.get("_id", MISSING)
    if identifier is changed:
        # Replacements may carry the same `_id` elsewhere; it is stored first.
        in_place = identifier is MISSING or next(iter(new)) == "_id"
        return new if in_place else {"_id": identifier, **new}
    # What replaces a document as a whole, a pipeline too, need not repeat the `_id`.
    if replaced and changed is MISSING:
        return {"_id": identifier, **new}
    if (
        changed is MISSING
        or type(changed) is not type(identifier)
        or not equal(identifier, changed)
    ):
        if replaced:
            raise immutable_field(
                "After applying the update, the (immutable) field '_id' was found to have been "
                f"altered to _id: {changed!r}"
            )
        raise immutable_field(
            "Performing an update on the path '_id' would modify the immutable field '_id'"
        )
    return {"_id": identifier, **new} | {"_id": identifier}


def compile_update(
    update: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    array_filters: Sequence[Mapping[str, Any]] = (),
    variables: Variables = NO_VARIABLES,
) -> Update:
    """Build the function of an update.

    Args:
        update: operators, a replacement, or a pipeline.
        array_filters: what `$[name]` selects.
        variables: of expressions in a pipeline.

    Raises:
        StoreError: an unknown operator or malformed operand (9), conflicting paths (40).
    """
    if not isinstance(update, Mapping):
        if array_filters:
            raise failed_to_parse("arrayFilters may not be specified for pipeline-style updates")
        run = compile_transforms(update, variables)
        return Update(lambda document, _, __: run(document), False, None)
    if not next(iter(update), "").startswith("$"):
        return _replacement(update)
    filters = compile_array_filters(array_filters)
    return _Compiler(filters).compile(update)


def _replacement(update: Mapping[str, Any]) -> Update:
    for name in update:
        if name.startswith("$"):
            raise dollar_prefixed_field(
                f"The dollar ($) prefixed field '{name}' in '{name}' is not allowed in the context "
                "of an update's replacement document. Consider using an aggregation pipeline with "
                "$replaceWith."
            )
    return Update(lambda _document, _place, _inserting: dict(update), True, None)


class _Compiler:
    """Collects the steps of an update document."""

    def __init__(self, filters: ArrayFilters) -> None:
        self._filters = filters
        self._steps: list[tuple[tuple[str, ...], Step]] = []
        self._paths: list[str] = []

    def compile(self, update: Mapping[str, Any]) -> Update:
        for operator, operand in update.items():
            if operator not in UPDATE_OPERATORS:
                raise failed_to_parse(
                    f"Unknown modifier: {operator}. Expected a valid update modifier or "
                    "pipeline-style update specified as an array"
                )
            for path, value in update_operators.require_document(operator, operand).items():
                self._add(operator, path, value)
        self._refuse_unused_filters(update)
        self._steps.sort(key=lambda step: _application_order(step[0]))
        fields = frozenset(path.partition(".")[0] for path in self._paths)
        return Update(_run([step for _, step in self._steps]), False, fields)

    def _add(self, operator: str, path: str, value: Any) -> None:
        target = parse_target(path, self._filters)
        self._claim(path)
        if operator == "$rename":
            destination = self._destination(target, value)
            self._steps.append((destination.parts, _rename(target, destination)))
            return
        if operator == "$currentDate":
            step = _current_date(target, value)
        else:
            change = _OPERATORS[operator](path, value)
            step = _write(target, change, only_inserting=operator == "$setOnInsert")
        self._steps.append((target.parts, step))

    def _claim(self, path: str) -> None:
        for other in self._paths:
            shorter, longer = sorted((path, other), key=len)
            if longer == shorter or longer.startswith(shorter + "."):
                raise conflicting_update(path, shorter)
        self._paths.append(path)

    def _destination(self, source: Target, path: Any) -> Target:
        if not isinstance(path, str):
            raise bad_value(f"The 'to' field for $rename must be a string: {source.path}")
        for role, name in (("source", source.path), ("destination", path)):
            if any(part.startswith("$") for part in name.split(".")):
                raise bad_value(f"The {role} field for $rename may not be dynamic: {name}")
        if path == source.path:
            raise bad_value(f"The source and target field for $rename must differ: {path}")
        self._claim(path)
        return parse_target(path, self._filters)

    def _refuse_unused_filters(self, update: Mapping[str, Any]) -> None:
        for name in self._filters:
            if not any(f"$[{name}]" in path.split(".") for path in self._paths):
                raise failed_to_parse(
                    f"The array filter for identifier '{name}' was not used in the update {update}"
                )


def _application_order(parts: tuple[str, ...]) -> list[tuple[int, int, str]]:
    """New fields appear in the order of their names, numbers by value, as in MongoDB."""
    numbers = [array_index(part) for part in parts]
    return [
        (0, number, "") if number is not None else (1, 0, part)
        for number, part in zip(numbers, parts, strict=True)
    ]


def _run(steps: list[Step]) -> Callable[[Document, int | None, bool], Document]:
    def transform(document: Document, place: int | None, inserting: bool) -> Document:
        changed = dict(document)
        for step in steps:
            step(changed, place, inserting)
        return changed

    return transform


def _write(target: Target, change: Change, *, only_inserting: bool) -> Step:
    def step(document: Document, place: int | None, inserting: bool) -> None:
        if inserting or not only_inserting:
            target.write(document, change, place)

    return step


def _current_date(target: Target, operand: Any) -> Step:
    # The operand is checked now, the clock read at each use.
    update_operators.current_date(target.path, operand, DatetimeMS(0))

    def step(document: Document, place: int | None, _: bool) -> None:
        now = DatetimeMS(time.time_ns() // 1_000_000)
        target.write(document, update_operators.current_date(target.path, operand, now), place)

    return step


def _rename(source: Target, destination: Target) -> Step:
    def step(document: Document, place: int | None, _: bool) -> None:
        value = _plain_value(document, source.parts)
        if value is not MISSING:
            _plain_value(document, destination.parts)
            source.write(document, update_operators.unset("", None), place)
            destination.write(document, Change(lambda _: value), place)

    return step


def _plain_value(document: Any, parts: tuple[str, ...]) -> Any:
    """The value at a path that meets no array; `$rename` refuses those."""
    value: Any = document
    for part in parts:
        if type(value) is list:
            raise bad_value(
                f"The source and destination field of $rename cannot be an array element: "
                f"'{'.'.join(parts)}'"
            )
        value = value.get(part, MISSING) if type(value) is dict else MISSING
    return value
