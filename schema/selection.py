"""What an operation asks of an object: from its fields to the columns that are read for them."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, cast

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_object_type,
    value_from_ast_untyped,
)

from schema.fields import Info, columns_read, shares_row

DEFINITION = "strawberry-definition"  # where Strawberry keeps its field in graphql-core's


class Selection:
    """The fields asked of one object type: fragments merged, skipped ones left out.

    Aliases of one field are one entry: their sub-selections are merged, as the row serves them all.
    """

    def __init__(
        self,
        info: GraphQLResolveInfo[Any],
        object_type: GraphQLObjectType,
        nodes: Iterable[SelectionSetNode],
    ) -> None:
        self._info = info
        self._type = object_type
        self._nodes = tuple(nodes)
        self._children: dict[str, Selection] = {}

    @cached_property
    def columns(self) -> frozenset[str]:
        """The stored columns that the selected fields declare."""
        columns: set[str] = set()
        for name in self._fields:
            declared = self._type.fields[name].extensions.get(DEFINITION)
            columns |= columns_read(declared)
            if shares_row(declared):
                columns |= self.child(name).columns
        return frozenset(columns)

    @property
    def origin(self) -> type[Any]:
        """The class that stands for the object type."""
        origin: type[Any] = self._type.extensions[DEFINITION].origin
        return origin

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def child(self, name: str) -> "Selection":
        """What is asked of a field's object; nothing, if the field is not selected."""
        # Kept: every parent of a level asks for it, and for its columns.
        if name not in self._children:
            child_type = cast("GraphQLObjectType", get_named_type(self._type.fields[name].type))
            nodes = self._fields.get(name, [])
            self._children[name] = Selection(self._info, child_type, nodes)
        return self._children[name]

    @cached_property
    def _fields(self) -> dict[str, list[SelectionSetNode]]:
        merged: dict[str, list[SelectionSetNode]] = {}
        seen: set[str] = set()
        for selection_set in self._nodes:
            for node in self._included(selection_set.selections, seen):
                found = merged.setdefault(node.name.value, [])
                if node.selection_set:
                    found.append(node.selection_set)
        return {name: sets for name, sets in merged.items() if not name.startswith("__")}

    def _included(self, nodes: Iterable[SelectionNode], seen: set[str]) -> Iterator[FieldNode]:
        """Fields in fragments of any depth; each named fragment once."""
        for node in nodes:
            if not self._is_included(node.directives or ()):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                if condition is None or self._applies(condition.name.value):
                    yield from self._included(node.selection_set.selections, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self._info.fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value):
                    yield from self._included(fragment.selection_set.selections, seen)

    def _is_included(self, directives: Iterable[DirectiveNode]) -> bool:
        """`@skip` and `@include`; other directives do not decide."""
        for directive in directives:
            if directive.name.value in ("skip", "include"):
                # Strawberry's executor hands out the coerced variables themselves.
                variables = cast("dict[str, object]", self._info.variable_values)
                (condition,) = directive.arguments or ()
                holds = value_from_ast_untyped(condition.value, variables)
                if holds is (directive.name.value == "skip"):
                    return False
        return True

    def _applies(self, type_name: str) -> bool:
        return _includes(self._info.schema, type_name, self._type)


def selection_of(info: Info, type_name: str | None = None) -> Selection:
    """What is asked of the field being resolved; computed once for all its parents.

    Args:
        info: of the field.
        type_name: the object type in question, where the field returns an interface.
    """
    # Strawberry's own `selected_fields` keeps what @skip and @include leave out.
    raw = info._raw_info
    named = raw.schema.get_type(type_name) if type_name else get_named_type(raw.return_type)
    if not is_object_type(named):
        raise TypeError(f"{named} has no fields of its own: name an object type.")
    name = ("selection", named.name, *map(id, raw.field_nodes))
    loaders = info.context.loaders
    if name not in loaders:
        nodes = [node.selection_set for node in raw.field_nodes if node.selection_set]
        loaders[name] = Selection(raw, named, nodes)
    return cast("Selection", loaders[name])


def _includes(schema: GraphQLSchema, type_name: str, object_type: GraphQLObjectType) -> bool:
    if type_name == object_type.name:
        return True
    condition = schema.get_type(type_name)
    return is_abstract_type(condition) and schema.is_sub_type(condition, object_type)
