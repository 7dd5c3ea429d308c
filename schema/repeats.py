"""How often one selection names the same field: the rules of the language compare every pair.

Takes time linear in the fields with fragments written out, which `schema.limits` has counted.
"""

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    SelectionSetNode,
)

from infra.operation_limits import OperationLimits
from schema.limits import REPEATS, selections_of

Fragments = dict[str, FragmentDefinitionNode]


def check_repeats(document: DocumentNode, limits: OperationLimits) -> list[GraphQLError]:
    """The first selection that names a field too often."""
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    for each in _roots(document):
        for node, count in _counts(each.selection_set, fragments):
            if count > limits.max_repeats:
                return [REPEATS.error(limits, count, node)]
    return []


def _roots(document: DocumentNode) -> list[ExecutableDefinitionNode]:
    """Operations, and fragments that nothing spreads: the rules look at these, too."""
    definitions = [
        each for each in document.definitions if isinstance(each, ExecutableDefinitionNode)
    ]
    spread = {
        node.name.value
        for each in definitions
        for node, _, _ in selections_of(each.selection_set)
        if isinstance(node, FragmentSpreadNode)
    }
    return [each for each in definitions if each.name is None or each.name.value not in spread]


def _counts(whole: SelectionSetNode, fragments: Fragments) -> Iterator[tuple[FieldNode, int]]:
    """How often each field of the answer is named; `__typename`, which clients add, is free."""
    waiting = [[whole]]
    while waiting:
        named: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for selection_set in waiting.pop():
            for node in _fields(selection_set, fragments, seen):
                if node.name.value != "__typename":
                    named.setdefault((node.alias or node.name).value, []).append(node)
        for nodes in named.values():
            yield nodes[0], len(nodes)
            if below := [node.selection_set for node in nodes if node.selection_set]:
                waiting.append(below)


def _fields(whole: SelectionSetNode, fragments: Fragments, seen: set[str]) -> Iterator[FieldNode]:
    """The fields of a selection and of the fragments in it; each named fragment once."""
    waiting = [whole]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name in fragments and name not in seen:
                    seen.add(name)
                    waiting.append(fragments[name].selection_set)
