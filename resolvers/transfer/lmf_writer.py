"""WN-LMF 1.4 written from records.

Synsets are put together from their senses and follow the entries, so everything waits in a spool
until all is known. The format has no place for some of what records hold: that is counted.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import BinaryIO, Final

import orjson

from documents.vocabulary import PartOfSpeech, RelationLevel, RelationType
from resolvers.transfer.codec import decode_entry, decode_sense, encode_entry, encode_sense
from resolvers.transfer.fields import Fields
from resolvers.transfer.lmf_ids import ESCAPED_IDS, id_of_key
from resolvers.transfer.lmf_synset import Member, shared_examples, synset_element
from resolvers.transfer.lmf_vocabulary import SENSE_RELATIONS
from resolvers.transfer.lmf_xml import (
    element,
    example_element,
    lemma_elements,
    relation_element,
    text_element,
)
from resolvers.transfer.records import (
    DocumentRecord,
    EntryRecord,
    LibraryHeader,
    SenseRecord,
    SynsetReference,
)
from resolvers.transfer.spool import Spool

_PROLOGUE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<!DOCTYPE LexicalResource SYSTEM"
    ' "http://globalwordnet.github.io/schemas/WN-LMF-1.4.dtd">\n'
    '<LexicalResource xmlns:dc="https://globalwordnet.github.io/schemas/dc/">\n'
)
_SCHEMA: Final = """
CREATE TABLE written_sense (
    key TEXT NOT NULL PRIMARY KEY, synset TEXT NOT NULL, position INTEGER NOT NULL,
    language TEXT NOT NULL, entry INTEGER NOT NULL, word TEXT NOT NULL, part TEXT,
    record BLOB NOT NULL
);
CREATE INDEX written_synset ON written_sense (synset, position);
CREATE INDEX written_entry ON written_sense (entry);
CREATE TABLE written_synset_text (
    key TEXT NOT NULL PRIMARY KEY, language TEXT NOT NULL, shared INTEGER NOT NULL, text TEXT
);
"""
_KEPT_METADATA: Final = frozenset({"adjposition", "count", "more_definitions"})


class LmfWriter:
    """Takes entries one after another; `finish` writes the file.

    Attributes:
        left_out: what the format has no place for, and how often it was met.
    """

    def __init__(self, stream: BinaryIO, header: LibraryHeader, spool: Spool) -> None:
        self.left_out: Counter[str] = Counter()
        self._stream = stream
        self._header = header
        self._spool = spool
        self._database = spool.database
        self._database.executescript(_SCHEMA)
        self._entries = 0
        # A lexicon has one language: there is one for each that is met, the library's first.
        self._languages = {header.language: None}
        self._count_left_out(metadata_of_the_library=header.metadata)

    def write(self, entry: EntryRecord) -> None:
        """Take an entry."""
        self._entries += 1
        language = entry.language or self._header.language
        self._languages[language] = None
        alone = replace(entry, senses=(), language=language)
        self._spool.add_entry(self._entries, orjson.dumps(encode_entry(alone)))
        self._count_left_out(etymology=entry.etymology, metadata_of_words=entry.metadata)
        for place, sense in enumerate(entry.senses, 1):
            self._write_sense(entry, sense, sense.key or f"{self._entries}-{place}", language)

    def write_document(self, document: DocumentRecord) -> None:
        """Count it: a lexicon holds words alone."""
        self.left_out.update({"documents": 1, "chunks of documents": len(document.chunks)})

    def _write_sense(self, entry: EntryRecord, sense: SenseRecord, key: str, language: str) -> None:
        synset = sense.synset or SynsetReference(key)
        only_part = entry.part_of_speech[0] if len(entry.part_of_speech) == 1 else None
        part = sense.part_of_speech or only_part
        own_part = None if part == only_part else part
        record = orjson.dumps(encode_sense(replace(sense, key=key, part_of_speech=own_part)))
        insert = "INSERT OR IGNORE INTO written_sense VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        place = (key, synset.key, synset.position, language, self._entries)
        row = (*place, entry.text, part, record)
        taken = self._database.execute(insert, row).rowcount == 1
        self._count_left_out(
            senses_with_a_key_met_before=not taken,
            register=sense.register,
            frequency_band_of_senses=sense.frequency_band,
            metadata_of_senses=sense.metadata.keys() - _KEPT_METADATA,
        )

    def _count_left_out(self, **values: object) -> None:
        for name, value in values.items():
            if value:
                self.left_out[name.replace("_", " ")] += 1

    def finish(self) -> None:
        """Write the file."""
        self._join_synsets()
        self._stream.write(_PROLOGUE.encode())
        for language in self._languages:
            for text in self._lexicon(language):
                self._stream.write(text.encode() + b"\n")
        self._stream.write(b"</LexicalResource>\n")
        self.left_out = +self.left_out

    def _join_synsets(self) -> None:
        select = (
            "SELECT synset, key, language, word, part, record FROM written_sense"
            " ORDER BY synset, position, entry, rowid"
        )
        insert = "INSERT INTO written_synset_text VALUES (?, ?, ?, ?)"
        with closing(self._database.execute(select)) as rows:
            for key, group in groupby(rows, itemgetter(0)):
                members = [_member(*row) for _, *row in group]
                text = synset_element(key, members, self, self.left_out)
                self._count_untold(members)
                row = (key, members[0].language, shared_examples(members), text)
                self._database.execute(insert, row)

    def _count_untold(self, members: Sequence[Member]) -> None:
        """Synonyms are told by synsets, antonyms by relations; what is neither is left out."""
        words = {member.word for member in members}
        for member in members:
            self.left_out["synonyms of other synsets"] += len({*member.sense.synonyms} - words)
            related = {
                self._word_of(edge.target_key)
                for edge in member.sense.relations
                if edge.type is RelationType.ANTONYM and edge.level is RelationLevel.SENSE
            }
            untold = {*member.sense.antonyms} - related
            self.left_out["antonyms without a relation"] += len(untold)

    def _word_of(self, sense_key: str) -> str | None:
        select = "SELECT word FROM written_sense WHERE key = ?"
        row = self._database.execute(select, (sense_key,)).fetchone()
        return None if row is None else row[0]

    def synset_of(self, sense_key: str) -> str | None:
        """The synset of a sense, or None when there is no such sense."""
        select = "SELECT synset FROM written_sense WHERE key = ?"
        row = self._database.execute(select, (sense_key,)).fetchone()
        return None if row is None else row[0]

    def _lexicon(self, language: str) -> Iterator[str]:
        yield element("Lexicon", self._lexicon_attributes(language)).removesuffix("/>") + ">"
        for line, draft in self._spool.entries():
            entry, _ = decode_entry(orjson.loads(draft), line)
            if entry.language == language:
                yield self._entry(line, entry)
        select = "SELECT text FROM written_synset_text WHERE language = ? ORDER BY rowid"
        with closing(self._database.execute(select, (language,))) as rows:
            for (text,) in rows:
                yield text
        yield "</Lexicon>"

    def _lexicon_attributes(self, language: str) -> dict[str, str | None]:
        header = self._header
        name = re.sub(r"[^a-z0-9]+", "-", header.name.casefold()).strip("-") or "library"
        own = language == header.language
        return {
            "id": f"lexicon_x_{name}" if own else f"lexicon_x_{name}-{language}",
            "label": header.name,
            "language": language,
            "email": "",
            "license": header.licence or "",
            "version": header.version or "",
            "url": header.url,
            "citation": header.attribution,
            "dc:description": header.description,
            "dc:format": ESCAPED_IDS,
        }

    def _entry(self, line: int, entry: EntryRecord) -> str:
        select = (
            "SELECT synset, shared, record FROM written_sense"
            " JOIN written_synset_text ON written_synset_text.key = synset"
            " WHERE entry = ? ORDER BY written_sense.rowid"
        )
        rows = self._database.execute(select, (line,)).fetchall()
        senses = [
            self._sense(synset, shared, decode_sense(Fields(orjson.loads(record))))
            for synset, shared, record in rows
        ]
        # Keys never give an id that holds an unescaped "_x_", so ids of entries stay apart.
        values: dict[str, str | None] = {"id": f"entry_x_{line}"}
        return element("LexicalEntry", values, [*lemma_elements(entry), *senses])

    def _sense(self, synset: str, shared: int, sense: SenseRecord) -> str:
        content: list[str] = []
        for edge in sense.relations:
            if edge.level is RelationLevel.SENSE:
                if self.synset_of(edge.target_key) is None:
                    self.left_out["relations to what is not in the library"] += 1
                else:
                    target = id_of_key(edge.target_key)
                    known = SENSE_RELATIONS
                    content.append(relation_element("SenseRelation", edge.type, target, known))
        content += [example_element(example) for example in sense.examples[shared:]]
        position, count = sense.metadata.get("adjposition"), sense.metadata.get("count")
        if isinstance(count, int):
            content.append(text_element("Count", str(count)))
        values: dict[str, str | None] = {
            "id": id_of_key(sense.key or ""),
            "synset": self.synset_id(synset),
            "dc:source": sense.source,
            "adjposition": position if isinstance(position, str) else None,
        }
        return element("Sense", values, content)

    def synset_id(self, key: str) -> str:
        """The id of a synset; senses may have the same key."""
        return id_of_key(key, marked=self.synset_of(key) is not None)


def _member(key: str, language: str, word: str, part: str | None, record: bytes) -> Member:
    sense = decode_sense(Fields(orjson.loads(record)))
    return Member(key, language, word, None if part is None else PartOfSpeech(part), sense)
