"""The distilled table: a vector for each word and piece of a word, and the file that it is kept in.

The name of a table says what it holds, so that vectors of two distillations never meet.
"""

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from infra.embeddings.errors import AlteredWeightsError

STEPS = 127  # from zero to the largest component of a word


@dataclass(frozen=True, slots=True)
class StaticTable:
    """Vectors of one byte a component.

    Attributes:
        words: v of them, as `Tokenizer` takes them: the pieces that MiniLM knows, then whole words.
        codes: (v, d) int8.
        scales: (v,) float32; a word's vector is its codes times its scale.
        origin: what the table was made from.
    """

    words: Sequence[str]
    codes: NDArray[np.int8]
    scales: NDArray[np.float32]
    origin: str

    @property
    def name(self) -> str:
        """Tells tables apart by their content."""
        digest = hashlib.sha256("\n".join(self.words).encode())
        digest.update(np.ascontiguousarray(self.codes).tobytes())
        digest.update(self.scales.astype("<f4").tobytes())
        return f"{self.origin}-{digest.hexdigest()[:16]}"

    @property
    def dimension(self) -> int:
        """The length of the vectors."""
        return int(self.codes.shape[1])

    def vectors(self) -> NDArray[np.float32]:
        """(v, d)."""
        return self.codes * self.scales[:, np.newaxis]


def to_table(words: Sequence[str], vectors: NDArray[np.float32], *, origin: str) -> StaticTable:
    """Round (v, d) vectors to 127 steps on either side of zero, of a size of each word's own."""
    scales = (np.abs(vectors).max(axis=1) / STEPS).astype(np.float32)
    divisors = np.where(scales > 0, scales, 1)[:, np.newaxis]
    codes = np.rint(vectors / divisors).astype(np.int8)
    return StaticTable(words, codes, scales, origin)


def write_table(table: StaticTable, path: Path) -> None:
    """Write a file that appears when it is complete.

    Raises:
        OSError: it cannot be written.
    """
    fresh = path.with_suffix(".new")
    words = np.frombuffer("\n".join(table.words).encode(), dtype=np.uint8)
    with fresh.open("wb") as file:
        np.savez(file, words=words, codes=table.codes, scales=table.scales)
    fresh.replace(path)


def read_table(path: Path) -> StaticTable:
    """Read a file, and see that it is what its name says; 20 ms.

    Raises:
        AlteredWeightsError: it is not.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            words = arrays["words"].tobytes().decode().split("\n")
            origin = path.stem.partition("-")[0]
            table = StaticTable(words, arrays["codes"], arrays["scales"], origin)
        intact = table.name == path.stem
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile):
        intact = False
    if not intact:
        raise AlteredWeightsError(
            f"{path} is damaged or altered: its vectors would not be those of its name. Bring back"
            " a copy, or make another (`lexigraph distill`) and embed its libraries anew."
        )
    return table
