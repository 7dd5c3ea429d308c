"""Filters give what a reader of their words expects: Python reads them, too."""

import random
from typing import Any

import pytest
from bson import ObjectId

from documents.text import normalize_headword

PAGE = (
    "query ($filter: WordFilter, $after: String) {"
    ' words(library: "ring", filter: $filter, first: 100, after: $after) {'
    " nodes { text normalized partOfSpeech language frequencyBand tags homograph metadata }"
    " totalCount } }"
)
METADATA = [
    {"level": 1, "exam": {"name": "A1"}},
    {"level": 2.5, "topics": ["food", 3]},
    {"level": "2", "exam": {"name": "B2", "old": None}},
    {"level": True, "topics": []},
    {},
]
FIELDS = {"partOfSpeech": "partOfSpeech", "language": "language", "tag": "tags"}


@pytest.fixture(scope="module")
async def varied(mongo_client, database_name, ring):
    """The ring with metadata, bands, tags and languages; put right again."""
    words = mongo_client[database_name]["words"]
    before = await words.find({}).to_list()
    for number, word in enumerate(before):
        values: dict[str, Any] = {
            "metadata": METADATA[number % 5],
            "language": ["en", "en-GB", "de"][number % 3],
            "tags": [["third", "x"], [], ["x.y"]][number % 3],
        }
        if number % 4:
            values["frequency_band"] = ["common", "rare", "very_rare"][number % 3]
        await words.update_one({"_id": word["_id"]}, {"$set": values})
    yield
    for word in before:
        await words.replace_one({"_id": word["_id"]}, word)


def holds(filter: dict[str, Any], word: dict[str, Any]) -> bool:
    """Whether a filter holds for a word, read word for word."""
    return all(_member_holds(name, wanted, word) for name, wanted in filter.items())


def _member_holds(name: str, wanted: Any, word: dict[str, Any]) -> bool:
    if name == "and":
        return all(holds(each, word) for each in wanted)
    if name == "or":
        return any(holds(each, word) for each in wanted)
    if name == "not":
        return not holds(wanted, word)
    if name == "metadata":
        return all(_metadata_holds(each, word["metadata"]) for each in wanted)
    if name == "text":
        folded = {
            key: [*map(normalize_headword, value)] if key == "in" else normalize_headword(value)
            for key, value in wanted.items()
        }
        return _values_hold(folded, [word["normalized"]])
    value = word[FIELDS.get(name, name)]
    return _values_hold(wanted, value if isinstance(value, list) else [value] * (value is not None))


def _values_hold(wanted: dict[str, Any], values: list[Any]) -> bool:
    tests = {
        "eq": lambda expected: expected in values,
        "in": lambda expected: any(value in expected for value in values),
        "prefix": lambda expected: any(value.startswith(expected) for value in values),
        "exists": lambda expected: bool(values) is expected,
        "gte": lambda expected: any(value >= expected for value in values),
        "lte": lambda expected: any(value <= expected for value in values),
    }
    return all(tests[name](expected) for name, expected in wanted.items())


def _kind(value: Any) -> type:
    return float if type(value) is int else type(value)


def _metadata_holds(wanted: dict[str, Any], metadata: Any) -> bool:
    missing = object()
    value = metadata
    for name in wanted["path"]:
        value = value.get(name, missing) if isinstance(value, dict) else missing

    def equals(expected: Any, found: Any) -> bool:
        return _kind(expected) is _kind(found) and expected == found

    tests = {
        "path": lambda _: True,
        "exists": lambda expected: (value is not missing) is expected,
        "eq": lambda expected: equals(expected, value),
        "in": lambda expected: any(equals(each, value) for each in expected),
        "contains": lambda expected: (
            isinstance(value, list) and any(equals(expected, each) for each in value)
        ),
        "gt": lambda expected: _kind(value) is _kind(expected) and value > expected,
        "lte": lambda expected: _kind(value) is _kind(expected) and value <= expected,
    }
    return all(tests[name](expected) for name, expected in wanted.items())


CONDITIONS: list[dict[str, Any]] = [
    {"text": {"prefix": "WORD 01"}},
    {"text": {"eq": "word 007"}},
    {"text": {"in": ["Word 001", "word 050", "x"]}},
    {"partOfSpeech": {"eq": "NOUN"}},
    {"partOfSpeech": {"in": ["NOUN", "VERB"], "exists": True}},
    {"language": {"prefix": "en"}},
    {"language": {"in": ["de", "en-GB"]}},
    {"frequencyBand": {"exists": False}},
    {"frequencyBand": {"in": ["RARE", "COMMON"]}},
    {"tag": {"eq": "x"}},
    {"tag": {"prefix": "x."}},
    {"tag": {"exists": False}},
    {"homograph": {"gte": 1, "lte": 1}},
    {"homograph": {"in": [2, 3]}},
    {"metadata": [{"path": ["level"], "eq": 1}]},
    {"metadata": [{"path": ["level"], "gt": 1}]},
    {"metadata": [{"path": ["level"], "in": ["2", True]}]},
    {"metadata": [{"path": ["exam", "name"], "lte": "A9"}]},
    {"metadata": [{"path": ["exam"], "exists": True}, {"path": ["topics"], "exists": False}]},
    {"metadata": [{"path": ["topics"], "contains": "food"}]},
    {"metadata": [{"path": ["topics"], "eq": "food"}]},
    {"metadata": [{"path": ["exam", "old"], "exists": True}]},
    {},
]


