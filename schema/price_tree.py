"""Operations as trees of what costs something; see `schema.pricing`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
)

from schema.costs import Cost, ListSize
from schema.sizes import Size, Variables, size_of

DEFINITION = "strawberry-definition"  # where Strawberry keeps its field in graphql-core's

# Variables that must have these values for a selection to count.
Conditions = frozenset[tuple[str, bool]]
ALWAYS: Conditions = frozenset()


class Declared(NamedTuple):
    """What a field of the schema costs."""

    weight: int
    size: ListSize | None


@dataclass(frozen=True, slots=True)
class Priced:
    """A field that costs something, or below which something does.

    Attributes:
        key: its name in the answer.
        weight: the price of each of it.
        own: how many there are for each parent; None for as many as the parent's list has items,
            or one.
        inner: how many items the lists below it have that it speaks for.
        inherits: whether it is such a list.
        conditions: any of them makes it count.
        below: its fields, for each type that its object may have.
        varies: whether the variables have a say.
    """

    key: str
    weight: int
    own: Size | None
    inner: Size | None
    inherits: bool
    conditions: tuple[Conditions, ...]
    below: tuple[tuple["Priced", ...], ...]
    varies: bool

    def price(self, variables: Variables, inherited: int) -> int:
        """The most that it may cost where its parent's lists have `inherited` items."""
        if self.conditions and not any(_hold(each, variables) for each in self.conditions):
            return 0
        count = self.own.of(variables) if self.own else inherited if self.inherits else 1
        inner = self.inner.of(variables) if self.inner else 1
        return count * (
            self.weight
            + max(
                (sum(each.price(variables, inner) for each in fields) for fields in self.below),
                default=0,
            )
        )


Alternatives = tuple[tuple[Priced, ...], ...]
Selected = list[tuple[SelectionSetNode, Conditions]]


class PriceTrees:
    """Compiles operations; made once for a schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._declared: dict[tuple[str, str], Declared] = {}

    def compile(
        self, document: DocumentNode, operation: OperationDefinitionNode
    ) -> tuple[Priced, ...]:
        """The tree of an operation of a valid document."""
        fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        root = self._schema.get_root_type(operation.operation)
        if root is None:
            return ()
        return _Compiler(self, self._schema, fragments).fields(
            root, [(operation.selection_set, ALWAYS)], None
        )

    def declared(self, parent: GraphQLObjectType, name: str) -> Declared:
        """What a field costs, by its own directives, its type's, or the usual."""
        place = (parent.name, name)
        if place not in self._declared:
            self._declared[place] = _read(parent.fields[name])
        return self._declared[place]


class _Compiler:
    """One document."""

    def __init__(
        self,
        trees: PriceTrees,
        schema: GraphQLSchema,
        fragments: dict[str, FragmentDefinitionNode],
    ) -> None:
        self._trees = trees
        self._schema = schema
        self._fragments = fragments

    def fields(
        self, parent: GraphQLObjectType, selected: Selected, above: ListSize | None
    ) -> tuple[Priced, ...]:
        """What is selected of an object; `above` speaks for its lists."""
        merged: dict[str, list[tuple[FieldNode, Conditions]]] = {}
        seen: set[tuple[str, Conditions]] = set()
        for selection_set, conditions in selected:
            for node, known in self._flat(parent, selection_set, conditions, seen):
                key = node.alias.value if node.alias else node.name.value
                merged.setdefault(key, []).append((node, known))
        found = [self._field(parent, key, nodes, above) for key, nodes in merged.items()]
        return tuple(each for each in found if each.weight or each.below)

    def _field(
        self,
        parent: GraphQLObjectType,
        key: str,
        nodes: list[tuple[FieldNode, Conditions]],
        above: ListSize | None,
    ) -> Priced:
        node = nodes[0][0]
        field = parent.fields[node.name.value]
        weight, size = self._trees.declared(parent, node.name.value)
        speaks = size if size and size.sized_fields else None
        own = size_of(size, node) if size and not speaks else None
        inner = size_of(speaks, node) if speaks else None
        below = self._below(
            field,
            [(each.selection_set, known) for each, known in nodes if each.selection_set],
            speaks,
        )
        conditions = () if any(not known for _, known in nodes) else tuple(k for _, k in nodes)
        varies = (
            bool(conditions)
            or any(each.varies for each in (own, inner) if each)
            or any(each.varies for fields in below for each in fields)
        )
        inherits = bool(above and node.name.value in (above.sized_fields or ()))
        return Priced(key, weight, own, inner, inherits, conditions, below, varies)

    def _below(
        self, field: GraphQLField, selected: Selected, above: ListSize | None
    ) -> Alternatives:
        named = get_named_type(field.type)
        types = self._schema.get_possible_types(named) if is_abstract_type(named) else [named]
        trees = (self.fields(each, selected, above) for each in types if is_object_type(each))
        return tuple(each for each in dict.fromkeys(trees) if each)

    def _flat(
        self,
        parent: GraphQLObjectType,
        selection_set: SelectionSetNode,
        conditions: Conditions,
        seen: set[tuple[str, Conditions]],
    ) -> Iterator[tuple[FieldNode, Conditions]]:
        """Fields with the fragments around them taken away."""
        for node in selection_set.selections:
            known = _with(conditions, node.directives or ())
            if known is None:
                continue
            if isinstance(node, FieldNode):
                if node.name.value in parent.fields:
                    yield node, known
            elif isinstance(node, InlineFragmentNode):
                named = node.type_condition
                if named is None or self._applies(named.name.value, parent):
                    yield from self._flat(parent, node.selection_set, known, seen)
            elif isinstance(node, FragmentSpreadNode) and (node.name.value, known) not in seen:
                seen.add((node.name.value, known))
                fragment = self._fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, parent):
                    yield from self._flat(parent, fragment.selection_set, known, seen)

    def _applies(self, name: str, parent: GraphQLObjectType) -> bool:
        named = self._schema.get_type(name)
        return named is parent or (
            is_abstract_type(named) and self._schema.is_sub_type(named, parent)
        )


def _read(field: GraphQLField) -> Declared:
    directives = _directives(field)
    named = get_named_type(field.type)
    costs = [each.weight for each in (*directives, *_directives(named)) if isinstance(each, Cost)]
    usual = 0 if is_leaf_type(named) else 1
    size = next((each for each in directives if isinstance(each, ListSize)), None)
    return Declared(costs[0] if costs else usual, size)


def _directives(thing: object) -> Iterable[object]:
    definition = getattr(thing, "extensions", {}).get(DEFINITION)
    return getattr(definition, "directives", None) or ()


def _with(conditions: Conditions, directives: Iterable[DirectiveNode]) -> Conditions | None:
    """The conditions with those of `@skip` and `@include`; None if they never hold."""
    for directive in directives:
        if directive.name.value in ("skip", "include"):
            (argument,) = directive.arguments or ()
            wanted = directive.name.value == "include"
            if isinstance(argument.value, BooleanValueNode):
                if argument.value.value is not wanted:
                    return None
            elif isinstance(argument.value, VariableNode):
                conditions |= {(argument.value.name.value, wanted)}
    return conditions


def _hold(conditions: Conditions, variables: Variables) -> bool:
    return all(variables.get(name) is wanted for name, wanted in conditions)
