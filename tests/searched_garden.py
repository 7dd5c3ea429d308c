"""A small library of words that searches are tried on."""

from typing import Any

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
