"""Documents on their way to execution: held to limits, parsed, validated; and remembered so."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
)
from graphql.validation import ASTValidationRule
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document
from strawberry.types import ExecutionContext
from typing_extensions import override

from schema.limits import MAX_TOKENS, check_size, check_text

REMEMBERED_DOCUMENTS = 512
# Longer ones are rare, and could fill the memory.
LONGEST_REMEMBERED = 20_000

Rules = tuple[type[ASTValidationRule], ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document, and what keeps it from being executed."""

    document: DocumentNode
    errors: list[GraphQLError]


class Preparation:
    """Made once for a schema; documents of the same text are prepared once."""

    def __init__(self) -> None:
        self._remembered = lru_cache(REMEMBERED_DOCUMENTS)(_prepare)

    def prepare(self, schema: GraphQLSchema, rules: Rules, text: str) -> Prepared:
        """Read a document.

        Raises:
            GraphQLError: it is not GraphQL, has too many tokens, or nests too deep to be parsed.
        """
        if len(text) > LONGEST_REMEMBERED:
            return _prepare(schema, rules, text)
        return self._remembered(schema, rules, text)


class PreparedDocuments(SchemaExtension):
    """Takes the document and its errors from a `Preparation` instead of making them anew."""

    def __init__(self, preparation: Preparation) -> None:
        super().__init__()
        self._preparation = preparation
        self._errors: list[GraphQLError] = []

    @override
    def on_parse(self) -> Iterator[None]:
        """Prepare the document."""
        context = self.execution_context
        prepared = self._preparation.prepare(
            context.schema._schema, context.validation_rules, context.query or ""
        )
        context.graphql_document, self._errors = prepared.document, prepared.errors
        yield

    @override
    def on_validate(self) -> Iterator[None]:
        """Hand out the errors."""
        context = self.execution_context
        context.pre_execution_errors = self._errors
        if context._provided_operation_name is None and _operation_count(context) > 1:
            # Strawberry would take the first.
            context.pre_execution_errors = [GraphQLError("Say by operationName which one to run.")]
        yield


def _operation_count(context: ExecutionContext) -> int:
    definitions = context.graphql_document.definitions if context.graphql_document else ()
    return sum(isinstance(each, OperationDefinitionNode) for each in definitions)


def _prepare(schema: GraphQLSchema, rules: Rules, text: str) -> Prepared:
    check_text(text)
    document = parse(text, max_tokens=MAX_TOKENS)
    # The rules of the language cost more: they see only documents of a sane size.
    return Prepared(document, check_size(document) or validate_document(schema, document, rules))
