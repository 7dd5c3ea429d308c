"""What kinds of index differ in: how their files are opened, filled and brought up to date."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from documents.library import LibraryDocument
from resolvers.semantic_index.change_log import Portion
from resolvers.semantic_index.folder import Build
from resolvers.semantic_index.passage_index import Found
from resolvers.semantic_index.sources import PassageSource

Query = TypeVar("Query")
AskedOf = TypeVar("AskedOf", contravariant=True)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many passages of those that were there at the beginning."""

    done: int
    total: int


class IndexFiles(Protocol):
    """An index in segments with a tail in memory."""

    directory: Path

    @property
    def sequence(self) -> int:
        """The last change that was applied."""
        ...

    @property
    def sealed_sequence(self) -> int:
        """The last change that is in a segment."""
        ...

    @property
    def needs_sealing(self) -> bool:
        """Whether the tail is as large as a segment."""
        ...

    def refresh(self) -> bool:
        """Adopt what another process wrote."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Be the one that writes."""
        ...

    def seal(self) -> None:
        """Write the tail."""
        ...

    def merge(self, *, everything: bool = False) -> bool:
        """Write segments anew as one; returns whether there was need."""
        ...

    def verify(self) -> None:
        """Read every byte of the files.

        Raises:
            DamagedFileError: a checksum is wrong.
        """
        ...


class SearchedIndex(Protocol[AskedOf]):
    """The passages of one source, to be searched in one way."""

    @property
    def index(self) -> IndexFiles:
        """Where they are kept."""
        ...

    @property
    def sequence(self) -> int:
        """The last transaction of the library that it reflects; negative while it is loaded."""
        ...

    def search(self, queries: Sequence[AskedOf]) -> list[Found]:
        """The best of each query, best first; equal scores are ordered by id."""
        ...


Index = TypeVar("Index", bound=SearchedIndex[Any])


class LogReader(Protocol):
    """Reads how far a library is, and how it got there."""

    @property
    def library(self) -> LibraryDocument:
        """As it was when it was first asked for."""
        ...

    async def sequence(self) -> int:
        """How many transactions the library has seen; -1 where it is gone."""
        ...

    async def changes(self, after: int, until: int) -> Portion:
        """The next changes of the log, as many as are applied at once.

        Raises:
            ChangesMissingError: the log begins later.
        """
        ...


class IndexMaker(Protocol[Index]):
    """Makes one kind of index of one source."""

    @property
    def source(self) -> PassageSource:
        """What is indexed."""
        ...

    def open(self, directory: Path, build: Build) -> Index:
        """Open the files of a build, or begin it.

        Raises:
            SegmentError: they cannot be used.
        """
        ...

    def load(self, index: Index) -> AsyncGenerator[Progress, None]:
        """Fill an empty index from the store; searches may use it meanwhile.

        Afterwards it reflects the library as it was when this began, and parts of what happened
        since: applying the log from there makes it whole.
        """
        ...

    def measure(self, index: Index, build: Build) -> Build:
        """The build with what was found out about its index; itself if there is nothing new."""
        ...

    async def apply(self, index: Index, portion: Portion) -> None:
        """Bring an index to the end of a portion; one that it has seen changes nothing."""
        ...
