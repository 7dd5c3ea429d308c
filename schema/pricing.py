"""The price of an operation before it runs, and of what it returned.

A document's operation is compiled once into a tree of what costs something: fragments are written
out (`schema.limits` bounds how far), fields of one key of the answer are merged as the executor
merges them. The price of a request is a walk over that tree with its variables; what it did cost is
a walk over the objects of its answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, OperationDefinitionNode, OperationType, value_from_ast_untyped

from schema.price_tree import Alternatives, Priced, PriceTrees
from schema.sizes import Variables


@dataclass(frozen=True, slots=True)
class Price:
    """What one operation costs."""

    fields: tuple[Priced, ...]
    defaults: Mapping[str, Any]
    # Known before there are variables.
    fixed: int | None
    kind: OperationType

    @property
    def repeats(self) -> bool:
        """Whether there are many results."""
        return self.kind is OperationType.SUBSCRIPTION

    def requested(self, variables: Variables) -> int:
        """The most that it may cost."""
        if self.fixed is not None:
            return self.fixed
        known = {**self.defaults, **variables}
        return sum(each.price(known, 1) for each in self.fields)

    def actual(self, data: Mapping[str, Any]) -> int:
        """What the answer did cost."""
        return _spent(self.fields, (data,))

    def dearest(self, variables: Variables) -> list[str]:
        """Keys of the answer that lead to what costs most."""
        known = {**self.defaults, **variables}
        path, fields, inherited = [], self.fields, 1
        while fields:
            best = max(fields, key=lambda each: each.price(known, inherited))
            path.append(best.key)
            inherited = best.inner.of(known) if best.inner else 1
            fields = max(
                best.below,
                key=lambda each: sum(field.price(known, inherited) for field in each),
                default=(),
            )
        return path


def prices(trees: PriceTrees, document: DocumentNode) -> dict[str | None, Price]:
    """The prices of the operations of a valid document, by their names."""
    return {
        each.name.value if each.name else None: _price(trees, document, each)
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode)
    }


def _price(trees: PriceTrees, document: DocumentNode, operation: OperationDefinitionNode) -> Price:
    fields = trees.compile(document, operation)
    defaults = {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value
    }
    if any(each.varies for each in fields):
        fixed = None
    else:
        fixed = sum(each.price({}, 1) for each in fields)
    return Price(fields, defaults, fixed, operation.operation)


def _spent(fields: Iterable[Priced], objects: Sequence[Mapping[str, Any]]) -> int:
    """What was spent on objects of a level, field by field: levels are few, objects many."""
    total = 0
    for field in fields:
        key = field.key
        values = [each[key] for each in objects if key in each]
        if any(each.__class__ is list for each in values):
            values = [item for each in values if each is not None for item in each]
        total += field.weight * (len(values) - values.count(None))
        if field.below:
            total += _spent_below(field.below, [each for each in values if isinstance(each, dict)])
    return total


def _spent_below(alternatives: Alternatives, objects: Sequence[Mapping[str, Any]]) -> int:
    """Of an object whose type is not known, the fields that it has tell what it is."""
    if len(alternatives) == 1:
        return _spent(alternatives[0], objects)
    return sum(max(_spent(fields, (each,)) for fields in alternatives) for each in objects)
