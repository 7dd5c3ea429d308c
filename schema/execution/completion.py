"""Values on their way into the answer, by the type of their field.

The rules are those of the specification, section 6.4.3, as graphql-core has them, down to its
messages.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLObjectType,
    Undefined,
    is_object_type,
    located_error,
)
from graphql.pyutils import inspect, is_iterable

from schema.execution.leaves import PLAIN
from schema.execution.place import PENDING, Place
from schema.execution.run import Complete, Run, discard

if TYPE_CHECKING:
    from schema.execution.plan import ObjectPlan

# Reads all items of a list; gives None or raises if something is unusual about them.
ReadItems = Callable[[list[Any], Place, Run], list[Any] | None]
CompleteAs = Callable[[GraphQLObjectType], Complete]


def leaf(convert: Callable[[Any], Any]) -> Complete:
    """Of a scalar or an enum."""

    def complete(value: Any, _place: Place, _run: Run) -> Any:
        if value is None or value is Undefined:
            return None
        if isinstance(value, Exception):
            raise value
        return convert(value)

    return complete


def non_null(inner: Complete, parent_name: str, field_name: str) -> Complete:
    """Of a type that has no null."""

    def complete(value: Any, place: Place, run: Run) -> Any:
        if isinstance(value, Exception):
            raise value
        if value is not None and value is not Undefined:
            # What is completed of a value is never null, or stands for what is awaited.
            return inner(value, place, run)
        raise TypeError(f"Cannot return null for non-nullable field {parent_name}.{field_name}.")

    return complete


def object_value(plan: "ObjectPlan") -> Complete:
    """Of an object type."""
    object_type = plan.type
    is_type_of = object_type.is_type_of

    def complete(value: Any, place: Place, run: Run) -> Any:
        if value is None or value is Undefined:
            return None
        if isinstance(value, Exception):
            raise value
        if is_type_of is None:
            return plan.execute(value, place, run)
        verdict = is_type_of(value, place.field.info(place, run))
        if verdict.__class__ is not bool and run.executor.is_awaitable(verdict):
            run.wait_for(verdict, place, lambda held, at, of: judge(held, value, at, of))
            return PENDING
        return judge(verdict, value, place, run)

    def judge(verdict: Any, value: Any, place: Place, run: Run) -> Any:
        if not verdict:
            raise GraphQLError(
                f"Expected value of type '{object_type}' but got: {inspect(value)}.",
                place.field.nodes,
            )
        return plan.execute(value, place, run)

    return complete


def abstract_value(abstract: GraphQLAbstractType, complete_as: CompleteAs) -> Complete:
    """Of an interface or a union."""

    def complete(value: Any, place: Place, run: Run) -> Any:
        if value is None or value is Undefined:
            return None
        if isinstance(value, Exception):
            raise value
        resolve_type = abstract.resolve_type or run.executor.type_resolver
        found = resolve_type(value, place.field.info(place, run), abstract)
        if found.__class__ is not str and run.executor.is_awaitable(found):
            run.wait_for(found, place, lambda name, at, of: continue_as(name, value, at, of))
            return PENDING
        return continue_as(found, value, place, run)

    def continue_as(name: Any, value: Any, place: Place, run: Run) -> Any:
        return complete_as(valid_type(name, abstract, value, place, run))(value, place, run)

    return complete


def valid_type(
    name: Any, abstract: GraphQLAbstractType, value: Any, place: Place, run: Run
) -> GraphQLObjectType:
    """The object type of a name that an abstract type resolved to.

    Raises:
        GraphQLError: it is none, or not one of the abstract type's.
    """
    schema, field = run.executor.schema, place.field
    at = f"for field '{field.parent_name}.{field.name}'"
    must = f"Abstract type '{abstract}' must resolve to an Object type at runtime {at}"
    found = schema.get_type(name) if isinstance(name, str) else None
    if name is None:
        problem = (
            f"{must}. Either the '{abstract}' type should provide a 'resolve_type' function or "
            "each possible type should provide an 'is_type_of' function."
        )
    elif not isinstance(name, str):
        problem = (
            f"{must} with value {inspect(value)}, received '{inspect(name)}', which is not a "
            "valid Object type name."
        )
    elif found is None:
        problem = (
            f"Abstract type '{abstract}' was resolved to a type '{name}' that does not exist "
            "inside the schema."
        )
    elif not is_object_type(found):
        problem = f"Abstract type '{abstract}' was resolved to a non-object type '{name}'."
    elif not schema.is_sub_type(abstract, found):
        problem = f"Runtime Object type '{found}' is not a possible type for '{abstract}'."
    else:
        return found
    raise GraphQLError(problem, field.nodes)


def list_value(item: Complete, is_nullable: bool, read_items: ReadItems | None) -> Complete:
    """Of a list.

    Args:
        item: completes one item.
        is_nullable: whether an item may be null.
        read_items: reads usual items faster.
    """

    def complete(value: Any, place: Place, run: Run) -> Any:
        if value is None or value is Undefined:
            return None
        if isinstance(value, Exception):
            raise value
        if read_items is not None and value.__class__ is list:
            with suppress(Exception):  # then it is read below with all that can happen
                if (found := read_items(value, place, run)) is not None:
                    return found
        if run.executor.is_async_iterable(value):
            run.wait_for(_collect(value), place, complete)
            return PENDING
        if not is_iterable(value):
            field = place.field
            raise GraphQLError(
                "Expected Iterable, but did not find one for field "
                f"'{field.parent_name}.{field.name}'."
            )
        return _complete_items(value, item, is_nullable, place, run)

    return complete


def _complete_items(
    values: Iterable[Any], item: Complete, is_nullable: bool, place: Place, run: Run
) -> list[Any]:
    completed: list[Any] = []
    field, is_awaitable = place.field, run.executor.is_awaitable
    iterator = iter(values)
    for index, value in enumerate(iterator):
        at = Place(place, completed, index, field, is_nullable)
        try:
            if value.__class__ not in PLAIN and is_awaitable(value):
                run.wait_for(value, at, item)
                completed.append(PENDING)
            else:
                completed.append(item(value, at, run))
        except Exception as raw_error:
            error = located_error(raw_error, field.nodes, at.steps())
            if not is_nullable:
                discard(iterator)
                raise error from raw_error
            run.note(error, at)
            completed.append(None)
    return completed


async def _collect(values: Any) -> list[Any]:
    return [value async for value in values]
