"""Passages whose vectors another engine keeps, on other machines; searched like all others.

Of the processes that share a data folder one at a time brings the engine up to date, and all search
it. What an engine cannot do, such as telling how it found something, is not asked of it.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from resolvers.semantic_index.columns import SearchFilter, allowed_labels, from_keys, to_key
from resolvers.semantic_index.id_set import to_object_ids
from resolvers.semantic_index.passage_index import (
    FIRST_CHANGE,
    Found,
    PassageChange,
    PassageQuery,
    apply_change,
    depth_for,
)
from vectorindex.engine import IDS, Nearest, VectorEngine, Where
from vectorindex.segments.manifest import writer_lock

# Engines return no more at once.
MOST_HITS = 16_384


class SharedEngine(VectorEngine, Protocol):
    """An engine that other processes change, too."""

    def refresh(self) -> None:
        """Learn what they changed."""
        ...


class Engines(Protocol):
    """Where engines are had from; None of the methods is quick."""

    def open(self, name: str, dimension: int, metric: str) -> SharedEngine:
        """The engine of a name, with the columns of passages; made when it is not there.

        Raises:
            VectorIndexError: it does not answer, or holds something else.
        """
        ...

    def drop_others(self, prefix: str, keep: Collection[str]) -> None:
        """Remove the engines whose names begin so, but for some."""
        ...


class EngineFiles:
    """An engine in the place of files: there is nothing to write or to merge."""

    needs_sealing = False

    def __init__(self, engine: SharedEngine, directory: Path) -> None:
        self.engine = engine
        # Holds the lock of the one that writes, and nothing else.
        self.directory = directory

    @property
    def dimension(self) -> int:
        """Components per vector."""
        return self.engine.dimension

    @property
    def sequence(self) -> int:
        """The last change that this process knows to be applied."""
        return self.engine.sequence

    @property
    def sealed_sequence(self) -> int:
        """All of it is kept."""
        return self.engine.sequence

    def apply(
        self,
        sequence: int,
        removed: Sequence[bytes],
        ids: Sequence[bytes],
        vectors: NDArray[np.float32],
        columns: Mapping[str, NDArray[Any]] | None = None,
    ) -> None:
        """See `VectorEngine.apply`."""
        self.engine.apply(sequence, removed, ids, vectors, columns)

    def refresh(self) -> bool:
        """Learn what other processes applied."""
        before = self.engine.sequence
        self.engine.refresh()
        return self.engine.sequence > before

    def lock(self) -> AbstractContextManager[None]:
        """Be the one that writes.

        Raises:
            WriterBusyError: another process is.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        return writer_lock(self.directory)

    def seal(self) -> None:
        """It is written already."""

    def merge(self, *, everything: bool = False) -> bool:  # noqa: ARG002 - the engine does
        """The engine does it by itself."""
        return False

    def verify(self) -> None:
        """The engine does it by itself."""


class EnginePassages:
    """The passages of one source, as `PassageIndex` has them."""

    def __init__(self, index: EngineFiles) -> None:
        self.index = index

    @property
    def sequence(self) -> int:
        """See `PassageIndex.sequence`."""
        return self.index.sequence - FIRST_CHANGE

    def apply(self, sequence: int, change: PassageChange) -> None:
        """See `PassageIndex.apply`."""
        apply_change(self.index, sequence, change)

    def search(self, queries: Sequence[PassageQuery]) -> list[Found]:
        """See `PassageIndex.search`; looks at `MOST_HITS` passages at most."""
        return [self._search(query) for query in queries]

    def _search(self, query: PassageQuery) -> Found:
        where = _conditions(query.search_filter)
        depth = min(depth_for(query.count), MOST_HITS)
        while True:
            [nearest] = self.index.engine.nearest(query.vector[np.newaxis], depth, where=where)
            is_whole = len(nearest.ids) < depth or depth == MOST_HITS
            found = _found(nearest, is_whole=is_whole)
            found = found.by_owner() if query.by_owner else found
            if is_whole or len(found) >= query.count:
                return found.take(slice(query.count))
            depth = min(4 * depth, MOST_HITS)


def engine_name(directory: Path) -> str:
    """The engine of a build, as all processes that share its folder name it."""
    return engine_prefix(directory) + directory.name


def engine_prefix(directory: Path) -> str:
    """How the names of all builds of an index begin."""
    digest = blake2b(str(directory.parent).encode(), digest_size=8).hexdigest()
    return f"lexigraph_{digest}_"


def _found(nearest: Nearest, *, is_whole: bool) -> Found:
    found = Found(from_keys(nearest.ids), nearest.columns["owner"], nearest.scores)
    # See `found_at`: more passages may share the last score.
    return found if is_whole else found.take(found.scores > found.scores[-1])


def _conditions(search_filter: SearchFilter) -> Where | None:
    where: dict[str, list[Any]] = {
        name: numbers.tolist() for name, numbers in allowed_labels(search_filter).items()
    }
    if search_filter.owners is not None:
        where["owner"] = search_filter.owners.ids.tolist()
    if search_filter.passages is not None:
        where[IDS] = [to_key(each) for each in to_object_ids(search_filter.passages.ids)]
    return where or None
