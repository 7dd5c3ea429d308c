"""Units side by side, such as sentences, put together into chunks that overlap."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from resolvers.splitting.spans import Span


@dataclass(frozen=True, slots=True)
class Unit:
    """What is never cut; `weight` counts towards the size of its chunk."""

    span: Span
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Measure:
    """What a chunk holds at most, and how much of it the next one repeats.

    Attributes:
        size: in the units' weight; a heavier unit is a chunk by itself.
        overlap: in the units' weight, less than `size`; whole units that fit into it are repeated.
        length: in code points; no unit is longer.
    """

    size: int
    overlap: int
    length: int


def pack(units: Sequence[Unit], measure: Measure) -> Iterator[Span]:
    """Chunks of as many units as fit, each beginning behind the beginning of the one before."""
    start = 0
    while start < len(units):
        end = _filled(units, start, measure)
        yield Span(units[start].span.start, units[end - 1].span.end)
        if end == len(units):
            return
        start = _next_start(units, end, measure)


def _filled(units: Sequence[Unit], start: int, measure: Measure) -> int:
    end = start + 1
    weight = units[start].weight
    while end < len(units):
        weight += units[end].weight
        if weight > measure.size or _length(units, start, end) > measure.length:
            break
        end += 1
    return end


def _next_start(units: Sequence[Unit], end: int, measure: Measure) -> int:
    """Where the chunk that goes on with unit `end` begins: what it repeats leaves room for that."""
    start, repeated = end, 0
    while start > 0:
        repeated += units[start - 1].weight
        too_heavy = repeated > measure.overlap or repeated + units[end].weight > measure.size
        if too_heavy or _length(units, start - 1, end) > measure.length:
            break
        start -= 1
    return start


def _length(units: Sequence[Unit], first: int, last: int) -> int:
    return units[last].span.end - units[first].span.start
