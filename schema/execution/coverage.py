"""What plans do not cover: found before anything is executed, so that nothing is done by halves."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution import Executor

INTROSPECTION = frozenset({"__schema", "__type"})
CONDITIONS = frozenset({"skip", "include"})


class Survey(NamedTuple):
    """What there is to know about an operation before it is compiled.

    Attributes:
        gap: why graphql-core has to execute it; None if a plan can.
        conditions: the variables of `@skip` and `@include`, in a fixed order.
    """

    gap: str | None
    conditions: tuple[str, ...]


def survey(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Survey:
    """Look at everything that an operation selects."""
    conditions: dict[str, None] = {}
    for gap in _gaps(operation, fragments, conditions):
        return Survey(gap, ())
    return Survey(None, tuple(conditions))


def gap_of_executor(executor: Executor[Any]) -> str | None:
    """What was asked of graphql-core that a plan does not do."""
    manager = executor.middleware_manager
    if manager is not None and manager.middlewares:
        return "middleware"
    if executor.abort_signal is not None:
        return "abort signal"
    return "hooks" if executor.hooks is not None else None


def _gaps(
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    conditions: dict[str, None],
) -> Iterator[str]:
    if operation.operation is OperationType.SUBSCRIPTION:
        yield "subscription"
    for directive in operation.directives or ():
        yield f"@{directive.name.value}"
    if any(each.variable_definitions for each in fragments.values()):
        yield "fragment variables"
    for node in _selections(operation.selection_set, fragments):
        for directive in node.directives or ():
            yield from _gap_of_directive(directive, conditions)
        if isinstance(node, FieldNode) and node.name.value in INTROSPECTION:
            yield "introspection"


def _selections(
    whole: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[SelectionNode]:
    """All selections; those of a fragment once."""
    seen: set[str] = set()
    waiting = [whole]
    while waiting:
        for node in waiting.pop().selections:
            yield node
            if isinstance(node, FieldNode | InlineFragmentNode):
                if node.selection_set:
                    waiting.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                if node.name.value in fragments:
                    waiting.append(fragments[node.name.value].selection_set)


def _gap_of_directive(directive: DirectiveNode, conditions: dict[str, None]) -> Iterator[str]:
    if directive.name.value not in CONDITIONS:
        yield f"@{directive.name.value}"
        return
    for argument in directive.arguments or ():
        if isinstance(argument.value, VariableNode):
            conditions[argument.value.name.value] = None
