"""Upserts: what has its natural key in the library is changed, what has not is made.

Nothing can come between looking and writing: the transaction holds the library.
"""

from collections.abc import Hashable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from documents.base import EntityDocument
from resolvers.errors import UserErrorCode
from resolvers.writing.attempt import Placed, Review
from resolvers.writing.items import Reference, Target, Upsert

SomeUpsert = TypeVar("SomeUpsert", bound=Upsert)
SomeUpdate = TypeVar("SomeUpdate", bound=Target)


def refuse_repeated(review: Review[Any], field: str) -> None:
    """Refuse items of the natural key of an item before; `field` is the one to point at."""
    seen: set[Hashable] = set()
    for index, item in review.sound():
        if item.subject in seen:
            review.spot(index).at(field).refuse(
                UserErrorCode.DUPLICATE, "An item before has the same natural key."
            )
        seen.add(item.subject)


def divide(
    review: Review[SomeUpsert],
    stored: Mapping[Any, EntityDocument],
    update_type: type[SomeUpdate],
) -> tuple[Placed[SomeUpsert], Placed[SomeUpdate]]:
    """The sound items to create, and to update; refuses those that expected another version.

    Args:
        review: the items.
        stored: what the library has of the items' natural keys.
        update_type: what an item becomes that changes something.
    """
    new, known = [], []
    for index, item in review.sound():
        document = stored.get(item.subject)
        if document is not None:
            known.append((index, _as_update(item, document, update_type)))
        elif item.expected_version is not None:
            review.spot(index).at("expected_version").refuse(
                UserErrorCode.VERSION_CONFLICT,
                "It is not there (any more). Omit the version to create it.",
            )
        else:
            new.append((index, item))
    return new, known


def _as_update(
    item: SomeUpsert, document: EntityDocument, update_type: type[SomeUpdate]
) -> SomeUpdate:
    reference = Reference(str(document.id), document.kind, document.id)
    names = {each.name for each in fields(update_type)} - {"id"}
    return update_type(id=reference, **{name: getattr(item, name) for name in names})
