"""Finding single things again: by global id, by key, by natural key, by text."""

import pytest
from bson import ObjectId
from small_library import make_word

from documents.base import EntityKind
from documents.vocabulary import PartOfSpeech
from schema.node import encode_node_id

SOME_ID = ObjectId("64b000000000000000000001")
LOOKUP = (
    'query ($texts: [String!]!) { lookupWords(library: "ring", texts: $texts) {'
    " text word { text } words { text partOfSpeech } suggestions } }"
)


async def test_library_tells_all_its_fields(ask):
    data = await ask(
        '{ library(by: {key: "ring"}) { key name language license description metadata sequence'
        " version embedding { provider name dimension metric } words { totalCount }"
        " definitions { totalCount } examples { totalCount } synsets { totalCount } } }"
    )
    assert data["library"] == {
        "key": "ring",
        "name": "A ring of words",
        "language": "en",
        "license": "CC0-1.0",
        "description": None,
        "metadata": {},
        "sequence": 1,
        "version": 1,
        "embedding": {
            "provider": "hashing",
            "name": "character-ngrams-1",
            "dimension": 256,
            "metric": "COSINE",
        },
        "words": {"totalCount": 100},
        "definitions": {"totalCount": 200},
        "examples": {"totalCount": 400},
        "synsets": {"totalCount": 50},
    }


async def test_nodes_of_every_type_are_found_again_in_one_trip_a_type(ask, commands):
    data = await ask(
        '{ word(by: {natural: {library: "ring", text: "Word 000"}}) { id library { id }'
        " definitions { nodes { id examples { nodes { id } } } } } }"
    )
    word = data["word"]
    definitions = word["definitions"]["nodes"]
    examples = definitions[0]["examples"]["nodes"]
    ids = [word["id"], word["library"]["id"], definitions[1]["id"], definitions[0]["id"]]
    ids += [examples[0]["id"], encode_node_id(EntityKind.WORD, ObjectId())]
    commands.sent.clear()
    data = await ask(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Word { text }"
        " ... on Library { key } ... on Definition { key } ... on Example { text } } }",
        ids=ids,
    )
    *found, missing = data["nodes"]
    assert [node["id"] for node in found] == ids[:-1]
    assert missing is None
    assert [node["__typename"] for node in found] == [
        "Word",
        "Library",
        "Definition",
        "Definition",
        "Example",
    ]
    assert found[0]["text"] == "Word 000"
    assert sorted(commands.names()) == ["find"] * 4
    (words,) = (each for each in commands.sent if each["find"] == "words")
    assert words["projection"] == {"_id": 1, "text": 1}


async def test_one_node_is_found_by_its_id(ask):
    data = await ask('{ library(by: {key: "ring"}) { id } }')
    query = "query ($id: ID!) { node(id: $id) { ... on Library { name } }"
    query += " library(by: {id: $id}) { name } }"
    data = await ask(query, id=data["library"]["id"])
    assert data == {"node": {"name": "A ring of words"}, "library": {"name": "A ring of words"}}


@pytest.mark.parametrize(
    "id",
    [
        "",
        "é",
        "Word:1",
        encode_node_id(EntityKind.WORD, SOME_ID) + "=",
        encode_node_id(EntityKind.EMBEDDING, SOME_ID),
    ],
)
async def test_what_is_not_an_id_is_refused(refused, id):
    assert await refused("query ($id: ID!) { node(id: $id) { id } }", id=id) == "BAD_USER_INPUT"


async def test_an_id_of_another_type_is_refused(refused):
    library_id = encode_node_id(EntityKind.LIBRARY, ObjectId())
    query = "query ($id: ID!) { word(by: {id: $id}) { text } }"
    assert await refused(query, id=library_id) == "BAD_USER_INPUT"


async def test_more_than_a_hundred_ids_are_refused(refused):
    ids = [encode_node_id(EntityKind.WORD, ObjectId())] * 101
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert await refused(query, ids=ids) == "LIMIT_EXCEEDED"


@pytest.mark.parametrize("by", ["{}", '{id: "x", key: "y"}', "{key: null}"])
async def test_exactly_one_way_of_naming_is_taken(execute, by):
    result = await execute(f"{{ library(by: {by}) {{ key }} }}")
    assert result.errors


async def test_a_word_is_found_by_its_natural_key(ask):
    query = (
        "query ($key: NaturalWordKey!) { word(by: {natural: $key}) { text homograph"
        " partOfSpeech pronunciations { value variety notation } } }"
    )
    key = {"library": "ring", "text": "Word 001"}
    expected = {
        "text": "Word 001",
        "homograph": 1,
        "partOfSpeech": ["VERB"],
        "pronunciations": [{"value": "wɜd", "variety": "British", "notation": None}],
    }
    assert (await ask(query, key=key))["word"] == expected
    assert (await ask(query, key=key | {"partOfSpeech": ["VERB"], "homograph": 1}))[
        "word"
    ] == expected
    assert (await ask(query, key=key | {"partOfSpeech": ["NOUN"]}))["word"] is None
    assert (await ask(query, key=key | {"homograph": 2}))["word"] is None
    assert (await ask(query, key=key | {"text": "word 001"}))["word"] is None


async def test_many_words_are_looked_up_with_two_commands(ask, commands):
    texts = [f"WORD {number:03}" for number in range(98)] + ["Wrod 007", "xylophone"]
    data = await ask(LOOKUP, texts=texts)
    found = data["lookupWords"]
    assert [each["text"] for each in found] == texts
    assert all(each["word"] and each["suggestions"] == [] for each in found[:98])
    assert found[98]["word"] is None
    assert found[98]["suggestions"][0] == "Word 007"
    assert found[99] == {"text": "xylophone", "word": None, "words": [], "suggestions": []}
    assert len(commands.sent) == 2


@pytest.fixture
async def homographs(ring):
    words = [
        make_word(ring.id, text, PartOfSpeech.NOUN, homograph=homograph)
        for text, homograph in (("word 003", 1), ("Word 003", 1), ("Word 003", 2))
    ]
    for word in words:
        await word.insert()
    yield
    for word in words:
        await word.delete()


async def test_lookup_gives_the_exact_spelling_first_and_all_homographs(ask, homographs):
    (lower, upper) = (await ask(LOOKUP, texts=["word 003", "Word 003"]))["lookupWords"]
    assert lower["word"] == {"text": "word 003"}
    assert len(lower["words"]) == 4
    assert [each["text"] for each in upper["words"]] == ["Word 003"] * 3 + ["word 003"]


async def test_suggestions_are_not_computed_unless_selected(ask, commands):
    query = '{ lookupWords(library: "ring", texts: ["Wrod 007"]) { word { text } } }'
    await ask(query)
    assert len(commands.sent) == 1


async def test_too_many_texts_are_refused(refused):
    assert await refused(LOOKUP, texts=["a"] * 101) == "LIMIT_EXCEEDED"


@pytest.fixture
async def deleting(ring):
    await ring.set({"state": "deleting"})
    yield
    await ring.set({"state": "ready"})


async def test_a_library_that_is_being_deleted_is_hidden(ask, refused, deleting):
    data = await ask('{ library(by: {key: "ring"}) { name } libraries { totalCount } }')
    assert data == {"library": None, "libraries": {"totalCount": 0}}
    assert await refused('{ words(library: "ring") { nodes { id } } }') == "NOT_FOUND"


async def test_one_of_several_operations_is_run_only_when_it_is_named(execute):
    result = await execute("query A { libraries { totalCount } } query B { __typename }")
    assert "operationName" in result.errors[0].message
    assert result.data is None
