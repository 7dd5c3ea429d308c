"""What is looked for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alternative:
    """A term, or all terms that begin so; `factor` is what a match counts, above 0."""

    term: bytes
    factor: float = 1.0
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that rows may hold: any of some terms, of which the best in each row counts."""

    alternatives: tuple[Alternative, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class WordQuery:
    """Rows that hold any of the clauses, and all of the phrases.

    Attributes:
        clauses: what scores come of.
        phrases: terms that stand side by side in one field, as the first of their tokens.
    """

    clauses: tuple[Clause, ...]
    phrases: tuple[tuple[bytes, ...], ...] = ()
