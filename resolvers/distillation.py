"""Which texts a static table is distilled from: those of the libraries, and of files."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.embeddings.minilm import embedder as minilm
from infra.embeddings.minilm.weights import read_vocabulary
from infra.embeddings.static import embedder as static
from infra.embeddings.static.distillation import Watch, distill_table
from infra.embeddings.static.folder import keep_table
from resolvers.context import Context
from resolvers.semantic_index.sources import SOURCES
from resolvers.transfer.formats import open_reader
from resolvers.transfer.records import DocumentRecord, EntryRecord, Record, Refusal

# More make the table little better, and take MiniLM long: at 700 a second these take six minutes.
MOST_TEXTS: Final = 250_000


@dataclass(frozen=True, slots=True)
class Distillation:
    """The name of the table that was made, its file, and how many texts it was fitted to."""

    name: str
    path: Path
    texts: int


async def distill(context: Context, files: Sequence[Path], watch: Watch) -> Distillation:
    """Make the table of the provider `static` from the texts of all libraries and of some files.

    New libraries of that provider get it; those that are there keep theirs.

    Raises:
        MissingWeightsError: minilm is not installed.
        AlteredWeightsError: its weights are not the published ones.
        TransferError: a file cannot be read.
        OSError: the data folder cannot be written.
    """
    settings = context.services.settings
    teacher = await asyncio.to_thread(context.services.embedders.newest, minilm.PROVIDER)
    pieces = await asyncio.to_thread(read_vocabulary, settings.minilm_folder)
    texts = dict.fromkeys([text async for text in _texts_of_libraries(context)])
    for file in files:
        texts |= await asyncio.to_thread(_texts_of_file, file)
    chosen = _choose(list(texts))
    table = await asyncio.to_thread(distill_table, chosen, pieces, teacher, watch)
    path = await asyncio.to_thread(keep_table, settings.data_dir, static.PROVIDER, table)
    return Distillation(table.name, path, len(chosen))


async def _texts_of_libraries(context: Context) -> AsyncIterator[str]:
    for source in SOURCES:
        passages = context.services.database[source.collection].find({}, {"_id": 0, "text": 1})
        async for row in passages:
            yield row["text"]


def _texts_of_file(path: Path) -> dict[str, None]:
    with open_reader(path) as reader:
        return dict.fromkeys(text for record in reader for text in _texts_of(record))


def _texts_of(record: Record | Refusal) -> Iterator[str]:
    match record:
        case EntryRecord():
            yield from (sense.text for sense in record.senses)
        case DocumentRecord():
            yield from (chunk.text for chunk in record.chunks)


def _choose(texts: list[str]) -> list[str]:
    """All, or as many as are read, the same at every call."""
    if len(texts) <= MOST_TEXTS:
        return texts
    return random.Random(0).sample(texts, MOST_TEXTS)  # noqa: S311  # nothing depends on chance
