"""What an index in segments is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vectorindex.breadth import USUAL, Breadth
from vectorindex.kinds import Kind
from vectorindex.protocol import Metric
from vectorindex.segments.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Settings:
    """What an index is made of, the same in every process.

    Attributes:
        dimension: components per vector.
        metric: the measure of every score.
        columns: names and types of numbers that are kept beside each vector, for masks.
        kind: of the segments from now on; those that are there keep theirs.
        breadth: of the searches; may differ between processes.
    """

    dimension: int
    metric: Metric
    columns: Mapping[str, str] | None = None
    kind: Kind = Kind.AUTO
    breadth: Breadth = USUAL

    def dtypes(self) -> dict[str, np.dtype[Any]]:
        """Types of the columns."""
        return {name: np.dtype(code) for name, code in (self.columns or {}).items()}

    def first_manifest(self) -> Manifest:
        """Of an index that holds nothing yet."""
        columns = {name: dtype.str for name, dtype in self.dtypes().items()}
        return Manifest(0, 0, self.dimension, self.metric.value, columns, "", ())
