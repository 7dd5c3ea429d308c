"""Where compiled execution is put in the place of graphql-core's."""

from typing import Any, ClassVar

from graphql.execution.executor import CollectedErrors
from graphql.pyutils import AwaitableOrValue
from graphql.type import GraphQLResolveInfoHelpers
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.execution.plans import Plans
from schema.execution.run import Run


class CompiledExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes operations by their plans, and by graphql-core where these do not cover them."""

    plans: ClassVar[Plans]
    # Why graphql-core executes the operation, if it does.
    gap: str | None = None
    # The execution by a plan, and whether the plan was made for it.
    run: Run | None = None
    is_new: bool = False

    def execute_operation(self, serially: bool | None = None) -> AwaitableOrValue[Any]:
        """Execute the operation, after graphql-core has coerced its variables."""
        found = self.plans.find(self)
        if isinstance(found, str):
            self.gap = found
            return super().execute_operation(serially)
        self.is_new = found.is_new
        self.run = Run(self)
        return found.execute(self.run)

    def again(self, root_value: Any, context_value: Any, extensions: Any) -> "CompiledExecutor":
        """The same operation once more, for another request.

        Of an operation without variables nothing else differs, and making an executor anew takes
        longer than a small plan.
        """
        made = object.__new__(type(self))
        made.__dict__ |= self.__dict__
        made.root_value, made.context_value = root_value, context_value
        made.operation_extensions = extensions
        made.run = None
        made.collected_errors = CollectedErrors()
        made.background_futures = set()
        made.async_helpers = GraphQLResolveInfoHelpers(
            gather=made.gather_async_work, track=made.track_async_work
        )
        return made

    @property
    def is_repeatable(self) -> bool:
        """Whether `again` may be asked of it: plans leave an executor as it was."""
        return self.gap is None and not self.operation.variable_definitions


def compiled_executor(plans: Plans) -> type[CompiledExecutor]:
    """The `execution_context_class` of a schema that executes by its plans."""
    return type("CompiledExecutor", (CompiledExecutor,), {"plans": plans})
