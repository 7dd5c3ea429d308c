"""What holds for every batch: all or nothing, the sequence, the change log, concurrent callers."""

import asyncio

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
    word,
)

from documents.base import EntityKind
from documents.ids import DocumentId
from documents.library import LibraryDocument
from documents.text import hash_text
from documents.word import WordDocument
from resolvers.context import Context
from resolvers.writing.items import NewWord, WordUpdate
from resolvers.writing.result import ErrorPolicy, ItemStatus
from resolvers.writing.word import create_words, delete_words, update_words

ENTITIES = ("words", "definitions", "examples", "embeddings")


async def test_a_batch_is_written_with_all_that_is_nested(
    context: Context, library: LibraryDocument
) -> None:
    result = await create_words(
        context, call(word("rose", "A flower.", "A colour.", examples=["One."]), word("tulip"))
    )

    assert statuses(result) == ["created", "created"]
    # Headwords are embedded like definitions.
    assert [await count(context, name) for name in ENTITIES] == [2, 2, 2, 4]
    assert result.sequence == await sequence_of(library)


async def test_one_bad_item_leaves_everything_as_it_was(
    context: Context, library: LibraryDocument
) -> None:
    await create_words(context, call(word("rose", "A flower.")))
    before = await everything(context)

    for bad in (word(""), word("rose", "Again."), word("x", "A sense.", examples=["\0"])):
        result = await create_words(context, call(word("tulip", "Another flower."), bad))
        assert statuses(result) == ["rolled_back", "refused"]
        assert result.results[0].id is None
        assert await everything(context) == before


async def test_the_good_items_are_written_when_only_failed_ones_are_rejected(
    context: Context, library: LibraryDocument
) -> None:
    items = (word("rose", "A flower."), word("", "Nothing."), word("rose"), word("tulip"))
    result = await create_words(context, call(*items, policy=ErrorPolicy.REJECT_FAILED))

    assert statuses(result) == ["created", "refused", "refused", "created"]
    assert refusals(result) == [("INVALID_VALUE", "items.1.text"), ("DUPLICATE", "items.2.text")]
    assert [row["text"] for row in await stored(context, "words")] == ["rose", "tulip"]
    assert [row["text"] for row in await stored(context, "definitions")] == ["A flower."]
    # Of that text and of two headwords.
    assert await count(context, "embeddings") == 3


async def test_a_call_about_no_library_is_refused(
    context: Context, library: LibraryDocument
) -> None:
    for key in ("meadow", "", "\ud800", "a\0b"):
        result = await create_words(context, call(word("rose"), library=key))
        assert refusals(result) == [("NOT_FOUND", "library")]
        assert result.results == ()
        assert result.sequence is None


async def test_a_call_of_no_or_too_many_items_is_refused(
    context: Context, library: LibraryDocument
) -> None:
    for items, code in (((), "INVALID_VALUE"), ((word("a"),) * 251, "TOO_LONG")):
        result = await create_words(context, call(*items))
        assert refusals(result) == [(code, "items")]
        assert result.results == ()


async def test_the_largest_batch_is_written(context: Context, library: LibraryDocument) -> None:
    items = [word(f"word {i}", f"Definition {i}.", examples=[f"Example {i}."]) for i in range(250)]
    result = await create_words(context, call(*items))

    assert result.count(ItemStatus.CREATED) == 250
    assert [await count(context, name) for name in ENTITIES] == [250, 250, 250, 500]


async def test_a_batch_that_changes_nothing_leaves_no_trace(
    context: Context, library: LibraryDocument
) -> None:
    made = created_id(await create_words(context, call(word("rose", tags=["red"]))))
    before = await everything(context)

    item = WordUpdate(id=refer(EntityKind.WORD, made), text="rose", tags=["red"])
    result = await update_words(context, call(item))

    assert statuses(result) == ["unchanged"]
    assert await everything(context) == before


async def test_equal_texts_share_one_embedding(context: Context, library: LibraryDocument) -> None:
    await create_words(context, call(word("rose", "A  flower."), word("bloom", "A flower.")))
    await create_words(context, call(word("blossom", "A flower. ", "rose")))

    assert await count(context, "definitions") == 4
    texts = {"A flower.", "rose", "bloom", "blossom"}
    hashes = [bytes(row["text_hash"]) for row in await stored(context, "embeddings")]
    assert sorted(hashes) == sorted(map(hash_text, texts))


