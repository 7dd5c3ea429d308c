"""`$group`: one document for each class of equal keys, in the order of their first documents."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from infra.embedded.accumulators import Accumulator, accumulator
from infra.embedded.bson_types import MISSING, Document
from infra.embedded.errors import location
from infra.embedded.expression_core import Evaluate, constant
from infra.embedded.keys import encode_value
from infra.embedded.memory import OVERHEAD_BYTES, Budget
from infra.embedded.stage_core import Compiler, Stage


def group(operand: Any, compiler: Compiler) -> Stage:
    """Build `$group`; it holds one state per group and field, not the documents."""
    if not isinstance(operand, dict):
        raise location(15947, "a group's fields must be specified in an object")
    if "_id" not in operand:
        raise location(15955, "a group specification must include an _id")
    identify = compiler.expression(operand["_id"])
    fields = {
        name: _group_field(name, part, compiler) for name, part in operand.items() if name != "_id"
    }
    variables = compiler.variables

    def run(documents: Iterable[Document]) -> Iterator[Document]:
        groups: dict[bytes, tuple[Any, list[Accumulator]]] = {}
        budget = Budget("$group")
        evaluates = [evaluate for evaluate, _ in fields.values()]
        for document in documents:
            identifier = identify(document, variables)
            key = encode_value(identifier)
            found = groups.get(key)
            if found is None:
                found = (identifier, [start() for _, start in fields.values()])
                groups[key] = found
                budget.take(len(key) + OVERHEAD_BYTES * (1 + len(fields)))
            for evaluate, state in zip(evaluates, found[1], strict=True):
                grown = state.add(evaluate(document, variables))
                if grown:
                    budget.take(grown)
        for identifier, states in groups.values():
            results = (state.result() for state in states)
            yield {
                "_id": None if identifier is MISSING else identifier,
                **dict(zip(fields, results, strict=True)),
            }

    return run


def _group_field(
    name: str, operand: Any, compiler: Compiler
) -> tuple[Evaluate, Callable[[], Accumulator]]:
    if "." in name:
        raise location(40235, f"The field name '{name}' cannot contain '.'")
    if name.startswith("$"):
        raise location(40236, f"The field name '{name}' cannot be an operator name")
    if not isinstance(operand, dict) or len(operand) != 1:
        raise location(40234, f"The field '{name}' must be an accumulator object")
    ((operator, argument),) = operand.items()
    start = accumulator(operator)
    if operator == "$count":
        if argument != {}:
            raise location(15952, "$count takes no arguments, i.e. $count:{}")
        return constant(1), start
    if isinstance(argument, list):
        if len(argument) != 1:
            raise location(40237, f"The {operator} accumulator is a unary operator")
        argument = argument[0]
    return compiler.expression(argument), start
