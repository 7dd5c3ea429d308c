"""Foreign JSON Lines: wordnets with synsets, and plain dictionaries."""

from pathlib import Path

import orjson

from documents.vocabulary import PartOfSpeech, RelationLevel, RelationType
from resolvers.transfer.formats import Format, detect, open_reader
from resolvers.transfer.records import EntryRecord, Refusal, RelationRecord, SynsetReference

META = {"_meta": {"name": "Test", "lang": "en", "license": "CC0", "flavour": "x"}}


def line(word: str, pos: str, *senses: dict[str, object], **more: object) -> dict[str, object]:
    return {"word": word, "pos": pos, "senses": list(senses), **more}


def sense(key: str, synset: str, **more: object) -> dict[str, object]:
    return {"id": key, "synset": synset, "definition": f"about {synset}", **more}


def read(path: Path, *lines: object) -> tuple[list[EntryRecord], list[Refusal], dict[str, int]]:
    path.write_bytes(b"\n".join(orjson.dumps(each) for each in lines))
    assert detect(path) is Format.WORDNET_JSONL
    with open_reader(path) as reader:
        items = list(reader)
        entries = [item for item in items if isinstance(item, EntryRecord)]
        return entries, [i for i in items if isinstance(i, Refusal)], dict(reader.notes)


def test_relations_between_synsets_and_words_become_relations_between_senses(
    tmp_path: Path,
) -> None:
    animal = {"relations": {"hypernym": ["2-n"]}, "synonyms": ["steed", "mount"]}
    (horse, mount, steed, beast, ride), refusals, notes = read(
        tmp_path / "x",
        META,
        line("horse", "noun", sense("h", "1-n", **animal)),
        line("mount", "noun", sense("m", "1-n", **animal | {"synonyms": ["steed", "horse"]})),
        line("steed", "noun", sense("s", "1-n", **animal | {"synonyms": ["horse", "mount"]})),
        line("beast", "noun", sense("b", "2-n", lexname="noun.animal", ili="i9")),
        line(
            "ride",
            "verb",
            sense("r", "3-v", sense_relations={"agent": [{"word": "mount", "synset": "1-n"}]}),
        ),
    )
    assert not refusals
    assert notes == {'field "flavour" of _meta left out': 1}
    edge = RelationRecord(RelationType.HYPERNYM, RelationLevel.SYNSET, "b")
    assert [entry.senses[0].relations for entry in (horse, mount, steed)] == [(edge,)] * 3
    # The lists of synonyms tell that steed leads, then horse and mount.
    places = [entry.senses[0].synset for entry in (steed, horse, mount)]
    assert places == [SynsetReference("1-n", None, position) for position in range(3)]
    assert beast.senses[0].synset == SynsetReference("2-n", "i9", 0)
    assert ride.senses[0].relations[0].target_key == "m"


def test_antonyms_are_told_by_their_relations(tmp_path: Path) -> None:
    opposite = {"sense_relations": {"antonym": [{"word": "cold", "synset": "2-a"}]}}
    (hot, _), _, _ = read(
        tmp_path / "x",
        line("hot", "adjective", sense("h", "1-a", **opposite)),
        line("cold", "adjective", sense("c", "2-a")),
    )
    assert hot.senses[0].antonyms == ("cold",)


def test_a_dictionary_without_synsets_is_taken_too(tmp_path: Path) -> None:
    (letter, noun), refusals, notes = read(
        tmp_path / "words.jsonl",
        line("a", "letter", {"definition": "The first letter.", "examples": ["An a."]}),
        line("a", "adjectivve", {"definition": "Old form of an.", "form_of": True, "rank": 1}),
    )
    assert not refusals
    assert (letter.part_of_speech, letter.homograph) == ((PartOfSpeech.LETTER,), 1)
    assert letter.senses[0].key is None
    assert noun.part_of_speech == (PartOfSpeech.OTHER,)
    assert noun.senses[0].metadata == {"form_of": True}
    assert notes == {
        'part of speech "adjectivve" taken as other': 1,
        'field "rank" of senses left out': 1,
    }


def test_satellites_are_told_by_their_synset(tmp_path: Path) -> None:
    (entry,), _, _ = read(tmp_path / "x", line("dissilient", "adjective", sense("d", "1-s")))
    assert entry.senses[0].part_of_speech is PartOfSpeech.ADJECTIVE_SATELLITE


def test_what_cannot_be_taken_is_refused_with_its_line(tmp_path: Path) -> None:
    entries, refusals, _ = read(
        tmp_path / "x",
        line("a", "noun", sense("a", "1-n"), {"id": "b", "synset": "1-n"}),
        line("a", "noun", sense("a", "1-n")),
        line("b", "noun", sense("c", "1-n", relations={"hypernym": ["9-n"]})),
        {"word": 7},
    )
    assert [entry.text for entry in entries] == ["a", "b"]
    assert [(refusal.line, refusal.reason) for refusal in refusals] == [
        (1, "sense 2: definition is missing"),
        (2, 'sense 1: id "a" is there already'),
        (2, "no sense of the entry could be taken, so it is left out"),
        (4, "word has to be a text, not a number"),
        (3, 'hypernym ends at "9-n", which the file does not define'),
    ]
