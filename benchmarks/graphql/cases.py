"""The data and the queries that all contestants answer."""

import json
from pathlib import Path
from typing import Any

WIDE = [f"field{number}" for number in range(30)]

SDL = f"""
type Query {{ words: [Word!]! chain: Link! wide: [Wide!]! search: [Hit!]! page: Page! }}
type Word {{ text: String! definitions: [Definition!]! }}
type Definition {{
  text: String! partOfSpeech: String! position: Int! source: String version: Int!
}}
type Link {{ name: String! next: Link }}
type Wide {{ {" ".join(f"{name}: String!" for name in WIDE)} }}
type Hit {{ score: Float! rank: Int! word: Word! }}
type Page {{ edges: [Edge!]! pageInfo: PageInfo! totalCount: Int! }}
type Edge {{ cursor: String! node: Word! }}
type PageInfo {{
  hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String
}}
"""

DEFINITION = "text partOfSpeech position source version"
QUERIES = {
    "trivial": "{ __typename }",
    "list": f"{{ words {{ text definitions {{ {DEFINITION} }} }} }}",
    "deep": "{ chain { name " + "next { name " * 14 + "}" * 14 + " } }",
    "wide": f"{{ wide {{ {' '.join(WIDE)} }} }}",
    "search": f"{{ search {{ score rank word {{ text definitions {{ {DEFINITION} }} }} }} }}",
    "connection": "{ page { edges { cursor node { text } } totalCount pageInfo { hasNextPage"
    " hasPreviousPage startCursor endCursor } } }",
}


def make_data() -> dict[str, Any]:
    """A hundred words of three definitions, a chain, wide rows; hits and a page of the words."""
    words = [
        {
            "text": f"word {number}",
            "definitions": [
                {
                    "text": f"Sense {position} of word {number}, told in a sentence.",
                    "partOfSpeech": "NOUN",
                    "position": position,
                    "source": None if position else "somewhere",
                    "version": 1,
                }
                for position in range(3)
            ],
        }
        for number in range(100)
    ]
    chain = None
    for number in range(15):
        chain = {"name": f"link {number}", "next": chain}
    hits = [
        {"score": 1 / (rank + 1), "rank": rank, "word": word}
        for rank, word in enumerate(words[:20])
    ]
    page = {
        "edges": [{"cursor": f"cursor-{n}", "node": word} for n, word in enumerate(words)],
        "totalCount": 100,
        "pageInfo": {
            "hasNextPage": True,
            "hasPreviousPage": False,
            "startCursor": "cursor-0",
            "endCursor": "cursor-99",
        },
    }
    wide = [{name: f"{name} of {number}" for name in WIDE} for number in range(50)]
    return {"words": words, "chain": chain, "wide": wide, "search": hits, "page": page}


def write_cases(path: Path) -> None:
    """For contestants that are not written in Python."""
    path.write_text(json.dumps({"sdl": SDL, "queries": QUERIES, "data": make_data()}))
