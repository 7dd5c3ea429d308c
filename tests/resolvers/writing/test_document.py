"""Documents: split, split anew, given ready-made; and what becomes of their chunks."""

from typing import Any

import pytest
from batches import (
    call,
    count,
    created_id,
    everything,
    refer,
    refusals,
    sequence_of,
    statuses,
    stored,
    target,
)

from documents.base import EntityKind
from documents.chunk import ChunkDocument
from documents.document import DocumentDocument, document_id
from documents.ids import DocumentId
from documents.library import LibraryDocument
from documents.text import hash_text
from documents.vocabulary import ChunkingMethod
from resolvers.context import Context
from resolvers.limits import DOCUMENT_LIMIT
from resolvers.searching.request import SearchRequest, SearchTarget
from resolvers.searching.search import search_library
from resolvers.writing import document_chunks
from resolvers.writing.chunk import update_chunks
from resolvers.writing.document import (
    create_documents,
    delete_documents,
    update_documents,
    upsert_documents,
)
from resolvers.writing.items import (
    ChunkingItem,
    ChunkUpdate,
    DocumentUpdate,
    DocumentUpsert,
    NewDocument,
    ReadyChunk,
    Reference,
)
from resolvers.writing.library import delete_libraries
from resolvers.writing.mixed import Operation, apply_batch
from resolvers.writing.result import ErrorPolicy

ONE_BY_ONE = ChunkingItem(method=ChunkingMethod.SENTENCES, size=1, overlap=0)
TEXT = "Owls hunt at night. Larks sing at dawn. Swifts sleep in flight."


def document(key: str = "birds", **fields: Any) -> NewDocument:
    given = {"title": "Birds", "text": TEXT, "chunking": ONE_BY_ONE} | fields
    return NewDocument(key=key, **given)


async def chunks(context: Context) -> list[ChunkDocument]:
    return await ChunkDocument.find_all().sort("document_id", "position").to_list()


async def only_document() -> DocumentDocument:
    (found,) = await DocumentDocument.find_all().to_list()
    return found


@pytest.fixture
async def birds(context: Context, library: LibraryDocument) -> Reference:
    """A document of three sentences, each a chunk."""
    made = await create_documents(context, call(document()))
    return refer(EntityKind.DOCUMENT, created_id(made))


async def test_a_new_document_is_split_and_its_chunks_are_embedded(
    context: Context, library: LibraryDocument, birds: Reference
) -> None:
    made = await only_document()
    assert made.id == document_id(library.id, "birds")
    assert (made.language, made.chunk_count, made.version) == ("en", 3, 1)
    found = await chunks(context)
    assert [each.text for each in found] == [f"{each}." for each in TEXT.rstrip(".").split(". ")]
    assert [TEXT[each.start : each.end] for each in found] == [each.text for each in found]
    embedded = {bytes(row["text_hash"]) for row in await stored(context, "embeddings")}
    assert embedded == {each.text_hash for each in found}


async def test_what_is_not_said_is_made_up(context: Context, library: LibraryDocument) -> None:
    sentences = " ".join(f"This is sentence {number}." for number in range(9))
    await create_documents(context, call(NewDocument(title="Plain", text=sentences)))
    made = await only_document()
    assert len(made.key) == 32
    assert made.chunking is not None
    assert (made.chunking.method, made.chunking.size, made.chunking.overlap) == ("sentences", 5, 1)
    assert [each.text[-2:] for each in await chunks(context)] == ["4.", "8."]


async def test_headings_are_known_to_the_chunks_below_them(
    context: Context, library: LibraryDocument
) -> None:
    by_headings = ChunkingItem(method=ChunkingMethod.HEADINGS, size=100, overlap=0, level=2)
    text = "# Birds\nAll of them.\n## Owls\nAt night."
    await create_documents(context, call(document(text=text, chunking=by_headings)))
    assert [(each.text, each.heading_path) for each in await chunks(context)] == [
        ("# Birds\nAll of them.", ["Birds"]),
        ("## Owls\nAt night.", ["Birds", "Owls"]),
    ]


