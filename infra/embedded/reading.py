"""Queries as commands state them: parsed once, planned, and run over a collection."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.embedded.arguments import Arguments
from infra.embedded.bson_types import Document
from infra.embedded.catalog import Collection
from infra.embedded.context import Context
from infra.embedded.execution import Effort, Row, find_rows
from infra.embedded.expressions import compile_expression
from infra.embedded.matcher import Matcher, compile_filter
from infra.embedded.opening import Connection
from infra.embedded.pipeline import parse_sort
from infra.embedded.planner import Plan, make_plan


@dataclass(frozen=True, slots=True)
class Query:
    """Which documents, in which order.

    Attributes:
        sort: path → 1 or -1, or `$natural`.
        hint: the index to use, by name or key pattern.
    """

    matcher: Matcher
    sort: Mapping[str, int]
    skip: int = 0
    limit: int = 0
    hint: object = None

    def plan(self, connection: Connection, collection: Collection) -> Plan:
        """Choose how to run it."""
        return make_plan(connection, collection, self.matcher, self.sort, self.hint)

    def rows(
        self,
        context: Context,
        connection: Connection,
        collection: Collection | None,
        effort: Effort | None = None,
    ) -> Iterator[Row]:
        """Run it; a collection that is not there is empty."""
        if collection is None:
            return iter(())
        return find_rows(
            connection,
            self.plan(connection, collection),
            self.sort,
            context.deadline,
            skip=self.skip,
            limit=self.limit,
            effort=effort,
        )


def parse_query(
    filter: Mapping[str, Any],
    variables: Mapping[str, Any],
    *,
    sort: Document | None = None,
    skip: int = 0,
    limit: int = 0,
    hint: object = None,
) -> Query:
    """Compile a query.

    Raises:
        StoreError: an unknown operator, or a sort that is none.
    """
    if sort and list(sort) == ["$natural"] and sort["$natural"] in (1, -1):
        order: Mapping[str, int] = {"$natural": int(sort["$natural"])}
    else:
        order = parse_sort(sort) if sort else {}
    return Query(compile_filter(filter, variables), order, skip, limit, hint or None)


def with_let(context: Context, arguments: Arguments) -> Mapping[str, Any]:
    """The variables of a command: the context's, and those of its `let`."""
    given = arguments.document("let")
    if not given:
        return context.variables
    values = {
        name: compile_expression(value, context.variables)({}, context.variables)
        for name, value in given.items()
    }
    return {**context.variables, **values}
