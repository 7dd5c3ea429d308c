"""Recognising files, and writing them whole or not at all."""

import gzip
from dataclasses import fields
from pathlib import Path

import pytest

from resolvers.transfer.errors import (
    EmptyFileError,
    UnknownFormatError,
    UnreadableFileError,
    UnwritableFileError,
)
from resolvers.transfer.formats import Format, detect, open_reader, open_writer
from resolvers.transfer.records import (
    DocumentRecord,
    EntryRecord,
    LibraryHeader,
    PronunciationRecord,
    Refusal,
    RelationRecord,
    SenseRecord,
)
from resolvers.transfer.tabular import COLUMNS
from resolvers.writing.items import ReadyChunk

DOCUMENTATION = (Path(__file__).parents[3] / "docs" / "import-export.md").read_text()


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (b'{"lexigraph": {"format": 1}}', Format.JSONL),
        (b'{"lexigraph": {"for', Format.JSONL),
        (b'{"_meta": {"name": "x"}}', Format.WORDNET_JSONL),
        (b'{"pos": "noun", "word": "x", "senses": []}\n', Format.WORDNET_JSONL),
        (b"<?xml version='1.0'?>\n<LexicalResource>", Format.LMF),
        (b"\xef\xbb\xbf<LexicalResource>", Format.LMF),
        ("\ufeff<LexicalResource>".encode("utf-16-le"), Format.LMF),
        (b"word\tdefinition", Format.TSV),
        (b'"definition","key","word"', Format.CSV),
        (gzip.compress(b"word,definition", mtime=0), Format.CSV),
    ],
)
def test_formats_are_told_by_content(tmp_path: Path, content: bytes, format: Format) -> None:
    path = tmp_path / "misleading.pdf"
    path.write_bytes(content)
    assert detect(path) is format


def code_block(language: str) -> str:
    return DOCUMENTATION.partition(f"```{language}\n")[2].partition("```")[0]


@pytest.mark.parametrize(("language", "entries"), [("json", 3), ("csv", 2)])
def test_what_the_documentation_shows_can_be_read(
    tmp_path: Path, language: str, entries: int
) -> None:
    path = tmp_path / "shown"
    path.write_text(code_block(language))
    with open_reader(path) as reader:
        items = list(reader)
    assert len(items) == entries
    assert not [item for item in items if isinstance(item, Refusal)]
    assert not reader.notes


def test_the_documentation_names_every_field_and_column() -> None:
    words = (EntryRecord, SenseRecord, RelationRecord, PronunciationRecord)
    records = (*words, DocumentRecord, ReadyChunk, LibraryHeader)
    names = {field.name for record in records for field in fields(record)} - {
        "source_line",
        "chunks",
    }
    assert not [name for name in {*names, *COLUMNS} if f"`{name}`" not in DOCUMENTATION]


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7", b"<html/>", b'{"@context": 1}', b'{"wo', b"word,meaning", b"\x00\xff"]
)
def test_other_content_is_refused_with_what_was_expected(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "library.jsonl"
    path.write_bytes(content)
    with pytest.raises(UnknownFormatError, match="none of the formats"):
        detect(path)


@pytest.mark.parametrize("content", [b"", b" \n\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "library.jsonl"
    path.write_bytes(content)
    with pytest.raises(EmptyFileError):
        open_reader(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="No such file"):
        open_reader(tmp_path / "none.xml")


def test_a_damaged_packed_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "library.jsonl.gz"
    content = bytearray(gzip.compress(b"word,definition\n" + bytes(range(32, 127)) * 50))
    content[-6] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match="damaged"):
        open_reader(path)


def write_half(path: Path, format: Format) -> None:
    with open_writer(path, format, LibraryHeader("x")) as writer:
        writer.write(EntryRecord("rain"))
        raise RuntimeError


@pytest.mark.parametrize("format", [Format.JSONL, Format.LMF, Format.CSV])
def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, format: Format) -> None:
    path = tmp_path / "library"
    path.write_text("before")
    with pytest.raises(RuntimeError):
        write_half(path, format)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(UnwritableFileError, match="choose another place"),
        open_writer(tmp_path / "none" / "x.jsonl", Format.JSONL, LibraryHeader("x")),
    ):
        pass


def test_the_foreign_layout_is_read_only(tmp_path: Path) -> None:
    with (
        pytest.raises(UnwritableFileError, match="read only"),
        open_writer(tmp_path / "x", Format.WORDNET_JSONL, LibraryHeader("x")),
    ):
        pass


def test_writers_count_what_they_leave_out(tmp_path: Path) -> None:
    entry = EntryRecord(
        "rain",
        etymology="old",
        metadata={"a": 1},
        senses=(SenseRecord("water", key="k", synonyms=("wet",)),),
    )
    counts = {}
    for each in (Format.JSONL, Format.LMF, Format.CSV):
        with open_writer(tmp_path / each, each, LibraryHeader("x")) as writer:
            writer.write(entry)
        counts[each] = dict(writer.left_out)
    assert counts == {
        Format.JSONL: {},
        Format.LMF: {"etymology": 1, "metadata of words": 1, "synonyms of other synsets": 1},
        Format.CSV: {"etymology": 1, "metadata of words": 1},
    }


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("word,definition\nrain,Water.\nsnow\n")
    with open_reader(path) as reader:
        assert list(reader) == list(reader)
