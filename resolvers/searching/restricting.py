"""Which passages may answer a search, as a filter of the index; found before anything is ranked."""

import bson

from documents.database import Row
from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.limits import MAX_READ_SECONDS
from resolvers.reading.keyset import both
from resolvers.restrictions.allow_lists import AllowLists
from resolvers.restrictions.relatives import find_relatives
from resolvers.searching.request import SearchRequest
from resolvers.semantic_index.columns import SearchFilter
from resolvers.semantic_index.id_set import IdSet


async def restrict(
    context: Context, library: LibraryDocument, request: SearchRequest
) -> SearchFilter:
    """What a request allows of a library.

    Raises:
        NotFoundError: what results are to be related to is not there.
        LimitError: too much is related to it.
    """
    known = context.services.semantic_indexes.allow_lists_of(library)
    return SearchFilter(
        request.part_of_speech,
        request.languages,
        owners=await _owners(context, library, request, known),
        passages=await _passages(context, library, request, known),
    )


async def _owners(
    context: Context, library: LibraryDocument, request: SearchRequest, known: AllowLists
) -> IdSet | None:
    if request.words is not None:
        return await known.words(library.sequence, request.words)
    owners = None if request.documents is None else IdSet.of(request.documents)
    if request.document_query is None:
        return owners
    found = await _stored(context, library, "documents", request.document_query, known)
    return found if owners is None else owners & found


async def _passages(
    context: Context, library: LibraryDocument, request: SearchRequest, known: AllowLists
) -> IdSet | None:
    if request.chunk_query is not None:
        return await _stored(context, library, "chunks", request.chunk_query, known)
    if request.kinship is None:
        return None
    database, kinship = context.services.database, request.kinship
    return await known.of(
        library.sequence, kinship, lambda: find_relatives(database, library.id, kinship)
    )


async def _stored(
    context: Context, library: LibraryDocument, collection: str, query: Row, known: AllowLists
) -> IdSet:
    """What a filter of the store lets pass."""

    async def find() -> IdSet:
        stored = context.services.database[collection].find(
            both({"library_id": library.id}, query), {"_id": 1}, max_time_ms=MAX_READ_SECONDS * 1000
        )
        return IdSet.of([row["_id"] async for row in stored])

    return await known.of(library.sequence, (collection, bson.encode(query)), find)
