"""Restrictions of searches: what is allowed is found, and nothing else, whatever is nearest."""

from typing import Any

import pytest
from searched_garden import SEARCH, described, opened
from small_library import LIBRARY_KEY, word_text

from documents.library import LibraryDocument
from resolvers.restrictions import relatives
from resolvers.restrictions.word_table import WordTable

ID = """
query ($texts: [String!]!) { lookupWords(library: "ring", texts: $texts) { words { id } } }
"""
MODES = pytest.mark.parametrize("mode", ["SEMANTIC", "LEXICAL", "HYBRID"])


@pytest.fixture
def found(ask):
    async def search(text: str = "a tree", **more: Any) -> set[str]:
        edges = (await ask(SEARCH, input=described(text, **more), first=100))["search"]["edges"]
        return {edge["node"]["text"] for edge in edges}

    return search


@pytest.fixture
async def open_ring(services, ring):
    """The ring, whose indexes are there."""
    return await opened(services, LIBRARY_KEY)


@pytest.fixture
def related(ask, open_ring):
    """The numbers of words in the ring that have a definition so related to a word's."""

    async def search(number: int, **relation: Any) -> set[int]:
        found = await ask(ID, texts=[word_text(number)])
        of = found["lookupWords"][0]["words"][0]["id"]
        wanted = {
            "library": LIBRARY_KEY,
            "mode": "LEXICAL",
            "by": {"text": "meaning"},
            "filter": {"relation": {"of": of, **relation}},
        }
        edges = (await ask(SEARCH, input=wanted, first=100))["search"]["edges"]
        return {int(edge["node"]["text"].split()[1]) for edge in edges}

    return search


@pytest.mark.usefixtures("garden")
@MODES
async def test_a_pattern_chooses_headwords_before_ranking(found, mode):
    text = "a tree tool plants"
    everything = await found(text, mode=mode)
    patterns = {
        "?ak?": {"rake"},
        "*a*": {"spade", "rake", "water", "oak"},
        "OAK": {"oak"},
        "????*": {"spade", "rake", "water", "prune"},
        "a*": set(),
    }
    for pattern, words in patterns.items():
        chosen = await found(text, mode=mode, filter={"pattern": pattern})
        assert chosen == words & everything, pattern


@pytest.mark.usefixtures("garden")
async def test_length_and_part_of_speech_hold_together(found):
    assert await found(filter={"minLength": 5}) == {"spade", "water", "prune"}
    assert await found(filter={"minLength": 4, "maxLength": 4}) == {"rake"}
    nouns = {"minLength": 4, "partOfSpeech": ["NOUN"]}
    assert await found(filter=nouns) == {"spade", "rake"}
    assert await found(filter={"minLength": 6}) == set()


@pytest.mark.usefixtures("garden")
async def test_restrictions_follow_what_is_written(ask, found):
    wanted = {"pattern": "?oe"}
    assert await found(filter=wanted) == set()
    create = """mutation { createWords(input: {library: "garden", items: {
      text: "hoe", frequencyBand: COMMON, definitions: [{text: "a tool for weeding"}]}}) {
      results { id } } }"""
    hoe = (await ask(create))["createWords"]["results"][0]["id"]
    assert await found(filter=wanted) == {"hoe"}
    assert await found(filter={"frequencyBand": ["COMMON", "RARE"]}) == {"hoe"}
    assert await found(filter={"frequencyBand": ["RARE"]}) == set()
    patch = """mutation ($id: ID!) { updateWords(input: {library: "garden", items: {
      id: $id, text: "roe", frequencyBand: RARE}}) { userErrors { message } } }"""
    assert (await ask(patch, id=hoe))["updateWords"] == {"userErrors": []}
    assert await found(filter=wanted) == {"roe"}
    assert await found(filter={"frequencyBand": ["RARE"]}) == {"roe"}
    delete = """mutation ($id: ID!) { deleteWords(input: {library: "garden", cascade: true,
      items: {id: $id}}) { userErrors { message } } }"""
    assert (await ask(delete, id=hoe))["deleteWords"] == {"userErrors": []}
    assert await found(filter=wanted) == set()


