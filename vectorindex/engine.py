"""What an index promises wherever its vectors are kept: in files here, or on other machines.

`VectorIndex` speaks of rows, which only memory at hand has. An engine speaks of ids and columns:
numbered changes go in, the ids nearest to a query come out, and a filter is a condition on columns.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from vectorindex.doors import is_id
from vectorindex.errors import ColumnError, IdError
from vectorindex.protocol import ID_BYTES, Metric, Scores, Vectors

Columns = Mapping[str, NDArray[Any]]
"""(n,) of each column: whole numbers of at most 64 bits, or bytes of a fixed length."""
Where = Mapping[str, Collection[int | bytes]]
"""By column, or of `IDS`, the values that may be returned; all of the conditions hold."""

# No column has this name.
IDS: Final = "id"

_STORED_KINDS = "iuS"


@dataclass(frozen=True, slots=True)
class Nearest:
    """The best of one query, best first.

    Attributes:
        ids: 16 bytes each.
        scores: (len(ids),) float32, never increasing; equal scores are ordered by id.
        columns: (len(ids),) of each column.
    """

    ids: list[bytes]
    scores: Scores
    columns: Columns


class VectorEngine(Protocol):
    """Vectors and columns under 16-byte ids, changed in order and searched by similarity.

    One writer at a time, in one process; searches may run beside it, in any thread and process.
    """

    @property
    def dimension(self) -> int:
        """Components per vector."""
        ...

    @property
    def metric(self) -> Metric:
        """The measure of every score."""
        ...

    @property
    def sequence(self) -> int:
        """The last change that was applied; 0 before the first."""
        ...

    def __len__(self) -> int:
        """Vectors that are searched."""
        ...

    def apply(
        self,
        sequence: int,
        removed: Sequence[bytes],
        ids: Sequence[bytes],
        vectors: Vectors,
        columns: Columns | None = None,
    ) -> None:
        """Apply one change: removals, then additions. One that was applied is passed over.

        Args:
            sequence: its number, at least 1.
            removed: ids, known or not.
            ids: of what is added; a known id is replaced.
            vectors: (len(ids), d) float32, within ±`LARGEST_COMPONENT`; not zero under cosine.
            columns: (len(ids),) of each of the engine's columns, in its types.

        Raises:
            VectorIndexError: bad input; nothing was applied.
            EngineError: the engine failed; apply the change again.
        """
        ...

    def nearest(self, queries: Vectors, k: int, *, where: Where | None = None) -> list[Nearest]:
        """Find the `k` most similar vectors of every query among those that fulfil `where`.

        Args:
            queries: (q, d) float32, within ±`LARGEST_COMPONENT`; not zero under cosine.
            k: at least 1; more than there are is clipped.
            where: None or no conditions for all.

        Raises:
            VectorIndexError: the subclass says why.
        """
        ...


def check_column_types(dtypes: Mapping[str, np.dtype[Any]]) -> None:
    """Refuse columns that not every engine can keep."""
    if IDS in dtypes:
        raise ColumnError(f"a column is not called {IDS!r}: conditions on ids are")
    for name, dtype in dtypes.items():
        if dtype.kind not in _STORED_KINDS:
            raise ColumnError(f"column {name!r} is whole numbers or bytes, not {dtype}")


def check_where(where: Where, dtypes: Mapping[str, np.dtype[Any]]) -> None:
    """Refuse conditions on columns that an engine does not have, and on values of another type."""
    for name, values in where.items():
        if name == IDS:
            if not all(map(is_id, values)):
                raise IdError(f"conditions on {IDS!r} name ids, {ID_BYTES} bytes each")
            continue
        if name not in dtypes:
            raise ColumnError(f"there is no column {name!r}, only {sorted(dtypes)}")
        wanted = bytes if dtypes[name].kind == "S" else int
        for value in values:
            if not isinstance(value, wanted):
                raise ColumnError(f"values of {name!r} are {wanted.__name__}, not {value!r}")
