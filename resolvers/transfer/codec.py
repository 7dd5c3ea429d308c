"""Records as plain JSON: one object an entry, fields named as in the records, defaults left out.

The vocabulary of fields is closed: an unknown name is refused, because a misspelt one would lose
what it holds without a word.
"""

from dataclasses import asdict, fields
from typing import Final

from pydantic import JsonValue

from documents.vocabulary import (
    FrequencyBand,
    IndexKind,
    PartOfSpeech,
    Register,
    RelationLevel,
    RelationType,
)
from resolvers.transfer.checks import (
    DEFINITION_LIMIT,
    ETYMOLOGY_LIMIT,
    EXAMPLE_LIMIT,
    HEADWORD_LIMIT,
    MAX_HOMOGRAPH,
    MAX_POSITION,
    check_language,
)
from resolvers.transfer.errors import RefusedError
from resolvers.transfer.fields import Fields
from resolvers.transfer.records import (
    EntryRecord,
    ExampleRecord,
    FormRecord,
    LibraryHeader,
    PronunciationRecord,
    RelationRecord,
    SenseRecord,
    SynsetReference,
)
from resolvers.writing.items import IndexItem

Plain = dict[str, JsonValue]


def _names(record: type) -> frozenset[str]:
    return frozenset(field.name for field in fields(record))


_HEADER: Final = _names(LibraryHeader)
_INDEX: Final = _names(IndexItem)
_ENTRY: Final = _names(EntryRecord) - {"source_line"}
_SENSE: Final = _names(SenseRecord)
_SYNSET: Final = _names(SynsetReference)
_PRONUNCIATION: Final = _names(PronunciationRecord)
_FORM: Final = _names(FormRecord)
_EXAMPLE: Final = _names(ExampleRecord)
_RELATION: Final = _names(RelationRecord)


def encode_header(header: LibraryHeader) -> Plain:
    """The header as plain JSON."""
    return without_empty(
        {name: getattr(header, name) for name in sorted(_HEADER)}
        | {
            "index": header.index and without_empty(asdict(header.index)),
            "metadata": dict(header.metadata),
        }
    )


def decode_header(values: Fields) -> LibraryHeader:
    """The header from plain JSON.

    Raises:
        RefusedError: a field is unknown or of the wrong type.
    """
    values.close(_HEADER | {"format", "kind"})
    return LibraryHeader(
        name=values.required_text("name"),
        language=language_of(values) or "en",
        licence=values.text("licence"),
        version=values.text("version"),
        url=values.text("url"),
        attribution=values.text("attribution", DEFINITION_LIMIT),
        description=values.text("description", DEFINITION_LIMIT),
        index=_decode_index(values.child("index")),
        metadata=values.mapping("metadata"),
    )


def _decode_index(values: Fields | None) -> IndexItem | None:
    if values is None:
        return None
    values.close(_INDEX)
    kind = values.choice("kind", IndexKind) or IndexKind.AUTO
    return IndexItem(kind=kind, recall=values.share("recall"))


def encode_entry(entry: EntryRecord) -> Plain:
    """An entry as plain JSON."""
    return without_empty(
        {
            "text": entry.text,
            "part_of_speech": list(entry.part_of_speech),
            "homograph": entry.homograph if entry.homograph != 1 else None,
            "language": entry.language,
            "pronunciations": [
                without_empty({"value": p.value, "variety": p.variety, "notation": p.notation})
                for p in entry.pronunciations
            ],
            "forms": [without_empty({"text": form.text, "tag": form.tag}) for form in entry.forms],
            "etymology": entry.etymology,
            "frequency_band": entry.frequency_band,
            "tags": list(entry.tags),
            "metadata": dict(entry.metadata),
            "senses": [encode_sense(sense) for sense in entry.senses],
        }
    )


def encode_sense(sense: SenseRecord) -> Plain:
    """A sense as plain JSON."""
    return without_empty(
        {
            "key": sense.key,
            "synset": None if sense.synset is None else _encode_synset(sense.synset),
            "text": sense.text,
            "part_of_speech": sense.part_of_speech,
            "domain": sense.domain,
            "register": sense.register,
            "synonyms": list(sense.synonyms),
            "antonyms": list(sense.antonyms),
            "frequency_band": sense.frequency_band,
            "examples": [
                without_empty({"text": example.text, "source": example.source})
                for example in sense.examples
            ],
            "relations": [
                {"type": edge.type, "level": edge.level, "target_key": edge.target_key}
                for edge in sense.relations
            ],
            "source": sense.source,
            "metadata": dict(sense.metadata),
        }
    )


