"""Deleting what others hang on or point at."""

import pytest
from batches import call, count, everything, refer, refusals, statuses, stored, target, word

from documents.base import EntityKind
from documents.database import Row
from documents.definition import DefinitionDocument, Relation, SynsetReference
from documents.ids import DocumentId
from documents.library import LibraryDocument
from documents.unit_of_work import UnitOfWork, run_in_transaction
from documents.vocabulary import RelationLevel, RelationType
from documents.word import WordDocument
from resolvers.context import Context
from resolvers.writing.definition import delete_definitions
from resolvers.writing.items import Removal
from resolvers.writing.result import ErrorPolicy
from resolvers.writing.word import create_words, delete_words


@pytest.fixture
async def garden(context: Context, library: LibraryDocument) -> None:
    """Words with a definition each, named like them; roses have two examples."""
    await create_words(
        context,
        call(
            word("rose", "rose", examples=["One.", "Two."]),
            *(word(text, text) for text in ("bloom", "blossom", "plant", "tulip")),
        ),
    )


async def row_of(context: Context, text: str) -> Row:
    found = await context.services.database["definitions"].find_one({"text": text})
    assert found is not None
    return found


async def word_of(text: str) -> WordDocument:
    found = await WordDocument.find_one({"text": text})
    assert found is not None
    return found


async def definition_of(text: str) -> DefinitionDocument:
    found = await DefinitionDocument.find_one({"text": text})
    assert found is not None
    return found


async def relate(
    context: Context, source: str, target: str, level: RelationLevel = RelationLevel.SENSE
) -> None:
    """Add a relation between the definitions of these texts."""
    target_id = (await definition_of(target)).id

    async def work(unit: UnitOfWork) -> None:
        (definition,) = await unit.read(DefinitionDocument, {"text": source})
        definition.relations.append(
            Relation(type=RelationType.HYPERNYM, level=level, target_id=target_id)
        )
        await unit.replace([definition])

    library = await LibraryDocument.find_one({})
    assert library is not None
    await run_in_transaction(context.services.client, library.id, work)


async def join_synset(context: Context, *members: str) -> None:
    """Put the definitions into one synset; the first leads."""

    async def work(unit: UnitOfWork) -> None:
        for position, text in enumerate(members):
            (definition,) = await unit.read(DefinitionDocument, {"text": text})
            definition.synset = SynsetReference(key="s", position=position)
            await unit.replace([definition])

    library = await LibraryDocument.find_one({})
    assert library is not None
    await run_in_transaction(context.services.client, library.id, work)


@pytest.mark.usefixtures("garden")
async def test_a_word_with_definitions_is_not_deleted_unasked(context: Context) -> None:
    await relate(context, "tulip", "rose")
    before = await everything(context)

    result = await delete_words(context, call(target(await word_of("rose"))))

    assert refusals(result) == [("IN_USE", "items.0.id")]
    assert "1 definition, 2 examples, 1 relation from elsewhere" in result.errors[0].message
    assert await everything(context) == before


@pytest.mark.usefixtures("garden")
async def test_a_cascade_takes_everything_along_and_leaves_no_dangling_relation(
    context: Context,
) -> None:
    await relate(context, "tulip", "rose")
    await relate(context, "tulip", "plant")
    await relate(context, "rose", "plant")

    result = await delete_words(context, call(target(await word_of("rose")), cascade=True))

    assert statuses(result) == ["deleted"]
    assert await count(context, "words") == await count(context, "definitions") == 4
    assert await count(context, "examples") == 0
    tulip, plant = await row_of(context, "tulip"), await row_of(context, "plant")
    assert [relation["target_id"] for relation in tulip["relations"]] == [plant["_id"]]
    assert tulip["version"] == 4
    changes = await stored(context, "changes")
    assert {(entry["kind"], entry["operation"]) for entry in changes[-1]["entries"]} == {
        ("word", "deleted"),
        ("definition", "deleted"),
        ("example", "deleted"),
        ("definition", "updated"),
    }


