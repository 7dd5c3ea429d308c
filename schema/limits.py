"""What a document may ask at most, found before it runs and in time linear in it."""

import re
from collections.abc import Collection, Iterator, Mapping
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

from infra.operation_limits import OperationLimits
from infra.settings import variable_name

# Python refuses to read numbers of more than 4,300 digits; the largest float has 309.
MAX_DIGITS = 400

INTROSPECTION = frozenset({"__schema", "__type", "_service"})

# One token a match. Comments are passed over; a string that does not end reaches to the end, so
# that nothing is looked at twice.
_TOKEN = re.compile(
    r'(?P<text>"""(?:\\"""|[^"]|"(?!""))*+(?:""")?|"(?:\\.|[^"\\\r\n])*+"?)|(?P<comment>#[^\r\n]*+)'
    r"|(?P<opening>[{(\[])|(?P<closing>[})\]])|-?(?P<digits>[0-9]++)|[_A-Za-z][_A-Za-z0-9]*+"
    r"|\.\.\.|[^\s,\ufeff]"
)


class Limit(NamedTuple):
    """One of the limits: its code, what it counts, and what to do about it."""

    code: str
    setting: str
    counted: str
    remedy: str

    def error(
        self,
        limits: OperationLimits,
        found: int,
        node: Node | None = None,
        **details: object,
    ) -> GraphQLError:
        """The error of an operation in which `found` are too many."""
        most: int = getattr(limits, self.setting)
        message = (
            f"{self.counted}: {found:,}; at most {most:,} are allowed "
            f"({variable_name(self.setting)}). {self.remedy}"
        )
        extensions = {"code": self.code, "limit": most, "found": found, **details}
        return GraphQLError(message, node, extensions=extensions)


ASK_TWICE = "Ask in several requests."
TOKENS = Limit("TOO_MANY_TOKENS", "max_tokens", "Tokens of the document, or more", ASK_TWICE)
NESTING = Limit("NESTED_TOO_DEEP", "max_nesting", "Brackets or selections, nested", ASK_TWICE)
DEPTH = Limit("TOO_DEEP", "max_depth", "Fields within fields", ASK_TWICE)
FIELDS = Limit(
    "TOO_MANY_FIELDS", "max_fields", "Fields, with fragments written out", "Select fewer fields."
)
ALIASES = Limit(
    "TOO_MANY_ALIASES",
    "max_aliases",
    "Aliases, with fragments written out",
    "Use a field that takes a list, or several requests.",
)
REPEATS = Limit(
    "TOO_MANY_REPEATS",
    "max_repeats",
    "Times that one selection names the same field",
    "Name it once.",
)
DIRECTIVES = Limit("TOO_MANY_DIRECTIVES", "max_directives", "Directives", "Use fewer of them.")
FRAGMENTS = Limit("TOO_MANY_FRAGMENTS", "max_fragments", "Fragments", "Send those that are used.")
OPERATIONS = Limit(
    "TOO_MANY_OPERATIONS", "max_operations", "Operations", "Send the one that is meant."
)


def check_text(text: str, limits: OperationLimits) -> None:
    """Look at a document that is not parsed yet; the parser recurses and reads everything.

    Raises:
        GraphQLError: it has too many tokens, brackets too deep, or a number too long to be read.
    """
    nesting = tokens = 0
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        tokens += kind != "comment"
        if tokens > limits.max_tokens:
            raise TOKENS.error(limits, tokens)
        if kind == "opening":
            nesting += 1
            if nesting > limits.max_nesting:
                raise NESTING.error(limits, nesting)
        elif kind == "closing":
            nesting -= 1
        elif kind == "digits" and len(found["digits"]) > MAX_DIGITS:
            raise GraphQLError(
                f"A number has more than {MAX_DIGITS} digits: send it as a string.",
                extensions={"code": "NUMBER_TOO_LONG", "limit": MAX_DIGITS},
            )


