"""The tree of paths behind `find` projections and the stages `$project`, `$set` and `$unset`.

A tree is built by adding paths; applied to a document it copies what stays. Trees enter arrays:
every document in one is treated alike. Cost: one step per field of the document that is copied,
never more than the document is deep.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from infra.embedded.bson_types import MISSING
from infra.embedded.errors import location
from infra.embedded.expression_core import Evaluate, Variables

Transform = Callable[[Any], Any]


class Fate(Enum):
    """What happens to a field that is named without more."""

    KEEP = "keep"
    DROP = "drop"


class Tree:
    """One level of a projection.

    Attributes:
        keep_rest: fields that are not named stay.
        children: field → its fate, the tree below it, or what replaces its value.
        computed: field → the expression that gives its value; set after the others, in order.
    """

    def __init__(self, *, keep_rest: bool) -> None:
        self.keep_rest = keep_rest
        self.children: dict[str, Fate | Tree | Transform] = {}
        self.computed: dict[str, Evaluate] = {}
        self._computes = False
        # The names that stay, if that is all there is to it; made when the tree is complete.
        self._kept: frozenset[str] | None = None

    def add(self, parts: tuple[str, ...], leaf: Fate | Transform) -> None:
        """Name a path.

        Raises:
            StoreError: the path, one above it or one below it was named before (31249, 31250).
        """
        level = self._descend(parts, computes=False)
        level._refuse_collision(parts)
        level.children[parts[-1]] = leaf

    def compute(self, parts: tuple[str, ...], evaluate: Evaluate) -> None:
        """Give a path a computed value."""
        level = self._descend(parts, computes=True)
        level._refuse_collision(parts)
        level.computed[parts[-1]] = evaluate

    def _descend(self, parts: tuple[str, ...], *, computes: bool) -> "Tree":
        level = self
        level._computes = level._computes or computes
        for depth, name in enumerate(parts[:-1]):
            child = level.children.setdefault(name, Tree(keep_rest=self.keep_rest))
            if not isinstance(child, Tree) or name in level.computed:
                rest = ".".join(parts[depth + 1 :])
                raise location(
                    31249, f"Path collision at {'.'.join(parts)} remaining portion {rest}"
                )
            level = child
            level._computes = level._computes or computes
        return level

    def _refuse_collision(self, parts: tuple[str, ...]) -> None:
        if parts[-1] in self.children or parts[-1] in self.computed:
            raise location(31250, f"Path collision at {'.'.join(parts)}")

    def apply(self, document: Mapping[str, Any], variables: Variables) -> dict[str, Any]:
        """Build the projected document; values that stay are shared, not copied."""
        if self._kept is None:
            self._kept = self._only_kept()
        if kept := self._kept:
            return {name: value for name, value in document.items() if name in kept}
        return self._document(document, document, variables)

    def _only_kept(self) -> frozenset[str]:
        """The fields that stay, where all that is asked is that these do; empty otherwise."""
        is_simple = not (self.keep_rest or self._computes or self.computed)
        keeps = all(child is Fate.KEEP for child in self.children.values())
        return frozenset(self.children) if is_simple and keeps else frozenset()

    def _document(
        self, level: Mapping[str, Any], root: Mapping[str, Any], variables: Variables
    ) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for name, value in level.items():
            child = self.children.get(name)
            if child is None:
                if self.keep_rest:
                    built[name] = value
            elif child is Fate.KEEP:
                built[name] = value
            elif child is not Fate.DROP:
                replaced = self._replace(child, value, root, variables)
                if replaced is not MISSING:
                    built[name] = replaced
        if self._computes:
            self._compute_into(built, level, root, variables)
        return built

    @staticmethod
    def _replace(child: Any, value: Any, root: Mapping[str, Any], variables: Variables) -> Any:
        return child._value(value, root, variables) if isinstance(child, Tree) else child(value)

    def _compute_into(
        self,
        built: dict[str, Any],
        level: Mapping[str, Any],
        root: Mapping[str, Any],
        variables: Variables,
    ) -> None:
        for name, child in self.children.items():
            if isinstance(child, Tree) and child._computes and name not in level:
                built[name] = child._document({}, root, variables)
        for name, evaluate in self.computed.items():
            value = evaluate(root, variables)
            if value is not MISSING:
                built[name] = value
            elif name in built:
                del built[name]

    def _value(self, value: Any, root: Mapping[str, Any], variables: Variables) -> Any:
        if type(value) is dict:
            return self._document(value, root, variables)
        if type(value) is list:
            replaced = (self._value(element, root, variables) for element in value)
            return [element for element in replaced if element is not MISSING]
        if self._computes:
            return self._document({}, root, variables)
        return value if self.keep_rest else MISSING
