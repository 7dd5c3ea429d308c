"""Making runs: of texts, or of the living rows of other runs."""

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vectorindex.ids import sort_ids, to_keys
from vectorindex.lexical.recipe import Recipe
from vectorindex.lexical.run import FIELD_END, Columns, Postings, Run
from vectorindex.lexical.terms import Terms, join_terms, sort_terms
from vectorindex.protocol import Mask

Token = tuple[bytes, ...]
"""What stands at one place of a text: the term that phrases compare, then others it counts as.
One without terms is a gap, which no phrase goes across."""
Text = Sequence[Sequence[Token]]
"""The tokens of each field of a recipe."""


class Living(NamedTuple):
    """The rows of a run that are to stay."""

    run: Run
    alive: Mask


def build_run(ids: Sequence[bytes], texts: Sequence[Text], columns: Columns, recipe: Recipe) -> Run:
    """Index texts.

    Args:
        ids: 16 bytes each, all different.
        texts: (len(ids),) of as many fields as the recipe has.
        columns: (len(ids),) each.
        recipe: of the impacts.
    """
    number_of = _Numbers()
    lengths = np.array([[len(field) for field in text] for text in texts], dtype=np.int64)
    lengths = lengths.reshape(len(texts), len(recipe.fields))
    tokens = [token for text in texts for field in text for token in field]
    firsts = np.fromiter(
        (number_of[token[0]] if token else -1 for token in tokens), np.int64, len(tokens)
    )
    counts = np.fromiter(map(len, tokens), np.int64, len(tokens))
    terms = np.fromiter(map(number_of.__getitem__, chain.from_iterable(tokens)), np.int64)
    sorted_terms, places = _sorted(number_of)
    fields = np.repeat(np.tile(np.arange(lengths.shape[1]), len(texts)), lengths.ravel())
    rows = np.repeat(np.arange(len(texts)), lengths.sum(axis=1))
    said = recipe.contributions(fields, lengths[rows, fields])
    postings = _count(
        places[terms],
        np.repeat(rows, counts),
        np.repeat(said, counts),
        (len(sorted_terms), len(texts)),
        recipe,
    )
    keys = to_keys(ids)
    return Run(
        keys=keys,
        ids=sort_ids(np.arange(len(keys)), keys),
        columns=dict(columns),
        terms=sorted_terms,
        postings=postings,
        tokens=_with_ends(np.append(places, int(FIELD_END))[firsts], lengths.ravel()),
        token_offsets=_offsets((lengths + 1).sum(axis=1)),
    )


def join_runs(parts: Sequence[Living]) -> Run:
    """The living rows of runs as one, in their order; terms that none of them holds are left out.

    Args:
        parts: at least one, all of the same recipe and columns.
    """
    alive = np.concatenate([part.alive for part in parts])
    keys = np.concatenate([part.run.keys for part in parts])[alive]
    terms, numbers = join_terms([part.run.terms for part in parts])
    postings = _join_postings(parts, numbers, len(terms))
    used = np.diff(postings.offsets) > 0
    kept = np.cumsum(used) - 1
    tokens, lengths = _join_tokens(parts, [kept[each] for each in numbers])
    return Run(
        keys=keys,
        ids=sort_ids(np.arange(len(keys)), keys),
        columns={
            name: np.concatenate([part.run.columns[name] for part in parts])[alive]
            for name in parts[0].run.columns
        },
        terms=terms.only(used),
        postings=Postings(
            _offsets(np.diff(postings.offsets)[used]), postings.rows, postings.impacts
        ),
        tokens=tokens,
        token_offsets=_offsets(lengths),
    )


class _Numbers(dict[bytes, int]):
    """Numbers terms in the order in which they come."""

    def __missing__(self, term: bytes) -> int:
        number = self[term] = len(self)
        return number


def _sorted(number_of: dict[bytes, int]) -> tuple[Terms, NDArray[np.int64]]:
    """The terms, and the place of each by the number it had."""
    terms = sort_terms(number_of)
    order = np.fromiter((number_of[term] for term in terms.to_list()), np.int64, len(terms))
    places = np.empty(len(terms), dtype=np.int64)
    places[order] = np.arange(len(terms))
    return terms, places


def _count(
    terms: NDArray[np.int64],
    rows: NDArray[np.int64],
    said: NDArray[np.float64],
    shape: tuple[int, int],
    recipe: Recipe,
) -> Postings:
    """Add up what the occurrences of a term in a row say; (n,) each."""
    pair = terms * shape[1] + rows
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    frequencies = np.add.reduceat(said[order], starts) if len(starts) else said
    term, row = np.divmod(pair[starts], max(shape[1], 1))
    return Postings(
        _offsets(np.bincount(term, minlength=shape[0])),
        row.astype(np.uint32),
        recipe.impacts(frequencies),
    )


def _join_postings(
    parts: Sequence[Living], numbers: Sequence[NDArray[np.int64]], term_count: int
) -> Postings:
    terms, rows, impacts = [], [], []
    first = 0
    for part, number in zip(parts, numbers, strict=True):
        postings = part.run.postings
        lives = part.alive[postings.rows]
        new_rows = first + np.cumsum(part.alive) - 1
        terms.append(np.repeat(number, np.diff(postings.offsets))[lives])
        rows.append(new_rows[postings.rows[lives]])
        impacts.append(postings.impacts[lives])
        first += int(np.count_nonzero(part.alive))
    of_term = np.concatenate(terms)
    # Each part is sorted, so that this is a merge.
    order = np.argsort(of_term, kind="stable")
    return Postings(
        _offsets(np.bincount(of_term, minlength=term_count)),
        np.concatenate(rows)[order].astype(np.uint32),
        np.concatenate(impacts)[order],
    )


def _join_tokens(
    parts: Sequence[Living], numbers: Sequence[NDArray[np.int64]]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    tokens, lengths = [], []
    for part, number in zip(parts, numbers, strict=True):
        sizes = np.diff(part.run.token_offsets)
        living = part.run.tokens[np.repeat(part.alive, sizes)]
        table = np.append(number, int(FIELD_END)).astype(np.uint32)
        tokens.append(table[np.minimum(living, len(number))])
        lengths.append(sizes[part.alive])
    return np.concatenate(tokens), np.concatenate(lengths)


def _with_ends(numbers: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.uint32]:
    """The tokens of fields of some lengths, an end behind each field."""
    tokens = np.insert(numbers, np.cumsum(lengths), int(FIELD_END))
    return tokens.astype(np.uint32)


def _offsets(counts: NDArray[Any]) -> NDArray[np.int64]:
    """(n + 1,) where each of so many begins."""
    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets
