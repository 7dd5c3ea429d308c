"""Words: natural keys, null and omitted, unknown ids."""

from batches import (
    call,
    count,
    created_id,
    refer,
    refusals,
    statuses,
    stored,
    target,
    word,
)

from documents.base import EntityKind
from documents.ids import DocumentId
from documents.library import LibraryDocument
from documents.text import hash_text
from documents.vocabulary import FrequencyBand, PartOfSpeech
from documents.word import WordDocument
from resolvers.context import Context
from resolvers.writing.items import (
    FormItem,
    NewLibrary,
    NewWord,
    PronunciationItem,
    Removal,
    WordUpdate,
)
from resolvers.writing.library import create_library
from resolvers.writing.result import ErrorPolicy
from resolvers.writing.word import create_words, delete_words, update_words


async def test_a_word_keeps_every_value_it_is_given(
    context: Context, library: LibraryDocument
) -> None:
    item = word(
        "Straße",
        language="de",
        part_of_speech=[PartOfSpeech.NOUN],
        homograph=2,
        pronunciations=[PronunciationItem(value="strasə", variety="de-DE")],
        etymology="From Latin strata.",
        forms=[FormItem(text="Straßen", tag="plural")],
        frequency_band=FrequencyBand.COMMON,
        tags=["town"],
        metadata={"level": {"cefr": "A1"}, "seen": [1, 2.5, None, True]},
    )
    found = await _made(context, item)

    assert found.model_dump(exclude={"id", "library_id", "part_of_speech_key"}) == {
        "version": 1,
        "commonness": 4,
        "text": "Straße",
        "normalized": "strasse",
        "text_hash": hash_text("Straße"),
        "language": "de",
        "part_of_speech": [PartOfSpeech.NOUN],
        "homograph": 2,
        "pronunciations": [{"value": "strasə", "variety": "de-DE", "notation": None}],
        "etymology": "From Latin strata.",
        "forms": [{"text": "Straßen", "tag": "plural"}],
        "frequency_band": FrequencyBand.COMMON,
        "tags": ["town"],
        "metadata": {"level": {"cefr": "A1"}, "seen": [1, 2.5, None, True]},
    }


async def test_a_word_takes_the_language_of_its_library(context: Context) -> None:
    await create_library(context, NewLibrary(key="jardin", name="Jardin", language="fr"))
    await create_words(context, call(word("rose"), library="jardin"))
    assert [row["language"] for row in await stored(context, "words")] == ["fr"]


async def test_homographs_differ_in_number_or_part_of_speech(
    context: Context, library: LibraryDocument
) -> None:
    noun, verb = [PartOfSpeech.NOUN], [PartOfSpeech.VERB]
    result = await create_words(
        context,
        call(
            word("bank", part_of_speech=noun),
            word("bank", part_of_speech=noun, homograph=2),
            word("bank", part_of_speech=verb),
            word("bank", part_of_speech=noun),
            policy=ErrorPolicy.REJECT_FAILED,
        ),
    )
    assert statuses(result) == ["created", "created", "created", "refused"]

    again = await create_words(context, call(word("bank", part_of_speech=verb)))
    assert refusals(again) == [("DUPLICATE", "items.0.text")]


async def test_an_update_leaves_what_is_omitted_and_clears_what_is_null(
    context: Context, library: LibraryDocument
) -> None:
    item = word("rose", etymology="From Latin.", tags=["red"], frequency_band=FrequencyBand.RARE)
    rose = await _made(context, item)

    reference = refer(EntityKind.WORD, rose.id)
    await update_words(context, call(WordUpdate(id=reference, tags=None, etymology=None)))

    (row,) = await stored(context, "words")
    assert "etymology" not in row
    assert (row["tags"], row["frequency_band"], row["text"]) == ([], "rare", "rose")
    assert row["version"] == 2


async def test_null_is_refused_where_a_word_must_have_a_value(
    context: Context, library: LibraryDocument
) -> None:
    rose = await _made(context, word("rose"))
    reference = refer(EntityKind.WORD, rose.id)
    item = WordUpdate(id=reference, text=None, language=None, homograph=None)
    result = await update_words(context, call(item))
    assert refusals(result) == [
        ("INVALID_VALUE", f"items.0.{name}") for name in ("text", "language", "homograph")
    ]


async def test_an_update_follows_the_text_through(
    context: Context, library: LibraryDocument
) -> None:
    rose = await _made(context, word("rose"))
    reference = refer(EntityKind.WORD, rose.id)
    parts = [PartOfSpeech.VERB, PartOfSpeech.NOUN]
    await update_words(
        context, call(WordUpdate(id=reference, text="  Tea ROSE", part_of_speech=parts))
    )
    (row,) = await stored(context, "words")
    assert (row["normalized"], row["part_of_speech_key"]) == ("tea rose", "noun+verb")


async def test_an_update_cannot_take_the_key_of_another_word(
    context: Context, library: LibraryDocument
) -> None:
    result = await create_words(context, call(word("rose"), word("tulip"), word("lily")))
    rose, tulip, lily = (refer(EntityKind.WORD, created_id(result, i)) for i in range(3))

    taken = await update_words(context, call(WordUpdate(id=rose, text="tulip")))
    assert refusals(taken) == [("DUPLICATE", "items.0.text")]

    both = call(WordUpdate(id=tulip, text="new"), WordUpdate(id=lily, text="new"))
    assert refusals(await update_words(context, both)) == [("DUPLICATE", "items.1.text")]


async def test_ids_of_nothing_here_are_refused(context: Context, library: LibraryDocument) -> None:
    await create_library(context, NewLibrary(key="meadow", name="Meadow"))
    elsewhere = await create_words(context, call(word("daisy"), library="meadow"))
    for wanted in (DocumentId(), created_id(elsewhere)):
        reference = refer(EntityKind.WORD, wanted)
        updated = await update_words(context, call(WordUpdate(id=reference, text="x")))
        deleted = await delete_words(context, call(Removal(id=reference)))
        assert refusals(updated) == refusals(deleted) == [("NOT_FOUND", "items.0.id")]


async def test_a_word_stands_in_a_batch_once(context: Context, library: LibraryDocument) -> None:
    rose = await _made(context, word("rose"))
    reference = refer(EntityKind.WORD, rose.id)
    items = (WordUpdate(id=reference, text="a"), WordUpdate(id=reference, text="b"))
    assert refusals(await update_words(context, call(*items))) == [("DUPLICATE", "items.1.id")]


async def test_deleting_expects_the_version_too(context: Context, library: LibraryDocument) -> None:
    rose = await _made(context, word("rose"))
    refused = await delete_words(context, call(target(rose, expected_version=7)))
    assert refusals(refused) == [("VERSION_CONFLICT", "items.0.expectedVersion")]

    result = await delete_words(context, call(target(rose, expected_version=1)))
    assert statuses(result) == ["deleted"]
    assert await count(context, "words") == 0


async def _made(context: Context, item: NewWord) -> WordDocument:
    result = await create_words(context, call(item))
    found = await WordDocument.get(created_id(result))
    assert found is not None
    return found