@pytest.mark.usefixtures("garden")
async def test_what_hangs_on_nothing_else_is_deleted_without_asking(context: Context) -> None:
    await relate(context, "tulip", "plant")
    result = await delete_definitions(context, call(target(await definition_of("tulip"))))
    assert statuses(result) == ["deleted"]

    result = await delete_words(context, call(target(await word_of("tulip"))))
    assert statuses(result) == ["deleted"]


@pytest.mark.usefixtures("garden")
async def test_only_the_words_in_use_are_refused_when_failed_ones_are_rejected(
    context: Context,
) -> None:
    await delete_definitions(context, call(target(await definition_of("tulip"))))
    targets = [target(await word_of(text)) for text in ("rose", "tulip")]
    result = await delete_words(context, call(*targets, policy=ErrorPolicy.REJECT_FAILED))
    assert statuses(result) == ["refused", "deleted"]


@pytest.mark.usefixtures("garden")
async def test_definitions_that_point_at_each_other_go_together(context: Context) -> None:
    await relate(context, "tulip", "plant")
    await relate(context, "plant", "tulip")
    targets = [target(await definition_of(text)) for text in ("tulip", "plant")]

    refused = await delete_definitions(context, call(*targets))
    assert statuses(refused) == ["refused", "refused"]

    assert statuses(await delete_definitions(context, call(*targets, cascade=True))) == [
        "deleted",
        "deleted",
    ]
    assert await count(context, "definitions") == 3


@pytest.mark.usefixtures("garden")
async def test_a_synset_outlives_its_lead(context: Context) -> None:
    await join_synset(context, "rose", "bloom", "blossom")
    await relate(context, "tulip", "rose", RelationLevel.SYNSET)
    await relate(context, "plant", "rose")

    result = await delete_words(context, call(target(await word_of("rose")), cascade=True))

    assert statuses(result) == ["deleted"]
    bloom = await row_of(context, "bloom")
    assert bloom["synset"]["position"] == 0
    assert (await row_of(context, "blossom"))["synset"]["position"] == 2
    tulip, plant = await row_of(context, "tulip"), await row_of(context, "plant")
    assert [relation["target_id"] for relation in tulip["relations"]] == [bloom["_id"]]
    assert plant["relations"] == []


@pytest.mark.usefixtures("garden")
async def test_a_relation_that_finds_another_lead_is_not_lost(context: Context) -> None:
    await join_synset(context, "tulip", "plant")
    await relate(context, "bloom", "tulip", RelationLevel.SYNSET)
    result = await delete_definitions(context, call(target(await definition_of("tulip"))))
    assert statuses(result) == ["deleted"]


@pytest.mark.usefixtures("garden")
async def test_a_relation_that_the_next_lead_has_already_is_kept_once(context: Context) -> None:
    await join_synset(context, "tulip", "plant")
    await relate(context, "bloom", "tulip", RelationLevel.SYNSET)
    await relate(context, "bloom", "plant", RelationLevel.SYNSET)
    await delete_definitions(context, call(target(await definition_of("tulip"))))
    plant, bloom = await row_of(context, "plant"), await row_of(context, "bloom")
    assert [relation["target_id"] for relation in bloom["relations"]] == [plant["_id"]]


@pytest.mark.usefixtures("garden")
async def test_a_synset_whose_members_all_go_is_gone(context: Context) -> None:
    await join_synset(context, "tulip", "plant")
    await relate(context, "bloom", "tulip", RelationLevel.SYNSET)
    targets = [target(await word_of(text)) for text in ("tulip", "plant")]
    await delete_words(context, call(*targets, cascade=True))
    assert (await row_of(context, "bloom"))["relations"] == []
    assert await DefinitionDocument.find({"synset.key": "s"}).count() == 0


async def test_deleting_what_is_not_there_is_refused(
    context: Context, library: LibraryDocument
) -> None:
    reference = refer(EntityKind.DEFINITION, DocumentId())
    result = await delete_definitions(context, call(Removal(id=reference), cascade=True))
    assert refusals(result) == [("NOT_FOUND", "items.0.id")]
