"""Aggregation expressions: one call that compiles any of them.

    evaluate = compile_expression({"$concat": ["$first", " ", "$last"]})
    evaluate(document, NO_VARIABLES)

The operators are tables in `expression_…` modules by kind; this module joins them. One that is in
no table is refused with 168 InvalidPipelineOperator.
"""

from collections.abc import Iterable
from typing import Any, Final

from infra.embedded import (
    expression_arrays,
    expression_logic,
    expression_numbers,
    expression_sets,
    expression_strings,
    expression_types,
)
from infra.embedded.expression_core import NO_VARIABLES, Builder, Evaluate, Scope, Variables

__all__ = ["EXPRESSION_OPERATORS", "NO_VARIABLES", "Evaluate", "Variables", "compile_expression"]

_OPERATORS: Final[dict[str, Builder]] = {
    **expression_logic.OPERATORS,
    **expression_numbers.OPERATORS,
    **expression_arrays.OPERATORS,
    **expression_sets.OPERATORS,
    **expression_strings.OPERATORS,
    **expression_types.OPERATORS,
}
# What the scope table in docs/embedded-store.md lists.
EXPRESSION_OPERATORS: Final = frozenset(_OPERATORS)


def compile_expression(operand: Any, names: Iterable[str] = ()) -> Evaluate:
    """Build the function of an expression.

    Args:
        operand: the expression, a literal among them.
        names: the variables, besides ROOT, CURRENT and REMOVE, that it may use.

    Raises:
        StoreError: an unknown operator (168), variable (17276), or a malformed operand.
    """
    return Scope(_OPERATORS, frozenset(names)).compile(operand)
