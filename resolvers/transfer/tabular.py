r"""Tables, as spreadsheets write them: CSV and TSV, one definition a row.

Columns, in any order; `word` and `definition` have to be there:

    word             the headword
    part_of_speech   parts of speech, several separated by |
    homograph        1 unless words share text and part of speech
    definition       the text of one definition
    examples         sentences separated by |
    synonyms         words separated by |
    antonyms         words separated by |
    pronunciation    IPA, several separated by |
    register         formal, informal, slang, …
    domain           a field of knowledge
    frequency_band   very_common … very_rare, of the word
    tags             separated by |, of the word
    key              names the definition; unique in the file

A | or \ inside an item is written \| or \\. Consecutive rows of one word are joined; what
belongs to the word is taken from its first row.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import BinaryIO, Final

from resolvers.transfer.records import DocumentRecord, EntryRecord

COLUMNS: Final = (
    "word",
    "part_of_speech",
    "homograph",
    "definition",
    "examples",
    "synonyms",
    "antonyms",
    "pronunciation",
    "register",
    "domain",
    "frequency_band",
    "tags",
    "key",
)
_REQUIRED: Final = frozenset({"word", "definition"})
_DELIMITERS: Final = ("\t", ",", ";")
_ITEM = re.compile(r"(?:[^|\\]|\\.|\\$)+", re.DOTALL)


def table_delimiter(header: str) -> str | None:
    """The delimiter that makes a header line of `header`, or None if none does."""
    for delimiter in _DELIMITERS:
        if set(column_names(header, delimiter)) >= _REQUIRED:
            return delimiter
    return None


def column_names(header: str, delimiter: str) -> list[str]:
    """The names of a header line, in lower case and with underscores."""
    names = next(csv.reader([header], delimiter=delimiter), [])
    return ["_".join(name.strip().casefold().split()) for name in names]


def split_items(cell: str) -> list[str]:
    r"""The items of a cell: separated by |, with \| and \\ standing for themselves."""
    items = [re.sub(r"\\([|\\])", r"\1", item).strip() for item in _ITEM.findall(cell)]
    return [item for item in items if item]


def join_items(items: Iterable[str]) -> str:
    """The cell that `split_items` takes apart."""
    return "|".join(re.sub(r"([|\\])", r"\\\1", item) for item in items)


class TableWriter:
    """Takes entries one after another; nothing but their definitions' rows is written.

    Attributes:
        left_out: what a table has no column for, and how often it was met.
    """

    def __init__(self, stream: BinaryIO, delimiter: str) -> None:
        self.left_out: Counter[str] = Counter()
        self._stream = stream
        self._delimiter = delimiter
        self._write_rows([COLUMNS])

    def write(self, entry: EntryRecord) -> None:
        """Write the rows of an entry."""
        self._write_rows(_rows(entry))
        self.left_out.update(_left_out(entry))

    def write_document(self, document: DocumentRecord) -> None:
        """Count it: a table holds words alone."""
        self.left_out.update({"documents": 1, "chunks of documents": len(document.chunks)})

    def finish(self) -> None:
        """Nothing is held back."""

    def _write_rows(self, rows: Iterable[Iterable[str]]) -> None:
        text = StringIO(newline="")
        csv.writer(text, delimiter=self._delimiter, lineterminator="\r\n").writerows(rows)
        self._stream.write(text.getvalue().encode())


def _left_out(entry: EntryRecord) -> Iterator[str]:
    about = {
        "words without definitions": not entry.senses,
        "language of words": entry.language,
        "etymology": entry.etymology,
        "forms": entry.forms,
        "variety of pronunciations": any(p.variety or p.notation for p in entry.pronunciations),
        "metadata of words": entry.metadata,
    }
    yield from (name for name, value in about.items() if value)
    for sense in entry.senses:
        inside = {
            "synset": sense.synset,
            "part of speech of definitions": sense.part_of_speech,
            "frequency band of definitions": sense.frequency_band,
            "relations": sense.relations,
            "source": sense.source or any(example.source for example in sense.examples),
            "metadata of definitions": sense.metadata,
        }
        yield from (name for name, value in inside.items() if value)


def _rows(entry: EntryRecord) -> Iterator[list[str]]:
    about = {
        "word": entry.text,
        "part_of_speech": join_items(entry.part_of_speech),
        "homograph": str(entry.homograph),
        "pronunciation": join_items(each.value for each in entry.pronunciations),
        "frequency_band": entry.frequency_band or "",
        "tags": join_items(entry.tags),
    }
    for sense in entry.senses:
        row = about | {
            "definition": sense.text,
            "examples": join_items(example.text for example in sense.examples),
            "synonyms": join_items(sense.synonyms),
            "antonyms": join_items(sense.antonyms),
            "register": sense.register or "",
            "domain": sense.domain or "",
            "key": sense.key or "",
        }
        yield [row[name] for name in COLUMNS]
