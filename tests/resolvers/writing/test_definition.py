"""Definitions: foreign keys, keys of their own, places, relations."""

from typing import Any

import pytest
from batches import call, count, created_id, refer, refusals, statuses, stored, word

from documents.base import EntityKind
from documents.definition import definition_id
from documents.ids import DocumentId
from documents.library import LibraryDocument
from documents.text import hash_text
from documents.vocabulary import PartOfSpeech, Register, RelationLevel, RelationType
from resolvers.context import Context
from resolvers.writing.definition import create_definitions, update_definitions
from resolvers.writing.items import (
    DefinitionUpdate,
    NestedDefinition,
    NestedExample,
    NewDefinition,
    NewLibrary,
    NewWord,
    Reference,
    RelationItem,
)
from resolvers.writing.library import create_library
from resolvers.writing.result import ErrorPolicy
from resolvers.writing.word import create_words


@pytest.fixture
async def rose(context: Context, library: LibraryDocument) -> Reference:
    """A noun with one definition."""
    item = word("rose", "A flower.", part_of_speech=[PartOfSpeech.NOUN])
    return refer(EntityKind.WORD, created_id(await create_words(context, call(item))))


def also(target: DocumentId | None) -> list[RelationItem]:
    target_id = refer(EntityKind.DEFINITION, target)
    return [RelationItem(type=RelationType.ALSO, target_id=target_id)]


async def test_a_definition_keeps_every_value_it_is_given(
    context: Context, rose: Reference
) -> None:
    (flower,) = await stored(context, "definitions")
    await create_definitions(
        context,
        call(
            NewDefinition(
                word_id=rose,
                key="rose-2",
                text="A colour.",
                register=Register.LITERARY,
                domain="noun.attribute",
                synonyms=["pink"],
                relations=[
                    RelationItem(
                        type=RelationType.DERIVATION,
                        target_id=refer(EntityKind.DEFINITION, flower["_id"]),
                        level=RelationLevel.SYNSET,
                    )
                ],
                metadata={"a": 1},
                examples=[NestedExample(text="Rose walls."), NestedExample(text="Rose lips.")],
            )
        ),
    )

    colour = next(row for row in await stored(context, "definitions") if row["key"] == "rose-2")
    assert colour["_id"] == definition_id(flower["library_id"], "rose-2")
    assert colour["text_hash"] == hash_text("A colour.")
    assert colour["usage_register"] == "literary"
    assert colour["part_of_speech"] == "noun"
    assert colour["position"] == 1
    assert colour["relations"] == [
        {"type": "derivation", "level": "synset", "target_id": flower["_id"]}
    ]
    examples = sorted((row["position"], row["text"]) for row in await stored(context, "examples"))
    assert examples == [(0, "Rose walls."), (1, "Rose lips.")]


async def test_new_definitions_come_last_unless_they_name_their_place(
    context: Context, rose: Reference
) -> None:
    texts: list[tuple[str, dict[str, Any]]] = [("b", {}), ("c", {"position": 7}), ("d", {})]
    items = [NewDefinition(word_id=rose, text=text, **place) for text, place in texts]
    await create_definitions(context, call(*items))
    await create_definitions(context, call(NewDefinition(word_id=rose, text="e")))

    places = {row["text"]: row["position"] for row in await stored(context, "definitions")}
    assert places == {"A flower.": 0, "b": 1, "c": 7, "d": 2, "e": 8}


async def test_a_definition_of_a_missing_word_is_refused(context: Context, rose: Reference) -> None:
    await create_library(context, NewLibrary(key="meadow", name="Meadow"))
    daisy = created_id(await create_words(context, call(word("daisy"), library="meadow")))
    for wanted in (DocumentId(), daisy):
        item = NewDefinition(word_id=refer(EntityKind.WORD, wanted), text="Lost.")
        result = await create_definitions(context, call(item))
        assert refusals(result) == [("NOT_FOUND", "items.0.wordId")]
    assert await count(context, "definitions") == 1


