"""What every reader gives: a header, sense keys, and a stream of entries and refusals."""

from collections import Counter
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from typing import Self

from resolvers.transfer.records import LibraryHeader, Record, Refusal, Untold
from resolvers.transfer.spool import SenseKeys, Spool

Records = Callable[[Spool], Iterator[Record | Refusal]]


@dataclass(slots=True)
class Scan:
    """What one pass through a file found besides what it put into the spool.

    Attributes:
        header: what the file says about the library.
        untold: what the file has no place for.
        notes: what was left out although nothing is wrong with it, and how often.
    """

    header: LibraryHeader
    untold: Untold = field(default_factory=Untold)
    notes: Counter[str] = field(default_factory=Counter)


class LibraryReader:
    """A library file that was gone through once; close it, or use it in a `with`.

    Going through the whole file comes first, so that a file that breaks in its middle raises
    before it gives its first entry. Iterating can be repeated and gives the same each time.
    """

    def __init__(self, spool: Spool, scan: Scan, records: Records) -> None:
        self._spool = spool
        self._scan = scan
        self._records = records

    @property
    def header(self) -> LibraryHeader:
        """What the file says about the library."""
        return self._scan.header

    @property
    def untold(self) -> Untold:
        """What the file has no place for."""
        return self._scan.untold

    @property
    def notes(self) -> Counter[str]:
        """What was left out although nothing is wrong with it, and how often."""
        return self._scan.notes

    @property
    def keys(self) -> Container[str]:
        """The keys of the senses that the file holds: where relations can end."""
        return SenseKeys(self._spool)

    @property
    def total(self) -> int:
        """How many entries iterating gives."""
        return self._spool.count_entries()

    def __iter__(self) -> Iterator[Record | Refusal]:
        yield from self._spool.refusals()
        yield from self._records(self._spool)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary database."""
        self._spool.close()
