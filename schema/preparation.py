"""Documents on their way to execution: held to limits, parsed, validated; and remembered so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
)
from graphql.validation import ASTValidationRule
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document
from typing_extensions import override

from infra.operation_limits import OperationLimits
from schema.execution.executor import CompiledExecutor
from schema.limits import Limit, check_introspection, check_size, check_text
from schema.price_tree import PriceTrees
from schema.pricing import Price, prices
from schema.repeats import check_repeats
from schema.variables import check_variables

REMEMBERED_DOCUMENTS = 512
# Longer ones are rare, and could fill the memory.
LONGEST_REMEMBERED = 20_000

COST = Limit(
    "TOO_EXPENSIVE",
    "max_cost",
    "The most that this operation may cost",
    "Ask for fewer items (first), or in several requests",
)

Rules = tuple[type[ASTValidationRule], ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document, what keeps it from being executed, and what its operations cost."""

    # None if it cannot be read.
    document: DocumentNode | None
    errors: list[GraphQLError]
    prices: Mapping[str | None, Price] = field(default_factory=dict)
    # What has executed its operations, without the requests, where it can do so again.
    executors: dict[str | None, CompiledExecutor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One operation of a document with its variables: what it may cost, or what keeps it out."""

    document: DocumentNode | None
    errors: list[GraphQLError]
    # None if there is no such operation.
    price: Price | None = None
    requested: int = 0
    executors: dict[str | None, CompiledExecutor] = field(default_factory=dict)

    def extensions(self, data: Mapping[str, Any] | None) -> dict[str, Any]:
        """What it costs; each result of a subscription may cost what is requested."""
        if self.price is None:
            return {}
        cost = {"requested": self.requested}
        if not self.price.repeats:
            cost["actual"] = self.price.actual(data) if data else 0
        return {"cost": cost}


class Preparation:
    """Made once for a schema; documents of the same text are prepared once."""

    def __init__(self, limits: OperationLimits) -> None:
        self.limits = limits
        self._trees: PriceTrees | None = None
        self._remembered = lru_cache(REMEMBERED_DOCUMENTS)(self._prepare)

    def prepare(self, schema: GraphQLSchema, rules: Rules, text: str) -> Prepared:
        """Read a document."""
        if len(text) > LONGEST_REMEMBERED:
            return self._prepare(schema, rules, text)
        return self._remembered(schema, rules, text)

    def _prepare(self, schema: GraphQLSchema, rules: Rules, text: str) -> Prepared:
        try:
            check_text(text, self.limits)
            document = parse(text)
        except GraphQLError as error:
            return Prepared(None, [error])
        # The rules of the language cost more: they see only documents of a sane size.
        errors = self._excess(document) or validate_document(schema, document, rules)
        if errors:
            return Prepared(document, errors)
        if self._trees is None:
            self._trees = PriceTrees(schema)
        return Prepared(document, [], prices(self._trees, document))

    def admit(self, prepared: Prepared, name: str | None, variables: dict[str, Any]) -> Ticket:
        """Hold an operation to what its variables have a say in."""
        document, prices, limits = prepared.document, prepared.prices, self.limits
        if name is None and len(prices) > 1:
            # Strawberry would take the first.
            return Ticket(document, [GraphQLError("Say by operationName which one to run.")])
        if variables and (error := check_variables(variables, limits)):
            return Ticket(document, [error])
        price = next(iter(prices.values()), None) if name is None else prices.get(name)
        if price is None:
            return Ticket(document, [])  # refused by the name, or for want of an operation
        requested = price.requested(variables)
        if requested > limits.max_cost:
            error = _too_expensive(limits, requested, price.dearest(variables))
            return Ticket(document, [error], price, requested)
        return Ticket(document, [], price, requested, prepared.executors)

    def _excess(self, document: DocumentNode) -> list[GraphQLError]:
        return (
            check_size(document, self.limits)
            or check_repeats(document, self.limits)
            or ([] if self.limits.introspection else check_introspection(document))
        )


class PreparedDocuments(SchemaExtension):
    """Takes documents and their errors from a `Preparation`, and prices each operation.

    The answer says in `extensions.cost` what was `requested` at most and what it did cost.
    """

    def __init__(self, preparation: Preparation) -> None:
        super().__init__()
        self._preparation = preparation
        self._ticket: Ticket | None = None

    @override
    def on_parse(self) -> Iterator[None]:
        """Prepare the document, and say what keeps the operation from being executed."""
        context = self.execution_context
        prepared = self._preparation.prepare(
            context.schema._schema, context.validation_rules, context.query or ""
        )
        name = context._provided_operation_name
        # Strawberry asks a document for its operation before it looks at errors.
        context.graphql_document = prepared.document or _unreadable(name)
        # Each hook costs a query some microseconds: validation finds its work done.
        context.pre_execution_errors = prepared.errors
        if not prepared.errors:
            self._ticket = self._preparation.admit(prepared, name, context.variables or {})
            context.pre_execution_errors = self._ticket.errors
        yield

    @override
    def get_results(self) -> dict[str, Any]:
        """What the operation costs."""
        if self._ticket is None:
            return {}
        result = self.execution_context.result
        return self._ticket.extensions(result.data if isinstance(result, ExecutionResult) else None)


def _unreadable(name: str | None) -> DocumentNode:
    """What stands for a document that will not be executed."""
    operation = OperationDefinitionNode(
        operation=OperationType.QUERY,
        name=NameNode(value=name) if name else None,
        selection_set=SelectionSetNode(selections=()),
    )
    return DocumentNode(definitions=(operation,))


def _too_expensive(limits: OperationLimits, price: int, path: list[str]) -> GraphQLError:
    place = ".".join(path)
    remedy = f"{COST.remedy}; most of it is {place}."
    return COST._replace(remedy=remedy).error(limits, price, mostExpensive=place)
