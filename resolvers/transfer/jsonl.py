"""Our own JSON Lines: everything that the records hold, so that export and import lose nothing.

The first line tells what the file is: {"lexigraph": {"format": 1, "kind": "library", "name": …}}.
Each further line is a word with its definitions, {"document": …}, or {"chunk": …} of the document
before it; codec.py and document_codec.py say how.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, Final

import orjson

from resolvers.transfer.codec import decode_entry, decode_header, encode_entry, encode_header
from resolvers.transfer.document_codec import encode_chunk, encode_document
from resolvers.transfer.errors import BrokenFileError, RefusedError
from resolvers.transfer.fields import Fields
from resolvers.transfer.files import decode_line, read_lines
from resolvers.transfer.jsonl_documents import DocumentSpooler, decode_draft
from resolvers.transfer.reader import Scan
from resolvers.transfer.records import (
    DocumentRecord,
    EntryRecord,
    LibraryHeader,
    Record,
    Refusal,
    SenseRecord,
)
from resolvers.transfer.spool import SenseKeys, Spool

FORMAT_VERSION: Final = 1
_HIGHEST_VERSION: Final = 1_000_000
_KIND: Final = "library"


def scan_jsonl(stream: BinaryIO, spool: Spool, name: str) -> Scan:
    """Put all entries into the spool.

    Args:
        stream: the unpacked file.
        spool: where entries, sense keys and refusals go.
        name: what the file is called; used in messages only, since the header names the library.

    Raises:
        BrokenFileError: the first line is no header, or one of a newer format.
    """
    lines = read_lines(stream)
    documents = DocumentSpooler(spool)
    scan = Scan(_header(next(lines, (1, b""))[1], name))
    for number, line in lines:
        try:
            text = decode_line(line)
            if text.strip():
                _spool_line(spool, documents, number, parse_json(text))
        except RefusedError as refused:
            spool.add_refusal(number, str(refused))
    documents.end()
    return scan


def parse_json(text: str) -> object:
    """Parse one line.

    Raises:
        RefusedError: it is not JSON.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise RefusedError(
            f"column {error.pos + 1}: not JSON ({error.msg}); the line may be cut off"
        ) from error


def _header(line: bytes | None, name: str) -> LibraryHeader:
    try:
        outer = Fields(parse_json(decode_line(line)))
        values = outer.child("lexigraph")
        outer.close(frozenset({"lexigraph"}))
        if values is None:
            raise RefusedError('expected {"lexigraph": {…}}')
        version = values.number("format", 0, 0, _HIGHEST_VERSION)
        if version > FORMAT_VERSION:
            raise RefusedError("written by a newer Lexigraph; update this one to read it")
        if version < 1 or values.text("kind") != _KIND:
            raise RefusedError(f'expected "format": {FORMAT_VERSION} and "kind": "{_KIND}"')
        return decode_header(values)
    except RefusedError as refused:
        raise BrokenFileError(f"{name} begins with no usable header: {refused}", 1) from refused


def _spool_line(spool: Spool, documents: DocumentSpooler, line: int, plain: object) -> None:
    match plain:
        case {"document": document, **others} if not others:
            documents.begin(line, Fields(document))
        case {"chunk": chunk, **others} if not others:
            documents.add(Fields(chunk))
        case _:
            documents.end()
            _spool_entry(spool, line, plain)


def _spool_entry(spool: Spool, line: int, plain: object) -> None:
    entry, reasons = decode_entry(plain)
    if spool.claim_homograph(entry.text, entry.part_of_speech, entry.homograph) is None:
        raise RefusedError(
            f'"{entry.text}" with these parts of speech and homograph {entry.homograph} is there '
            "already; number homographs differently"
        )
    for reason in reasons:
        spool.add_refusal(line, reason)
    senses = []
    for position, sense in enumerate(entry.senses, 1):
        if sense.key is not None and not spool.add_sense(sense.key, entry.text):
            spool.add_refusal(line, f'sense {position}: key "{sense.key}" is there already')
        else:
            senses.append(sense)
    kept = replace(entry, senses=tuple(senses))
    spool.add_entry(line, orjson.dumps(encode_entry(kept)))


def jsonl_records(spool: Spool) -> Iterator[Record | Refusal]:
    """Give the spooled entries; relations that end nowhere are refused, their entries are kept."""
    keys = SenseKeys(spool)
    for line, draft in spool.entries():
        plain = orjson.loads(draft)
        if "document" in plain:
            yield decode_draft(plain, line)
            continue
        entry, _ = decode_entry(plain, line)
        missing = [
            Refusal(line, f'{edge.type} ends at "{edge.target_key}", which is not in the file')
            for sense in entry.senses
            for edge in sense.relations
            if edge.target_key not in keys
        ]
        if missing:
            entry = replace(entry, senses=tuple([_resolved(sense, keys) for sense in entry.senses]))
        yield entry
        yield from missing


def _resolved(sense: SenseRecord, keys: SenseKeys) -> SenseRecord:
    return replace(
        sense, relations=tuple([edge for edge in sense.relations if edge.target_key in keys])
    )


class JsonlWriter:
    """Takes entries one after another and writes each at once.

    Attributes:
        left_out: always empty; other formats have no place for some of what records hold.
    """

    def __init__(self, stream: BinaryIO, header: LibraryHeader) -> None:
        self.left_out: Counter[str] = Counter()
        self._stream = stream
        about = {"format": FORMAT_VERSION, "kind": _KIND, **encode_header(header)}
        self._write_line({"lexigraph": about})

    def write(self, entry: EntryRecord) -> None:
        """Write the line of an entry."""
        self._write_line(encode_entry(entry))

    def write_document(self, document: DocumentRecord) -> None:
        """Write the lines of a document and of its chunks."""
        self._write_line({"document": encode_document(document)})
        for chunk in document.chunks:
            self._write_line({"chunk": encode_chunk(chunk)})

    def finish(self) -> None:
        """Nothing is held back."""

    def _write_line(self, plain: object) -> None:
        self._stream.write(orjson.dumps(plain) + b"\n")
