"""Stretches of a text."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Span(NamedTuple):
    """`text[start:end]`; offsets count Unicode code points."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """In code points."""
        return self.end - self.start


def trimmed(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """The spans without the white space at their ends; those of nothing else are left out."""
    for start, end in spans:
        whole = text[start:end]
        first = start + len(whole) - len(whole.lstrip())
        last = start + len(whole.rstrip())
        if first < last:
            yield Span(first, last)
