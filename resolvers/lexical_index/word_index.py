"""The passages of one source by their words, and the search that ranks them or their owners."""

from collections.abc import Sequence
from dataclasses import dataclass

from bson import ObjectId

from resolvers.lexical_index.analysis import Analysis
from resolvers.lexical_index.asked import parse, spelt_as_known
from resolvers.lexical_index.lexicon import Lexicon
from resolvers.semantic_index.columns import (
    EVERYTHING,
    PassageRow,
    SearchFilter,
    to_columns,
    to_key,
)
from resolvers.semantic_index.masks import FilterMasks
from resolvers.semantic_index.passage_index import (
    FIRST_CHANGE,
    NOTHING,
    Found,
    depth_for,
    found_at,
)
from vectorindex.lexical.building import Text
from vectorindex.lexical.index import LexicalIndex


@dataclass(frozen=True, slots=True)
class WordSearch:
    """What is looked for: text (see `asked`), filter, how many owners, or passages one by one."""

    text: str
    search_filter: SearchFilter = EVERYTHING
    count: int = 20
    by_owner: bool = True


class WordIndex:
    """Searches may run in any thread beside one change."""

    def __init__(self, index: LexicalIndex, analysis: Analysis) -> None:
        """Wrap an index.

        Args:
            index: of terms.
            analysis: of the language that queries are in.
        """
        self.index = index
        self.analysis = analysis
        self._masks = FilterMasks()
        self._lexicon = Lexicon(index.snapshot)

    @property
    def sequence(self) -> int:
        """The last transaction of the library that it reflects; negative while it is loaded."""
        return self.index.sequence - FIRST_CHANGE

    @property
    def lexicon(self) -> Lexicon:
        """The words of all passages, as they are now."""
        self._lexicon = self._lexicon.at(self.index.snapshot)
        return self._lexicon

    def apply(
        self,
        number: int,
        removed: Sequence[ObjectId],
        passages: Sequence[PassageRow],
        texts: Sequence[Text],
    ) -> None:
        """Apply a change of the index, which are numbered as those of vectors are."""
        self.index.apply(
            number,
            [to_key(each) for each in removed],
            [to_key(passage.id) for passage in passages],
            texts,
            to_columns(passages),
        )

    def search(self, queries: Sequence[WordSearch]) -> list[Found]:
        """The best of each query, best first; equal scores are ordered by id."""
        return [self._search(query) for query in queries]

    def respell(self, text: str) -> str | None:
        """A text as it was likely meant; see `spelt_as_known`."""
        return spelt_as_known(text, self.analysis, self.lexicon)

    def _search(self, search: WordSearch) -> Found:
        lexicon = self.lexicon
        snapshot = lexicon.snapshot
        mask = self._masks.mask(
            snapshot.generation,
            [part.columns for part in snapshot.segments],
            [part.columns for part in snapshot.tail],
            search.search_filter,
        )
        query = parse(search.text, self.analysis).query(lexicon)
        depth = depth_for(search.count)
        while True:
            hits = snapshot.search(query, depth, mask=mask)
            if not len(hits.rows):
                return NOTHING
            is_whole = len(hits.rows) < depth
            found = found_at(snapshot, hits.rows, hits.scores, is_whole=is_whole)
            found = found.by_owner() if search.by_owner else found
            if is_whole or len(found) >= search.count:
                return found.take(slice(search.count))
            depth *= 4
