"""A whole import or export: from a file's name to a library that can be searched, and back."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Protocol

from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.transfer.apply import ImportReport, import_entries
from resolvers.transfer.document_extract import export_documents
from resolvers.transfer.embed import EmbeddingProgress, embed_missing
from resolvers.transfer.extract import export_entries, library_header
from resolvers.transfer.formats import (
    Format,
    detect,
    format_of_name,
    open_reader,
    open_writer,
)
from resolvers.transfer.records import LibraryHeader
from resolvers.writing.items import NewLibrary
from resolvers.writing.library import create_library
from resolvers.writing.lookup import find_library


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote, and how often the format had no place for something."""

    entries: int
    left_out: Counter[str]


class ImportWatcher(Protocol):
    """Who wants to know how far an import is."""

    def entries(self, done: int, total: int) -> None:
        """So many entries of the file are written."""

    def embedded(self, progress: EmbeddingProgress) -> None:
        """So many definitions and chunks can be found by meaning."""


async def import_file(
    context: Context,
    path: Path,
    key: str,
    file_format: Format | None = None,
    *,
    watcher: ImportWatcher | None = None,
) -> ImportReport:
    """Import a file into a library, made when missing, and embed what is new.

    The same call again resumes an interrupted import, and changes nothing after a complete one.

    Raises:
        TransferError: the file cannot be read, wholly or from some place on.
        EmbeddingError: the library's model cannot be run here; its words are written.
    """
    file_format = file_format or detect(path)
    with await asyncio.to_thread(open_reader, path, file_format) as reader:
        library = await find_library(key) or await _make_library(context, key, reader.header)
        fingerprint = await asyncio.to_thread(_fingerprint, path, file_format)
        total = reader.total
        # Closed before the reader is, also when the watcher raises.
        reports = import_entries(context, library, reader, fingerprint, reader.untold)
        async with aclosing(reports):
            async for report in reports:
                if watcher:
                    watcher.entries(report.entries, total)
        report.notes = reader.notes
    async for progress in embed_missing(context, library):
        report.texts_embedded = progress.texts_embedded
        if watcher:
            watcher.embedded(progress)
    return report


async def export_file(
    context: Context,
    key: str,
    path: Path,
    file_format: Format | None = None,
    *,
    watch: Callable[[int, int], None] | None = None,
) -> ExportReport:
    """Export a library to a file, which appears when it is complete.

    Args:
        context: the operation.
        key: names the library.
        path: where to.
        file_format: told by the name of the file if not given.
        watch: is told how many entries are written, and of how many.

    Raises:
        RequestError: there is no such library.
        TransferError: the file cannot be written.
    """
    library = await library_by_key(key)
    total = await _count_entries(context, library)
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        if watch:
            watch(done, total)

    file_format = file_format or format_of_name(path)
    with open_writer(path, file_format, library_header(library)) as writer:
        async for entries in export_entries(library):
            for entry in entries:
                writer.write(entry)
            count(len(entries))
        async for documents in export_documents(library):
            for document in documents:
                writer.write_document(document)
            count(len(documents))
    return ExportReport(done, writer.left_out)


async def _count_entries(context: Context, library: LibraryDocument) -> int:
    of_library = {"library_id": library.id}
    counts = [
        await context.services.database[name].count_documents(of_library)
        for name in ("words", "documents")
    ]
    return sum(counts)


async def library_by_key(key: str) -> LibraryDocument:
    """The library of that key.

    Raises:
        RequestError: there is none.
    """
    library = await find_library(key)
    if library is None:
        raise RequestError(f"There is no library {key!r}; `lexigraph library list` shows them all.")
    return library


async def _make_library(context: Context, key: str, header: LibraryHeader) -> LibraryDocument:
    item = NewLibrary(
        key=key,
        name=header.name,
        language=header.language,
        description=header.description,
        license=header.licence,
        attribution=header.attribution,
        source_url=header.url,
        source_version=header.version,
        index=header.index,
        metadata=dict(header.metadata),
    )
    return await create_library(context, item)


def _fingerprint(path: Path, file_format: Format) -> str:
    with path.open("rb") as file:
        return f"{file_format}:{file_digest(file, 'sha256').hexdigest()}"