def made_up(source: random.Random, depth: int = 3) -> dict[str, Any]:
    """A filter of several conditions."""
    wanted: dict[str, Any] = {}
    for _ in range(source.randrange(1, 3)):
        wanted |= source.choice(CONDITIONS)
    if depth and source.random() < 0.7:
        name = source.choice(["and", "or", "not"])
        below = [made_up(source, depth - 1) for _ in range(source.randrange(3))]
        wanted[name] = made_up(source, depth - 1) if name == "not" else below
    return wanted


@pytest.mark.parametrize("filter", [*CONDITIONS, *({"not": each} for each in CONDITIONS)])
async def test_a_condition_holds_as_its_words_say(ask, varied, filter):
    await compare(ask, filter)


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 40))]
)
async def test_conditions_are_joined_as_their_words_say(ask, varied, seed):
    source = random.Random(seed)
    for _ in range(25):
        await compare(ask, made_up(source))


async def compare(ask: Any, filter: dict[str, Any]) -> None:
    every = (await ask(PAGE))["words"]["nodes"]
    assert len(every) == 100
    page = (await ask(PAGE, filter=filter))["words"]
    expected = [word["text"] for word in every if holds(filter, word)]
    assert [word["text"] for word in page["nodes"]] == expected, filter
    assert page["totalCount"] == len(expected)


@pytest.mark.parametrize(
    ("filter", "code"),
    [
        ({"and": [{"and": [{"or": [{"not": {"and": [{"or": [{}]}]}}]}]}]}, "LIMIT_EXCEEDED"),
        ({"or": [{}] * 51}, "LIMIT_EXCEEDED"),
        ({"tag": {"in": ["x"] * 101}}, "LIMIT_EXCEEDED"),
        ({"metadata": [{"path": ["a"] * 10, "eq": 1}]}, "LIMIT_EXCEEDED"),
        ({"metadata": [{"path": ["$where"], "eq": 1}]}, "BAD_USER_INPUT"),
        ({"metadata": [{"path": ["a.b"], "eq": 1}]}, "BAD_USER_INPUT"),
        ({"metadata": [{"path": ["a"], "eq": {"$gt": ""}}]}, "BAD_USER_INPUT"),
        ({"metadata": [{"path": ["a"], "in": [["x"]]}]}, "BAD_USER_INPUT"),
        ({"tag": {"eq": "\ud800"}}, "BAD_USER_INPUT"),
        ({"text": {"prefix": "\0"}}, "BAD_USER_INPUT"),
    ],
)
async def test_a_filter_that_asks_for_too_much_or_for_nonsense_is_refused(refused, filter, code):
    assert await refused(PAGE, filter=filter) == code


async def test_every_kind_of_list_is_filtered(ask, ring):
    data = await ask(
        '{ libraries(filter: {key: {prefix: "ri"}}) { nodes { key'
        ' definitions(filter: {key: {in: ["000-0", "001-1"]}}) { totalCount nodes {'
        " key examples(filter: {position: {gte: 1}}) { nodes { position } } } }"
        " examples(filter: {source: {exists: true}}) { totalCount }"
        ' words(first: 1) { nodes { definitions(filter: {domain: {eq: "numbers"}}) {'
        " nodes { domain } } } } } } }"
    )
    (library,) = data["libraries"]["nodes"]
    assert library["key"] == "ring"
    assert library["definitions"]["totalCount"] == 2
    found = library["definitions"]["nodes"]
    assert {node["key"] for node in found} == {"000-0", "001-1"}
    assert [node["examples"]["nodes"] for node in found] == [[{"position": 1}]] * 2
    assert library["examples"] == {"totalCount": 0}
    assert library["words"]["nodes"][0]["definitions"]["nodes"] == [{"domain": "numbers"}]


async def test_a_condition_that_a_database_index_serves_reads_what_it_gives(
    services, commands, ask, ring
):
    served: list[dict[str, Any]] = [
        {"text": {"prefix": "word 00"}},
        {"tag": {"eq": "third"}, "text": {"prefix": "word 0"}},
        {"partOfSpeech": {"eq": "VERB"}},
    ]
    for wanted in served:
        commands.sent.clear()
        page = (await ask(PAGE, filter=wanted))["words"]
        lookup = commands.sent[0]["pipeline"][2]["$lookup"]
        told = await explain(services, ring.id, lookup["pipeline"])
        assert told["totalDocsExamined"] == len(page["nodes"]), wanted


async def explain(services: Any, library_id: ObjectId, pipeline: list[Any]) -> dict[str, Any]:
    pipeline = [{"$match": {"library_id": library_id}}, *pipeline]
    command = {"aggregate": "words", "pipeline": pipeline, "cursor": {}}
    told = await services.database.command("explain", command, verbosity="executionStats")
    statistics: dict[str, Any] = told["stages"][0]["$cursor"]["executionStats"]
    return statistics
