"""The fields that a selection asks of an object: fragments written out, equal keys merged.

https://spec.graphql.org/draft/#CollectFields(), once for each plan.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    is_abstract_type,
)

Fields = dict[str, list[FieldNode]]


class Asked(NamedTuple):
    """What selections mean: the schema, the document's fragments, the variables of conditions."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    conditions: Mapping[str, Any]

    def fields(
        self, object_type: GraphQLObjectType, selected: Iterable[SelectionSetNode]
    ) -> Fields:
        """The field nodes by the keys of the answer, in its order."""
        merged: Fields = {}
        seen: set[str] = set()
        for selection_set in selected:
            for node in self._flat(object_type, selection_set.selections, seen):
                key = node.alias.value if node.alias else node.name.value
                merged.setdefault(key, []).append(node)
        return merged

    def _flat(
        self, object_type: GraphQLObjectType, nodes: Iterable[SelectionNode], seen: set[str]
    ) -> Iterator[FieldNode]:
        for node in nodes:
            if not self._is_included(node.directives or ()):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                if condition is None or self._applies(condition.name.value, object_type):
                    yield from self._flat(object_type, node.selection_set.selections, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments.get(node.name.value)
                if fragment and self._applies(fragment.type_condition.name.value, object_type):
                    yield from self._flat(object_type, fragment.selection_set.selections, seen)

    def _is_included(self, directives: Iterable[DirectiveNode]) -> bool:
        for directive in directives:
            if directive.name.value in ("skip", "include"):
                (argument,) = directive.arguments or ()
                value = argument.value
                holds = (
                    value.value
                    if isinstance(value, BooleanValueNode)
                    else self.conditions[value.name.value]  # type: ignore[attr-defined] # a variable
                )
                if holds is (directive.name.value == "skip"):
                    return False
        return True

    def _applies(self, type_name: str, object_type: GraphQLObjectType) -> bool:
        if type_name == object_type.name:
            return True
        named = self.schema.get_type(type_name)
        return is_abstract_type(named) and self.schema.is_sub_type(named, object_type)
