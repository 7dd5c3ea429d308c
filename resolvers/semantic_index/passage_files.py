"""What keeps passages: numbered changes go in."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class FilledFiles(Protocol):
    """Vectors and their columns, wherever they lie."""

    @property
    def dimension(self) -> int:
        """Components per vector."""
        ...

    def apply(
        self,
        sequence: int,
        removed: Sequence[bytes],
        ids: Sequence[bytes],
        vectors: NDArray[np.float32],
        columns: Mapping[str, NDArray[Any]] | None = None,
    ) -> None:
        """Apply a change, unless it was applied before."""
        ...
