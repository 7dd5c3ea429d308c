"""Documents in our JSON Lines: read, refused, stored, and exported again as they are."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from documents.chunk import ChunkDocument
from documents.document import DocumentDocument
from documents.library import LibraryDocument
from resolvers.condition import library_condition
from resolvers.context import Context
from resolvers.reading.statistics import PENDING_TEXTS, load_tally
from resolvers.searching.request import SearchRequest, SearchTarget
from resolvers.searching.search import search_library
from resolvers.transfer import apply, run
from resolvers.transfer.embed import EmbeddingProgress, embed_missing
from resolvers.transfer.formats import open_reader
from resolvers.transfer.records import DocumentRecord, Refusal
from resolvers.transfer.run import export_file, import_file
from resolvers.writing.items import NestedDefinition, NewWord
from resolvers.writing.result import BatchCall
from resolvers.writing.word import create_words

HEADER = {"lexigraph": {"format": 1, "kind": "library", "name": "Test"}}
TEXT = "Rain falls. Snow melts. Wind blows. Fog lies. Hail hurts. Ice holds."
SPLIT = {"method": "sentences", "size": 2}


def document(key: str = "sky", **fields: Any) -> dict[str, Any]:
    return {"document": {"key": key, "title": "The sky", **fields}}


def chunk(text: str, **fields: Any) -> dict[str, Any]:
    return {"chunk": {"text": text, **fields}}


def file_of(folder: Path, *lines: dict[str, Any]) -> Path:
    path = folder / "library.jsonl"
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in (HEADER, *lines)))
    return path


def read(folder: Path, *lines: dict[str, Any]) -> tuple[list[DocumentRecord], list[Refusal]]:
    with open_reader(file_of(folder, *lines)) as reader:
        items = list(reader)
    taken = [item for item in items if isinstance(item, DocumentRecord)]
    return taken, [item for item in items if isinstance(item, Refusal)]


def test_a_text_without_chunks_is_split_as_it_says(tmp_path: Path) -> None:
    (split,), refusals = read(tmp_path, document(text=TEXT, chunking=SPLIT))
    assert [each.text for each in split.chunks] == [
        "Rain falls. Snow melts.",
        "Wind blows. Fog lies.",
        "Hail hurts. Ice holds.",
    ]
    assert refusals == []


def test_chunks_are_placed_in_their_text(tmp_path: Path) -> None:
    (placed,), refusals = read(
        tmp_path, document(text=TEXT), chunk("Snow melts."), chunk("Fog lies.", start=36)
    )
    assert [(each.start, each.end) for each in placed.chunks] == [(12, 23), (36, 45)]
    assert placed.chunking is None
    assert refusals == []


@pytest.mark.parametrize(
    ("lines", "line", "reason"),
    [
        ([document(title=None)], 2, "title is missing"),
        ([document()], 2, "Give a text, or chunks"),
        ([document(txet="x")], 2, "unknown field txet"),
        ([document(text="x" * 1_000_001)], 2, "at most 1,000,000"),
        ([document(text=TEXT, chunking={"method": "pages"})], 2, "one of headings"),
        ([document(text=TEXT, chunking=SPLIT | {"overlap": 2})], 2, "less than the size"),
        ([document(text=TEXT, chunking=SPLIT | {"size": 101})], 2, "from 1 to 100"),
        ([document(text="Ah. " * 5_001, chunking=SPLIT | {"size": 1})], 2, "more than 5,000"),
        ([document(text=TEXT), chunk("Sun shines.")], 2, "does not hold this"),
        ([document(text=TEXT), chunk("Fog lies.", start=1)], 2, "does not hold this"),
        ([document(text=TEXT), chunk("Fog lies.", strat=1)], 3, "unknown field strat"),
        ([document(text=TEXT), chunk("x" * 10_001)], 3, "at most 10,000"),
        ([document(), chunk("x", heading_path=["a"] * 7)], 3, "more than 6 headings"),
        ([chunk("Fog lies.")], 2, "behind the line of its document"),
        ([document("a", text=TEXT), document("a", text=TEXT)], 3, "is there already"),
        ([{"document": []}], 2, "expected an object, found a list"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_line(
    tmp_path: Path, lines: list[dict[str, Any]], line: int, reason: str
) -> None:
    good = document("good", text="It is there.")
    taken, refusals = read(tmp_path, *lines, good)
    assert taken[-1].key == "good"
    assert refusals[0].line == line
    assert reason in refusals[0].reason


def test_chunks_of_a_refused_document_go_with_it(tmp_path: Path) -> None:
    taken, refusals = read(tmp_path, document(title=None), chunk("a"), chunk("b"))
    assert taken == []
    assert [refusal.line for refusal in refusals] == [2]


async def stored(context: Context, key: str) -> tuple[list[DocumentDocument], list[ChunkDocument]]:
    library = await LibraryDocument.find_one({"key": key})
    assert library is not None
    documents = await DocumentDocument.find({"library_id": library.id}).sort("key").to_list()
    keys = {each.id: each.key for each in documents}
    chunks = await ChunkDocument.find({"library_id": library.id}).to_list()
    return documents, sorted(chunks, key=lambda each: (keys[each.document_id], each.position))


async def test_documents_are_imported_and_found_by_meaning(
    context: Context, tmp_path: Path
) -> None:
    report = await import_file(context, file_of(tmp_path, document(text=TEXT, chunking=SPLIT)), "a")
    assert (report.added, report.texts_embedded) == (1, 3)
    request = SearchRequest("a", SearchTarget.CHUNKS, text="Hail hurts. Ice holds.")
    found = await search_library(context, request, limit=1)
    _, chunks = await stored(context, "a")
    assert [hit.id for hit in found.hits] == [chunks[2].id]
    again = await import_file(context, tmp_path / "library.jsonl", "a")
    assert (again.unchanged, again.texts_embedded) == (1, 0)


async def test_a_document_of_a_file_takes_the_place_of_the_one_with_its_key(
    context: Context, tmp_path: Path
) -> None:
    path = file_of(tmp_path, document(text=TEXT, chunking=SPLIT), document("other", text="Stays."))
    await import_file(context, path, "a")
    (_, before), chunks = await stored(context, "a")
    kept = chunks[1].model_copy(update={"metadata": {"mark": 1}})
    await kept.replace()
    shorter = document(text="Rain falls. Snow melts. Sun shines.", chunking=SPLIT)
    report = await import_file(context, file_of(tmp_path, shorter), "a")
    assert (report.added, report.changed, report.unchanged) == (0, 1, 0)
    (other, changed), chunks = await stored(context, "a")
    assert (other.key, changed.version, changed.chunk_count) == ("other", before.version + 1, 2)
    of_changed = [each for each in chunks if each.document_id == changed.id]
    assert [each.text for each in of_changed] == ["Rain falls. Snow melts.", "Sun shines."]
    assert of_changed[0] == kept


async def test_an_export_brings_documents_and_chunks_to_another_library(
    context: Context, tmp_path: Path
) -> None:
    lines = [
        {"text": "rain", "senses": [{"text": "water"}]},
        document(text=TEXT, chunking=SPLIT, metadata={"year": 1}, source="me", source_url="u:x"),
        document("ready"),
        chunk("Ready-made.", heading_path=["One"], metadata={"page": 3}),
    ]
    await import_file(context, file_of(tmp_path, *lines), "a")
    _, chunks = await stored(context, "a")
    await chunks[1].model_copy(update={"metadata": {"mark": 1}}).replace()
    exported = tmp_path / "a.jsonl.gz"
    assert (await export_file(context, "a", exported)).entries == 3
    report = await import_file(context, exported, "b")
    assert (report.added, report.refusals) == (3, [])
    apart = {"id", "library_id", "document_id"}
    for ours, theirs in zip(await stored(context, "a"), await stored(context, "b"), strict=True):
        assert [each.model_dump(exclude=apart) for each in ours] == [
            each.model_dump(exclude=apart) for each in theirs
        ]
    assert (await import_file(context, exported, "a")).unchanged == 3


@pytest.mark.parametrize("name", ["a.csv", "a.xml"])
async def test_other_formats_say_that_they_leave_documents_out(
    context: Context, tmp_path: Path, name: str
) -> None:
    path = file_of(tmp_path, document(text=TEXT, chunking=SPLIT))
    await import_file(context, path, "a")
    report = await export_file(context, "a", tmp_path / name)
    assert report.left_out == {"documents": 1, "chunks of documents": 3}


async def test_many_chunks_are_imported_in_several_transactions(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apply, "BATCH_ENTRIES", 5)
    monkeypatch.setattr(apply, "CHUNKS_OF_AN_ENTRY", 1)
    lines = [document(str(number), text=TEXT, chunking=SPLIT) for number in range(3)]
    report = await import_file(context, file_of(tmp_path, *lines), "a")
    assert report.added == 3
    library = await LibraryDocument.find_one({"key": "a"})
    assert library is not None
    # The library, three batches, for two documents of 3 chunks weigh more than 5, and the vectors.
    assert library.sequence == 1 + 3 + 1


async def pending(context: Context) -> int:
    library = await LibraryDocument.find_one({"key": "a"})
    assert library is not None
    tally = await load_tally(context, PENDING_TEXTS, library.model_dump(by_alias=True))
    return tally.get("pending", 0)


async def no_embedding(*_: Any) -> AsyncIterator[EmbeddingProgress]:
    return
    yield


async def test_texts_that_wait_for_their_vectors_are_counted(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rain = {
        "text": "rain",
        "senses": [{"text": "Water that falls."}, {"text": "Water  that falls."}],
    }
    gone = {"text": "gone", "senses": [{"text": "x"}]}
    lines = [rain, document(text=TEXT, chunking=SPLIT), gone]
    with monkeypatch.context() as patched:
        patched.setattr(run, "embed_missing", no_embedding)
        await import_file(context, file_of(tmp_path, *lines), "a")
    # Three definitions, of which two are one text, three chunks and two headwords.
    assert await pending(Context(context.services)) == 7
    library = await LibraryDocument.find_one({"key": "a"})
    assert library is not None
    services = context.services
    condition = await library_condition(services.database, services.embedders, library)
    assert (condition.texts, condition.texts_embedded) == (7, 0)
    # A mutation brings the vectors of what it writes; one text goes before it has any.
    more = NewWord(text="drops", definitions=[NestedDefinition(text="Water that falls.")])
    await create_words(context, BatchCall("a", [more]))
    await services.database["definitions"].delete_one({"text": "x"})
    assert await pending(Context(services)) == 6
    async for _ in embed_missing(context, library):
        pass
    assert await pending(Context(services)) == 0
