"""Which texts a corpus table is trained on: what words, and those that explain them, stand in."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

from documents.database import Row
from infra.embeddings.corpus import PROVIDER
from infra.embeddings.corpus.training import Watch, train_table
from infra.embeddings.static.folder import keep_table
from resolvers.context import Context
from resolvers.distillation import Distillation
from resolvers.errors import RequestError
from resolvers.transfer.formats import open_reader
from resolvers.transfer.records import DocumentRecord, EntryRecord, Record, Refusal
from resolvers.transfer.run import library_by_key


async def train(
    context: Context, libraries: Sequence[str], files: Sequence[Path], watch: Watch
) -> Distillation:
    """Make the table of the provider `corpus` from the texts of libraries and of files alone.

    New libraries of that provider get it; those that are there keep theirs.

    Args:
        context: the operation.
        libraries: their keys.
        files: dictionaries.
        watch: see `Watch`.

    Raises:
        RequestError: there is no such library, or there are no texts.
        TransferError: a file cannot be read.
        OSError: the data folder cannot be written.
    """
    texts: dict[str, None] = {}
    for key in libraries:
        library = await library_by_key(key)
        of_library = {"library_id": library.id}
        texts |= dict.fromkeys([text async for text in _texts_of_library(context, of_library)])
    for file in files:
        texts |= await asyncio.to_thread(_texts_of_file, file)
    if not texts:
        raise RequestError("There is nothing to train on: name a library or a dictionary.")
    table = await asyncio.to_thread(train_table, list(texts), watch)
    data_dir = context.services.settings.data_dir
    path = await asyncio.to_thread(keep_table, data_dir, PROVIDER, table)
    return Distillation(table.name, path, len(texts))


async def _texts_of_library(context: Context, of_library: Row) -> AsyncIterator[str]:
    database, only = context.services.database, {"text": 1, "word_id": 1}
    headwords = {row["_id"]: row["text"] async for row in database["words"].find(of_library, only)}
    async for row in database["definitions"].find(of_library, only):
        yield _explained(headwords.get(row["word_id"], ""), row["text"])
    for name in ("examples", "chunks"):
        async for row in database[name].find(of_library, only):
            yield row["text"]


def _texts_of_file(path: Path) -> dict[str, None]:
    with open_reader(path) as reader:
        return dict.fromkeys(text for record in reader for text in _texts_of(record))


def _texts_of(record: Record | Refusal) -> Iterator[str]:
    match record:
        case EntryRecord():
            for sense in record.senses:
                yield _explained(record.text, sense.text)
                yield from (example.text for example in sense.examples)
        case DocumentRecord():
            yield from (chunk.text for chunk in record.chunks)


def _explained(headword: str, definition: str) -> str:
    return f"{headword} {definition}"
