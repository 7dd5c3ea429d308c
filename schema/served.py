"""The schema as it executes: what is prepared and compiled takes a way without detours."""

from collections.abc import Iterable
from time import perf_counter_ns
from typing import Any

import strawberry
from graphql import GraphQLError
from graphql.execution import ExecutionResult as Executed
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType
from typing_extensions import override

from schema.execution.executor import CompiledExecutor, compiled_executor
from schema.execution.plans import Plans
from schema.preparation import Preparation, PreparedDocuments, Ticket


class ServedSchema(strawberry.Schema):
    """Does what Strawberry does with `PreparedDocuments`, where nothing is wrong with an operation.

    Strawberry makes a context and enters and leaves every hook of every extension: a trivial query
    takes it three times as long.
    """

    def __init__(self, preparation: Preparation, plans: Plans, **options: Any) -> None:
        super().__init__(
            extensions=[lambda: PreparedDocuments(preparation)],
            execution_context_class=compiled_executor(plans),
            **options,
        )
        self.plans = plans
        self._preparation = preparation
        self._own_extensions = self.extensions
        self._rules = self._create_execution_context(None, ()).validation_rules

    @override
    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Execute an operation that has one result."""
        started = perf_counter_ns()
        ticket = self._ticket(query, operation_name, variable_values, allowed_operation_types)
        if ticket is None or ticket.document is None:
            return await super().execute(
                query,
                variable_values,
                context_value,
                root_value,
                operation_name,
                allowed_operation_types,
                operation_extensions,
            )
        admitted = perf_counter_ns()
        executor: Any = None
        try:
            known = ticket.executors.get(operation_name)
            executor = (
                known.again(root_value, context_value, operation_extensions)
                if known
                else self.execution_context_class.build(
                    self._schema,
                    ticket.document,
                    root_value,
                    context_value,
                    variable_values,
                    operation_name,
                    is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type] # as Strawberry
                    operation_extensions=operation_extensions,
                )
            )
            result: Any = await _executed(executor)
            if not known and isinstance(executor, CompiledExecutor) and executor.is_repeatable:
                ticket.executors[operation_name] = executor.again(None, None, None)
        except Exception as error:  # noqa: BLE001 - a fault has an answer, too
            result = Executed(None, [GraphQLError(str(error), original_error=error)])
        if not isinstance(result, Executed):
            return result  # type: ignore[no-any-return] # of @defer: as Strawberry hands it on
        if result.errors:
            self._process_errors(result.errors, None)
        extensions = ticket.extensions(result.data)
        if operation_extensions and operation_extensions.get("plan") is True:
            extensions |= self._told(executor, admitted - started, perf_counter_ns() - admitted)
        return ExecutionResult(result.data, result.errors, extensions)

    def _told(self, executor: Any, preparing: int, executing: int) -> dict[str, Any]:
        """How an operation was executed, for those who may see the schema.

        Args:
            executor: did it; a list of errors, if it did not.
            preparing: nanoseconds until the operation was admitted.
            executing: nanoseconds after that.
        """
        if not self._preparation.limits.introspection:
            return {}
        gap = getattr(executor, "gap", None)
        run = getattr(executor, "run", None)
        plan = {
            "executedBy": "plan" if gap is None else "graphql-core",
            "because": gap,
            "microseconds": {"prepare": preparing // 1000, "execute": executing // 1000},
        }
        if run is not None:
            plan |= {
                "isNew": executor.is_new,
                "steps": [step.told() for step in run.steps.values()],
            }
        return {"plan": plan}

    def _ticket(
        self,
        query: str | None,
        operation_name: str | None,
        variables: dict[str, Any] | None,
        allowed: Iterable[OperationType] | None,
    ) -> Ticket | None:
        """What lets an operation run; None if there is something to say about it first."""
        if not query or self.extensions is not self._own_extensions:
            return None
        prepared = self._preparation.prepare(self._schema, self._rules, query)
        if prepared.errors:
            return None
        ticket = self._preparation.admit(prepared, operation_name, variables or {})
        if ticket.errors or ticket.price is None or ticket.price.repeats:
            return None
        kind = ticket.price.kind
        return ticket if allowed is None or OperationType(kind.value) in allowed else None


async def _executed(executor: Any) -> Any:
    """The result of an executor; if there is none, there are errors in its place."""
    if isinstance(executor, list):
        return Executed(None, executor)
    result = executor.execute_operation()
    return await result if optimized_is_awaitable(result) else result
