"""What a request may bring as variables at most; found in time linear in them."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from infra.operation_limits import OperationLimits
from schema.limits import Limit

VALUES = Limit(
    "VARIABLES_TOO_LARGE",
    "max_variable_values",
    "Values in the variables, or more",
    "Send fewer items at once.",
)
NESTING = Limit(
    "VARIABLES_TOO_DEEP",
    "max_variable_nesting",
    "Lists and objects within each other in the variables, or more",
    "Send something flatter.",
)
ITEMS = Limit(
    "LIST_TOO_LONG",
    "max_list_items",
    "Items of a list in the variables",
    "Send fewer at once.",
)


def check_variables(variables: Mapping[str, Any], limits: OperationLimits) -> GraphQLError | None:
    """What is too much about them."""
    values, depth = 0, 0
    # A level at a time instead of recursion: coercion will recurse, and must not go too deep.
    level: list[Any] = [variables]
    while level:
        if depth > limits.max_variable_nesting:
            return NESTING.error(limits, depth)
        below: list[Any] = []
        for each in level:
            if isinstance(each, list):
                if len(each) > limits.max_list_items:
                    return ITEMS.error(limits, len(each))
                inner: Any = each
            else:
                inner = each.values()
            values += len(inner)
            below += [value for value in inner if isinstance(value, dict | list)]
        if values > limits.max_variable_values:
            return VALUES.error(limits, values)
        level, depth = below, depth + 1
    return None
