"""The passages of one source by their words, and the search that ranks them or their owners."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bson import ObjectId

from resolvers.lexical_index.analysis import Analysis
from resolvers.lexical_index.asked import parse, spelt_as_known
from resolvers.lexical_index.lexicon import Lexicon
from resolvers.lexical_index.texts import SENTENCES, to_tokens
from resolvers.semantic_index.columns import (
    EVERYTHING,
    PASSAGE,
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
from vectorindex.lexical.building import Text, build_run
from vectorindex.lexical.index import LexicalIndex
from vectorindex.lexical.snapshot import Snapshot, whole_part
from vectorindex.protocol import ID_BYTES


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

    def best_sentences(self, text: str, sentences: Sequence[Sequence[str]]) -> list[int | None]:
        """Which of each list holds most of what a text asks for; None where none holds any.

        Words count more that few of all these sentences hold. Of equals the first is taken.
        """
        places = [
            (part, place) for part, each in enumerate(sentences) for place in range(len(each))
        ]
        tokens = [to_tokens([each], self.analysis) for part in sentences for each in part]
        ids = [number.to_bytes(ID_BYTES, "big") for number in range(len(places))]
        run = build_run(ids, [[each] for each in tokens], {}, SENTENCES)
        query = parse(text, self.analysis).query(self.lexicon)
        snapshot = Snapshot(0, 0, (whole_part(run),), ())
        # Phrases bring a sentence to the front; where none holds them, words decide.
        found = [
            row
            for each in (query, replace(query, phrases=()))
            for row in snapshot.search(each, max(1, len(places))).rows.tolist()
        ]
        best: list[int | None] = [None] * len(sentences)
        for part, place in (places[row] for row in found):
            best[part] = place if best[part] is None else best[part]
        return best

    def _search(self, search: WordSearch) -> Found:
        lexicon = self.lexicon
        snapshot = lexicon.snapshot
        mask = self._masks.mask(
            snapshot.generation,
            [{PASSAGE: part.run.keys, **part.columns} for part in snapshot.segments],
            [{PASSAGE: part.run.keys, **part.columns} for part in snapshot.tail],
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