def check_size(document: DocumentNode, limits: OperationLimits) -> list[GraphQLError]:
    """What is too much about a document; the first thing found."""
    outlines = [
        (each, _outline(each))
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    fragments = {
        node.name.value: outline
        for node, outline in outlines
        if isinstance(node, FragmentDefinitionNode)
    }
    for limit, found in (
        (FRAGMENTS, len(fragments)),
        (OPERATIONS, len(outlines) - len(fragments)),
        (DIRECTIVES, sum(outline.directives for _, outline in outlines)),
    ):
        if found > getattr(limits, limit.setting):
            return [limit.error(limits, found)]
    try:
        sizes = _fragment_sizes(fragments)
    except CycleError:
        return []  # refused by a rule of the language
    found_in = (_excess(node, outline.size(sizes), limits) for node, outline in outlines)
    return [error for error in found_in if error][:1]


def check_introspection(document: DocumentNode) -> list[GraphQLError]:
    """Fields of the root that read the schema, where that is switched off."""
    return [
        GraphQLError(
            "This server does not let clients read its schema (LEXIGRAPH_INTROSPECTION): see "
            "its documentation.",
            node,
            extensions={"code": "INTROSPECTION_DISABLED"},
        )
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode | FragmentDefinitionNode)
        for node in _outline(each).introspection
    ]


class Size(NamedTuple):
    """How much is selected."""

    fields: int = 0
    aliases: int = 0
    depth: int = 0
    nesting: int = 0


@dataclass(slots=True)
class Outline:
    """The selections of one definition; fragments that it spreads are named with their place."""

    own: Size = field(default_factory=Size)
    directives: int = 0
    spreads: list[tuple[str, int, int]] = field(default_factory=list)
    introspection: list[FieldNode] = field(default_factory=list)

    def size(self, fragments: Mapping[str, Size]) -> Size:
        """Its size with the fragments written out; unknown ones are refused by another rule."""
        spread = [
            size._replace(depth=depth + size.depth, nesting=nesting + size.nesting)
            for name, depth, nesting in self.spreads
            if (size := fragments.get(name))
        ]
        sizes = (self.own, *spread)
        return Size(
            sum(size.fields for size in sizes),
            sum(size.aliases for size in sizes),
            max(size.depth for size in sizes),
            max(size.nesting for size in sizes),
        )


def _excess(node: Node, size: Size, limits: OperationLimits) -> GraphQLError | None:
    for limit, found in (
        (NESTING, size.nesting),
        (DEPTH, size.depth),
        (FIELDS, size.fields),
        (ALIASES, size.aliases),
    ):
        if found > getattr(limits, limit.setting):
            return limit.error(limits, found, node)
    return None


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


def _outline(definition: OperationDefinitionNode | FragmentDefinitionNode) -> Outline:
    outline = Outline(directives=len(definition.directives or ()))
    for variable in definition.variable_definitions or ():
        outline.directives += len(variable.directives or ())
    fields = aliases = deepest = nested = 0
    for node, depth, nesting in selections_of(definition.selection_set):
        outline.directives += len(node.directives or ())
        nested = max(nested, nesting)
        if isinstance(node, FragmentSpreadNode):
            outline.spreads.append((node.name.value, depth - 1, nesting))
        elif isinstance(node, FieldNode):
            fields += 1
            aliases += node.alias is not None
            deepest = max(deepest, depth)
            if node.name.value in INTROSPECTION:
                outline.introspection.append(node)
    outline.own = Size(fields, aliases, deepest, nested)
    return outline


Selection = FieldNode | FragmentSpreadNode | InlineFragmentNode


def selections_of(whole: SelectionSetNode) -> Iterator[tuple[Selection, int, int]]:
    """All selections, with the fields and the brackets that they lie in.

    A list instead of recursion: nothing that a client sends may exhaust the stack.
    """
    waiting: list[tuple[SelectionSetNode, int, int]] = [(whole, 1, 1)]
    while waiting:
        selections, depth, nesting = waiting.pop()
        for node in selections.selections:
            yield node, depth, nesting  # type: ignore[misc]
            if isinstance(node, InlineFragmentNode):
                waiting.append((node.selection_set, depth, nesting + 1))
            elif isinstance(node, FieldNode) and node.selection_set:
                waiting.append((node.selection_set, depth + 1, nesting + 1))
