"""WN-LMF: what is taken, what is refused, and where reading stops."""

import gzip
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from record_strategies import labels

from documents.vocabulary import PartOfSpeech, RelationLevel, RelationType
from resolvers.transfer.errors import BrokenFileError, UnreadableFileError
from resolvers.transfer.formats import Format, open_reader
from resolvers.transfer.lmf_ids import id_of_key, key_of_id
from resolvers.transfer.records import (
    EntryRecord,
    ExampleRecord,
    FormRecord,
    LibraryHeader,
    PronunciationRecord,
    Refusal,
    RelationRecord,
)

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE LexicalResource SYSTEM "http://globalwordnet.github.io/schemas/WN-LMF-1.3.dtd">
<LexicalResource xmlns:dc="https://globalwordnet.github.io/schemas/dc/">
"""
LEXICON = '<Lexicon id="t" label="Test" language="en" email="" license="CC0" version="1" url="u">\n'
TAIL = "</Lexicon></LexicalResource>"
STEED = """
<LexicalEntry id="t-horse-n">
  <Lemma writtenForm="horse" partOfSpeech="n">
    <Pronunciation variety="GB">hɔs</Pronunciation><Tag category="penn">NN</Tag>
  </Lemma>
  <Form writtenForm="horses"><Tag category="penn">NNS</Tag></Form>
  <Sense id="t-horse-1" synset="t-1" dc:source="here">
    <SenseRelation relType="other" dc:type="agent" target="t-ride-1"/>
    <Example>
      a horse
      of course
    </Example>
    <Count>7</Count>
  </Sense>
</LexicalEntry>
<LexicalEntry id="t-steed-n">
  <Lemma writtenForm="steed" partOfSpeech="n"/><Sense id="t-steed-1" synset="t-1"/>
</LexicalEntry>
<LexicalEntry id="t-ride-v">
  <Lemma writtenForm="ride" partOfSpeech="v"/>
  <Sense id="t-ride-1" synset="t-2" adjposition="p" subcat="vtai"/>
</LexicalEntry>
<Synset id="t-1" ili="i1" partOfSpeech="n" members="t-steed-n t-horse-n" lexfile="noun.animal">
  <Definition>an animal to ride</Definition>
  <Definition>a horse</Definition>
  <SynsetRelation relType="involved_agent" target="t-2"/>
  <Example dc:source="a poem">my kingdom</Example>
