"""Open English WordNet by the real command line: the same from both layouts, and nothing lost."""

from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine, Database, outcome_of
from wordnet_cut import JSONL, LMF, cut_jsonl, cut_lmf, data_file

# About two thousand entries, wherever either layout sorts them.
PREFIXES = ("ab", "ac", "ad")

TOTALS = """
query($library: String!) {
  words(library: $library) { totalCount }
  library(by: {key: $library}) {
    definitions { totalCount }
    synsets { totalCount }
  }
}
"""


@pytest.mark.data
def test_some_entries_are_the_same_from_both_layouts(
    lexigraph: CommandLine, tmp_path: Path
) -> None:
    lmf = lexigraph.import_(cut_lmf(tmp_path / "cut.xml", PREFIXES), "lmf").done()
    jsonl = lexigraph.import_(cut_jsonl(tmp_path / "cut.jsonl", PREFIXES), "jsonl").done()
    entries = lmf.split()[0]
    for report in (lmf, jsonl):
        assert f": {entries} added, 0 changed, 0 unchanged" in report
    with lexigraph.database() as database:
        from_lmf, from_jsonl = senses(database, "lmf"), senses(database, "jsonl")
    assert len(from_lmf) > 2_000
    assert from_lmf == from_jsonl
    found = lexigraph.run("search", "the food and drink that nobody takes", "--library", "lmf")
    assert "abst" in found.done()


Sense = tuple[str, str, str, str]


def senses(database: Database, key: str) -> set[Sense]:
    """Word, part of speech, synset and text of each definition, without the layouts' ids."""
    [library] = database.rows("libraries", key=key)
    words = {word["_id"]: word for word in database.rows("words", library_id=library["_id"])}
    rows = database.rows("definitions", library_id=library["_id"])
    assert {row["word_id"] for row in rows} == words.keys()
    return {sense_of(words[row["word_id"]], row) for row in rows}


def sense_of(word: dict[str, Any], row: dict[str, Any]) -> Sense:
    synset = row["synset"]["key"].removeprefix("oewn-")
    return word["text"], word["part_of_speech_key"], synset, row["text"]


@pytest.mark.data
@pytest.mark.long
@pytest.mark.parametrize("name", [LMF, JSONL])
def test_the_whole_dictionary_is_imported(lexigraph: CommandLine, name: str) -> None:
    with lexigraph.start("import", data_file(name), "--library", "oewn") as process:
        outcome = outcome_of(process, patience_seconds=1_200)
    assert ": 135,997 added, 0 changed, 0 unchanged, 0 refused" in outcome.done()
    assert "107,525 texts embedded" in outcome.output
    assert any("entries: " in line and " left" in line for line in outcome.errors.splitlines())
    with lexigraph.server() as server:
        data = server.ask(TOTALS, library="oewn")
    assert data["words"]["totalCount"] == 135_997
    assert data["library"]["definitions"]["totalCount"] == 185_152
    assert data["library"]["synsets"]["totalCount"] == 107_525
