"""References inside a batch: `@name` stands for the id of what the item of that `clientRef` makes.

No id of this server starts with "@".
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from documents.base import EntityKind
from documents.ids import DocumentId
from resolvers.errors import UserErrorCode
from resolvers.writing.attempt import Review
from resolvers.writing.items import Reference

PREFIX = "@"


def client_ref_of(item: object) -> str | None:
    """The name under which later items may speak of what an item makes."""
    name: str | None = getattr(item, "client_ref", None)
    return name


def references_of(value: object, *path: str | int) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where an item refers to earlier ones, and by which names."""
    if isinstance(value, Reference):
        if value.text.startswith(PREFIX):
            yield path, value.text.removeprefix(PREFIX)
    elif isinstance(value, list | tuple):
        for place, member in enumerate(value):
            yield from references_of(member, *path, place)
    elif is_dataclass(value):
        for field in fields(value):
            yield from references_of(getattr(value, field.name), *path, field.name)


def announce(item: Any, kinds: Mapping[str, EntityKind]) -> Any:
    """The item, with the kinds of what it refers to; unknown names stay without one."""
    return _replaced(item, lambda name: Reference(PREFIX + name, kinds.get(name)))


def settle(review: Review[Any], made: Mapping[str, DocumentId | None]) -> None:
    """Put ids in the place of names; refuses items that refer to refused ones."""
    for index, item in review.sound():
        for path, name in references_of(item):
            if made.get(name) is None:
                review.spot(index).at(*path).refuse(
                    UserErrorCode.REFERENCE_REFUSED,
                    f"The item of the clientRef {name!a} was refused: correct that one first.",
                )
    review.items = [(index, _settled(item, made)) for index, item in review.items]


def _settled(item: Any, made: Mapping[str, DocumentId | None]) -> Any:
    return _replaced(item, lambda name: Reference(PREFIX + name, id=made.get(name)))


def _replaced(value: Any, find: Callable[[str], Reference]) -> Any:
    if isinstance(value, Reference):
        if not value.text.startswith(PREFIX):
            return value
        found = find(value.text.removeprefix(PREFIX))
        return replace(value, kind=found.kind or value.kind, id=found.id)
    if isinstance(value, list):
        return [_replaced(member, find) for member in value]
    if is_dataclass(value) and not isinstance(value, type):
        given = {each.name: getattr(value, each.name) for each in fields(value)}
        changed = {name: _replaced(member, find) for name, member in given.items()}
        return replace(value, **changed)
    return value
