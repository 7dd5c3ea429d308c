"""What an operation may ask at most, found before it runs and in time linear in the document."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
)

MAX_TOKENS = 5_000
# Brackets within brackets, and selections within selections once fragments are written out: parser
# and executor recurse into them.
MAX_NESTING = 100
# Four relations away from a word, with connections spelt out by edges and nodes.
MAX_DEPTH = 25
# With fragments written out: GraphiQL's introspection has a tenth of it.
MAX_FIELDS = 2_000

# Python refuses to read numbers of more than 4,300 digits; the largest float has 309.
MAX_DIGITS = 400

# Strings and comments are passed over; one that does not end reaches to the end, so that nothing is
# looked at twice.
_TELLING = re.compile(
    r'"""(?:\\"""|[^"]|"(?!""))*+(?:""")?|"(?:\\.|[^"\\\r\n])*+"?|#[^\r\n]*+'
    r"|(?P<opening>[{(\[])|(?P<closing>[})\]])|(?P<digits>[0-9]++)"
)


def limit_error(message: str, node: Node | None = None) -> GraphQLError:
    """The error of an operation that asks for too much."""
    return GraphQLError(message, node, extensions={"code": "LIMIT_EXCEEDED"})


def check_text(text: str) -> None:
    """Look at a document that is not parsed yet.

    Raises:
        GraphQLError: its brackets lie too deep for the parser, which recurses, or a number is too
        long to be read.
    """
    nesting = 0
    for found in _TELLING.finditer(text):
        nesting += (found["opening"] is not None) - (found["closing"] is not None)
        if nesting > MAX_NESTING:
            raise limit_error(f"Brackets lie more than {MAX_NESTING} deep: ask in two steps.")
        if found["digits"] and len(found["digits"]) > MAX_DIGITS:
            raise limit_error(f"A number has more than {MAX_DIGITS} digits.")


def check_size(document: DocumentNode) -> list[GraphQLError]:
    """What is too much about the operations of a document."""
    outlines = [
        (each, _outline(each.selection_set))
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    fragments = {
        node.name.value: outline
        for node, outline in outlines
        if isinstance(node, FragmentDefinitionNode)
    }
    try:
        sizes = _fragment_sizes(fragments)
    except CycleError:
        return []  # refused by a rule of the language
    return [
        limit_error(message, node)
        for node, outline in outlines
        if isinstance(node, OperationDefinitionNode)
        for message in _complaints(outline.size(sizes))
    ]


class Size(NamedTuple):
    """How much is selected."""

    fields: int
    depth: int
    nesting: int


@dataclass(slots=True)
class Outline:
    """The selections of one definition; fragments that it spreads are named with their place."""

    fields: int = 0
    depth: int = 0
    nesting: int = 0
    spreads: list[tuple[str, int, int]] = field(default_factory=list)

    def size(self, fragments: Mapping[str, Size]) -> Size:
        """Its size with the fragments written out; unknown ones are refused by another rule."""
        spread = [
            Size(size.fields, depth + size.depth, nesting + size.nesting)
            for name, depth, nesting in self.spreads
            if (size := fragments.get(name))
        ]
        return Size(
            self.fields + sum(size.fields for size in spread),
            max([self.depth, *(size.depth for size in spread)]),
            max([self.nesting, *(size.nesting for size in spread)]),
        )


def _complaints(size: Size) -> list[str]:
    limits = (
        (size.depth > MAX_DEPTH, f"Fields lie {size.depth} deep, at most {MAX_DEPTH} are allowed"),
        (size.fields > MAX_FIELDS, f"More than {MAX_FIELDS:,} fields are selected"),
        (size.nesting > MAX_NESTING, f"Selections lie more than {MAX_NESTING} deep"),
    )
    return [f"{message}: ask in two steps." for exceeded, message in limits if exceeded][:1]


def _fragment_sizes(fragments: Mapping[str, Outline]) -> dict[str, Size]:
    """Sizes with fragments in them written out; each is computed once, so bombs cost nothing.

    Raises:
        CycleError: a fragment spreads itself.
    """
    spread: dict[str, Collection[str]] = {
        name: {used for used, _, _ in outline.spreads} for name, outline in fragments.items()
    }
    sizes: dict[str, Size] = {}
    for name in TopologicalSorter(spread).static_order():
        if name in fragments:
            sizes[name] = fragments[name].size(sizes)
    return sizes


def _outline(whole: SelectionSetNode) -> Outline:
    outline = Outline()
    # A list instead of recursion: nothing that a client sends may exhaust the stack.
    waiting: list[tuple[SelectionSetNode, int, int]] = [(whole, 1, 1)]
    while waiting:
        selections, depth, nesting = waiting.pop()
        outline.nesting = max(outline.nesting, nesting)
        for node in selections.selections:
            if isinstance(node, FragmentSpreadNode):
                outline.spreads.append((node.name.value, depth - 1, nesting))
            elif isinstance(node, InlineFragmentNode):
                waiting.append((node.selection_set, depth, nesting + 1))
            elif isinstance(node, FieldNode):
                outline.fields += 1
                outline.depth = max(outline.depth, depth)
                if node.selection_set:
                    waiting.append((node.selection_set, depth + 1, nesting + 1))
    return outline