async def test_another_text_is_split_anew_and_keeps_the_chunks_that_stay(
    context: Context, birds: Reference
) -> None:
    before = await chunks(context)
    await update_chunks(
        context,
        call(
            *(
                ChunkUpdate(id=refer(EntityKind.CHUNK, each.id), metadata={"n": 1})
                for each in before
            )
        ),
    )
    text = "Owls hunt at night. Larks sleep late. Swifts sleep in flight. Bees hum."
    item = DocumentUpdate(id=birds, text=text, expected_version=1)
    assert statuses(await update_documents(context, call(item))) == ["updated"]
    after = await chunks(context)
    assert [each.text for each in after] == [
        "Owls hunt at night.",
        "Larks sleep late.",
        "Swifts sleep in flight.",
        "Bees hum.",
    ]
    assert [text[each.start : each.end] for each in after] == [each.text for each in after]
    assert [after[place].id == before[place].id for place in range(3)] == [True, False, True]
    # What was said about a chunk stays with it, also where its place in the text moved.
    assert [each.metadata for each in after] == [{"n": 1}, {}, {"n": 1}, {}]
    assert [each.version for each in after] == [2, 1, 3, 1]
    made = await only_document()
    assert (made.chunk_count, made.version) == (4, 2)


async def test_other_values_leave_the_chunks_alone(context: Context, birds: Reference) -> None:
    before = await stored(context, "chunks")
    item = DocumentUpdate(id=birds, title="Some birds", metadata={"shelf": 3}, text=TEXT)
    assert statuses(await update_documents(context, call(item))) == ["updated"]
    assert await stored(context, "chunks") == before
    assert statuses(await update_documents(context, call(item))) == ["unchanged"]


async def test_another_way_to_split_makes_other_chunks(context: Context, birds: Reference) -> None:
    by_two = ChunkingItem(method=ChunkingMethod.SENTENCES, size=2, overlap=1)
    await update_documents(context, call(DocumentUpdate(id=birds, chunking=by_two)))
    assert [each.text for each in await chunks(context)] == [
        "Owls hunt at night. Larks sing at dawn.",
        "Larks sing at dawn. Swifts sleep in flight.",
    ]
    assert len({row["text_hash"] for row in await stored(context, "embeddings")}) == 5


async def test_ready_made_chunks_are_found_in_the_text(
    context: Context, library: LibraryDocument
) -> None:
    ready = [
        ReadyChunk(text="Owls hunt", metadata={"a": 1}),
        ReadyChunk(text="at", heading_path=["Birds"]),
        ReadyChunk(text="at", start=31),
    ]
    item = NewDocument(key="birds", title="Birds", text=TEXT, chunks=ready)
    assert statuses(await create_documents(context, call(item))) == ["created"]
    found = await chunks(context)
    assert [(each.start, each.end) for each in found] == [(0, 9), (10, 12), (31, 33)]
    assert [each.metadata for each in found] == [{"a": 1}, {}, {}]
    assert [each.heading_path for each in found] == [[], ["Birds"], []]
    assert (await only_document()).chunking is None


async def test_ready_made_chunks_stand_without_a_text_and_are_replaced_whole(
    context: Context, library: LibraryDocument
) -> None:
    item = NewDocument(
        key="birds", title="Birds", chunks=[ReadyChunk(text="Owls."), ReadyChunk(text="Larks.")]
    )
    made = await create_documents(context, call(item))
    birds = refer(EntityKind.DOCUMENT, created_id(made))
    owls, _ = await chunks(context)
    assert (owls.start, owls.end) == (None, None)
    update = DocumentUpdate(id=birds, chunks=[ReadyChunk(text="Owls."), ReadyChunk(text="Swifts.")])
    assert statuses(await update_documents(context, call(update))) == ["updated"]
    assert owls.id in {each.id for each in await chunks(context)}
    assert (await only_document()).version == 2
    assert statuses(await update_documents(context, call(update))) == ["unchanged"]


@pytest.mark.parametrize(
    ("fields", "code", "place"),
    [
        ({"text": None}, "INVALID_VALUE", "text"),
        ({"text": " \n"}, "INVALID_VALUE", "text"),
        ({"text": "x" * (DOCUMENT_LIMIT + 1)}, "TOO_LONG", "text"),
        ({"text": "a\x00"}, "INVALID_VALUE", "text"),
        ({"text": "a\ud800"}, "INVALID_VALUE", "text"),
        ({"text": "No. " * 5_001}, "TOO_LONG", "text"),
        ({"title": ""}, "INVALID_VALUE", "title"),
        ({"title": "x" * 501}, "TOO_LONG", "title"),
        ({"key": "\x00"}, "INVALID_VALUE", "key"),
        ({"language": "?"}, "INVALID_VALUE", "language"),
        ({"metadata": {"$a": 1}}, "INVALID_VALUE", "metadata"),
        ({"chunks": []}, "INVALID_VALUE", "chunks"),
        ({"chunks": [ReadyChunk(text="Owls")]}, "INVALID_VALUE", "chunking"),
        ({"chunks": [ReadyChunk(text="Emus")], "chunking": None}, "INVALID_VALUE", "chunks.0.text"),
        (
            {"chunks": [ReadyChunk(text="Owls", start=1)], "chunking": None},
            "INVALID_VALUE",
            "chunks.0.text",
        ),
        (
            {"chunks": [ReadyChunk(text="x" * 10_001)], "chunking": None},
            "TOO_LONG",
            "chunks.0.text",
        ),
    ],
)
async def test_a_document_that_cannot_be_is_refused_where_it_is_wrong(
    context: Context, library: LibraryDocument, fields: dict[str, Any], code: str, place: str
) -> None:
    before = await everything(context)
    given = {"key": "k"} | fields
    result = await create_documents(context, call(document(**given)))
    assert refusals(result) == [(code, f"items.0.{place}")]
    assert await everything(context) == before


