"""Imports into a real store: complete, repeatable, resumable, and reversible by an export."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from record_strategies import libraries

from documents.database import Row
from documents.import_checkpoint import ImportCheckpointDocument
from documents.library import LibraryDocument, LibraryIndex
from documents.vocabulary import IndexKind, PartOfSpeech, RelationLevel, RelationType
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.searching.request import SearchRequest
from resolvers.searching.search import search_library
from resolvers.transfer import apply
from resolvers.transfer.formats import Format, open_writer
from resolvers.transfer.records import (
    EntryRecord,
    ExampleRecord,
    LibraryHeader,
    RelationRecord,
    SenseRecord,
)
from resolvers.transfer.run import export_file, import_file
from resolvers.writing.items import NewLibrary
from resolvers.writing.library import create_library

PROJECT = Path(__file__).parents[3]
library_keys = (f"library-{number}" for number in itertools.count())


@pytest.fixture
def key() -> str:
    return next(library_keys)


RIVER = EntryRecord(
    text="river",
    part_of_speech=(PartOfSpeech.NOUN,),
    senses=(
        SenseRecord(
            text="fresh water that flows to the sea",
            key="river-1",
            examples=(ExampleRecord("The river froze."), ExampleRecord("Fish swim in the river.")),
            relations=(RelationRecord(RelationType.HYPERNYM, RelationLevel.SENSE, "water-1"),),
        ),
    ),
)
WATER = EntryRecord(
    text="water",
    part_of_speech=(PartOfSpeech.NOUN,),
    senses=(SenseRecord(text="what rain is made of", key="water-1"),),
)


def write(path: Path, entries: Sequence[EntryRecord]) -> Path:
    with open_writer(path, Format.JSONL, LibraryHeader("Test")) as writer:
        for entry in entries:
            writer.write(entry)
    return path


def file_of(tmp_path: Path, *entries: EntryRecord) -> Path:
    return write(tmp_path / "library.jsonl", entries)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def counts(context: Context, key: str) -> dict[str, int]:
    library = await LibraryDocument.find_one({"key": key})
    assert library is not None
    return {
        name: await context.services.database[name].count_documents({"library_id": library.id})
        for name in ("words", "definitions", "examples", "embeddings")
    }


async def content(context: Context, key: str) -> dict[str, Any]:
    """A library without ids and versions: what a reader sees of it."""
    library = await LibraryDocument.find_one({"key": key})
    assert library is not None
    database = context.services.database
    rows: dict[str, list[Row]] = {
        name: await database[name].find({"library_id": library.id}).to_list()
        for name in ("words", "definitions", "examples")
    }
    words = {
        row["_id"]: f"{row['text']}/{row['part_of_speech_key']}/{row['homograph']}"
        for row in rows["words"]
    }
    definitions = {row["_id"]: row["key"] for row in rows["definitions"]}
    for row in rows["definitions"]:
        row["word_id"] = words[row["word_id"]]
        for relation in row["relations"]:
            relation["target_id"] = definitions[relation["target_id"]]
    for row in rows["examples"]:
        row["definition_id"] = definitions[row["definition_id"]]
    for row in itertools.chain.from_iterable(rows.values()):
        for name in ("_id", "library_id", "version"):
            del row[name]
    return {
        name: sorted(found, key=lambda row: repr(sorted(row.items())))
        for name, found in rows.items()
    }


async def test_a_file_becomes_a_library_that_can_be_searched(
    context: Context, key: str, tmp_path: Path
) -> None:
    report = await import_file(context, file_of(tmp_path, RIVER, WATER), key)
    assert (report.added, report.changed, report.unchanged) == (2, 0, 0)
    # Two definitions and two headwords.
    assert report.texts_embedded == 4
    assert await counts(context, key) == {
        "words": 2,
        "definitions": 2,
        "examples": 2,
        "embeddings": 4,
    }
    found = await search_library(context, SearchRequest(key, text="rain"), limit=1)
    word = await context.services.database["words"].find_one({"_id": found.hits[0].id})
    assert word is not None
    assert word["text"] == "water"


async def test_the_same_file_again_changes_nothing_and_says_so(
    context: Context, key: str, tmp_path: Path
) -> None:
    path = file_of(tmp_path, RIVER, WATER)
    await import_file(context, path, key)
    before = await LibraryDocument.find_one({"key": key})
    report = await import_file(context, path, key)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 2)
    assert report.texts_embedded == 0
    after = await LibraryDocument.find_one({"key": key})
    assert before is not None
    assert after is not None
    assert after.sequence == before.sequence


async def test_a_changed_entry_is_changed_in_place(
    context: Context, key: str, tmp_path: Path
) -> None:
    await import_file(context, file_of(tmp_path, RIVER, WATER), key)
    library = await LibraryDocument.find_one({"key": key})
    assert library is not None
    definitions = context.services.database["definitions"]
    before = await definitions.find_one({"library_id": library.id, "key": "water-1"})
    changed = replace(WATER, senses=(replace(WATER.senses[0], text="a clear liquid"),))
    report = await import_file(context, file_of(tmp_path, RIVER, changed), key)
    assert (report.added, report.changed, report.unchanged) == (0, 1, 1)
    assert before is not None
    after = await definitions.find_one({"_id": before["_id"]})
    assert after is not None
    assert (after["text"], after["version"]) == ("a clear liquid", before["version"] + 1)


async def test_what_a_library_has_beyond_the_file_stays(
    context: Context, key: str, tmp_path: Path
) -> None:
    await import_file(context, file_of(tmp_path, RIVER, WATER), key)
    fewer = replace(RIVER, senses=(replace(RIVER.senses[0], examples=(), relations=()),))
    await import_file(context, file_of(tmp_path, fewer), key)
    assert (await counts(context, key))["examples"] == 2
    assert (await counts(context, key))["words"] == 2


async def test_a_sense_key_that_another_word_has_is_refused_alone(
    context: Context, key: str, tmp_path: Path
) -> None:
    await import_file(context, file_of(tmp_path, WATER), key)
    thief = EntryRecord(
        text="rain",
        senses=(SenseRecord("falls from clouds", "water-1"), SenseRecord("wet weather", "rain-1")),
    )
    report = await import_file(context, file_of(tmp_path, thief), key)
    assert report.added == 1
    assert [refusal.line for refusal in report.refusals] == [2]
    assert "'water-1'" in report.refusals[0].reason
    assert (await counts(context, key))["definitions"] == 2


async def test_a_key_that_two_words_of_one_batch_have_is_refused_for_the_second(
    context: Context, key: str, tmp_path: Path
) -> None:
    unnamed = EntryRecord(text="a", senses=(SenseRecord("the first letter"),))
    thief = EntryRecord(text="b", senses=(SenseRecord("the second letter", "a//1#1"),))
    report = await import_file(context, file_of(tmp_path, unnamed, thief), key)
    assert report.added == 2
    assert [refusal.line for refusal in report.refusals] == [3]


async def test_a_row_above_those_of_an_exported_table_is_added(
    context: Context, key: str, tmp_path: Path
) -> None:
    ant = EntryRecord("ant", senses=(SenseRecord("an insect"), SenseRecord("a worker")))
    await import_file(context, file_of(tmp_path, ant), key)
    table = tmp_path / "table.csv"
    await export_file(context, key, table, Format.CSV)
    header, *rows = table.read_text().splitlines()
    cells = {"word": "ant", "homograph": "1", "definition": "a queen"}
    new = ",".join(cells.get(column, "") for column in header.split(","))
    table.write_text("\n".join([header, new, *rows]))
    report = await import_file(context, table, key)
    assert (report.changed, report.refusals) == (1, [])
    assert (await counts(context, key))["definitions"] == 3
    assert (await import_file(context, table, key)).unchanged == 1


async def test_a_table_leaves_what_it_has_no_columns_for(
    context: Context, key: str, tmp_path: Path
) -> None:
    river = replace(RIVER, etymology="from Latin", tags=("nature",))
    await import_file(context, file_of(tmp_path, river, WATER), key)
    before = await content(context, key)
    table = tmp_path / "table.csv"
    table.write_text("word,part_of_speech,definition,key\nriver,noun,a large brook,river-1\n")
    report = await import_file(context, table, key)
    assert report.changed == 1
    after = await content(context, key)
    assert after["words"] == before["words"]
    [brook] = [row for row in after["definitions"] if row["key"] == "river-1"]
    [water] = [row for row in before["definitions"] if row["key"] == "river-1"]
    assert brook.pop("text") == "a large brook"
    assert brook.pop("text_hash") != water.pop("text_hash")
    assert brook == {name: value for name, value in water.items() if name != "text"}


SAMPLE = PROJECT / "infra" / "entrypoints" / "sample" / "library.jsonl"


@pytest.mark.parametrize("format", [Format.JSONL, Format.LMF, Format.CSV, Format.TSV])
async def test_a_library_written_in_any_format_is_imported_once(
    context: Context, key: str, tmp_path: Path, format: Format
) -> None:
    await import_file(context, SAMPLE, key)
    path = tmp_path / "library.gz"
    await export_file(context, key, path, format)
    copy = next(library_keys)
    first = await import_file(context, path, copy)
    again = await import_file(context, path, copy)
    assert (first.added, first.refusals) == (249, [])
    assert (again.added, again.changed, again.unchanged) == (0, 0, 249)


@pytest.mark.parametrize("format", [Format.JSONL, Format.LMF, Format.CSV, Format.TSV])
async def test_what_was_exported_changes_nothing_where_it_came_from(
    context: Context, key: str, tmp_path: Path, format: Format
) -> None:
    await import_file(context, SAMPLE, key)
    path = tmp_path / "library"
    await export_file(context, key, path, format)
    report = await import_file(context, path, key)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 249)


class StoppedError(Exception):
    """Stands for whatever ends a process between two batches."""


class InterruptingWatcher:
    def entries(self, _done: int, _total: int) -> None:
        raise StoppedError

    def embedded(self, _progress: object) -> None:
        raise StoppedError


async def test_an_interrupted_import_goes_on_after_its_last_batch(
    context: Context, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apply, "BATCH_ENTRIES", 2)
    entries = [
        EntryRecord(text=f"w{i}", senses=(SenseRecord(f"text {i}", f"k{i}"),)) for i in range(5)
    ]
    path = file_of(tmp_path, *entries)
    with pytest.raises(StoppedError):
        await import_file(context, path, key, watcher=InterruptingWatcher())
    assert (await counts(context, key))["words"] == 2
    report = await import_file(context, path, key)
    assert (report.added, report.resumed_after) == (5, 2)
    assert (await counts(context, key))["words"] == 5
    assert await ImportCheckpointDocument.find_all().count() == 0


async def test_an_import_interrupted_while_embedding_embeds_the_rest(
    context: Context, key: str, tmp_path: Path
) -> None:
    path = file_of(tmp_path, RIVER, WATER)
    await import_file(context, path, key)
    await context.services.database["embeddings"].delete_many({})
    report = await import_file(context, path, key)
    assert (report.unchanged, report.texts_embedded) == (2, 4)


async def test_exporting_an_unknown_library_is_refused(context: Context, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no library 'nowhere'"):
        await export_file(context, "nowhere", tmp_path / "out.jsonl", Format.JSONL)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("library.jsonl", '{"lexigraph":'),
        ("library.XML", "<?xml"),
        ("library.csv", "word,"),
        ("library.tsv", "word\t"),
        ("library", '{"lexigraph":'),
    ],
)
async def test_an_export_is_in_the_format_that_the_name_tells(
    context: Context, key: str, tmp_path: Path, name: str, beginning: str
) -> None:
    await import_file(context, file_of(tmp_path, RIVER, WATER), key)
    report = await export_file(context, key, tmp_path / name)
    assert (tmp_path / name).read_text().startswith(beginning)
    assert report.entries == 2
    assert ("relations" in report.left_out) == ("sv" in name)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=libraries())
async def test_an_exported_library_imports_as_an_equal_one(
    context: Context, tmp_path: Path, entries: list[EntryRecord]
) -> None:
    original, copy = next(library_keys), next(library_keys)
    path = tmp_path / f"{original}.jsonl"
    await import_file(context, write(path, entries), original)
    exported = tmp_path / f"{copy}.jsonl.gz"
    assert (await export_file(context, original, exported)).entries == len(entries)
    report = await import_file(context, exported, copy)
    assert report.refusals == []
    assert await content(context, copy) == await content(context, original)
    again = await import_file(context, exported, original)
    assert (again.added, again.changed) == (0, 0)


@pytest.mark.parametrize("kind", [IndexKind.IVF, IndexKind.MILVUS])
async def test_how_a_library_is_searched_comes_along_but_for_its_milvus(
    context: Context, tmp_path: Path, kind: IndexKind
) -> None:
    wish = LibraryIndex(kind=kind, recall=0.9)
    library = await create_library(context, NewLibrary(key="here", name="Here"))
    library.index = wish
    await library.replace()
    path = tmp_path / "here.jsonl"
    await export_file(context, "here", path)
    await import_file(context, path, "there")
    made = await LibraryDocument.find_one({"key": "there"})
    assert made is not None
    assert made.index == (wish if kind is IndexKind.IVF else LibraryIndex())
