"""Finding what items refer to, in one trip a kind."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from documents.base import EntityDocument
from documents.definition import DefinitionDocument
from documents.ids import DocumentId
from documents.library import LibraryDocument, LibraryState
from documents.text import UNSTORABLE
from documents.unit_of_work import UnitOfWork
from resolvers.errors import UserErrorCode
from resolvers.writing.attempt import Attempt, Review
from resolvers.writing.checks import Spot
from resolvers.writing.items import DefinitionFields, SomeTarget, items_of

Entity = TypeVar("Entity", bound=EntityDocument)


async def find_library(key: str) -> LibraryDocument | None:
    """The library of that key, unless it is being deleted."""
    if UNSTORABLE.search(key):
        return None
    return await LibraryDocument.find_one({"key": key, "state": LibraryState.READY})


async def find_by_id(
    unit: UnitOfWork, model: type[Entity], ids: Collection[DocumentId | None]
) -> dict[DocumentId, Entity]:
    """Documents of the transaction's library; ids of other libraries count as unknown."""
    if not ids:
        return {}
    query = {"_id": {"$in": list(ids)}, "library_id": unit.library.id}
    return {document.id: document for document in await unit.read(model, query)}


async def find_targets(
    attempt: Attempt[SomeTarget], model: type[Entity]
) -> list[tuple[int, SomeTarget, Entity]]:
    """What the sound items are about; refuses those that are unknown, named twice or changed."""
    ids = {item.id.id for _, item in attempt.sound()}
    return match_targets(attempt, await find_by_id(attempt.unit, model, ids), model.kind.value)


def match_targets(
    review: Review[SomeTarget], found: Mapping[DocumentId, Entity], noun: str
) -> list[tuple[int, SomeTarget, Entity]]:
    """The sound items with their documents; refuses the unknown, named twice and changed."""
    targets = []
    seen: set[DocumentId] = set()
    for index, item in review.sound():
        spot = review.spot(index)
        document = found.get(item.id.id) if item.id.id else None
        if document is None:
            refuse_unknown(spot.at("id"), noun)
            continue
        review.subjects[index] = document.id
        if document.id in seen:
            spot.at("id").refuse(
                UserErrorCode.DUPLICATE, "An item before is about the same: send one of them."
            )
        elif item.expected_version not in (None, document.version):
            refuse_version(spot, document.version)
        else:
            targets.append((index, item, document))
        seen.add(document.id)
    return targets


async def find_parents(attempt: Attempt[Any], model: type[Entity], field: str) -> dict[int, Entity]:
    """What each sound item hangs on, by the item's index; refuses those that hang on nothing."""
    wanted = {index: getattr(item, field).id for index, item in attempt.sound()}
    found = await find_by_id(attempt.unit, model, set(wanted.values()))
    for index, parent_id in wanted.items():
        if parent_id not in found:
            refuse_unknown(attempt.spot(index).at(field), model.kind.value)
    return {index: found[each] for index, each in wanted.items() if each in found}


async def refuse_unknown_relations(
    attempt: Attempt[Any], placed: Iterable[tuple[Spot, DefinitionFields]]
) -> None:
    """Refuse definitions with relations to definitions that the library does not have."""
    relations = [
        (spot.at("relations", position, "target_id"), relation.target_id.id)
        for spot, definition in placed
        for position, relation in enumerate(items_of(definition.relations))
    ]
    known = await existing_definitions(attempt.unit, {each for _, each in relations if each})
    for spot, target_id in relations:
        if target_id not in known:
            refuse_unknown(spot, "definition")


async def existing_definitions(unit: UnitOfWork, ids: Collection[DocumentId]) -> set[DocumentId]:
    """Those of the ids that the library has, without reading more of them."""
    if not ids:
        return set()
    found = DefinitionDocument.get_pymongo_collection().find(
        {"_id": {"$in": list(ids)}, "library_id": unit.library.id},
        {"_id": 1},
        session=unit.session,
    )
    return {DocumentId(row["_id"]) async for row in found}


def refuse_unknown(spot: Spot, noun: str) -> None:
    """Refuse an id that the library does not have."""
    spot.refuse(UserErrorCode.NOT_FOUND, f"There is no such {noun} here.")


def refuse_version(spot: Spot, version: int) -> None:
    """Refuse an item that was written about an earlier version."""
    spot.at("expected_version").refuse(
        UserErrorCode.VERSION_CONFLICT,
        f"It is at version {version} by now. Look at its current values and decide again.",
    )
