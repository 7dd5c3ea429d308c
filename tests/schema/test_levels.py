"""One command for each level of a selection, whatever the number of parents."""

import pytest

from documents.library import LibraryDocument

WORDS = '{ words(library: "ring", first: %d) { nodes { %s } } }'
DEFINITIONS = (
    '{ library(by: {key: "ring"}) { definitions(filter: {domain: {eq: "numbers"}}, first: %d)'
    " { nodes { %s } } } }"
)
EXAMPLES = '{ library(by: {key: "ring"}) { examples(first: %d) { nodes { %s } } } }'
SYNSETS = '{ library(by: {key: "ring"}) { synsets(first: %d) { nodes { %s } } } }'
DOCUMENTS = '{ library(by: {key: "ring"}) { documents(first: %d) { nodes { %s } } } }'
CHUNKS = '{ library(by: {key: "ring"}) { chunks(first: %d) { nodes { %s } } } }'
SEVERAL = "(first: 2) { nodes { id } totalCount pageInfo { hasNextPage } }"


@pytest.mark.parametrize(
    ("query", "selected", "levels"),
    [
        (WORDS, "library { name }", 2),
        (WORDS, f"definitions{SEVERAL}", 2),
        (WORDS, "definitions { nodes { examples { nodes { text } } } }", 3),
        (WORDS, "definitions { nodes { word { library { key } } } }", 4),
        (WORDS, "library { words(first: 2) { nodes { text } totalCount } }", 3),
        (WORDS, f"library {{ definitions{SEVERAL} }}", 3),
        (WORDS, f"library {{ examples{SEVERAL} }}", 3),
        (WORDS, "library { synsets(first: 2) { nodes { key } totalCount } }", 3),
        (DEFINITIONS, "word { text }", 3),
        (DEFINITIONS, "library { key }", 3),
        (DEFINITIONS, f"examples{SEVERAL}", 3),
        (DEFINITIONS, "relations(first: 1) { nodes { type target { text } } totalCount }", 3),
        (DEFINITIONS, "incomingRelations(first: 1) { nodes { source { text } } totalCount }", 3),
        (DEFINITIONS, "synset { definitions { nodes { text } totalCount } }", 3),
        (EXAMPLES, "definition { text }", 3),
        (EXAMPLES, "library { key }", 3),
        (DEFINITIONS, "embedding { vector model { name } }", 4),
        (DOCUMENTS, "title library { key }", 3),
        (DOCUMENTS, f"chunks{SEVERAL}", 3),
        (DOCUMENTS, "chunks { nodes { document { title } } }", 4),
        (CHUNKS, "document { title }", 3),
        (CHUNKS, "library { key }", 3),
        (
            DOCUMENTS,
            "chunks(last: 1) { nodes { previous { text next { text document { key } } } } }",
            6,
        ),
        (CHUNKS, "previous { text } next { text }", 3),
        (CHUNKS, "embedding { model { dimension } }", 4),
        (SYNSETS, "definitions { nodes { word { text } } }", 4),
    ],
)
async def test_commands_do_not_depend_on_the_number_of_parents(
    ask, commands, query, selected, levels
):
    for parents in (1, 50):
        commands.sent.clear()
        await ask(query % (parents, selected))
        assert len(commands.sent) == levels, commands.names()


@pytest.mark.parametrize(
    "step",
    [
        "relations(type: [HYPONYM]) { nodes { target { key %s } } }",
        "incomingRelations(type: [HYPONYM], first: 1) { nodes { source { key %s } } }",
    ],
)
async def test_each_step_along_relations_is_one_command(ask, commands, step):
    await ask(DEFINITIONS % (1, f"key {step % (step % (step % ''))}"))
    assert len(commands.sent) == 2 + 3


async def test_relations_are_walked(ask, commands):
    step = "relations(type: [HYPONYM], first: 5) { nodes { level target { key %s } } }"
    data = await ask(DEFINITIONS % (100, f"key {step % (step % (step % ''))}"))
    # What was read on one level is not read again on the next.
    assert len(commands.sent) <= 2 + 3
    for start in data["library"]["definitions"]["nodes"]:
        definition = start
        number = int(definition["key"][:3]) // 2 * 2
        for _ in range(3):
            (relation,) = definition["relations"]["nodes"]
            definition = relation["target"]
            number = (number + 2) % 100
            assert definition["key"] == f"{number:03}-0"


