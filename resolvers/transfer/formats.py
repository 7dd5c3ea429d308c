"""The formats of library files: recognised by content, opened for reading or writing."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final, Protocol

from resolvers.transfer.detection import Format, detect
from resolvers.transfer.errors import UnreadableFileError, UnwritableFileError
from resolvers.transfer.files import open_unpacked, write_whole
from resolvers.transfer.jsonl import JsonlWriter, jsonl_records, scan_jsonl
from resolvers.transfer.jsonl_wordnet import scan_wordnet_jsonl
from resolvers.transfer.lmf import scan_lmf
from resolvers.transfer.lmf_writer import LmfWriter
from resolvers.transfer.reader import LibraryReader, Records, Scan
from resolvers.transfer.records import DocumentRecord, EntryRecord, LibraryHeader
from resolvers.transfer.spool import Spool
from resolvers.transfer.tabular import TableWriter
from resolvers.transfer.tabular_reader import scan_table
from resolvers.transfer.wordnet import wordnet_records

__all__ = ["Format", "LibraryWriter", "detect", "format_of_name", "open_reader", "open_writer"]

_Scanner = Callable[[BinaryIO, Spool, str], Scan]

_READERS: Final[Mapping[Format, tuple[_Scanner, Records]]] = MappingProxyType(
    {
        Format.JSONL: (scan_jsonl, jsonl_records),
        Format.WORDNET_JSONL: (scan_wordnet_jsonl, wordnet_records),
        Format.LMF: (scan_lmf, wordnet_records),
        Format.CSV: (scan_table, jsonl_records),
        Format.TSV: (scan_table, jsonl_records),
    }
)

_SUFFIXES: Final[Mapping[str, Format]] = MappingProxyType(
    {".xml": Format.LMF, ".csv": Format.CSV, ".tsv": Format.TSV}
)


def format_of_name(path: Path) -> Format:
    """The format in which a new file of that name is written; our own where the name tells none."""
    suffix = Path(path.name.casefold().removesuffix(".gz")).suffix
    return _SUFFIXES.get(suffix, Format.JSONL)


def open_reader(path: Path, format: Format | None = None) -> LibraryReader:
    """Go through a library file; the reader then gives its records. Close it after use.

    Args:
        path: the file, packed with gzip or not.
        format: how it is written; told by its content if not given.

    Raises:
        TransferError: the file as a whole cannot be read; the message says why and where.
    """
    scan, records = _READERS[format or detect(path)]
    spool = Spool()
    try:
        with open_unpacked(path) as stream:
            return LibraryReader(spool, scan(stream, spool, _plain_name(path)), records)
    except sqlite3.OperationalError as error:
        spool.close()
        raise UnreadableFileError(_no_room(error)) from error
    except BaseException:
        spool.close()
        raise


def _plain_name(path: Path) -> str:
    return path.name.removesuffix(".gz").rpartition(".")[0] or path.name


def _no_room(error: sqlite3.OperationalError) -> str:
    return f"no room for temporary files ({error}); free some or set TMPDIR"


class LibraryWriter(Protocol):
    """Takes the entries of a library one after another."""

    left_out: Counter[str]

    def write(self, entry: EntryRecord) -> None:
        """Take an entry."""

    def write_document(self, document: DocumentRecord) -> None:
        """Take a document, behind all entries."""

    def finish(self) -> None:
        """Write what was held back until all entries are known."""


@contextmanager
def open_writer(path: Path, format: Format, header: LibraryHeader) -> Iterator[LibraryWriter]:
    """Write a library file that appears only when the `with` ends without an error.

    Args:
        path: where to; packed with gzip when the name ends in `.gz`.
        format: `Format.WORDNET_JSONL` is read only.
        header: what to tell about the library.

    Raises:
        UnwritableFileError: the format cannot be written, or nothing can be written there.
    """
    if format is Format.WORDNET_JSONL:
        message = f"{format} is read only; write {Format.JSONL}, {Format.LMF} or a table instead"
        raise UnwritableFileError(message)
    try:
        with write_whole(path) as stream, Spool() as spool:
            writer = _writer(stream, format, header, spool)
            yield writer
            writer.finish()
    except sqlite3.OperationalError as error:
        raise UnwritableFileError(_no_room(error)) from error


def _writer(stream: BinaryIO, format: Format, header: LibraryHeader, spool: Spool) -> LibraryWriter:
    match format:
        case Format.LMF:
            return LmfWriter(stream, header, spool)
        case Format.CSV:
            return TableWriter(stream, ",")
        case Format.TSV:
            return TableWriter(stream, "\t")
        case _:
            return JsonlWriter(stream, header)
