"""What is no result because the search is made of it."""

from typing import Final

from bson import ObjectId

from documents.base import EntityKind
from documents.library import LibraryDocument
from documents.text import normalize_headword
from resolvers.context import Context
from resolvers.reading.row import load_rows
from resolvers.searching.request import SearchRequest, SearchTarget
from resolvers.semantic_index.id_set import Ids, to_ids
from resolvers.semantic_index.sources import SOURCES

OWNERS: Final = {source.kind: (source.collection, source.owner_field) for source in SOURCES}


async def left_out(context: Context, library: LibraryDocument, request: SearchRequest) -> Ids:
    """What is no result: of what is looked for, words, chunks or documents of a library."""
    if not request.blend:
        return to_ids([])
    if request.target is SearchTarget.WORDS:
        return to_ids(await _words(context, library, request))
    if request.target is SearchTarget.CHUNKS:
        return to_ids(_ids(request, EntityKind.CHUNK))
    return to_ids(await _owners(context, request, EntityKind.CHUNK))


async def _words(
    context: Context, library: LibraryDocument, request: SearchRequest
) -> list[ObjectId]:
    """Those that it is made of by an id, a definition or a text, and all of the same headwords."""
    of_definitions = await _owners(context, request, EntityKind.DEFINITION)
    words = [*_ids(request, EntityKind.WORD), *of_definitions]
    rows = await load_rows(context, "words", words, frozenset({"normalized"}))
    headwords = {row["normalized"] for row in rows if row}
    headwords |= {normalize_headword(each.text) for each in request.blend if each.text}
    found = context.services.database["words"].find(
        {"library_id": library.id, "normalized": {"$in": sorted(headwords)}}, {"_id": 1}
    )
    return [row["_id"] for row in await found.to_list()]


async def _owners(context: Context, request: SearchRequest, kind: EntityKind) -> list[ObjectId]:
    """The words of definitions, or the documents of chunks."""
    collection, owner = OWNERS[kind]
    rows = await load_rows(context, collection, _ids(request, kind), frozenset({owner}))
    return [row[owner] for row in rows if row]


def _ids(request: SearchRequest, kind: EntityKind) -> list[ObjectId]:
    return [each.node.id for each in request.blend if each.node and each.node.kind is kind]