async def test_the_change_log_tells_every_write_in_its_order(
    context: Context, library: LibraryDocument
) -> None:
    rose = created_id(await create_words(context, call(word("rose", "A flower."))))
    await update_words(context, call(WordUpdate(id=refer(EntityKind.WORD, rose), text="Rose")))
    await delete_words(context, call(target(await _word(rose)), cascade=True))

    rows = await stored(context, "changes")
    told = [
        {(entry["kind"], entry["operation"], entry["version"]) for entry in row["entries"]}
        for row in rows
    ]
    assert [row["sequence"] for row in rows] == [1, 2, 3, 4]
    assert told == [
        {("library", "created", 1)},
        {("word", "created", 1), ("definition", "created", 1), ("embedding", "created", 1)},
        {("word", "updated", 2), ("embedding", "created", 1)},
        {("word", "deleted", 2), ("definition", "deleted", 1)},
    ]


async def test_of_two_updates_of_one_version_one_wins_and_the_other_learns_it(
    context: Context, library: LibraryDocument
) -> None:
    rose = created_id(await create_words(context, call(word("rose"))))

    async def rename(text: str) -> str:
        item = WordUpdate(id=refer(EntityKind.WORD, rose), text=text, expected_version=1)
        result = await update_words(Context(context.services), call(item))
        assert result.results[0].id == rose
        if result.errors:
            assert refusals(result) == [("VERSION_CONFLICT", "items.0.expectedVersion")]
        return result.results[0].status.value

    outcomes = await asyncio.gather(rename("red rose"), rename("white rose"))
    assert sorted(outcomes) == ["refused", "updated"]
    assert (await _word(rose)).version == 2


async def test_updates_without_a_version_keep_what_others_wrote_elsewhere(
    context: Context, library: LibraryDocument
) -> None:
    rose = created_id(await create_words(context, call(word("rose"))))
    reference = refer(EntityKind.WORD, rose)
    items = [
        WordUpdate(id=reference, etymology="From Latin."),
        WordUpdate(id=reference, tags=["flower"]),
        WordUpdate(id=reference, language="de"),
    ]

    await asyncio.gather(*(update_words(Context(context.services), call(item)) for item in items))

    found = await _word(rose)
    assert (found.etymology, found.tags, found.language) == ("From Latin.", ["flower"], "de")
    assert found.version == 4


async def test_concurrent_batches_leave_a_change_log_without_gaps(
    context: Context, library: LibraryDocument
) -> None:
    async def write(number: int) -> int | None:
        items = [word(f"word {number}-{i}", f"Sense {number}-{i}.") for i in range(3)]
        result = await create_words(Context(context.services), call(*items))
        assert result.errors == ()
        return result.sequence

    sequences = await asyncio.gather(*(write(number) for number in range(20)))

    changes = await stored(context, "changes")
    assert sorted(sequence or 0 for sequence in sequences) == list(range(2, 22))
    assert sorted(row["sequence"] for row in changes) == list(range(1, 22))
    assert await sequence_of(library) == 21
    words = {row["_id"] for row in await stored(context, "words")}
    logged = {e["id"] for row in changes for e in row["entries"] if e["kind"] == "word"}
    assert words == logged


async def test_concurrent_batches_never_make_a_word_twice(
    context: Context, library: LibraryDocument
) -> None:
    async def write() -> str:
        result = await create_words(Context(context.services), call(word("rose", "A flower.")))
        return result.results[0].status.value

    outcomes = await asyncio.gather(*(write() for _ in range(8)))

    assert sorted(outcomes) == ["created"] + ["refused"] * 7
    assert await count(context, "words") == await count(context, "definitions") == 1
    assert await count(context, "embeddings") == 2


async def test_an_operation_reads_what_it_has_just_written(
    context: Context, library: LibraryDocument
) -> None:
    context.loaders["seen before"] = object()
    await create_words(context, call(NewWord(text="rose")))
    assert context.loaders == {}


async def _word(id: DocumentId) -> WordDocument:
    found = await WordDocument.get(id)
    assert found is not None
    return found
