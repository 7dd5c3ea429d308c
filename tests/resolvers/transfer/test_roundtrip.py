"""What is written is read again as it was."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue
from record_strategies import document_lists, headers, index_wishes, libraries, metadata, wordnets

from documents.vocabulary import PartOfSpeech
from resolvers.transfer.formats import Format, detect, open_reader, open_writer
from resolvers.transfer.records import (
    DocumentRecord,
    EntryRecord,
    ExampleRecord,
    LibraryHeader,
    PronunciationRecord,
    Record,
    Refusal,
    SenseRecord,
    SynsetReference,
)
from resolvers.transfer.tabular import join_items, split_items
from resolvers.writing.items import IndexItem

in_one_folder = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def write_and_read(
    path: Path,
    format: Format,
    header: LibraryHeader,
    entries: list[EntryRecord],
    documents: Sequence[DocumentRecord] = (),
) -> tuple[LibraryHeader, list[Record | Refusal]]:
    with open_writer(path, format, header) as writer:
        for entry in entries:
            writer.write(entry)
        for document in documents:
            writer.write_document(document)
    with open_reader(path, None if entries else format) as reader:
        return reader.header, list(reader)


@in_one_folder
@given(
    headers,
    index_wishes,
    metadata,
    libraries(),
    document_lists,
    st.sampled_from(["library.jsonl", "library.jsonl.gz"]),
)
def test_json_lines_keep_everything(
    tmp_path: Path,
    header: LibraryHeader,
    wish: IndexItem | None,
    about: dict[str, JsonValue],
    entries: list[EntryRecord],
    documents: list[DocumentRecord],
    name: str,
) -> None:
    header = replace(header, index=wish, metadata=about)
    found_header, found = write_and_read(tmp_path / name, Format.JSONL, header, entries, documents)
    assert found_header == header
    assert found == [*entries, *documents]


@in_one_folder
@given(headers, wordnets(), st.sampled_from(["library.xml", "library.xml.gz"]))
def test_wn_lmf_keeps_what_it_has_elements_for(
    tmp_path: Path, header: LibraryHeader, entries: list[EntryRecord], name: str
) -> None:
    found_header, found = write_and_read(tmp_path / name, Format.LMF, header, entries)
    assert found_header == header
    assert not [item for item in found if isinstance(item, Refusal)]
    assert found == by_lexicon(header.language, entries)


def test_members_of_one_synset_keep_their_parts_of_speech_in_wn_lmf(tmp_path: Path) -> None:
    def member(text: str, position: int, *parts: PartOfSpeech) -> EntryRecord:
        synset = SynsetReference("ride", None, position)
        sense = SenseRecord("To sit on a horse.", key=text, synset=synset)
        return EntryRecord(text, parts, senses=(sense,))

    entries = [
        member("ride", 0, PartOfSpeech.NOUN),
        member("mount", 1, PartOfSpeech.VERB),
        member("gallop", 2, PartOfSpeech.NOUN, PartOfSpeech.VERB),
        member("astride", 3),
    ]
    _, found = write_and_read(tmp_path / "x.xml", Format.LMF, LibraryHeader("x"), entries)
    senses = [entry.senses[0] for entry in found if isinstance(entry, EntryRecord)]
    assert [sense.part_of_speech for sense in senses] == [None] * len(entries)


def by_lexicon(language: str, entries: list[EntryRecord]) -> list[EntryRecord]:
    """A lexicon for each language, the library's first; what it says once, entries need not."""
    languages = list(dict.fromkeys([language, *(entry.language or language for entry in entries)]))
    told = [
        replace(entry, language=None if entry.language == language else entry.language)
        for entry in entries
    ]
    return sorted(told, key=lambda entry: languages.index(entry.language or language))


@in_one_folder
@given(libraries(), st.sampled_from([Format.CSV, Format.TSV]))
def test_tables_keep_what_they_have_columns_for(
    tmp_path: Path, entries: list[EntryRecord], format: Format
) -> None:
    header = LibraryHeader("table")
    expected = [in_a_table(entry) for entry in entries if entry.senses]
    _, found = write_and_read(tmp_path / "table.txt", format, header, entries)
    assert found == expected


def in_a_table(entry: EntryRecord) -> EntryRecord:
    return EntryRecord(
        text=entry.text,
        part_of_speech=entry.part_of_speech,
        homograph=entry.homograph,
        pronunciations=tuple(PronunciationRecord(p.value.strip()) for p in entry.pronunciations),
        frequency_band=entry.frequency_band,
        tags=entry.tags,
        senses=tuple(
            SenseRecord(
                text=sense.text,
                key=sense.key,
                domain=sense.domain,
                register=sense.register,
                synonyms=sense.synonyms,
                antonyms=sense.antonyms,
                examples=tuple(ExampleRecord(each.text.strip()) for each in sense.examples),
            )
            for sense in entry.senses
        ),
    )


@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool)))
def test_items_of_a_cell_come_apart_as_they_were_joined(items: list[str]) -> None:
    assert split_items(join_items(items)) == items


def test_equal_libraries_give_equal_packed_files(tmp_path: Path) -> None:
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        with open_writer(tmp_path / name, Format.JSONL, LibraryHeader("x")) as writer:
            writer.write(EntryRecord("rain"))
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


@pytest.mark.parametrize("format", [Format.JSONL, Format.LMF, Format.CSV, Format.TSV])
def test_what_was_written_is_recognised_by_its_content(tmp_path: Path, format: Format) -> None:
    path = tmp_path / "no-telling-name"
    with open_writer(path, format, LibraryHeader("x")) as writer:
        writer.write(EntryRecord("rain", senses=(SenseRecord("Water from clouds."),)))
    assert detect(path) is format
