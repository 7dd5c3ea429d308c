"""What ranking knows of a library's headwords: which are the same, and how familiar they are.

A view of the store, read in one pass and kept in memory. It may be older than the index: words that
came since then are ranked by their definitions alone.
"""

import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from bson import ObjectId
from numpy.typing import NDArray

from documents.database import Database, Row
from documents.text import normalize_headword
from resolvers.ranking.hints import classes_of
from resolvers.semantic_index.columns import to_number
from resolvers.semantic_index.id_order import IdRows
from resolvers.semantic_index.id_set import Ids, to_ids
from resolvers.semantic_index.reading import in_portions
from resolvers.semantic_index.threads import in_thread

ROWS_AT_ONCE: Final = 2_000
# Where words are counted.
SAYING: Final = ("definitions", "examples")
# Headwords of more words are not counted.
LONGEST: Final = 3
_WORD: Final = re.compile("[\\w'\u2019-]+")


@dataclass(frozen=True, slots=True)
class Headwords:
    """What is known of words, a row each.

    Attributes:
        sequence: of the library when this was read.
        words: (n,) ids, each once.
        keys: (n,) int64, equal for headwords that readers take for the same, in all libraries.
        capitalised: (n,) bool.
        classes: (n,) int8, of `WordClass`.
        counts: (n,) int64, how often the definitions and examples of the library say it.
    """

    sequence: int
    words: Ids
    keys: NDArray[np.int64]
    capitalised: NDArray[np.bool_]
    classes: NDArray[np.int8]
    counts: NDArray[np.int64]
    _rows: IdRows = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rows", IdRows.of(self.words))

    def rows_of(self, words: Ids) -> NDArray[np.int64]:
        """(len(words),) their rows; -1 for words that came later."""
        return self._rows.find(words)


NO_HEADWORDS: Final = Headwords(
    -1,
    to_ids([]),
    np.empty(0, dtype=np.int64),
    np.empty(0, dtype=np.bool_),
    np.empty(0, dtype=np.int8),
    np.empty(0, dtype=np.int64),
)


async def read_headwords(database: Database, library_id: ObjectId, sequence: int) -> Headwords:
    """Read all headwords of a library, and all that its texts say."""
    words = [row async for rows in _rows(database, library_id, "words") for row in rows]
    counts: Counter[str] = Counter()
    known = {row["normalized"] for row in words}
    for collection in SAYING:
        async for rows in _rows(database, library_id, collection):
            await in_thread(_count, counts, known, [row["text"] for row in rows])
    return await in_thread(_table, sequence, words, counts)


def words_said(text: str, longest: int = LONGEST) -> list[str]:
    """What a text says that may be a headword: runs of its words, normalized."""
    words = [normalize_headword(word) for word in _WORD.findall(text)]
    return [
        " ".join(words[start : start + length])
        for length in range(1, longest + 1)
        for start in range(len(words) - length + 1)
    ]


def _count(counts: Counter[str], known: set[str], texts: Sequence[str]) -> None:
    for text in texts:
        counts.update(said for said in words_said(text) if said in known)


def _table(sequence: int, words: list[Row], counts: Counter[str]) -> Headwords:
    return Headwords(
        sequence,
        to_ids([row["_id"] for row in words]),
        np.array([to_number(row["normalized"]) for row in words], dtype=np.int64),
        np.array([row["text"][:1].isupper() for row in words], dtype=np.bool_),
        np.array([classes_of(row.get("part_of_speech", ())) for row in words], dtype=np.int8),
        np.array([counts[row["normalized"]] for row in words], dtype=np.int64),
    )


async def _rows(
    database: Database, library_id: ObjectId, collection: str
) -> AsyncIterator[list[Row]]:
    columns: dict[str, Any] = {"text": 1}
    if collection == "words":
        columns |= {"normalized": 1, "part_of_speech": 1}
    stored = database[collection].find({"library_id": library_id}, columns, batch_size=ROWS_AT_ONCE)
    async for rows in in_portions(stored, ROWS_AT_ONCE):
        yield rows
