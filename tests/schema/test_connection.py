"""Paging: forwards, backwards, ordered, filtered, and with cursors that cannot be made up."""

from typing import Any

import pytest

PAGE = (
    "query ($first: Int, $after: String, $last: Int, $before: String, $down: OrderDirection! = ASC,"
    " $filter: WordFilter) {"
    ' words(library: "ring", first: $first, after: $after, last: $last, before: $before,'
    " orderBy: {field: TEXT, direction: $down}, filter: $filter) {"
    " nodes { text } totalCount edges { cursor }"
    " pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
)
TEXTS = [f"Word {number:03}" for number in range(100)]


async def walk(ask: Any, *, forward: bool, size: int, **variables: Any) -> list[list[str]]:
    """The pages of the whole list, in the order of the list."""
    pages: list[list[str]] = []
    cursor, more = None, True
    while more:
        part = {"first": size, "after": cursor} if forward else {"last": size, "before": cursor}
        page = (await ask(PAGE, **part, **variables))["words"]
        texts = [node["text"] for node in page["nodes"]]
        pages = [*pages, texts] if forward else [texts, *pages]
        info = page["pageInfo"]
        more = info["hasNextPage" if forward else "hasPreviousPage"]
        cursor = info["endCursor" if forward else "startCursor"]
    return pages


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("size", [30, 50])
async def test_every_item_comes_once_and_in_order(ask, forward, direction, size):
    pages = await walk(ask, forward=forward, size=size, down=direction)
    texts = [text for page in pages for text in page]
    assert texts == (TEXTS if direction == "ASC" else TEXTS[::-1])
    assert len(pages) == -(-100 // size)


async def test_a_filtered_list_is_paged_and_counted_as_such(ask):
    wanted = {"partOfSpeech": {"eq": "VERB"}, "text": {"prefix": "WORD 0"}, "tag": {"eq": "third"}}
    pages = await walk(ask, forward=True, size=5, filter=wanted)
    expected = [text for text in TEXTS if int(text[-3:]) % 6 == 3]
    assert [text for page in pages for text in page] == expected
    assert (await ask(PAGE, filter=wanted))["words"]["totalCount"] == len(expected)


@pytest.mark.parametrize(
    "filter",
    [
        {"language": {"eq": "de"}},
        {"text": {"prefix": "zzz"}},
        {"partOfSpeech": {"in": []}},
        {"frequencyBand": {"eq": "RARE"}},
        {"or": []},
        {"not": {}},
    ],
)
async def test_an_empty_list_is_a_page(ask, filter):
    page = (await ask(PAGE, filter=filter))["words"]
    assert page == {
        "nodes": [],
        "edges": [],
        "totalCount": 0,
        "pageInfo": {
            "hasNextPage": False,
            "hasPreviousPage": False,
            "startCursor": None,
            "endCursor": None,
        },
    }


async def test_a_page_lies_between_two_cursors(ask):
    edges = (await ask(PAGE, first=10))["words"]["edges"]
    part = {"after": edges[1]["cursor"], "before": edges[5]["cursor"]}
    for size in ({"first": 100}, {"last": 100}):
        page = (await ask(PAGE, **part, **size))["words"]
        assert [node["text"] for node in page["nodes"]] == TEXTS[2:5]


async def test_twenty_rows_are_a_page_and_none_is_allowed(ask):
    assert len((await ask(PAGE))["words"]["nodes"]) == 20
    page = (await ask(PAGE, first=0))["words"]
    assert page["nodes"] == []
    assert page["pageInfo"]["hasNextPage"]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"first": 101}, "LIMIT_EXCEEDED"),
        ({"last": 101}, "LIMIT_EXCEEDED"),
        ({"first": -1}, "BAD_USER_INPUT"),
        ({"last": -1}, "BAD_USER_INPUT"),
        ({"first": 1, "last": 1}, "BAD_USER_INPUT"),
        ({"after": ""}, "INVALID_CURSOR"),
        ({"after": "made up"}, "INVALID_CURSOR"),
        ({"before": "é"}, "INVALID_CURSOR"),
    ],
)
async def test_an_impossible_page_is_refused(refused, part, code):
    assert await refused(PAGE, **part) == code


async def test_a_cursor_with_any_letter_changed_is_refused(ask, refused):
    cursor = (await ask(PAGE, first=1))["words"]["edges"][0]["cursor"]
    for place in range(0, len(cursor), 7):
        letter = "A" if cursor[place] != "A" else "B"
        altered = cursor[:place] + letter + cursor[place + 1 :]
        assert await refused(PAGE, after=altered) == "INVALID_CURSOR"
    assert await refused(PAGE, after=cursor + "=") == "INVALID_CURSOR"


async def test_a_cursor_of_another_list_is_refused(ask, refused):
    cursor = (await ask(PAGE, first=1))["words"]["edges"][0]["cursor"]
    assert await refused(PAGE, after=cursor, down="DESC") == "INVALID_CURSOR"
    assert await refused(PAGE, after=cursor, filter={"tag": {"eq": "third"}}) == "INVALID_CURSOR"
    query = "query ($after: String) { libraries(after: $after) { nodes { id } } }"
    assert await refused(query, after=cursor) == "INVALID_CURSOR"


async def test_a_library_that_is_not_there_is_named(refused):
    query = '{ words(library: "nowhere") { totalCount } }'
    assert await refused(query) == "NOT_FOUND"


async def test_relations_are_paged_by_cursors(ask):
    query = (
        '{ word(by: {natural: {library: "ring", text: "Word 004"}}) { definitions(first: 1) {'
        " nodes { relations(first: 1%s) { nodes { type } pageInfo { hasNextPage endCursor } }"
        " incomingRelations(first: 1%s) { nodes { source { key } }"
        " pageInfo { hasNextPage endCursor } } } } } }"
    )
    seen: list[tuple[str, str]] = []
    after = ("", "")
    for _ in range(2):
        data = await ask(query % after)
        (node,) = data["word"]["definitions"]["nodes"]
        pages = node["relations"], node["incomingRelations"]
        seen.append((pages[0]["nodes"][0]["type"], pages[1]["nodes"][0]["source"]["key"]))
        ends = (page["pageInfo"]["endCursor"] for page in pages)
        after = tuple(f', after: "{cursor}"' for cursor in ends)
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [False, False]
    assert [kind for kind, _ in seen] == ["ANTONYM", "HYPONYM"]
    assert {source for _, source in seen} == {"002-0", "003-0"}


async def test_libraries_are_listed_by_key(ask, other_ring):
    data = await ask("{ libraries(first: 1) { nodes { key } totalCount pageInfo { endCursor } } }")
    page = data["libraries"]
    assert (page["nodes"], page["totalCount"]) == ([{"key": "other-ring"}], 2)
    query = "query ($after: String) { libraries(after: $after) { nodes { key } } }"
    data = await ask(query, after=page["pageInfo"]["endCursor"])
    assert data["libraries"]["nodes"] == [{"key": "ring"}]