@pytest.mark.usefixtures("garden")
async def test_words_are_read_anew_where_the_log_of_changes_does_not_reach_back(ask, services):
    library = await LibraryDocument.find_one({"key": "garden"})
    table = WordTable(services.database, library.id)
    before = await table.at(library.sequence)
    create = """mutation { createWords(input: {library: "garden", items: {text: "hoe"}}) {
      sequence } }"""
    sequence = (await ask(create))["createWords"]["sequence"]
    await services.database["changes"].delete_many({"library_id": library.id})
    after = await table.at(sequence)
    assert after.sequence == sequence
    assert set(after.headwords) - set(before.headwords) == {"hoe"}


async def test_kinds_are_found_by_steps_with_all_members_of_their_synsets(related):
    assert await related(0, steps=1) == {2, 3}
    assert await related(1, steps=2) == {2, 3, 4, 5}
    assert await related(98, steps=1) == {0, 1}
    assert await related(6) == set(range(8, 48))


async def test_a_relation_that_the_other_end_tells_counts_as_well(related):
    assert await related(4, type=["HYPERNYM"], steps=1) == {2, 3}
    assert await related(5, type=["HYPERNYM"], steps=2) == {0, 1, 2, 3}
    assert await related(5, type=["HYPERNYM", "HYPONYM"], steps=1) == {2, 3, 6, 7}


async def test_what_leads_back_to_the_start_ends_there(related, monkeypatch):
    assert await related(0, type=["ANTONYM"]) == set()
    assert await related(0, type=["ALSO"]) == set()
    monkeypatch.setattr("schema.searching.word_input.MAX_STEPS", 60)
    assert await related(0, steps=60) == set(range(2, 100))


async def test_the_definition_that_is_so_related_is_the_one_that_is_found(ask, open_ring):
    found = await ask(
        """{ word(by: {natural: {library: "ring", text: "Word 000"}}) {
          id definitions { nodes { id } } } }"""
    )
    first, second = (each["id"] for each in found["word"]["definitions"]["nodes"])
    wanted = {
        "library": LIBRARY_KEY,
        "mode": "LEXICAL",
        "by": {"text": "meaning"},
        "filter": {"relation": {"of": first, "type": ["ANTONYM"]}},
    }
    [edge] = (await ask(SEARCH, input=wanted))["search"]["edges"]
    assert edge["definition"] == {"text": "Meaning 1 of word 0"}
    wanted["filter"] = {"relation": {"of": second, "type": ["ANTONYM"]}}
    [edge] = (await ask(SEARCH, input=wanted))["search"]["edges"]
    assert edge["definition"] == {"text": "Meaning 0 of word 0"}


async def test_too_many_relatives_are_refused(related, refused, monkeypatch):
    monkeypatch.setattr(relatives, "MAX_RELATIVES", 10)
    assert await related(20, steps=2) == {22, 23, 24, 25}
    with pytest.raises(AssertionError, match="More than 10 definitions"):
        await related(20)


@pytest.mark.usefixtures("garden")
async def test_a_restriction_that_makes_no_sense_is_refused(refused):
    nobody = "V29yZDo2NTAwMDAwMDAwMDAwMDAwMDAwMDAwMDA"
    library = "TGlicmFyeTo2NTAwMDAwMDAwMDAwMDAwMDAwMDAwMDA"
    bad = [
        {"pattern": ""},
        {"pattern": "x" * 201},
        {"relation": {"of": "no id"}},
        {"relation": {"of": library}},
        {"relation": {"of": nobody, "steps": 31}},
    ]
    for each in bad:
        wanted = described("a tree", filter=each)
        assert await refused(SEARCH, input=wanted) == "BAD_USER_INPUT", each
    wanted = described("a tree", filter={"relation": {"of": nobody}})
    assert await refused(SEARCH, input=wanted) == "NOT_FOUND"


@pytest.mark.usefixtures("garden")
async def test_nothing_of_another_library_is_related_to_a_word(ask, found, ring):
    word = await ask(ID, texts=[word_text(0)])
    of = word["lookupWords"][0]["words"][0]["id"]
    assert await found(filter={"relation": {"of": of}}) == set()


@pytest.mark.usefixtures("garden")
async def test_a_restriction_is_looked_up_once_until_the_library_changes(ask, commands):
    wanted = described("a tree", filter={"pattern": "*a*"})
    await ask(SEARCH, input=wanted)
    counts = []
    for restriction in (wanted["filter"], {}):
        commands.sent.clear()
        await ask(SEARCH, input={**wanted, "filter": restriction})
        counts.append(len(commands.sent))
    assert counts[0] == counts[1]
