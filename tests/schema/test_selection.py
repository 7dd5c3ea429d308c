from typing import Any

import pytest

FIRST_WORD = '{ words(library: "ring", first: 1) { nodes { %s } } }'


def projection(command: dict[str, Any]) -> set[str]:
    """The columns that an aggregate over one relationship sends back."""
    (lookup,) = (stage["$lookup"] for stage in command["pipeline"] if "$lookup" in stage)
    return set(lookup["pipeline"][-1]["$project"]) - {"_id"}


@pytest.mark.parametrize(
    ("selected", "columns"),
    [
        ("id", set()),
        ("text", {"text"}),
        ("headword: text, again: text", {"text"}),
        ("text, __typename", {"text"}),
        ("... on Word { text } ... on Node { id }", {"text"}),
        ("... @include(if: false) { text } language", {"language"}),
        ("text @skip(if: true), language @include(if: true)", {"language"}),
        ("pronunciations { value }", {"pronunciations"}),
        ("definitions { totalCount }", set()),
        ("library { key }", {"library_id"}),
    ],
)
async def test_only_selected_columns_are_read(ask, commands, selected, columns):
    await ask(FIRST_WORD % selected)
    assert projection(commands.sent[0]) == columns


async def test_columns_behind_variables_are_read_only_if_asked_for(ask, commands):
    query = (
        "query ($with: Boolean!) {"
        ' words(library: "ring") { edges { node { language text @include(if: $with) } } } }'
    )
    await ask(query, **{"with": False})
    await ask(query, **{"with": True})
    assert [projection(command) for command in commands.sent] == [
        {"language"},
        {"language", "text"},
    ]


async def test_fields_of_fragments_inside_fragments_are_read(ask, commands):
    await ask(
        '{ words(library: "ring") { ...page ...page } }'
        " fragment page on WordConnection { nodes { ...name } edges { node { tags } } }"
        " fragment name on Word { text ... on Word { homograph } }"
    )
    assert projection(commands.sent[0]) == {"text", "homograph", "tags"}


async def test_synset_fields_are_read_with_their_definition(ask, commands):
    data = await ask(
        '{ library(by: {key: "ring"}) { definitions(filter: {domain: {eq: "numbers"}}, first: 1) {'
        " nodes { synset { key ili } } } } }"
    )
    (node,) = data["library"]["definitions"]["nodes"]
    assert node["synset"]["ili"] == "i1"
    assert projection(commands.sent[1]) == {"synset"}


async def test_cursor_columns_are_read_only_for_cursors(ask, commands):
    await ask('{ words(library: "ring") { edges { node { id } } } }')
    await ask('{ words(library: "ring") { edges { cursor } } }')
    await ask('{ words(library: "ring") { nodes { id } pageInfo { hasNextPage } } }')
    await ask('{ words(library: "ring") { pageInfo { endCursor } } }')
    assert [projection(command) for command in commands.sent] == [
        set(),
        {"normalized"},
        set(),
        {"normalized"},
    ]


async def test_a_count_alone_reads_no_rows(ask, commands):
    data = await ask('{ words(library: "ring") { totalCount } }')
    assert data["words"]["totalCount"] == 100
    (command,) = commands.sent
    lookups = [stage["$lookup"]["as"] for stage in command["pipeline"] if "$lookup" in stage]
    assert lookups == ["total"]


async def test_rows_alone_are_not_counted(ask, commands):
    await ask('{ words(library: "ring") { nodes { id } } }')
    assert "total" not in str(commands.sent)