@pytest.mark.parametrize(
    ("way", "place"),
    [
        ({"method": "sentences", "size": 0, "overlap": 0}, "sentences.size"),
        ({"method": "sentences", "size": 101, "overlap": 0}, "sentences.size"),
        ({"method": "sentences", "size": 3, "overlap": 3}, "sentences.overlap"),
        ({"method": "tokens", "size": 9, "overlap": 0}, "tokens.size"),
        ({"method": "tokens", "size": 10, "overlap": -1}, "tokens.overlap"),
        ({"method": "headings", "size": 2_001, "overlap": 0}, "headings.maxTokens"),
        ({"method": "headings", "size": 50, "overlap": 0, "level": 7}, "headings.level"),
    ],
)
async def test_a_way_to_split_out_of_bounds_is_refused(
    context: Context, library: LibraryDocument, way: dict[str, Any], place: str
) -> None:
    item = ChunkingItem(**{**way, "method": ChunkingMethod(way["method"])})
    result = await create_documents(context, call(document(chunking=item)))
    assert (f"items.0.chunking.{place}") in {place for _, place in refusals(result)}
    assert await count(context, "documents") == 0


async def test_a_key_that_is_taken_is_refused(context: Context, birds: Reference) -> None:
    result = await create_documents(context, call(document("new"), document(), document("new")))
    assert refusals(result) == [
        ("DUPLICATE", "items.1.key"),
        ("DUPLICATE", "items.2.key"),
    ]
    assert await count(context, "documents") == 1


@pytest.mark.parametrize("wrong", ["gone", "a chunk", "old", "no id"])
async def test_updates_of_something_else_are_refused(
    context: Context, birds: Reference, wrong: str
) -> None:
    chunk = (await chunks(context))[0]
    items = {
        "gone": DocumentUpdate(id=refer(EntityKind.DOCUMENT, DocumentId()), title="t"),
        "a chunk": DocumentUpdate(id=refer(EntityKind.CHUNK, chunk.id), title="t"),
        "old": DocumentUpdate(id=birds, title="t", expected_version=7),
        "no id": DocumentUpdate(id=Reference("nonsense"), title="t"),
    }
    codes = {
        "gone": ("NOT_FOUND", "items.0.id"),
        "a chunk": ("WRONG_TYPE", "items.0.id"),
        "old": ("VERSION_CONFLICT", "items.0.expectedVersion"),
        "no id": ("INVALID_VALUE", "items.0.id"),
    }
    result = await update_documents(context, call(items[wrong]))
    assert refusals(result) == [codes[wrong]]
    assert (await only_document()).title == "Birds"


async def test_a_text_without_chunks_of_its_own_is_refused_where_they_were_ready_made(
    context: Context, library: LibraryDocument
) -> None:
    ready = NewDocument(key="birds", title="Birds", chunks=[ReadyChunk(text="Owls.")])
    made = await create_documents(context, call(ready))
    birds = refer(EntityKind.DOCUMENT, created_id(made))
    result = await update_documents(context, call(DocumentUpdate(id=birds, text=TEXT)))
    assert refusals(result) == [("INVALID_VALUE", "items.0.text")]
    item = DocumentUpdate(id=birds, text=TEXT, chunking=ONE_BY_ONE)
    assert statuses(await update_documents(context, call(item))) == ["updated"]
    assert (await only_document()).chunk_count == 3


async def test_one_refused_document_leaves_the_others_if_that_is_asked_for(
    context: Context, library: LibraryDocument
) -> None:
    items = (document("a"), document("b", text=None), document("c"))
    result = await create_documents(context, call(*items, policy=ErrorPolicy.REJECT_FAILED))
    assert statuses(result) == ["created", "refused", "created"]
    assert await count(context, "chunks") == 6


