"""The sample library: enough of everything, and consistent."""

from collections import Counter

import pytest

from documents.vocabulary import INVERSES, RelationLevel, RelationType
from infra.entrypoints.sample import sample_documents, sample_file
from resolvers.transfer.formats import open_reader
from resolvers.transfer.records import EntryRecord, LibraryHeader, Refusal, SenseRecord

Edge = tuple[str, RelationType, RelationLevel, str]

# Between senses these are told one way, as in wordnets.
ONE_WAY = {RelationType.INSTRUMENT, RelationType.AGENT}


@pytest.fixture(scope="module")
def header_and_entries() -> tuple[LibraryHeader, list[EntryRecord]]:
    with sample_file() as path, open_reader(path) as reader:
        items = list(reader)
        assert not [item for item in items if isinstance(item, Refusal)]
        return reader.header, [item for item in items if isinstance(item, EntryRecord)]


@pytest.fixture(scope="module")
def entries(header_and_entries: tuple[LibraryHeader, list[EntryRecord]]) -> list[EntryRecord]:
    return header_and_entries[1]


@pytest.fixture(scope="module")
def senses(entries: list[EntryRecord]) -> dict[str, SenseRecord]:
    return {sense.key or "": sense for entry in entries for sense in entry.senses}


def edges_of(senses: dict[str, SenseRecord]) -> set[Edge]:
    return {
        (key, edge.type, edge.level, edge.target_key)
        for key, sense in senses.items()
        for edge in sense.relations
    }


def test_the_header_tells_whose_it_is(
    header_and_entries: tuple[LibraryHeader, list[EntryRecord]],
) -> None:
    header, _ = header_and_entries
    assert (header.name, header.language, header.licence) == ("Lexigraph sample", "en", "MIT")


def test_there_is_enough_of_everything_to_try(entries: list[EntryRecord]) -> None:
    assert len({entry.text for entry in entries}) >= 150
    assert len({part for entry in entries for part in entry.part_of_speech}) >= 10
    assert sum(1 for entry in entries if entry.homograph > 1) >= 2
    assert sum(1 for entry in entries if len(entry.senses) > 1) >= 5
    for field in ("pronunciations", "forms", "etymology", "frequency_band", "tags"):
        assert sum(1 for entry in entries if getattr(entry, field)) >= 10, field


def test_every_sense_is_told_whole(senses: dict[str, SenseRecord]) -> None:
    for key, sense in senses.items():
        assert sense.examples, key
        assert all(example.source for example in sense.examples), key
        assert sense.domain, key
        assert sense.synset is not None, key
    assert len({sense.register for sense in senses.values()}) >= 8


def test_no_two_synsets_share_a_definition(senses: dict[str, SenseRecord]) -> None:
    leads = [each for each in senses.values() if each.synset and each.synset.position == 0]
    repeated = [text for text, n in Counter(lead.text for lead in leads).items() if n > 1]
    assert not repeated


def test_members_of_a_synset_tell_the_same(senses: dict[str, SenseRecord]) -> None:
    lead_of = {
        sense.synset.key: sense
        for sense in senses.values()
        if sense.synset and sense.synset.position == 0
    }
    for sense in senses.values():
        assert sense.synset is not None
        lead = lead_of[sense.synset.key]
        assert (sense.text, synset_edges(sense)) == (lead.text, synset_edges(lead))


def synset_edges(sense: SenseRecord) -> list[tuple[RelationType, str]]:
    return [(e.type, e.target_key) for e in sense.relations if e.level is RelationLevel.SYNSET]


def test_every_relation_has_its_inverse(senses: dict[str, SenseRecord]) -> None:
    edges = edges_of(senses)
    for source, type_, level, target in edges:
        inverse = INVERSES.get(type_)
        if inverse is None or (level is RelationLevel.SENSE and type_ in ONE_WAY):
            continue
        back = lead_of(senses, source) if level is RelationLevel.SYNSET else source
        assert (target, inverse, level, back) in edges


def lead_of(senses: dict[str, SenseRecord], key: str) -> str:
    synset = senses[key].synset
    assert synset is not None
    return next(
        other
        for other, sense in senses.items()
        if sense.synset and (sense.synset.key, sense.synset.position) == (synset.key, 0)
    )


def test_relations_between_synsets_end_at_leads(senses: dict[str, SenseRecord]) -> None:
    for _, _, level, target in edges_of(senses):
        synset = senses[target].synset
        assert synset is not None
        assert level is RelationLevel.SENSE or synset.position == 0


def test_chains_of_hypernyms_go_three_levels_up(senses: dict[str, SenseRecord]) -> None:
    def up(key: str) -> list[str]:
        found = [e.target_key for e in senses[key].relations if e.type is RelationType.HYPERNYM]
        return [key, *up(found[0])] if found else [key]

    assert up("drizzle.noun.1")[1:] == ["rain.noun.1", "precipitation.noun.1", "weather.noun.1"]
    assert up("acrophobia.noun.1")[1:] == ["phobia.noun.1", "fear.noun.1", "feeling.noun.1"]


def test_documents_have_keys_titles_and_texts_of_their_own() -> None:
    documents = sample_documents()
    assert len(documents) == 3
    assert len({each.key for each in documents} | {each.title for each in documents}) == 6
    assert all(isinstance(each.text, str) and each.text for each in documents)