async def test_a_relation_to_a_missing_definition_is_refused(
    context: Context, rose: Reference
) -> None:
    await create_library(context, NewLibrary(key="meadow", name="Meadow"))
    await create_words(context, call(word("daisy", "A small flower."), library="meadow"))
    flower, elsewhere = sorted(
        await stored(context, "definitions"), key=lambda row: row["text"] != "A flower."
    )
    for wanted in (DocumentId(), elsewhere["_id"]):
        new = NewDefinition(word_id=rose, text="x", relations=also(flower["_id"]) + also(wanted))
        created = await create_definitions(context, call(new))
        assert refusals(created) == [("NOT_FOUND", "items.0.relations.1.targetId")]

        nested = NewWord(text="x", definitions=[NestedDefinition(text="x", relations=also(wanted))])
        words = await create_words(context, call(nested))
        assert refusals(words) == [("NOT_FOUND", "items.0.definitions.0.relations.0.targetId")]

        update = DefinitionUpdate(
            id=refer(EntityKind.DEFINITION, flower["_id"]), relations=also(wanted)
        )
        updated = await update_definitions(context, call(update))
        assert refusals(updated) == [("NOT_FOUND", "items.0.relations.0.targetId")]


async def test_a_key_names_one_definition_of_a_library(context: Context, rose: Reference) -> None:
    items = [NewDefinition(word_id=rose, text=text, key="k") for text in ("x", "y")]
    result = await create_definitions(context, call(*items, policy=ErrorPolicy.REJECT_FAILED))
    assert statuses(result) == ["created", "refused"]
    assert refusals(result) == [("DUPLICATE", "items.1.key")]

    again = await create_definitions(context, call(items[0]))
    assert refusals(again) == [("DUPLICATE", "items.0.key")]

    await create_library(context, NewLibrary(key="meadow", name="Meadow"))
    nested = NewWord(text="daisy", definitions=[NestedDefinition(text="x", key="k")])
    elsewhere = await create_words(context, call(nested, library="meadow"))
    assert elsewhere.errors == ()


async def test_a_changed_text_has_its_embedding_when_it_is_stored(
    context: Context, rose: Reference
) -> None:
    (flower,) = await stored(context, "definitions")
    reference = refer(EntityKind.DEFINITION, flower["_id"])
    item = DefinitionUpdate(id=reference, text="A thorny flower.", register=Register.FORMAL)
    await update_definitions(context, call(item))

    (row,) = await stored(context, "definitions")
    assert (row["text"], row["usage_register"]) == ("A thorny flower.", "formal")
    hashes = {bytes(each["text_hash"]) for each in await stored(context, "embeddings")}
    assert bytes(row["text_hash"]) in hashes


async def test_an_update_clears_what_is_null(context: Context, rose: Reference) -> None:
    (flower,) = await stored(context, "definitions")
    reference = refer(EntityKind.DEFINITION, flower["_id"])
    await update_definitions(
        context, call(DefinitionUpdate(id=reference, domain="d", relations=also(flower["_id"])))
    )
    cleared = DefinitionUpdate(id=reference, domain=None, relations=None, part_of_speech=None)
    await update_definitions(context, call(cleared))

    (row,) = await stored(context, "definitions")
    assert row["relations"] == []
    assert row.keys().isdisjoint({"domain", "part_of_speech"})
    assert row["version"] == 3


async def test_no_text_and_no_place_are_refused(context: Context, rose: Reference) -> None:
    (flower,) = await stored(context, "definitions")
    reference = refer(EntityKind.DEFINITION, flower["_id"])
    item = DefinitionUpdate(id=reference, text=None, position=-1)
    assert refusals(await update_definitions(context, call(item))) == [
        ("INVALID_VALUE", "items.0.text"),
        ("INVALID_VALUE", "items.0.position"),
    ]


async def test_a_relation_given_twice_is_refused(context: Context, rose: Reference) -> None:
    (flower,) = await stored(context, "definitions")
    twice = also(flower["_id"]) * 2
    item = NewDefinition(word_id=rose, text="A colour.", relations=twice)
    result = await create_definitions(context, call(item))
    assert refusals(result) == [("DUPLICATE", "items.0.relations.1")]
