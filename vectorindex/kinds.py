"""The kinds of index, and which one suits how many vectors."""

from enum import StrEnum

# Below, passing over all vectors takes less than a third of a millisecond at d = 384.
FLAT_BELOW = 5_000
# Beyond, passing over all codes takes more than a millisecond.
BINARY_BELOW = 250_000


class Kind(StrEnum):
    """How an index finds its candidates."""

    AUTO = "auto"
    FLAT = "flat"
    BINARY = "binary"
    IVF = "ivf"
    LSH = "lsh"
    KDTREE = "kdtree"


def kind_for(rows: int) -> Kind:
    """What AUTO means for so many vectors."""
    if rows < FLAT_BELOW:
        return Kind.FLAT
    return Kind.BINARY if rows < BINARY_BELOW else Kind.IVF
