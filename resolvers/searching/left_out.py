"""What is no result because the search is made of it."""

from typing import Final

from bson import ObjectId

from documents.base import EntityKind
from documents.text import normalize_headword
from resolvers.context import Context
from resolvers.ranking.fusing import Sighted, without_headwords
from resolvers.reading.row import load_rows
from resolvers.searching.request import SearchRequest, SearchTarget
from resolvers.semantic_index.id_set import Ids, to_ids
from resolvers.semantic_index.sources import SOURCES

OWNERS: Final = {source.kind: (source.collection, source.owner_field) for source in SOURCES}


async def without_ingredients(
    context: Context, request: SearchRequest, sighted: Sighted
) -> Sighted:
    """Without words that the search is made of, by themselves or by a definition or a text.

    All that have the same headword go with them, in other libraries too.
    """
    if not request.blend:
        return sighted
    of_definitions = await _owners(context, request, EntityKind.DEFINITION)
    words = [*_ids(request, EntityKind.WORD), *of_definitions]
    rows = await load_rows(context, "words", words, frozenset({"normalized"}))
    headwords = {row["normalized"] for row in rows if row}
    texts = {normalize_headword(each.text) for each in request.blend if each.text}
    return without_headwords(sighted, headwords | texts, to_ids(words))


async def passages_left_out(context: Context, request: SearchRequest) -> Ids:
    """The chunks that the search is made of, or their documents where these are looked for."""
    if request.target is SearchTarget.CHUNKS:
        return to_ids(_ids(request, EntityKind.CHUNK))
    return to_ids(await _owners(context, request, EntityKind.CHUNK))


async def _owners(context: Context, request: SearchRequest, kind: EntityKind) -> list[ObjectId]:
    """The words of definitions, or the documents of chunks."""
    collection, owner = OWNERS[kind]
    rows = await load_rows(context, collection, _ids(request, kind), frozenset({owner}))
    return [row[owner] for row in rows if row]


def _ids(request: SearchRequest, kind: EntityKind) -> list[ObjectId]:
    return [each.node.id for each in request.blend if each.node and each.node.kind is kind]
