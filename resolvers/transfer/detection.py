"""Which format a file is in, told by its content: names lie."""

import codecs
from enum import StrEnum
from pathlib import Path
from typing import Final

import orjson

from resolvers.transfer.checks import LINE_LIMIT_BYTES
from resolvers.transfer.errors import EmptyFileError, UnknownFormatError
from resolvers.transfer.files import open_unpacked
from resolvers.transfer.tabular import table_delimiter

_HEAD_BYTES: Final = 64 * 1024
_WIDE_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Format(StrEnum):
    """The layouts of library files."""

    JSONL = "jsonl"
    WORDNET_JSONL = "wordnet-jsonl"
    LMF = "lmf"
    CSV = "csv"
    TSV = "tsv"


def detect(path: Path) -> Format:
    """Tell the format of a file.

    Raises:
        EmptyFileError: it is empty or blank.
        UnknownFormatError: it is in none of the formats; the message says what was expected.
        UnreadableFileError: it cannot be opened or unpacked.
    """
    with open_unpacked(path) as stream:
        head = _head_text(stream.read(_HEAD_BYTES))
        if head.startswith("{"):
            stream.seek(0)
            head = _head_text(stream.readline(LINE_LIMIT_BYTES))
    if not head:
        raise EmptyFileError(f"{path} is blank; give a file that holds a library")
    found = _recognise(head)
    if found is None:
        raise UnknownFormatError(
            f"{path} is in none of the formats that are read: WN-LMF XML, JSON Lines that begin "
            'with {"lexigraph": …}, {"_meta": …} or {"word": …}, or a table whose first line '
            "names the columns word and definition"
        )
    return found


def _head_text(head: bytes) -> str:
    # Only recognition: whether all of it can be decoded is the reader's business.
    encoding = "utf-16" if head.startswith(_WIDE_MARKS) else "utf-8-sig"
    return head.decode(encoding, "replace").lstrip()


def _recognise(head: str) -> Format | None:
    if head.startswith("<"):
        return Format.LMF if "<LexicalResource" in head else None
    if head.startswith("{"):
        return _recognise_json(head.splitlines()[0])
    match table_delimiter(head.splitlines()[0]):
        case None:
            return None
        case "\t":
            return Format.TSV
        case _:
            return Format.CSV


def _recognise_json(line: str) -> Format | None:
    if line.startswith('{"lexigraph"'):
        return Format.JSONL
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        # Entries of the foreign layout are refused one by one, the first one too.
        return Format.WORDNET_JSONL if line.startswith(('{"word"', '{"_meta"')) else None
    if "lexigraph" in value:
        return Format.JSONL
    return Format.WORDNET_JSONL if value.keys() & {"_meta", "word"} else None
