"""CSV and TSV: rows joined to words, and what a spreadsheet can get wrong."""

from pathlib import Path

import pytest

from documents.vocabulary import FrequencyBand, PartOfSpeech, Register
from resolvers.transfer.errors import BrokenFileError
from resolvers.transfer.formats import Format, detect, open_reader
from resolvers.transfer.records import EntryRecord, ExampleRecord, Refusal


def read(path: Path, text: str) -> tuple[list[EntryRecord], list[tuple[int, str]]]:
    path.write_bytes(text.encode())
    with open_reader(path) as reader:
        items = list(reader)
    entries = [item for item in items if isinstance(item, EntryRecord)]
    return entries, [(item.line, item.reason) for item in items if isinstance(item, Refusal)]


def test_consecutive_rows_of_one_word_are_joined(tmp_path: Path) -> None:
    (bow, rain), refusals = read(
        tmp_path / "words",
        "Word,Part of Speech,Definition,Examples,Register,Frequency_Band,Tags\n"
        'bow,noun,"A bent piece of wood,\nwith a string.",Bow|Two \\| bows,technical,rare,arms\n'
        "bow,noun,A knot with loops.,,,,\n"
        "rain,noun|verb,Water from clouds.,,,,\n",
    )
    assert not refusals
    assert (bow.frequency_band, bow.tags, bow.source_line) == (FrequencyBand.RARE, ("arms",), 2)
    assert [sense.text for sense in bow.senses] == [
        "A bent piece of wood,\nwith a string.",
        "A knot with loops.",
    ]
    assert bow.senses[0].register is Register.TECHNICAL
    assert bow.senses[0].examples == (ExampleRecord("Bow"), ExampleRecord("Two | bows"))
    assert rain.part_of_speech == (PartOfSpeech.NOUN, PartOfSpeech.VERB)


@pytest.mark.parametrize(("delimiter", "format"), [("\t", Format.TSV), (";", Format.CSV)])
def test_the_delimiter_is_found_in_the_header(
    tmp_path: Path, delimiter: str, format: Format
) -> None:
    path = tmp_path / "words"
    rows = [("\ufeffdefinition", "word"), ("Water, cold.", "rain")]
    entries, refusals = read(path, "\r\n".join(delimiter.join(row) for row in rows))
    assert detect(path) is format
    assert not refusals
    assert entries[0].senses[0].text == "Water, cold."


def test_bad_rows_are_refused_with_their_line(tmp_path: Path) -> None:
    entries, refusals = read(
        tmp_path / "words",
        "word,definition,register,key,homograph\n"
        'rain,"Water\nfrom clouds.",,k,\n'
        "snow,Ice,,\n"
        ",No word.,,,\n"
        "hail,,,,\n"
        "mist,Thin fog.,posh,,\n"
        "dew,Drops.,,k,\n"
        "rain,More water.,,,\n"
        "fog,Thick mist.,,,x\n"
        "\n"
        "rain,Again.,,,2\n",
    )
    assert [(entry.text, entry.homograph) for entry in entries] == [("rain", 1), ("rain", 2)]
    reasons = dict(refusals)
    assert "4 cells under 5 columns" in reasons[4]
    assert "word is blank" in reasons[5]
    assert "no usable definition" in reasons[6] + reasons[7]
    assert 'not "posh"' in "".join(reason for line, reason in refusals if line == 7)
    assert 'key "k" is there already' in "".join(r for line, r in refusals if line == 8)
    assert "has rows further up" in reasons[9]
    assert 'not "x"' in reasons[10]


def test_unknown_columns_and_parts_of_speech_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "words"
    path.write_text("word,definition,part_of_speech,colour\nrain,Water.,nuon,blue\n")
    with open_reader(path) as reader:
        assert reader.notes == {
            'column "colour" left out': 1,
            'part of speech "nuon" taken as other': 1,
        }


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b'word,definition\nrain,Water.\nsnow,"Ice', 3, "not closed"),
        (b'word,definition\nsnow,"Ice" cold\n', 2, "goes on after its quote"),
        (b"word,definition\nrain,W\xe4ter\n", 2, "byte 7 of the line is not UTF-8"),
        (b"word,meaning\nrain,Water\n", 1, "columns word and definition"),
        ("word,definition\n".encode("utf-16"), 1, "UTF-16"),
    ],
)
def test_a_table_that_breaks_ends_reading_with_its_line(
    tmp_path: Path, content: bytes, line: int, reason: str
) -> None:
    path = tmp_path / "words"
    path.write_bytes(content)
    with pytest.raises(BrokenFileError, match=reason) as raised:
        open_reader(path, Format.CSV)
    assert raised.value.line == line
