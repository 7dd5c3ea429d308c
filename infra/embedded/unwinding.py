"""`$unwind`: one document for each element of an array."""

from collections.abc import Iterable, Iterator
from typing import Any

from infra.embedded import arithmetic
from infra.embedded.bson_types import MISSING, Document, is_null
from infra.embedded.errors import location
from infra.embedded.expression_core import field_parts
from infra.embedded.stage_core import Compiler, Stage


def unwind(operand: Any, _: Compiler) -> Stage:
    """Build `$unwind`; what is no array counts as an array of one."""
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
