"""Import, export and search as a user types them."""

import gzip
import json
from pathlib import Path

import pytest
from command_line import CommandLine

from infra.entrypoints.sample import sample_file

SAMPLE_ENTRIES = 249

LMF = """<?xml version="1.0" encoding="UTF-8"?>
<LexicalResource>
  <Lexicon id="toy" label="Toy" language="en" email="a@example.org" license="CC0" version="1">
    <LexicalEntry id="toy-river-n">
      <Lemma writtenForm="river" partOfSpeech="n"/>
      <Sense id="toy-river-1" synset="toy-1-n"/>
    </LexicalEntry>
    <LexicalEntry id="toy-water-n">
      <Lemma writtenForm="water" partOfSpeech="n"/>
      <Sense id="toy-water-1" synset="toy-2-n"/>
    </LexicalEntry>
    <Synset id="toy-1-n" ili="" partOfSpeech="n"><Definition>a large stream</Definition></Synset>
    <Synset id="toy-2-n" ili="" partOfSpeech="n"><Definition>a clear liquid</Definition></Synset>
  </Lexicon>
</LexicalResource>
"""
WORDNET_JSONL = """{"word": "river", "pos": "noun", "senses": [{"definition": "a large stream"}]}
{"word": "water", "pos": "noun", "senses": [{"definition": "a clear liquid"}]}
"""
TABLES = {
    "csv": "word,part_of_speech,definition\nriver,noun,a large stream\nwater,noun,a clear liquid\n",
    "tsv": "word\tdefinition\nriver\ta large stream\nwater\ta clear liquid\n",
}
SMALL_FILES = {"toy.xml": LMF, "toy.jsonl": WORDNET_JSONL} | {
    f"toy.{name}": text for name, text in TABLES.items()
}


def test_an_import_reports_what_it_did(lexigraph: CommandLine) -> None:
    with sample_file() as path:
        figures, pace = lexigraph.import_(path, "sample").done().splitlines()
    assert figures == (
        f"{SAMPLE_ENTRIES} entries in sample: {SAMPLE_ENTRIES} added, 0 changed, 0 unchanged, "
        "0 refused"
    )
    assert "texts embedded in" in pace


def test_a_second_import_says_that_nothing_changed(lexigraph_with_sample: CommandLine) -> None:
    with sample_file() as path:
        said = lexigraph_with_sample.import_(path, "sample").done()
    assert f"0 added, 0 changed, {SAMPLE_ENTRIES} unchanged, 0 refused" in said
    assert "; 0 texts embedded" in said


@pytest.mark.parametrize("name", SMALL_FILES)
def test_each_layout_is_recognised_packed_or_not(
    lexigraph_with_sample: CommandLine, tmp_path: Path, name: str
) -> None:
    key = name.replace(".", "-")
    plain, packed = tmp_path / name, tmp_path / f"{name}.gz"
    plain.write_text(SMALL_FILES[name])
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    first = lexigraph_with_sample.import_(plain, key).done()
    again = lexigraph_with_sample.import_(packed, key).done()
    assert "2 added, 0 changed, 0 unchanged" in first
    assert "0 added, 0 changed, 2 unchanged" in again


@pytest.mark.parametrize("name", ["copy.jsonl", "copy.jsonl.gz"])
def test_an_export_imports_as_an_equal_library(
    lexigraph_with_sample: CommandLine, tmp_path: Path, name: str
) -> None:
    lexigraph, key = lexigraph_with_sample, name.replace(".", "-")
    said = lexigraph.run("export", tmp_path / name, "--library", "sample").done()
    assert said == f"{SAMPLE_ENTRIES} entries of sample exported to {tmp_path / name}\n"
    lexigraph.import_(tmp_path / name, key).done()
    lexigraph.run("export", tmp_path / f"again-{name}", "--library", key).done()
    assert lines_of(tmp_path / f"again-{name}") == lines_of(tmp_path / name)


def lines_of(path: Path) -> list[object]:
    unpacked = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in unpacked.splitlines()]


def test_search_finds_the_described_word(lexigraph_with_sample: CommandLine) -> None:
    asked = "a tall pole that carries the sails of a ship"
    found = lexigraph_with_sample.run("search", asked, "--library", "sample").done()
    header, first, *others = found.splitlines()
    assert header.split() == ["word", "part", "of", "speech", "score", "definition"]
    assert first.split()[:3] == ["1", "mast", "noun"]
    assert others


def test_search_compares_words_where_that_is_asked_for(lexigraph_with_sample: CommandLine) -> None:
    command = ["search", "masts", "--library", "sample", "--mode", "lexical", "--limit", "1"]
    _, first = lexigraph_with_sample.run(*command).done().splitlines()
    assert first.split()[:3] == ["1", "mast", "noun"]


def test_search_keeps_to_the_part_of_speech(lexigraph_with_sample: CommandLine) -> None:
    command = ["search", "a ship", "--library", "sample", "--limit", "3"]
    found = lexigraph_with_sample.run(*command, "--part-of-speech", "verb").done()
    rows = [line.split() for line in found.splitlines() if line.split()[0] in "123"]
    assert [row[2] for row in rows] == ["verb"] * 3


def test_refused_entries_are_named_and_the_rest_is_taken(
    lexigraph: CommandLine, tmp_path: Path
) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text(WORDNET_JSONL + '{"word": "", "senses": []}\n{"word": "broken\n')
    outcome = lexigraph.import_(path, "some")
    assert "2 added, 0 changed, 0 unchanged, 2 refused" in outcome.done()
    assert [line.split(":")[0] for line in outcome.errors.splitlines()] == ["  line 3", "  line 4"]


def test_a_file_of_which_nothing_can_be_taken_is_a_failure(
    lexigraph: CommandLine, tmp_path: Path
) -> None:
    path = tmp_path / "none.jsonl"
    path.write_text('{"word": ""}\n{"word": " "}\n')
    outcome = lexigraph.import_(path, "none")
    assert outcome.code == 1
    assert outcome.errors.endswith(f"Nothing of {path} could be taken.\n")
