"""Libraries of any content, as hypothesis draws them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from documents.document import Chunking
from documents.vocabulary import (
    ChunkingMethod,
    FrequencyBand,
    IndexKind,
    PartOfSpeech,
    Register,
    RelationLevel,
    RelationType,
)
from resolvers.transfer.records import (
    DocumentRecord,
    EntryRecord,
    ExampleRecord,
    FormRecord,
    LibraryHeader,
    PronunciationRecord,
    RelationRecord,
    SenseRecord,
    SynsetReference,
)
from resolvers.writing.checks import Spot
from resolvers.writing.chunking import ChunkDraft, drafts_of
from resolvers.writing.items import DocumentFields, IndexItem

# What no format may hold is refused and tested on its own; the rest may be anything.
_WILD = st.characters(exclude_categories=["Cs", "Cc", "Cn"], include_characters="\t\n")
_SPICE = st.sampled_from([*"|\\\",;'&<>]\t\n\r", "_x005F_", "]]>", "\u00a0", "\u2028", "é", "𐐷"])

texts = st.lists(st.one_of(_WILD, _SPICE), min_size=1, max_size=12).map("".join)
texts = texts.filter(lambda text: not text.isspace())
labels = texts.map(str.strip).filter(bool)
optional_labels = st.none() | labels
metadata = st.dictionaries(
    # MongoDB takes the others for an operator or for a path.
    labels.filter(lambda name: "." not in name and not name.startswith("$")),
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    max_size=2,
)
headers = st.builds(
    LibraryHeader,
    name=labels,
    language=st.sampled_from(["en", "de", "pt-BR"]),
    licence=optional_labels,
    version=optional_labels,
    url=optional_labels,
    attribution=optional_labels,
    description=optional_labels,
)
index_wishes = st.none() | st.builds(
    IndexItem,
    kind=st.sampled_from(IndexKind),
    recall=st.none() | st.floats(0, 1, exclude_min=True, exclude_max=True),
)
examples = st.lists(st.builds(ExampleRecord, texts, optional_labels), max_size=3).map(tuple)
parts_of_speech = st.sampled_from(PartOfSpeech)
part_lists = st.lists(parts_of_speech, max_size=2, unique=True).map(tuple)


def tuples_of(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=2, unique=True).map(tuple)


senses = st.builds(
    SenseRecord,
    text=texts,
    key=st.just("set later"),
    synset=st.none() | st.builds(SynsetReference, labels, optional_labels, st.integers(0, 9)),
    part_of_speech=st.none() | parts_of_speech,
    domain=optional_labels,
    register=st.none() | st.sampled_from(Register),
    synonyms=tuples_of(labels),
    antonyms=tuples_of(labels),
    frequency_band=st.none() | st.sampled_from(FrequencyBand),
    examples=examples,
    source=optional_labels,
    metadata=metadata,
)
entries = st.builds(
    EntryRecord,
    text=labels,
    part_of_speech=part_lists,
    homograph=st.integers(1, 3),
    language=st.none() | st.sampled_from(["en", "fr"]),
    pronunciations=tuples_of(
        st.builds(PronunciationRecord, texts, optional_labels, optional_labels)
    ),
    forms=tuples_of(st.builds(FormRecord, labels, optional_labels)),
    etymology=st.none() | texts,
    frequency_band=st.none() | st.sampled_from(FrequencyBand),
    tags=tuples_of(labels),
    senses=st.lists(senses, max_size=3).map(tuple),
    metadata=metadata,
)


def _natural_key(entry: EntryRecord) -> tuple[str, frozenset[PartOfSpeech], int]:
    return entry.text, frozenset(entry.part_of_speech), entry.homograph


@st.composite
def libraries(draw: Callable[..., Any]) -> list[EntryRecord]:
    """Entries with different natural keys and sense keys, and relations among their senses."""
    drawn = draw(st.lists(entries, max_size=4, unique_by=_natural_key))
    count = sum(len(entry.senses) for entry in drawn)
    keys = draw(st.lists(labels, min_size=count, max_size=count, unique=True))
    return _with_senses(
        drawn, lambda sense, i: replace(sense, key=keys[i], relations=draw(_relations(keys)))
    )


def _relations(keys: list[str]) -> st.SearchStrategy[tuple[RelationRecord, ...]]:
    return tuples_of(
        st.builds(
            RelationRecord,
            st.sampled_from(RelationType),
            st.sampled_from(RelationLevel),
            st.sampled_from(keys),
        )
    )


def _with_senses(
    entries_: list[EntryRecord], change: Callable[[SenseRecord, int], SenseRecord]
) -> list[EntryRecord]:
    number = iter(range(sum(len(entry.senses) for entry in entries_)))
    return [
        replace(entry, senses=tuple(change(sense, next(number)) for sense in entry.senses))
        for entry in entries_
    ]


@st.composite
def wordnets(draw: Callable[..., Any]) -> list[EntryRecord]:
    """Libraries that hold what WN-LMF has a place for, in the way it tells it."""
    drawn = [replace(entry, etymology=None, metadata={}) for entry in draw(libraries())]
    drawn = [entry for entry in drawn if entry.senses]
    chosen = draw(st.lists(st.sampled_from("abc"), min_size=12, max_size=12))
    members: dict[str, list[tuple[str, str]]] = {}
    concepts = {name: draw(senses) for name in "abc"}
    for entry in drawn:
        for sense in entry.senses:
            synset = chosen[sum(map(len, members.values()))]
            members.setdefault(synset, []).append((sense.key or "", entry.text))
    place = {key: (name, i) for name, group in members.items() for i, (key, _) in enumerate(group)}
    words = dict(pair for group in members.values() for pair in group)
    edges: dict[str, dict[RelationRecord, None]] = {name: {} for name in members}
    for entry in drawn:
        for sense in entry.senses:
            for edge in sense.relations:
                if edge.level is RelationLevel.SYNSET:
                    lead = members[place[edge.target_key][0]][0][0]
                    edges[place[sense.key or ""][0]][replace(edge, target_key=lead)] = None

    def told(entry: EntryRecord, sense: SenseRecord) -> SenseRecord:
        name, position = place[sense.key or ""]
        concept = concepts[name]
        own = tuple(e for e in sense.relations if e.level is RelationLevel.SENSE)
        return SenseRecord(
            text=concept.text,
            key=sense.key,
            synset=SynsetReference(f"synset {name}", None, position),
            domain=concept.domain,
            synonyms=tuple(w for k, w in members[name] if k != sense.key and w != entry.text),
            antonyms=tuple(
                dict.fromkeys(words[e.target_key] for e in own if e.type is RelationType.ANTONYM)
            ),
            examples=concept.examples + sense.examples,
            relations=own + tuple(edges[name]),
            source=sense.source,
        )

    return [
        replace(entry, senses=tuple(told(entry, sense) for sense in entry.senses))
        for entry in drawn
    ]


chunkings = st.builds(
    Chunking,
    method=st.just(ChunkingMethod.SENTENCES),
    size=st.integers(2, 3),
    overlap=st.integers(0, 1),
) | st.builds(
    Chunking,
    method=st.just(ChunkingMethod.HEADINGS),
    size=st.integers(10, 20),
    level=st.none() | st.integers(1, 6),
)
prose = st.lists(texts, min_size=1, max_size=6).map(". ".join)
ready_chunks = st.builds(
    ChunkDraft,
    text=texts,
    heading_path=st.lists(texts, max_size=2).map(tuple),
    metadata=metadata,
)


@st.composite
def documents(draw: Callable[..., Any]) -> DocumentRecord:
    """A document with a text that is split, or with chunks that stand without one."""
    about = DocumentRecord(
        key=draw(labels),
        title=draw(texts),
        language=draw(st.none() | st.sampled_from(["en", "fr"])),
        source=draw(optional_labels),
        source_url=draw(optional_labels),
        metadata=draw(metadata),
    )
    if draw(st.booleans()):
        return replace(about, chunks=tuple(draw(st.lists(ready_chunks, min_size=1, max_size=3))))
    text, chunking = draw(prose), draw(chunkings)
    drafts = drafts_of(Spot([], ()), DocumentFields(), text, chunking)
    chunks = tuple(replace(draft, metadata=draw(metadata)) for draft in drafts)
    return replace(about, text=text, chunking=chunking, chunks=chunks)


document_lists = st.lists(documents(), max_size=3, unique_by=lambda document: document.key)
