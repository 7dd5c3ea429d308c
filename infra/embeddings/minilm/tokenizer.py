"""WordPiece as BERT's uncased models were trained on it.

Text is cleaned and split at spaces and signs (basic tokenisation), then every word is split into
the longest pieces of the vocabulary. Source: `tokenization.py` of google-research/bert. Compared
with Hugging Face's `tokenizers` on every code point: equal but for characters that are newer than
its Unicode tables.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

MAX_TOKENS = 256  # with [CLS] and [SEP]; what follows in a longer text is not read
MAX_WORD_LENGTH = 100  # a longer "word" is one [UNK]
WORDS_REMEMBERED = 1 << 16

UNKNOWN, START, END = "[UNK]", "[CLS]", "[SEP]"
# Written in a text, these stand for themselves, as in the reference.
SPECIAL = re.compile(r"(\[(?:PAD|UNK|CLS|SEP|MASK)\])")

# Controls, formats, private use, surrogates. Unassigned points stay, as in the reference.
REMOVED_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs"})
CJK_RANGES = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)

TokenIds = tuple[int, ...]


class Folding(dict[int, str]):
    """A table for `str.translate`, filled as characters are met.

    Controls vanish, spaces become " ", letters lose case and accents, signs and CJK characters
    stand between spaces. All of it works character by character, so one table does it.
    """

    def __missing__(self, point: int) -> str:
        folded = self[point] = _fold(chr(point))
        return folded


class Tokenizer:
    """Thread-safe: its two tables only ever gain entries that any thread would compute alike."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._ids = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown = (self._ids[UNKNOWN],)
        self._start, self._end = self._ids[START], self._ids[END]
        self._folding = Folding()
        self._pieces = lru_cache(WORDS_REMEMBERED)(self._split_word)

    @classmethod
    def from_file(cls, path: Path) -> "Tokenizer":
        """Read `vocab.txt`: one piece per line, its id is the line's number."""
        return cls(path.read_text("utf-8").splitlines())

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, from [CLS] to [SEP]; 2 to `MAX_TOKENS` of them."""
        ids = [self._start, *self.pieces(text, MAX_TOKENS)]
        del ids[MAX_TOKENS - 1 :]
        ids.append(self._end)
        return ids

    def pieces(self, text: str, most: int = sys.maxsize) -> list[int]:
        """Ids of a text's pieces alone; not many more than `most` of them."""
        ids: list[int] = []
        for part in SPECIAL.split(text) if "[" in text else (text,):
            if part in self._ids and SPECIAL.fullmatch(part):
                ids.append(self._ids[part])
                continue
            for word in self.words(part):
                ids.extend(self._pieces(word))
                if len(ids) >= most:
                    break
        return ids

    def words(self, text: str) -> list[str]:
        """The words and signs of a text, folded, before they are split into pieces."""
        return text.translate(self._folding).split()

    def _split_word(self, word: str) -> TokenIds:
        """Take the longest known piece, again and again; no piece fits: the word is unknown."""
        if len(word) > MAX_WORD_LENGTH:
            return self._unknown
        ids: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._ids.get(prefix + word[start:end])
                if number is not None:
                    break
            else:
                return self._unknown
            ids.append(number)
            start = end
        return tuple(ids)


def _fold(char: str) -> str:
    if char in "\t\n\r":
        return " "
    if char == "\ufffd" or unicodedata.category(char) in REMOVED_CATEGORIES:
        return ""
    if char.isspace():
        return " "
    # Lower case follows decomposition, one character at a time: no special final sigma.
    kept = (part.lower() for part in unicodedata.normalize("NFD", char) if not _is_accent(part))
    return "".join(f" {part} " if _stands_alone(part) else part for part in kept)


def _is_accent(char: str) -> bool:
    return unicodedata.category(char) == "Mn"


def _stands_alone(char: str) -> bool:
    if char.isascii():
        # $, + and ^ too, which Unicode does not count as punctuation.
        return not char.isalnum()
    if unicodedata.category(char).startswith("P"):
        return True
    return any(low <= ord(char) <= high for low, high in CJK_RANGES)
