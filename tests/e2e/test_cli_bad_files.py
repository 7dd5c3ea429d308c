"""A file that cannot be imported is explained in one sentence and leaves nothing behind."""

import gzip
from pathlib import Path

import pytest
from command_line import CommandLine

TABLE = b"word,definition\nriver,a large stream\nwater,a clear liquid\n"
LMF_HEAD = b'<?xml version="1.0"?>\n<LexicalResource>\n  <Lexicon id="toy" label="Toy"'

BAD_FILES = {
    "missing": (None, "UNREADABLE_FILE", "No such file or directory"),
    "empty": (b"", "EMPTY_FILE", "is empty"),
    "unknown": (b"<html><body>hello</body></html>", "UNKNOWN_FORMAT", "WN-LMF XML, JSON Lines"),
    "binary": (bytes(range(256)), "UNKNOWN_FORMAT", "none of the formats"),
    "truncated XML": (LMF_HEAD, "BROKEN_FILE", "line 3"),
    "malformed XML": (LMF_HEAD + b">\n</Lexicon><", "BROKEN_FILE", "line 4"),
    "truncated gzip": (gzip.compress(TABLE * 99)[:-20], "UNREADABLE_FILE", "ends early"),
    "damaged gzip": (b"\x1f\x8b\x08" + bytes(40), "UNREADABLE_FILE", "damaged"),
    "Latin-1": (TABLE + b"caf\xe9,a place\n", "BROKEN_FILE", "line 4: byte 4"),
    "UTF-16": (TABLE.decode().encode("utf-16"), "BROKEN_FILE", "save it as UTF-8"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_explained_and_leaves_no_library(
    lexigraph_with_sample: CommandLine, tmp_path: Path, name: str
) -> None:
    content, code, words = BAD_FILES[name]
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    sentence = lexigraph_with_sample.import_(path, "bad").sentence()
    assert sentence.startswith(f"error {code} ")
    assert words in sentence
    with lexigraph_with_sample.database() as database:
        assert database.count("libraries", key="bad") == 0