async def test_a_document_goes_with_its_chunks_only_if_that_is_said(
    context: Context, birds: Reference
) -> None:
    made = await only_document()
    result = await delete_documents(context, call(target(made)))
    assert refusals(result) == [("IN_USE", "items.0.id")]
    assert "3 chunks" in result.errors[0].message
    assert statuses(await delete_documents(context, call(target(made), cascade=True))) == [
        "deleted"
    ]
    assert await count(context, "documents") == await count(context, "chunks") == 0


async def test_a_library_of_documents_is_deleted_only_if_that_is_said(
    context: Context, library: LibraryDocument, birds: Reference
) -> None:
    refused = await delete_libraries(context, call(target(library), library=""))
    assert refusals(refused) == [("IN_USE", "items.0.id")]
    await delete_libraries(context, call(target(library), library="", cascade=True))
    assert all(not rows for rows in (await everything(context)).values())


async def test_an_upsert_makes_a_document_then_changes_it(
    context: Context, library: LibraryDocument
) -> None:
    def upsert(**fields: Any) -> DocumentUpsert:
        return DocumentUpsert(key="birds", **({"title": "Birds", "text": TEXT} | fields))

    assert statuses(await upsert_documents(context, call(upsert()))) == ["created"]
    assert statuses(await upsert_documents(context, call(upsert()))) == ["unchanged"]
    changed = upsert(text="Owls hunt.", expected_version=1)
    assert statuses(await upsert_documents(context, call(changed))) == ["updated"]
    assert [each.text for each in await chunks(context)] == ["Owls hunt."]


async def test_metadata_of_chunks_is_changed_and_cleared(
    context: Context, birds: Reference
) -> None:
    chunk = (await chunks(context))[1]
    reference = refer(EntityKind.CHUNK, chunk.id)
    for metadata, status in (
        ({"page": 4}, "updated"),
        ({"page": 4}, "unchanged"),
        (None, "updated"),
    ):
        item = ChunkUpdate(id=reference, metadata=metadata)
        assert statuses(await update_chunks(context, call(item))) == [status]
    stale = ChunkUpdate(id=reference, metadata={}, expected_version=1)
    assert refusals(await update_chunks(context, call(stale))) == [
        ("VERSION_CONFLICT", "items.0.expectedVersion")
    ]
    wrong = ChunkUpdate(id=birds, metadata={"a": 1})
    assert refusals(await update_chunks(context, call(wrong))) == [("WRONG_TYPE", "items.0.id")]


async def test_what_a_process_wrote_is_found_by_meaning_and_then_not_any_more(
    context: Context, library: LibraryDocument, birds: Reference
) -> None:
    async def find(text: str) -> list[DocumentId]:
        request = SearchRequest("garden", SearchTarget.CHUNKS, text=text)
        return [hit.passage_id for hit in (await search_library(context, request, limit=3)).hits]

    larks = (await chunks(context))[1]
    assert (await find("larks sing at dawn"))[0] == larks.id
    before = await sequence_of(library)
    await update_documents(
        context, call(DocumentUpdate(id=birds, text="Owls hunt at night. Bees hum."))
    )
    assert await sequence_of(library) == before + 1
    assert larks.id not in await find("larks sing at dawn")
    assert len(await find("bees hum")) == 2
    assert hash_text("Bees hum.") in {each.text_hash for each in await chunks(context)}
    await delete_documents(context, call(target(await only_document()), cascade=True))
    assert await find("bees hum") == []


async def test_one_call_writes_and_deletes_only_so_many_chunks(
    context: Context, library: LibraryDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_chunks, "MAX_CHUNKS", 4)
    items = (document("a"), document("b"))
    refused = await create_documents(context, call(*items))
    assert refusals(refused) == [("TOO_LONG", "items.1.text")]
    for item in items:
        assert statuses(await create_documents(context, call(item))) == ["created"]
    both = [target(each) for each in await DocumentDocument.find_all().to_list()]
    refused = await delete_documents(context, call(*both, cascade=True))
    assert refusals(refused) == [("TOO_LONG", "items.1.id")]
    mixed = [Operation("createDocument", document("c")), Operation("createDocument", document("d"))]
    spread = [mixed[0], Operation("deleteDocument", target(await only("a"))), mixed[1]]
    result = await apply_batch(context, call(*spread))
    assert ("TOO_LONG", "items.2.createDocument.text") in refusals(result)
    assert await count(context, "documents") == 2


async def only(key: str) -> DocumentDocument:
    found = await DocumentDocument.find_one({"key": key})
    assert found is not None
    return found
