"""What an operation may ask at most, found before it runs and in time linear in the document."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)
from strawberry.extensions import SchemaExtension

MAX_TOKENS = 5_000
# Four relations away from a word, with connections spelt out by edges and nodes.
MAX_DEPTH = 25


class DepthRule(ValidationRule):
    """Refuses operations whose fields lie too deep; each fragment is measured once."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._depths: dict[str, int] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Measure one operation."""
        depth = self._depth(node.selection_set)
        if depth > MAX_DEPTH:
            message = f"Fields lie {depth} deep, at most {MAX_DEPTH} are allowed: ask in two steps."
            error = GraphQLError(message, [node], extensions={"code": "LIMIT_EXCEEDED"})
            self.report_error(error)

    def _depth(self, selection_set: SelectionSetNode | None) -> int:
        if selection_set is None:
            return 0
        return max(map(self._depth_of, selection_set.selections), default=0)

    def _depth_of(self, node: Any) -> int:
        if isinstance(node, FieldNode):
            return 1 + self._depth(node.selection_set)
        if isinstance(node, InlineFragmentNode):
            return self._depth(node.selection_set)
        return self._fragment_depth(node.name.value)

    def _fragment_depth(self, name: str) -> int:
        if name not in self._depths:
            # A cycle, refused by another rule, ends here.
            self._depths[name] = 0
            fragment = self.context.get_fragment(name)
            self._depths[name] = self._depth(fragment.selection_set) if fragment else 0
        return self._depths[name]


class Limits(SchemaExtension):
    """Applies the limits; the rules are the same tuple always, so that validation is cached."""

    def on_operation(self) -> Iterator[None]:
        """Set them before the document is parsed."""
        self.execution_context.parse_options["max_tokens"] = MAX_TOKENS
        self.execution_context.validation_rules += (DepthRule,)
        yield
