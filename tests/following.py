"""What tests of following indexes share: further processes, and what words a search finds."""

from dataclasses import replace
from pathlib import Path

from batches import LIBRARY_KEY

from documents.word import WordDocument
from resolvers.context import Context
from resolvers.index_registry import SemanticIndexes
from resolvers.searching.request import SearchRequest
from resolvers.searching.search import search_library


def other_process(context: Context, folder: Path) -> Context:
    """The same store seen by a process with indexes of its own, kept in `folder`."""
    indexes = SemanticIndexes(context.services.database, folder)
    return Context(replace(context.services, semantic_indexes=indexes))


async def find(context: Context, text: str, limit: int = 2, **request: object) -> list[str]:
    """Headwords, the best first."""
    found = await search_library(
        context,
        SearchRequest(LIBRARY_KEY, text=text, **request),  # type: ignore[arg-type]
        limit=limit,
    )
    ids = [hit.id for hit in found.hits]
    texts = {row.id: row.text for row in await WordDocument.find({"_id": {"$in": ids}}).to_list()}
    return [texts[each] for each in ids]
