"""Foreign JSON Lines: one entry a line with `word`, `pos` and `senses`.

Wordnets and extracts of Wiktionary are passed around like this. The first line may be
{"_meta": {…}}. Fields that this module does not know are counted and left out: the layout is
nobody's standard, and others add to it.
"""

from collections import Counter
from typing import BinaryIO, Final

import orjson

from documents.vocabulary import PartOfSpeech, find_part_of_speech, find_relation_type
from resolvers.transfer.checks import (
    DEFINITION_LIMIT,
    EXAMPLE_LIMIT,
    HEADWORD_LIMIT,
)
from resolvers.transfer.codec import encode_entry
from resolvers.transfer.errors import RefusedError
from resolvers.transfer.fields import Fields
from resolvers.transfer.files import decode_line, read_lines
from resolvers.transfer.jsonl import parse_json
from resolvers.transfer.reader import Scan
from resolvers.transfer.records import (
    EntryRecord,
    FormRecord,
    LibraryHeader,
    PronunciationRecord,
    Untold,
)
from resolvers.transfer.spool import Spool
from resolvers.transfer.wordnet import order_members
from resolvers.transfer.wordnet_drafts import (
    EntryDraft,
    RelationDraft,
    SenseDraft,
    SynsetDraft,
    spool_entry,
)

_META: Final = frozenset({"name", "version", "lang", "source", "license", "attribution"})
_ENTRY: Final = frozenset({"word", "pos", "pos_code", "senses", "pronunciation", "forms"})
_SENSE: Final = frozenset(
    {"id", "synset", "lexname", "definition", "definition2", "examples", "synonyms", "ili"}
    | {"relations", "sense_relations", "form_of"}
)
_UNTOLD: Final = Untold(
    word=frozenset({"language", "etymology", "frequency_band", "commonness", "tags", "metadata"}),
    definition=frozenset({"usage_register", "frequency_band", "source"}),
    example=frozenset({"source"}),
)


def scan_wordnet_jsonl(stream: BinaryIO, spool: Spool, name: str) -> Scan:
    """Put all entries into the spool.

    Args:
        stream: the unpacked file.
        spool: where entries, senses and refusals go.
        name: what the library is called when the file does not say it.
    """
    scanner = _Scanner(spool, Scan(LibraryHeader(name), _UNTOLD))
    for number, line in read_lines(stream):
        scanner.take_line(number, line)
    order_members(spool)
    return scanner.scan


class _Scanner:
    """Takes the lines of a file one after another."""

    def __init__(self, spool: Spool, scan: Scan) -> None:
        self._spool = spool
        self.scan = scan

    @property
    def _notes(self) -> Counter[str]:
        return self.scan.notes

    def take_line(self, number: int, line: bytes | None) -> None:
        try:
            text = decode_line(line)
            if not text.strip():
                return
            values = Fields(parse_json(text))
            meta = values.child("_meta")
            if meta is not None:
                self.scan.header = _header(meta, self.scan.header.name)
                self._note_unknown(meta, _META, "_meta")
            else:
                self._take_entry(number, values)
        except RefusedError as refused:
            self._spool.add_refusal(number, str(refused))

    def _take_entry(self, line: int, values: Fields) -> None:
        self._note_unknown(values, _ENTRY, "entries")
        text = values.required_text("word", HEADWORD_LIMIT).strip()
        part = self._part_of_speech(values)
        entry = EntryRecord(
            text=text,
            part_of_speech=(part,),
            pronunciations=tuple([_pronunciation(item) for item in values.items("pronunciation")]),
            forms=tuple([FormRecord(form) for form in values.texts("forms")]),
        )
        senses = self._senses(line, text, values)
        homograph = self._spool.claim_homograph(text, entry.part_of_speech)
        plain = encode_entry(entry) | {"homograph": homograph}
        spool_entry(self._spool, line, EntryDraft(plain, senses))

    def _part_of_speech(self, values: Fields) -> PartOfSpeech:
        name = values.text("pos") or "other"
        part = find_part_of_speech(name)
        if part is None:
            self._notes[f'part of speech "{name}" taken as other'] += 1
        return part or PartOfSpeech.OTHER

    def _senses(self, line: int, word: str, values: Fields) -> list[SenseDraft]:
        drafts = []
        items = values.items("senses")
        for position, item in enumerate(items, 1):
            place = f"sense {position}: "
            try:
                draft = self._sense(line, Fields(item, place))
                self._claim(word, draft, place)
            except RefusedError as refused:
                self._spool.add_refusal(line, str(refused))
            else:
                drafts.append(draft)
        if items and not drafts:
            raise RefusedError("no sense of the entry could be taken, so it is left out")
        return drafts

    def _claim(self, word: str, draft: SenseDraft, place: str) -> None:
        if draft.key is None:
            return
        synonyms = orjson.dumps(draft.synonyms)
        if not self._spool.add_sense(draft.key, word, synset=draft.synset, synonyms=synonyms):
            raise RefusedError(f'{place}id "{draft.key}" is there already')

    def _sense(self, line: int, values: Fields) -> SenseDraft:
        self._note_unknown(values, _SENSE, "senses")
        synset = values.text("synset")
        satellite = synset is not None and synset.endswith("-s")
        more = values.texts("definition2", DEFINITION_LIMIT)
        return SenseDraft(
            line=line,
            key=values.text("id"),
            synset=synset,
            synonyms=list(values.texts("synonyms")),
            relations=self._sense_relations(line, values),
            shared=SynsetDraft(
                ili=values.text("ili"),
                part_of_speech=PartOfSpeech.ADJECTIVE_SATELLITE if satellite else None,
                domain=values.text("lexname"),
                text=values.required_text("definition", DEFINITION_LIMIT),
                examples=[(text, None) for text in values.texts("examples", EXAMPLE_LIMIT)],
                relations=self._synset_relations(line, values),
                metadata={"more_definitions": list(more)} if more else {},
            ),
            metadata={"form_of": True} if values.flag("form_of") else {},
        )

    def _synset_relations(self, line: int, values: Fields) -> list[RelationDraft]:
        relations = values.child("relations")
        if relations is None:
            return []
        return [
            RelationDraft(self._relation_type(name), line, target)
            for name in relations
            for target in relations.texts(name)
        ]

    def _sense_relations(self, line: int, values: Fields) -> list[RelationDraft]:
        relations = values.child("sense_relations")
        if relations is None:
            return []
        return [
            RelationDraft(
                self._relation_type(name),
                line,
                target.required_text("synset"),
                target.required_text("word", HEADWORD_LIMIT),
            )
            for name in relations
            for target in relations.objects(name)
        ]

    def _relation_type(self, name: str) -> str:
        found = find_relation_type(name)
        if found is None:
            self._notes[f'relation "{name}" taken as other'] += 1
        return found or "other"

    def _note_unknown(self, values: Fields, known: frozenset[str], where: str) -> None:
        for name in values.unknown(known):
            self._notes[f'field "{name}" of {where} left out'] += 1


def _pronunciation(item: object) -> PronunciationRecord:
    values = Fields(item, "pronunciation: ")
    return PronunciationRecord(values.required_text("value"), values.text("variety"))


def _header(meta: Fields, name: str) -> LibraryHeader:
    return LibraryHeader(
        name=meta.text("name") or name,
        language=meta.text("lang") or "en",
        licence=meta.text("license"),
        version=meta.text("version"),
        url=meta.text("source"),
        attribution=meta.text("attribution", DEFINITION_LIMIT),
    )
