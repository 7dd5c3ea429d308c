"""Dotted paths through documents and arrays, as queries, indexes and sorts read them.

    parts = split_path("a.b")
    for value, offset in walk(document, parts): …     what a query on "a.b" compares
    index_entries(document, [parts, …])               the entries of an index, one tuple each
    compile_sort({"a.b": 1, "c": -1})                 document → bytes that sort as MongoDB sorts

An array on the way is entered: each of its documents is followed, and a part that is a number
also means the element at that place. An array at the end stands for each of its elements and
for itself.

Source: the server's `path_test.cpp` and `btree_key_generator_test.cpp`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final, NamedTuple

from infra.embedded.bson_types import MISSING, UNDEFINED
from infra.embedded.errors import (
    PARALLEL_ARRAYS,
    StoreError,
    bad_value,
    cannot_index_parallel_arrays,
    location,
    overflow,
)
from infra.embedded.keys import encode_key

Path = tuple[str, ...]
_MAX_PARTS: Final = 200


class Leaf(Enum):
    """What an array at the end of a path stands for."""

    BOTH = "its elements, then itself"
    ARRAY = "itself"
    ELEMENTS = "its elements"


def split_path(path: str) -> Path:
    """Cut a dotted path into its parts.

    Raises:
        StoreError: more than 200 parts (15 Overflow).
    """
    parts = tuple(path.split("."))
    if len(parts) > _MAX_PARTS:
        raise overflow(f"a path may have at most {_MAX_PARTS} parts")
    return parts


def array_index(part: str) -> int | None:
    """The place in an array that a part of a path names; None when it names a field alone."""
    if not (part.isascii() and part.isdigit()) or (part[0] == "0" and part != "0"):
        return None
    return int(part)


def walk(
    document: Mapping[str, Any], parts: Path, leaf: Leaf = Leaf.BOTH, start: int = 0
) -> Iterator[tuple[Any, int | None]]:
    """Find the values at a path.

    Yields:
        A value, or `MISSING` once for each branch that ends early, and the place of it in the
        outermost array that was entered implicitly (what the positional operator `$` means).
    """
    node: Any = document
    for depth in range(start, len(parts)):
        if type(node) is not dict:
            yield MISSING, None
            return
        node = node.get(parts[depth], MISSING)
        if type(node) is list:
            yield from _walk_array(node, parts, leaf, depth + 1)
            return
    yield node, None


def _walk_array(
    array: list[Any], parts: Path, leaf: Leaf, depth: int
) -> Iterator[tuple[Any, int | None]]:
    if depth == len(parts):
        if leaf is not Leaf.ARRAY:
            yield from ((element, place) for place, element in enumerate(array))
        if leaf is not Leaf.ELEMENTS:
            yield array, None
        return
    named = array_index(parts[depth])
    for place, element in enumerate(array):
        if type(element) is dict:
            for value, _ in walk(element, parts, leaf, depth):
                yield value, place
        if place == named:
            yield from _walk_element(element, parts, leaf, depth + 1)


def _walk_element(
    element: Any, parts: Path, leaf: Leaf, depth: int
) -> Iterator[tuple[Any, int | None]]:
    """Go on from an element that a number in the path named."""
    if depth == len(parts):
        yield element, None
    elif type(element) is dict:
        yield from walk(element, parts, leaf, depth)
    elif type(element) is list:
        yield from _walk_array(element, parts, leaf, depth)


def distinct_values(document: Mapping[str, Any], parts: Path) -> list[Any]:
    """What `distinct` collects: arrays count by their elements, missing fields not at all."""
    return [value for value, _ in walk(document, parts, Leaf.ELEMENTS) if value is not MISSING]


class IndexEntries(NamedTuple):
    """The entries of one document in one index.

    Attributes:
        values: one tuple per entry, a value per field of the index, `MISSING` where there is
            none; entries may repeat. Empty when a sparse index leaves the document out.
        multikey: a bit for each field on whose path an array was entered, even one with a single
            element.
    """

    values: list[tuple[Any, ...]]
    multikey: int


class _Rest(NamedTuple):
    """An array that a path has reached, with the depth at which the path goes on."""

    array: list[Any]
    depth: int


def index_entries(
    document: Mapping[str, Any], paths: Sequence[Path], *, sparse: bool = False
) -> IndexEntries:
    """Find the entries of a document in an index over `paths`.

    Raises:
        StoreError: two arrays side by side (171), or a number in a path that could mean a place
            and a field (16746).
    """
    reached = [_reach(document, parts, 0) for parts in paths]
    multikey = sum(1 << place for place, state in enumerate(reached) if type(state) is _Rest)
    entries = list(_expand(reached, paths)) if multikey else [tuple(reached)]
    if sparse:
        entries = [entry for entry in entries if any(value is not MISSING for value in entry)]
    return IndexEntries(entries, multikey)


def _reach(node: Any, parts: Path, depth: int) -> Any:
    """Follow a path to its value, to `MISSING`, or to the first array that must be entered."""
    while True:
        if type(node) is list:
            named = array_index(parts[depth]) if depth < len(parts) else None
            if named is None or named >= len(node):
                return _Rest(node, depth)
            _refuse_ambiguous(node, parts[depth])
            node = node[named]
        elif depth == len(parts):
            return node
        elif type(node) is dict:
            node = node.get(parts[depth], MISSING)
        else:
            return MISSING
        depth += 1


def _refuse_ambiguous(array: list[Any], part: str) -> None:
    if any(type(element) is dict and part in element for element in array):
        raise location(
            16746,
            f"Ambiguous field name found in array (do not use numeric field names in "
            f"embedded elements in an array), field: '{part}'",
        )


def _expand(states: list[Any], paths: Sequence[Path]) -> Iterator[tuple[Any, ...]]:
    """Enter the one array that the paths have reached, element by element."""
    waiting = [place for place, state in enumerate(states) if type(state) is _Rest]
    if not waiting:
        yield tuple(states)
        return
    array = states[waiting[0]].array
    for place in waiting:
        if states[place].array is not array:
            raise cannot_index_parallel_arrays(paths[waiting[0]][-1], paths[place][-1])
    for element in array or [UNDEFINED]:
        following = list(states)
        for place in waiting:
            following[place] = _enter(element, paths[place], states[place].depth)
        yield from _expand(following, paths)


def _enter(element: Any, parts: Path, depth: int) -> Any:
    if depth == len(parts):
        return element
    return _reach(element, parts, depth) if type(element) is dict else MISSING


def compile_sort(pattern: Mapping[str, int]) -> Callable[[Mapping[str, Any]], bytes]:
    """Build the key function of a sort.

    An array sorts by its least element when ascending, by its greatest when descending. The key
    function raises StoreError 2 for a document with two of the arrays side by side.

    Args:
        pattern: path → 1 or -1, validated.
    """
    paths = [split_path(path) for path in pattern]
    directions = list(pattern.values())

    def key(document: Mapping[str, Any]) -> bytes:
        entries = _sort_entries(document, paths)
        if len(entries) == 1:
            return encode_key(entries[0], directions)
        return min(encode_key(entry, directions) for entry in entries)

    return key


def _sort_entries(document: Mapping[str, Any], paths: Sequence[Path]) -> list[tuple[Any, ...]]:
    try:
        return index_entries(document, paths).values
    except StoreError as error:
        if error.code != PARALLEL_ARRAYS:
            raise
        raise bad_value("cannot sort with keys that are parallel arrays") from error
