"""docs/embedded-store.md lists what there is, and what there is not is refused by name."""

import re
from pathlib import Path
from typing import Any

import pytest
from pymongo import WriteConcern
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure, WriteConcernError

from infra.embedded.accumulators import ACCUMULATORS
from infra.embedded.commands import COMMANDS
from infra.embedded.expressions import EXPRESSION_OPERATORS
from infra.embedded.filters import FILTER_OPERATORS
from infra.embedded.output import OUTPUT_STAGES
from infra.embedded.pipeline import STAGES
from infra.embedded.update import UPDATE_OPERATORS

Words = AsyncCollection[dict[str, Any]]
PAGE = Path(__file__).parents[3] / "docs" / "embedded-store.md"


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ("commands", COMMANDS),
        ("query operators", FILTER_OPERATORS),
        ("update operators", UPDATE_OPERATORS),
        ("stages", {*STAGES, *OUTPUT_STAGES}),
        ("accumulators", ACCUMULATORS),
        ("expressions", EXPRESSION_OPERATORS),
    ],
)
def test_the_page_lists_exactly_what_there_is(row: str, names: Any) -> None:
    found = re.search(rf"^\| {row} \| (.*) \|$", PAGE.read_text(), re.MULTILINE)
    assert found is not None
    assert found[1].split() == [f"`{name}`" for name in sorted(names)]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"mapReduce": "words"}, 59),
        ({"find": "words", "unheard": 1}, 40415),
        ({"find": "words", "tailable": True}, 2),
        ({"find": "words", "readConcern": {"levle": "local"}}, 40415),
        ({"find": "words", "readConcern": {"afterClusterTime": 1}}, 14),
        ({"createSearchIndexes": "words", "indexes": []}, 31082),
        ({"aggregate": "words", "pipeline": [{"$listSearchIndexes": {}}], "cursor": {}}, 31082),
        # MongoDB 8 has it, and this is 7.
        ({"update": "words", "updates": [{"q": {}, "u": [], "sort": {"a": 1}}]}, 40415),
        ({"find": "words", "collation": {"locale": "en"}}, 2),
        ({"find": "words", "filter": {"a": {"$unheard": 1}}}, 2),
        ({"find": "words", "filter": {"$where": "1"}}, 2),
        ({"insert": "words", "documents": [{}], "writeConcern": {"w": -1}}, 9),
        ({"insert": "words", "documents": [{}], "writeConcern": {"members": 1}}, 9),
        ({"create": "words", "capped": True, "size": 1}, 2),
        ({"aggregate": "words", "pipeline": [{"$unheard": 1}], "cursor": {}}, 40324),
        ({"aggregate": "words", "pipeline": [{"$changeStream": {}}], "cursor": {}}, 40324),
        ({"aggregate": "words", "pipeline": []}, 9),
        ({"getMore": 1, "collection": "words"}, 43),
        ({"insert": "a$b", "documents": [{}]}, 73),
    ],
)
async def test_what_is_outside_is_refused_with_its_code(
    words: Words, embedded_only: None, command: dict[str, Any], code: int
) -> None:
    with pytest.raises(OperationFailure) as caught:
        await words.database.command(command)
    assert caught.value.code == code


@pytest.mark.parametrize(("members", "code"), [(3, 100), ("nearby", 79)])
async def test_a_write_concern_of_more_members_is_reported_beside_the_write(
    words: Words, embedded_only: None, members: int | str, code: int
) -> None:
    careful = words.with_options(write_concern=WriteConcern(members))
    with pytest.raises(WriteConcernError) as caught:
        await careful.insert_one({"_id": 1})
    assert caught.value.code == code
    assert await words.find().to_list() == [{"_id": 1}]


@pytest.mark.parametrize("name", ["'; DROP TABLE documents; --", 'a" OR 1=1', "a\\0", "ü'ß"])
async def test_names_and_values_never_become_sql(words: Words, name: str) -> None:
    await words.create_index(name)
    await words.insert_one({"_id": name, name: name})
    assert await words.find_one({name: name}) == {"_id": name, name: name}
    assert await words.count_documents({name: {"$gte": name}}) == 1
