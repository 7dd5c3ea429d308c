"""The words that the passages of an index are made of, and those that are spelt alike."""

from dataclasses import dataclass
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from resolvers.lexical_index.analysis import Word
from resolvers.lexical_index.texts import WHOLE_FORM
from vectorindex.lexical.snapshot import Part, Snapshot

# Shorter words are too much like too many others.
FEWEST_LETTERS: Final = 3
# One slip in a word, two in a longer one.
LONG_WORD: Final = 6
MOST_NEAR: Final = 10


@dataclass(frozen=True, slots=True)
class NearWord:
    """A word that passages hold; `likeness` is below 1, higher is more alike."""

    form: str
    likeness: float


class Lexicon:
    """The words of one snapshot. Those of segments, which change seldom, are read once."""

    def __init__(self, snapshot: Snapshot, of_segments: list[str] | None = None) -> None:
        self.snapshot = snapshot
        self._of_segments = of_segments

    def at(self, snapshot: Snapshot) -> "Lexicon":
        """The words of another snapshot."""
        if snapshot is self.snapshot:
            return self
        is_same = snapshot.generation == self.snapshot.generation
        return Lexicon(snapshot, self._of_segments if is_same else None)

    def knows(self, word: Word) -> bool:
        """Whether a passage holds a word, in any form."""
        return any(self.snapshot.count(term.encode()) for term in {word.root, word.form})

    def near(self, form: str) -> list[NearWord]:
        """Words that are spelt almost like one, the likeliest first; takes some milliseconds.

        Slips are letters that are wrong, missing, too many, or swapped with the next. Among as many
        slips, words that more passages hold come first.
        """
        if len(form) < FEWEST_LETTERS:
            return []
        slips = 1 if len(form) < LONG_WORD else 2
        found = process.extract(
            form, self._forms(), scorer=OSA.distance, score_cutoff=slips, limit=None
        )
        counted = {
            each: (int(distance), -self.snapshot.count(each.encode()))
            for each, distance, _ in found
        }
        alive = [each for each, (_, count) in counted.items() if count]
        alive.sort(key=lambda each: (*counted[each], each))
        return [NearWord(each, 1 / (1 + counted[each][0])) for each in alive[:MOST_NEAR]]

    def _forms(self) -> list[str]:
        if self._of_segments is None:
            self._of_segments = _forms_of(self.snapshot.segments)
        return self._of_segments + _forms_of(self.snapshot.tail)


def _forms_of(parts: tuple[Part, ...]) -> list[str]:
    """What stands in texts; no roots, and no names as a whole."""
    name = WHOLE_FORM.encode()
    return [
        term.decode() for part in parts for term in part.run.forms() if not term.startswith(name)
    ]
