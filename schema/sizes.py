"""How long a list may become: read from arguments, which may hold variables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

from resolvers.reading.page import MAX_PAGE_SIZE
from schema.costs import ListSize

Variables = Mapping[str, Any]


class Reference(NamedTuple):
    """A value that a request brings: a variable, and the way into it."""

    variable: str
    path: tuple[str, ...] = ()

    def find(self, variables: Variables) -> object:
        """None if it is not there; its type is not checked yet."""
        value: object = variables.get(self.variable)
        for name in self.path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value


@dataclass(frozen=True, slots=True)
class Size:
    """The length of a list, as a function of the variables."""

    assumed: int
    at_most: int
    given: tuple[int | Reference, ...] = ()

    @property
    def varies(self) -> bool:
        """Whether variables decide."""
        return any(isinstance(each, Reference) for each in self.given)

    def of(self, variables: Variables) -> int:
        """The longest that an argument allows; more than `at_most` is refused when it runs."""
        counts = [
            _count(each.find(variables)) if isinstance(each, Reference) else each
            for each in self.given
        ]
        known = [count for count in counts if count is not None]
        return max(0, min(max(known), self.at_most)) if known else self.assumed


def size_of(declared: ListSize, node: FieldNode) -> Size:
    """The size of a list as a field's arguments say it."""
    assumed = declared.assumed_size or 0
    arguments = {each.name.value: each.value for each in node.arguments or ()}
    paths: list[Sequence[str]] = [[name] for name in declared.slicing_arguments or ()]
    found = [_given(arguments, path) for path in paths or [declared.sized_by]]
    at_most = MAX_PAGE_SIZE if paths else assumed
    return Size(assumed, at_most, tuple(each for each in found if each is not None))


def _given(arguments: Mapping[str, ValueNode], path: Sequence[str]) -> int | Reference | None:
    """What an argument says, as far as the document tells."""
    if not path or path[0] not in arguments:
        return None
    value, rest = arguments[path[0]], path[1:]
    while rest and isinstance(value, ObjectValueNode):
        fields = {each.name.value: each.value for each in value.fields}
        if rest[0] not in fields:
            return None
        value, rest = fields[rest[0]], rest[1:]
    if isinstance(value, VariableNode):
        return Reference(value.name.value, tuple(rest))
    if isinstance(value, ListValueNode):
        return len(value.values)
    return None if rest else _count(value_from_ast_untyped(value))


def _count(value: object) -> int | None:
    if isinstance(value, list):
        return len(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
