"""How much an approximate search looks at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Breadth:
    """More finds more and costs more.

    Attributes:
        nprobe: inverted lists, or buckets of a hash table; more under a filter.
        fixed: candidates that are scored exactly, whatever the length of the answer.
        per_hit: more candidates per hit.
    """

    nprobe: int = 64
    fixed: int = 120
    per_hit: int = 8

    def candidates(self, k: int) -> int:
        """Candidates for `k` hits."""
        return self.fixed + self.per_hit * k


USUAL = Breadth()
