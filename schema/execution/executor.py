"""Where compiled execution is put in the place of graphql-core's."""

from typing import Any, ClassVar

from graphql.pyutils import AwaitableOrValue
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.execution.plans import Plans


class CompiledExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes operations by their plans, and by graphql-core where these do not cover them."""

    plans: ClassVar[Plans]
    # Why graphql-core executes the operation, if it does.
    gap: str | None = None

    def execute_operation(self, serially: bool | None = None) -> AwaitableOrValue[Any]:
        """Execute the operation, after graphql-core has coerced its variables."""
        found = self.plans.find(self)
        if isinstance(found, str):
            self.gap = found
            return super().execute_operation(serially)
        return found.execute(self)


def compiled_executor(plans: Plans) -> type[CompiledExecutor]:
    """The `execution_context_class` of a schema that executes by its plans."""
    return type("CompiledExecutor", (CompiledExecutor,), {"plans": plans})
