"""Our own JSON Lines: a closed layout whose broken lines are refused one by one."""

from pathlib import Path

import orjson
import pytest

from resolvers.transfer.checks import DEFINITION_LIMIT, HEADWORD_LIMIT, LINE_LIMIT_BYTES
from resolvers.transfer.errors import BrokenFileError
from resolvers.transfer.formats import open_reader
from resolvers.transfer.records import EntryRecord, Refusal

HEADER = '{"lexigraph": {"format": 1, "kind": "library", "name": "test"}}'


def read(path: Path, *lines: str | bytes) -> tuple[list[str], list[Refusal]]:
    """Headwords that are taken, and what is refused."""
    rows = [HEADER, *lines]
    path.write_bytes(
        b"".join(row + b"\n" if isinstance(row, bytes) else row.encode() + b"\n" for row in rows)
    )
    with open_reader(path) as reader:
        items = list(reader)
    words = [item.text for item in items if isinstance(item, EntryRecord)]
    return words, [item for item in items if isinstance(item, Refusal)]


def entry(**fields: object) -> str:
    return orjson.dumps({"text": "rain", **fields}).decode()


def sense(**fields: object) -> str:
    return entry(senses=[{"text": "water", **fields}])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "rai', "not JSON"),
        ('["rain"]', "expected an object, found a list"),
        (entry(txet="x"), "unknown field txet"),
        (entry(text=None), "text is missing"),
        (entry(text=" "), "text is blank"),
        (entry(text="x" * (HEADWORD_LIMIT + 1)), "at most 200"),
        (entry(text=7), "text has to be a text, not a number"),
        (entry(homograph=0), "homograph has to be a whole number from 1"),
        (entry(homograph=2**64 - 1), "homograph has to be a whole number from 1 to 1,000"),
        (entry(homograph=True), "not a truth value"),
        (entry(language="plain English"), "language: Expected a language tag"),
        (entry(part_of_speech=["nuon"]), 'not "nuon"'),
        (entry(part_of_speech="noun"), "part_of_speech has to be a list"),
        (entry(tags=[1]), "tags has to be a list of texts"),
        (entry(tags=["a\0b"]), "U+0000 at character 2"),
        (entry(forms=[{"text": "rains", "tga": "x"}]), "forms 1: unknown field tga"),
        (entry(metadata=[]), "metadata has to be an object"),
        (entry(metadata={"$set": 1}), "metadata: '$set' cannot name a value"),
        (entry(metadata={"n": 2**63}), "does not fit 64 bits"),
        (entry(frequency_band="often"), "frequency_band has to be one of common"),
        ('{"text": "\\ud800"}', "not JSON"),
        (b'{"text": "r\xe4in"}', "byte 12 of the line is not UTF-8"),
    ],
)
def test_a_bad_line_is_refused_alone(tmp_path: Path, line: str | bytes, reason: str) -> None:
    words, refusals = read(tmp_path / "x", line, '{"text": "snow"}')
    assert words == ["snow"]
    assert [refusal.line for refusal in refusals] == [2]
    assert reason in refusals[0].reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (sense(text=None), "sense 1: text is missing"),
        (sense(text="x" * (DEFINITION_LIMIT + 1)), "at most 10,000"),
        (sense(defintion="x"), "sense 1: unknown field defintion"),
        (sense(register="posh"), "sense 1: register has to be one of archaic"),
        (sense(synset={"key": "a", "position": -1}), "sense 1: synset: position"),
        (sense(metadata={"a.b": 1}), "sense 1: metadata: 'a.b' cannot name a value"),
        (sense(relations=[{"type": "is", "level": "sense", "target_key": "a"}]), "type has to be"),
        (sense(relations=[{"type": "also", "level": "sense"}]), "target_key is missing"),
    ],
)
def test_a_bad_sense_is_refused_and_its_entry_kept(tmp_path: Path, line: str, reason: str) -> None:
    words, refusals = read(tmp_path / "x", line)
    assert words == ["rain"]
    assert [refusal.line for refusal in refusals] == [2]
    assert reason in refusals[0].reason


def test_the_second_of_two_equal_entries_and_keys_is_refused(tmp_path: Path) -> None:
    words, refusals = read(
        tmp_path / "x",
        sense(key="k"),
        entry(part_of_speech=["noun", "verb"]),
        entry(part_of_speech=["verb", "noun"]),
        entry(homograph=2, senses=[{"text": "water", "key": "k"}]),
    )
    assert words == ["rain", "rain", "rain"]
    assert [refusal.line for refusal in refusals] == [4, 5]
    assert "homograph 1 is there already" in refusals[0].reason
    assert 'key "k" is there already' in refusals[1].reason


def test_a_relation_that_ends_nowhere_is_refused_and_its_entry_kept(tmp_path: Path) -> None:
    edges = [
        {"type": "also", "level": "sense", "target_key": "later"},
        {"type": "also", "level": "sense", "target_key": "never"},
    ]
    path = tmp_path / "x"
    later = '{"text": "snow", "senses": [{"text": "ice", "key": "later"}]}'
    words, refusals = read(path, sense(relations=edges), later)
    assert words == ["rain", "snow"]
    assert refusals == [Refusal(2, 'also ends at "never", which is not in the file')]
    with open_reader(path) as reader:
        rain = next(item for item in reader if isinstance(item, EntryRecord))
    assert [edge.target_key for edge in rain.senses[0].relations] == ["later"]


def test_a_line_without_end_is_refused_without_being_kept(tmp_path: Path) -> None:
    words, refusals = read(
        tmp_path / "x", b'{"text": "' + b"x" * (LINE_LIMIT_BYTES + 9) + b'"}', entry()
    )
    assert words == ["rain"]
    assert "longer than 16,777,216 bytes" in refusals[0].reason


def test_a_byte_order_mark_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\n\r\n{entry()}\r\n\n".encode())
    with open_reader(path) as reader:
        assert [item.text for item in reader if isinstance(item, EntryRecord)] == ["rain"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ('{"lexigraph": {"format": 2, "kind": "library", "name": "x"}}', "newer Lexigraph"),
        ('{"lexigraph": {"format": 1, "kind": "shelf", "name": "x"}}', '"kind": "library"'),
        ('{"lexigraph": {"format": 1, "kind": "library"}}', "name is missing"),
        ('{"lexigraph": {"format": 1, "kind": "library", "nmae": "x"}}', "unknown field nmae"),
        ('{"lexigraph": {"format": 1', "not JSON"),
    ],
)
def test_a_header_that_cannot_be_used_ends_reading(
    tmp_path: Path, header: str, reason: str
) -> None:
    path = tmp_path / "x"
    path.write_text(header)
    with pytest.raises(BrokenFileError, match=reason) as raised:
        open_reader(path)
    assert raised.value.line == 1
