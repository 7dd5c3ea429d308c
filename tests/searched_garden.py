"""A small library of words that searches are tried on."""

from typing import Any

from documents.library import LibraryDocument
from resolvers.context import Services

CREATE = """
mutation ($library: CreateLibrariesInput!, $words: CreateWordsInput!) {
  createLibraries(input: $library) { userErrors { message } }
  createWords(input: $words) { userErrors { message } createdCount }
}
"""
GARDEN = {
    "spade": ("NOUN", "a tool with a flat blade for digging earth"),
    "rake": ("NOUN", "a tool with long teeth for gathering leaves"),
    "water": ("VERB", "give water to plants"),
    "prune": ("VERB", "cut branches off a tree so that it grows better"),
    "oak": ("NOUN", "a large tree that bears acorns"),
}
SEARCH = """
query ($input: SearchInput!, $first: Int, $after: String) {
  search(input: $input, first: $first, after: $after) {
    edges { cursor score rank node { text } definition { text } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


def described(text: str, **more: Any) -> dict[str, Any]:
    return {"library": "garden", "by": {"text": text}, **more}


async def opened(services: Services, key: str) -> LibraryDocument:
    """A library whose indexes are there."""
    library = await LibraryDocument.find_one({"key": key})
    assert library is not None
    for follower in await services.semantic_indexes.all_of(library):
        assert await follower.reach(library.sequence, seconds=60)
    return library
