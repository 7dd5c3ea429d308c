"""How many answers an operation gives, told from its text before it runs."""

import re
from enum import Enum, auto

from graphql import (
    DocumentNode,
    GraphQLDeferDirective,
    GraphQLError,
    GraphQLStreamDirective,
    OperationType,
    Visitor,
    get_operation_ast,
    parse,
    visit,
)
from graphql.language import DirectiveNode

from infra.operation_limits import OperationLimits
from schema.limits import check_text

# What all others lack; they need not be parsed for this.
STREAMING = re.compile(r"\bsubscription\b|@[\s,]*(?:defer|stream)\b")


class Kind(Enum):
    """How an operation answers."""

    SINGLE = auto()
    # First a part, then the rest, by @defer alone or by @stream.
    DEFERRED = auto()
    STREAMED = auto()
    SUBSCRIPTION = auto()


def kind_of(text: str, operation_name: str | None, limits: OperationLimits) -> Kind:
    """The kind of an operation; what is wrong with it is for execution to say."""
    # The pattern looks at every letter; the words that it needs are looked for at once.
    if not ("@" in text or "subscription" in text) or not STREAMING.search(text):
        return Kind.SINGLE
    try:
        check_text(text, limits)
        document = parse(text, no_location=True)
    except GraphQLError:
        return Kind.SINGLE
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return Kind.SINGLE
    if operation.operation is OperationType.SUBSCRIPTION:
        return Kind.SUBSCRIPTION
    names = _directives(document)
    if GraphQLStreamDirective.name in names:
        return Kind.STREAMED
    return Kind.DEFERRED if GraphQLDeferDirective.name in names else Kind.SINGLE


class _Directives(Visitor):
    """Collects the names of all directives."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        """Note one."""
        self.names.add(node.name.value)


def _directives(document: DocumentNode) -> set[str]:
    found = _Directives()
    visit(document, found)
    return found.names
