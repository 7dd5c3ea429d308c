"""What an upsert inserts before its update is applied: the equalities of its filter."""

from collections.abc import Iterator
from typing import Any

from bson import Regex

from infra.embedded.errors import not_single_value
from infra.embedded.filters import And, Node, Or, Test
from infra.embedded.paths import Path


def base_document(tree: Node, *, only_id: bool = False) -> dict[str, Any]:
    """Collect the fields that a filter pins to one value.

    Args:
        tree: the parsed filter.
        only_id: take `_id` alone, as a replacement does.

    Raises:
        StoreError: the filter gives a path two values, or a value and a field below it (54).
    """
    base: dict[str, Any] = {}
    found: list[Path] = []
    for path, value in _equalities(tree):
        if only_id and path[0] != "_id":
            continue
        for other in found:
            shorter, longer = sorted((path, other), key=len)
            if longer[: len(shorter)] == shorter:
                raise not_single_value(
                    f"cannot infer query fields to set, path '{'.'.join(shorter)}' is matched twice"
                )
        found.append(path)
        level = base
        for name in path[:-1]:
            level = level.setdefault(name, {})
        level[path[-1]] = value
    return base


def _equalities(node: Node) -> Iterator[tuple[Path, Any]]:
    match node:
        case And():
            for child in node.children:
                yield from _equalities(child)
        case Or(children=(only,)):
            yield from _equalities(only)
        case Test(operator="$eq"):
            yield node.path, node.operand
        case Test(operator="$in", operand=[value]) if not isinstance(value, Regex):
            yield node.path, value
        case _:
            pass