</Synset>
<Synset id="t-2" ili="in" partOfSpeech="v"><Definition>to sit on an animal</Definition></Synset>
<SyntacticBehaviour id="vtai" subcategorizationFrame="Somebody ----s something"/>
"""


def read(path: Path, text: str) -> list[EntryRecord | Refusal]:
    path.write_text(text, encoding="utf-8")
    with open_reader(path, Format.LMF) as reader:
        return list(reader)


def entries_and_reasons(
    items: list[EntryRecord | Refusal],
) -> tuple[list[EntryRecord], list[tuple[int, str]]]:
    entries = [item for item in items if isinstance(item, EntryRecord)]
    return entries, [(r.line, r.reason) for r in items if isinstance(r, Refusal)]


def test_every_element_finds_its_field(tmp_path: Path) -> None:
    path = tmp_path / "horse.xml"
    path.write_text(HEAD + LEXICON + STEED + TAIL, encoding="utf-8")
    with open_reader(path) as reader:
        horse, steed, ride = list(reader)
        assert reader.header == LibraryHeader("Test", "en", "CC0", "1", "u")
        assert reader.total == 3
        assert "t-ride-1" in reader.keys
        assert "t-walk-1" not in reader.keys
        assert reader.notes == {
            "attribute subcat of Sense left out": 1,
            "SyntacticBehaviour left out": 1,
        }
    assert isinstance(horse, EntryRecord)
    assert isinstance(steed, EntryRecord)
    assert isinstance(ride, EntryRecord)
    assert (horse.text, horse.part_of_speech, horse.source_line) == (
        "horse",
        (PartOfSpeech.NOUN,),
        6,
    )
    assert horse.pronunciations == (PronunciationRecord("hɔs", "GB"),)
    assert horse.forms == (FormRecord("horses", "NNS"),)
    assert horse.tags == ("penn:NN",)
    sense = horse.senses[0]
    assert (sense.text, sense.domain, sense.source) == ("an animal to ride", "noun.animal", "here")
    assert sense.synset is not None
    assert (sense.synset.key, sense.synset.ili, sense.synset.position) == ("t-1", "i1", 1)
    assert sense.synonyms == ("steed",)
    assert sense.examples == (
        ExampleRecord("my kingdom", "a poem"),
        ExampleRecord("a horse of course"),
    )
    assert sense.metadata == {"count": 7, "more_definitions": ["a horse"]}
    edge = RelationRecord(RelationType.INVOLVED_AGENT, RelationLevel.SYNSET, "t-ride-1")
    assert sense.relations == (
        RelationRecord(RelationType.AGENT, RelationLevel.SENSE, "t-ride-1"),
        edge,
    )
    assert steed.senses[0].relations == (edge,)
    assert ride.senses[0].synset is not None
    assert ride.senses[0].synset.ili is None
    assert ride.senses[0].metadata == {"adjposition": "p"}


def test_a_synset_relation_ends_at_the_lead_of_its_target(tmp_path: Path) -> None:
    back = '<SynsetRelation relType="agent" target="t-1"/>'
    text = STEED.replace("animal</Definition></Synset>", f"animal</Definition>{back}</Synset>")
    (_, _, ride), _ = entries_and_reasons(read(tmp_path / "x", HEAD + LEXICON + text + TAIL))
    assert ride.senses[0].relations[0].target_key == "t-steed-1"


def test_several_lexicons_share_one_file(tmp_path: Path) -> None:
    swedish = LEXICON.replace('"t"', '"sv"').replace('"en"', '"sv"') + (
        '<LexicalEntry id="sv-1"><Lemma writtenForm="häst" partOfSpeech="n"/>'
        '<Sense id="sv-häst" synset="t-1"/></LexicalEntry>'
    )
    text = HEAD + LEXICON + STEED + "</Lexicon>" + swedish + TAIL
    entries, reasons = entries_and_reasons(read(tmp_path / "x", text))
    assert not reasons
    assert [entry.language for entry in entries] == [None, None, None, "sv"]
    assert entries[-1].senses[0].text == "an animal to ride"


def test_homographs_are_numbered_in_file_order(tmp_path: Path) -> None:
    entry = '<LexicalEntry id="{}"><Lemma writtenForm="bass" partOfSpeech="{}"/></LexicalEntry>'
    text = "".join([entry.format("a", "n"), entry.format("b", "v"), entry.format("c", "n")])
    entries, _ = entries_and_reasons(read(tmp_path / "x", HEAD + LEXICON + text + TAIL))
    assert [entry.homograph for entry in entries] == [1, 1, 2]


def test_a_relation_without_a_target_is_refused_and_its_entry_kept(tmp_path: Path) -> None:
    text = STEED.replace('target="t-ride-1"', 'target="t-walk-1"').replace(
        'target="t-2"', 'target="t-9"'
    )
    entries, reasons = entries_and_reasons(read(tmp_path / "x", HEAD + LEXICON + text + TAIL))
    assert len(entries) == 3
    assert [line for line, _ in reasons] == [12, 30]
    assert '"t-walk-1"' in reasons[0][1]
    assert '"t-9"' in reasons[1][1]


def test_a_sense_without_definition_text_is_refused(tmp_path: Path) -> None:
    text = STEED.replace(
        "<Definition>to sit on an animal</Definition>", "<Definition> </Definition>"
    )
    entries, reasons = entries_and_reasons(read(tmp_path / "x", HEAD + LEXICON + text + TAIL))
    assert entries[-1].senses == ()
    assert reasons == [
        (33, "Definition is blank; fill it in or leave it out"),
        (12, 'agent ends at "t-ride-1", which the file does not define'),
        (30, 'involved_agent ends at "t-2", which the file does not define'),
        (25, 'sense "t-ride-1" has no definition text'),
    ]


def test_the_second_of_two_equal_ids_is_refused(tmp_path: Path) -> None:
    again = STEED.split("<Synset", maxsplit=1)[0].replace("t-ride-v", "t-ride-v2")
    entries, reasons = entries_and_reasons(
        read(tmp_path / "x", HEAD + LEXICON + STEED + again + TAIL)
    )
    assert [entry.text for entry in entries] == ["horse", "steed", "ride", "ride"]
    assert entries[-1].senses == ()
    assert [reason for _, reason in reasons] == [
        'entry "t-horse-n" is there already',
        'entry "t-steed-n" is there already',
        'sense "t-ride-1" is there already',
    ]


def test_unknown_names_are_counted_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    text = STEED.replace("<Count>7</Count>", "<Weight><Kilo/></Weight>").replace(
        'relType="involved_agent"', 'relType="carries"'
    )
    path.write_text(HEAD + LEXICON + text + TAIL, encoding="utf-8")
    with open_reader(path) as reader:
        horse = next(iter(reader))
        assert reader.notes["unknown element Weight left out"] == 1
        assert reader.notes['relation "carries" taken as other'] == 1
    assert isinstance(horse, EntryRecord)
    assert horse.senses[0].relations[1].type is RelationType.OTHER


def test_what_extends_another_lexicon_is_refused(tmp_path: Path) -> None:
    text = '<ExternalLexicalEntry id="far"><ExternalLemma/></ExternalLexicalEntry>'
    lexicon = LEXICON.replace("<Lexicon", "<LexiconExtension")
    tail = TAIL.replace("</Lexicon>", "</LexiconExtension>")
    _, reasons = entries_and_reasons(read(tmp_path / "x", HEAD + lexicon + text + tail))
    assert [line for line, _ in reasons] == [5]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD + LEXICON + STEED[:200], 10),
        (HEAD + LEXICON + STEED + TAIL + "<more/>", 35),
        (HEAD + LEXICON + "<LexicalEntry id='a'>\x01</LexicalEntry>" + TAIL, 5),
        (HEAD + LEXICON + "<LexicalEntry id='&#xD800;'/>" + TAIL, 5),
        (HEAD + LEXICON + "<LexicalEntry id='&undefined;'/>" + TAIL, 5),
        ("<html><body/></html>", 1),
        (HEAD + "</LexicalResource>", 1),
        (HEAD + LEXICON.replace('"en"', '"plain English"') + TAIL, 4),
    ],
)
def test_broken_xml_ends_reading_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(BrokenFileError) as raised:
        read(tmp_path / "x", text)
    assert raised.value.line == line
    assert f"line {line}" in raised.value.message


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY a "aaaaaaaaaa">',
        '<!ENTITY file SYSTEM "file:///etc/hostname">',
        '<!ENTITY % remote SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_entities_are_refused_before_they_expand(tmp_path: Path, declaration: str) -> None:
    text = f"<!DOCTYPE LexicalResource [{declaration}]>\n<LexicalResource/>"
    with pytest.raises(BrokenFileError, match="entities are not taken"):
        read(tmp_path / "x", text)


def test_bytes_that_are_not_utf_8_are_told_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes((HEAD + LEXICON).encode() + b'<LexicalEntry id="\xe4"/>')
    with pytest.raises(BrokenFileError) as raised:
        open_reader(path)
    assert (raised.value.line, raised.value.column) == (5, 19)


def test_a_declared_encoding_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "x"
    text = (HEAD + LEXICON + STEED + TAIL).replace("UTF-8", "UTF-16").replace("ride", "réide")
    path.write_bytes(text.encode("utf-16"))
    with open_reader(path) as reader:
        assert [item.text for item in reader if isinstance(item, EntryRecord)][2] == "réide"


def test_a_packed_file_that_ends_early_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    packed = gzip.compress((HEAD + LEXICON + STEED + TAIL).encode())
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(UnreadableFileError, match="ends early"):
        open_reader(path, Format.LMF)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<Count>7</Count>", f"<Count>{'9' * 5_000}</Count>", "Count has to be a whole number"),
        ('synset="t-2"', f'synset="{"t" * 1_001}"', "synset has 1,001 characters"),
        ('lexfile="noun.animal"', f'lexfile="{"n" * 1_001}"', "lexfile has 1,001 characters"),
        ('category="penn">NN<', 'category="homograph">0<', "homograph has to be a whole number"),
    ],
)
def test_an_attribute_that_cannot_be_stored_is_refused(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert old in STEED
    items = read(tmp_path / "x", HEAD + LEXICON + STEED.replace(old, new) + TAIL)
    assert reason in entries_and_reasons(items)[1][0][1]


def test_ids_that_hold_no_character_stay_as_they_are() -> None:
    assert key_of_id("a_x110000_") == "a_x110000_"
    assert key_of_id("a_x10FFFF_") == "a\U0010ffff"


@given(labels | st.text("_xSA0:", min_size=1))
@example("_x_")
@example("a_x_")
@example("_x0041_")
def test_any_key_survives_as_an_id(key: str) -> None:
    assert key_of_id(id_of_key(key)) == key
    assert key_of_id(id_of_key(key, marked=True)) == key
    assert id_of_key(key) != id_of_key(key, marked=True)