async def test_incoming_relations_are_walked_back(ask, commands):
    step = "incomingRelations(type: [HYPONYM], first: 5) { nodes { level source { key %s } } }"
    data = await ask(DEFINITIONS % (100, f"key {step % (step % (step % ''))}"))
    # What was read on one level is not read again on the next.
    assert len(commands.sent) <= 2 + 3
    for start in data["library"]["definitions"]["nodes"]:
        definition = start
        number = int(definition["key"][:3]) // 2 * 2
        for _ in range(3):
            relations = definition["incomingRelations"]["nodes"]
            number = (number - 2) % 100
            # Both members of the synset lead here, and members that do not lead see it, too.
            assert {each["source"]["key"] for each in relations} == {
                f"{number:03}-0",
                f"{number + 1:03}-0",
            }
            definition = relations[0]["source"]


@pytest.fixture
async def many_libraries(ring):
    libraries = [
        LibraryDocument(key=f"empty-{number:02}", name="Empty", embedding=ring.embedding)
        for number in range(99)
    ]
    await LibraryDocument.insert_many(libraries)
    yield
    await LibraryDocument.find({"name": "Empty"}).delete()


@pytest.mark.parametrize(
    "connection", ["words", "definitions", "examples", "synsets", "documents", "chunks"]
)
async def test_commands_do_not_depend_on_the_number_of_libraries(
    ask, commands, many_libraries, connection
):
    selected = f"key {connection}(first: 2) {{ totalCount nodes {{ __typename }} }}"
    for parents in (1, 100):
        commands.sent.clear()
        data = await ask(f"{{ libraries(last: {parents}) {{ nodes {{ {selected} }} }} }}")
        libraries = data["libraries"]["nodes"]
        assert len(libraries) == parents
        assert len(commands.sent) == 2, commands.names()
        assert len(libraries[-1][connection]["nodes"]) == 2


async def test_aliases_of_one_list_with_other_arguments_are_apart(ask):
    data = await ask(
        '{ words(library: "ring", first: 1) { nodes {'
        " one: definitions(first: 1) { nodes { key } }"
        " both: definitions { nodes { text } totalCount } } } }"
    )
    (word,) = data["words"]["nodes"]
    assert [len(word["one"]["nodes"]), word["both"]["totalCount"]] == [1, 2]
    assert word["both"]["nodes"][1] == {"text": "Meaning 1 of word 0"}


async def test_relations_to_what_is_not_there_are_left_out(ask):
    data = await ask(DEFINITIONS % (1, "relations { nodes { type level } totalCount }"))
    (definition,) = data["library"]["definitions"]["nodes"]
    assert definition["relations"] == {
        "nodes": [
            {"type": "ANTONYM", "level": "SENSE"},
            {"type": "HYPONYM", "level": "SYNSET"},
        ],
        "totalCount": 2,
    }


async def test_relations_can_be_narrowed_to_a_level(ask):
    data = await ask(DEFINITIONS % (1, "relations(level: SYNSET) { nodes { type } totalCount }"))
    (definition,) = data["library"]["definitions"]["nodes"]
    assert definition["relations"] == {"nodes": [{"type": "HYPONYM"}], "totalCount": 1}


async def test_the_lead_of_a_synset_comes_first(ask):
    data = await ask(SYNSETS % (2, "key definitions { nodes { key } }"))
    assert data["library"]["synsets"]["nodes"] == [
        {"key": "s000", "definitions": {"nodes": [{"key": "000-0"}, {"key": "001-0"}]}},
        {"key": "s001", "definitions": {"nodes": [{"key": "002-0"}, {"key": "003-0"}]}},
    ]


async def test_synsets_of_two_libraries_with_one_key_are_apart(ask, other_ring):
    data = await ask(
        "{ libraries { nodes { synsets(first: 1) { totalCount nodes {"
        " definitions { totalCount nodes { library { key } } } } } } } }"
    )
    found = [each["synsets"]["nodes"][0]["definitions"] for each in data["libraries"]["nodes"]]
    assert [each["totalCount"] for each in found] == [2, 2]
    assert [each["nodes"][0]["library"]["key"] for each in found] == ["other-ring", "ring"]


@pytest.mark.parametrize(
    "shared", ["library { name }", "definitions(first: 1) { nodes { position } }"]
)
async def test_a_field_that_fails_takes_nothing_from_others_that_wait_for_the_same(
    execute, ask, shared
):
    word = (await ask(WORDS % (1, "id")))["words"]["nodes"][0]["id"]
    failing = "refused: definitions(first: 101) { totalCount }"
    query = f'{{ a: word(by: {{id: "{word}"}}) {{ {shared} {failing} }}'
    query += f' b: word(by: {{id: "{word}"}}) {{ {shared} }} }}'
    result = await execute(query)
    assert [error.path for error in result.errors] == [["a", "refused"]]
    assert result.data["a"] is None
    assert result.data["b"]