def _encode_synset(synset: SynsetReference) -> Plain:
    return without_empty({"key": synset.key, "ili": synset.ili, "position": synset.position})


def without_empty(values: Plain) -> Plain:
    """What is told: the rest is empty."""
    return {name: value for name, value in values.items() if value}


def decode_entry(plain: object, line: int = 0) -> tuple[EntryRecord, list[str]]:
    """An entry from plain JSON, and why senses of it were refused.

    Raises:
        RefusedError: the entry as a whole cannot be taken.
    """
    values = Fields(plain)
    values.close(_ENTRY)
    senses, reasons = _decode_senses(values)
    entry = EntryRecord(
        text=values.required_text("text", HEADWORD_LIMIT),
        part_of_speech=values.choices("part_of_speech", PartOfSpeech),
        homograph=values.number("homograph", 1, 1, MAX_HOMOGRAPH),
        language=language_of(values),
        pronunciations=tuple([_pronunciation(item) for item in values.objects("pronunciations")]),
        forms=tuple([_form(item) for item in values.objects("forms")]),
        etymology=values.text("etymology", ETYMOLOGY_LIMIT),
        frequency_band=values.choice("frequency_band", FrequencyBand),
        tags=values.texts("tags"),
        senses=tuple(senses),
        metadata=values.mapping("metadata"),
        source_line=line,
    )
    return entry, reasons


def language_of(values: Fields) -> str | None:
    """A language tag, or None where there is none.

    Raises:
        RefusedError: it has not the form of one.
    """
    tag = values.text("language")
    if tag is not None:
        check_language(tag, "language")
    return tag


def _decode_senses(values: Fields) -> tuple[list[SenseRecord], list[str]]:
    senses: list[SenseRecord] = []
    reasons: list[str] = []
    for position, item in enumerate(values.items("senses"), 1):
        try:
            senses.append(decode_sense(Fields(item, f"sense {position}: ")))
        except RefusedError as refused:
            reasons.append(str(refused))
    return senses, reasons


def decode_sense(values: Fields) -> SenseRecord:
    """A sense from plain JSON.

    Raises:
        RefusedError: it cannot be taken.
    """
    values.close(_SENSE)
    synset = values.child("synset")
    return SenseRecord(
        text=values.required_text("text", DEFINITION_LIMIT),
        key=values.text("key"),
        synset=None if synset is None else _synset(synset),
        part_of_speech=values.choice("part_of_speech", PartOfSpeech),
        domain=values.text("domain"),
        register=values.choice("register", Register),
        synonyms=values.texts("synonyms"),
        antonyms=values.texts("antonyms"),
        frequency_band=values.choice("frequency_band", FrequencyBand),
        examples=tuple([_example(item) for item in values.objects("examples")]),
        relations=tuple([_relation(item) for item in values.objects("relations")]),
        source=values.text("source"),
        metadata=values.mapping("metadata"),
    )


def _synset(values: Fields) -> SynsetReference:
    values.close(_SYNSET)
    position = values.number("position", 0, 0, MAX_POSITION)
    return SynsetReference(values.required_text("key"), values.text("ili"), position)


def _pronunciation(values: Fields) -> PronunciationRecord:
    values.close(_PRONUNCIATION)
    return PronunciationRecord(
        values.required_text("value"), values.text("variety"), values.text("notation")
    )


def _form(values: Fields) -> FormRecord:
    values.close(_FORM)
    return FormRecord(values.required_text("text"), values.text("tag"))


def _example(values: Fields) -> ExampleRecord:
    values.close(_EXAMPLE)
    return ExampleRecord(values.required_text("text", EXAMPLE_LIMIT), values.text("source"))


def _relation(values: Fields) -> RelationRecord:
    values.close(_RELATION)
    return RelationRecord(
        type=values.required_choice("type", RelationType),
        level=values.required_choice("level", RelationLevel),
        target_key=values.required_text("target_key"),
    )
