"""Making an index anew from the store.

Passages are read first, as columns; vectors are then read once each, whatever the number of
passages with that text, and go into the index with all of these.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from resolvers.semantic_index.change_log import Vectors
from resolvers.semantic_index.columns import PassageRow, to_columns, to_key
from resolvers.semantic_index.making import IndexFiles, Progress
from resolvers.semantic_index.passage_files import FilledFiles
from resolvers.semantic_index.passage_index import FIRST_CHANGE
from resolvers.semantic_index.reading import LibraryReader
from resolvers.semantic_index.sealing import write_loaded
from resolvers.semantic_index.sources import PassageSource
from resolvers.semantic_index.threads import in_thread
from vectorindex.protocol import ID_BYTES

Hashes = NDArray[np.bytes_]


class LoadedFiles(IndexFiles, FilledFiles, Protocol):
    """What an index that is made anew is put into."""


@dataclass(frozen=True, slots=True)
class PassageTable:
    """All passages of a source, ordered by their texts.

    Attributes:
        hashes: (n,) 16 bytes each, ascending.
        keys: (n,) 16 bytes each.
        columns: (n,) each.
    """

    hashes: Hashes
    keys: Hashes
    columns: dict[str, NDArray[np.generic]]

    def __len__(self) -> int:
        return len(self.hashes)


async def load(
    reader: LibraryReader, source: PassageSource, index: LoadedFiles
) -> AsyncGenerator[Progress, None]:
    """Fill an empty index from the store; searches may use it meanwhile.

    Afterwards it reflects the library as it was when this began, and parts of what happened since:
    applying the log from there makes it whole.
    """
    sequence = await reader.sequence()
    parts = [part async for part in _tables(reader, source)]
    table = await in_thread(_join, parts)
    del parts
    done, step = 0, 0
    yield Progress(done, len(table))
    if len(table):
        async for hashes, vectors in reader.vectors():
            step += 1
            done += await in_thread(_put, index, step, table, hashes, vectors)
            yield Progress(done, len(table))
    await in_thread(index.apply, FIRST_CHANGE + sequence, [], [], *_nothing(index))
    await in_thread(write_loaded, index, merge=True)


async def _tables(reader: LibraryReader, source: PassageSource) -> AsyncIterator[PassageTable]:
    async for passages in reader.passages(source):
        yield await in_thread(_table_of, passages)


def _table_of(passages: list[PassageRow]) -> PassageTable:
    return PassageTable(
        _hashes([passage.text_hash for passage in passages]),
        _hashes([to_key(passage.id) for passage in passages]),
        to_columns(passages),
    )


def _join(parts: list[PassageTable]) -> PassageTable:
    parts = parts or [_table_of([])]
    hashes = np.concatenate([part.hashes for part in parts])
    order = np.argsort(hashes, kind="stable")
    return PassageTable(
        hashes[order],
        np.concatenate([part.keys for part in parts])[order],
        {
            name: np.concatenate([part.columns[name] for part in parts])[order]
            for name in parts[0].columns
        },
    )


def _put(
    index: LoadedFiles, step: int, table: PassageTable, hashes: list[bytes], vectors: Vectors
) -> int:
    """Add the passages of some texts; returns how many there are."""
    wanted = _hashes(hashes)
    starts = np.searchsorted(table.hashes, wanted, side="left")
    counts = np.searchsorted(table.hashes, wanted, side="right") - starts
    texts = np.repeat(np.arange(len(wanted)), counts)
    # 0, 1, … within each text, from where its passages start.
    within = np.arange(len(texts)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = starts[texts] + within
    keys = table.keys[rows].tobytes()
    index.apply(
        step,
        [],
        [keys[at : at + ID_BYTES] for at in range(0, len(keys), ID_BYTES)],
        vectors[texts],
        {name: column[rows] for name, column in table.columns.items()},
    )
    if index.needs_sealing:
        write_loaded(index)
    return len(rows)


def _nothing(index: LoadedFiles) -> tuple[Vectors, dict[str, NDArray[np.generic]]]:
    return np.empty((0, index.dimension), dtype=np.float32), to_columns([])


def _hashes(values: list[bytes]) -> Hashes:
    # All have 16 bytes, so that zeros at the end, which NumPy leaves out, change no comparison.
    return np.array(values, dtype=f"S{ID_BYTES}")
