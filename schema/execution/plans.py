"""Plans by the documents that they were made of."""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from graphql import OperationDefinitionNode
from graphql.execution import Executor
from strawberry import Schema

from schema.execution.collecting import Asked
from schema.execution.compiling import compile_operation
from schema.execution.coverage import Survey, gap_of_executor, survey
from schema.execution.plan import Plan

# The plan of a document takes some hundred times its length in memory.
MOST_CHARACTERS = 400_000

# The values of the variables of conditions.
Values = tuple[Any, ...]


@dataclass(slots=True)
class Remembered:
    """An operation of a document."""

    survey: Survey
    plans: dict[Values, Plan] = field(default_factory=dict)
    characters: int = 0


class Plans:
    """The plans of one schema; documents that were not asked for the longest are forgotten.

    Attributes:
        compiled: how many operations were executed by plans.
        fallbacks: how many were executed by graphql-core, by the reasons for it.
    """

    def __init__(self, most_characters: int = MOST_CHARACTERS) -> None:
        self._most_characters = most_characters
        self._characters = 0
        self._remembered: OrderedDict[tuple[str, int], Remembered] = OrderedDict()
        self._lock = Lock()
        self.compiled = 0
        self.fallbacks: Counter[str] = Counter()

    def find(self, executor: Executor[Any]) -> Plan | str:
        """The plan of an operation, or why graphql-core has to execute it."""
        found = gap_of_executor(executor) or self._find(executor, executor.operation)
        with self._lock:
            if isinstance(found, str):
                self.fallbacks[found] += 1
            else:
                self.compiled += 1
        return found

    def _find(self, executor: Executor[Any], operation: OperationDefinitionNode) -> Plan | str:
        """The plan, or why there is none."""
        if operation.loc is None:
            return "document without its text"
        name = (operation.loc.source.body, operation.loc.start)
        with self._lock:
            remembered = self._remembered.get(name)
            if remembered is not None:
                self._remembered.move_to_end(name)
        if remembered is None:
            remembered = Remembered(survey(operation, executor.fragment_definitions))
        if remembered.survey.gap is not None:
            return remembered.survey.gap
        coerced = executor.variable_values.coerced
        values = tuple(coerced.get(each) for each in remembered.survey.conditions)
        if None in values:
            return "condition without a value"
        plan = remembered.plans.get(values)
        if plan is not None:
            return plan
        conditions = zip(remembered.survey.conditions, values, strict=True)
        compiled = self._compile(executor, dict(conditions))
        if isinstance(compiled, Plan):
            self._remember(name, remembered, values, compiled)
        return compiled

    def _compile(self, executor: Executor[Any], conditions: dict[str, Any]) -> Plan | str:
        asked = Asked(executor.schema, executor.fragment_definitions, conditions)
        schema: Schema = executor.schema._strawberry_schema  # type: ignore[attr-defined] # set by Strawberry
        try:
            plan = compile_operation(schema, asked, executor.operation)
        except RecursionError:
            return "nested too deeply"
        return plan or "no such root type"

    def _remember(
        self, name: tuple[str, int], remembered: Remembered, values: Values, plan: Plan
    ) -> None:
        length = len(name[0])
        if length > self._most_characters:
            return
        with self._lock:
            # Two threads may have compiled the same: the last one stays.
            remembered = self._remembered.setdefault(name, remembered)
            if values not in remembered.plans:
                remembered.characters += length
                self._characters += length
            remembered.plans[values] = plan
            self._remembered.move_to_end(name)
            while self._characters > self._most_characters:
                _, oldest = self._remembered.popitem(last=False)
                self._characters -= oldest.characters
