"""How the value of a field is found: the calls that Strawberry makes, without its detours."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from graphql import GraphQLField, GraphQLResolveInfo
from strawberry import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from schema.execution.batching import BatchField
from schema.execution.place import Place
from schema.execution.reading import Reading, reading_of
from schema.execution.run import Run

# Finds the value of a field, or something to await.
Call = Callable[[Any, Place, Run], Any]
# Finds the values of a field for many objects, or something to await; the place is the first one's.
CallAll = Callable[[list[Any], Place, Run], Any]

# Nothing can be changed about values of these types: calls may share them.
UNCHANGEABLE = (str, int, float, bool, type(None), Enum)


class CallState:
    """What the calls of one field share in one execution."""

    __slots__ = ("_after", "_before", "_kind", "arguments", "shared")

    def __init__(self, info: GraphQLResolveInfo[Any], arguments: dict[str, Any]) -> None:
        at = info._fields.index("path")
        self._kind = type(info)
        self._before, self._after = tuple(info)[:at], tuple(info)[at + 1 :]
        # As graphql-core coerces them.
        self.arguments = arguments
        # As Strawberry converts them, if calls may share them.
        self.shared: dict[str, Any] | None = None

    def info(self, place: Place) -> GraphQLResolveInfo[Any]:
        """What a resolver is told; only the path differs from call to call."""
        path = place.path()
        made: GraphQLResolveInfo[Any] = tuple.__new__(
            self._kind, (*self._before, path, *self._after)
        )
        return made


def call_of(definition: GraphQLField, schema: Schema) -> Call:
    """The call of a field."""
    if (reading := reading_of_definition(definition, schema)) is not None:
        read = reading.read
        return lambda source, _place, _run: read(source)
    field = _strawberry_field(definition, schema)
    if field is None or field.extensions or field.base_resolver is None:
        return _call_any
    return _call_resolver(field, field.base_resolver, schema)


def call_all_of(definition: GraphQLField, schema: Schema) -> CallAll | None:
    """The call of a field for many objects; None if it is called for each."""
    field = _strawberry_field(definition, schema)
    if not isinstance(field, BatchField) or field.extensions or field.base_resolver is None:
        return None
    info_parameter, make_info = field.base_resolver.info_parameter, schema.config.info_class
    convert = _converter(field, schema)

    def call(sources: list[Any], place: Place, run: Run) -> Any:
        state = place.field.state(run)
        info = make_info(_raw_info=state.info(place), _field=field)
        arguments = convert(state, info)
        if info_parameter:
            arguments[info_parameter.name] = info
        return field.find_all(sources, arguments)

    return call


def reading_of_definition(definition: GraphQLField, schema: Schema) -> Reading | None:
    """What a field reads; None if it has to be called."""
    field = _strawberry_field(definition, schema)
    return None if field is None else reading_of(field)


def _strawberry_field(definition: GraphQLField, schema: Schema) -> StrawberryField | None:
    """What a field is made of, if nothing but that decides about its value."""
    field = definition.extensions.get("strawberry-definition")
    is_simple = isinstance(field, StrawberryField) and not schema.exception_handlers
    return field if is_simple else None


def _call_any(source: Any, place: Place, run: Run) -> Any:
    """By the resolver that graphql-core would call."""
    resolve = place.field.definition.resolve or run.executor.field_resolver
    state = place.field.state(run)
    return resolve(source, state.info(place), **state.arguments)


def _call_resolver(
    field: StrawberryField, resolver: StrawberryResolver[Any], schema: Schema
) -> Call:
    """By the method that the Strawberry field is made of."""
    wants_self = resolver.self_parameter is not None
    info_name = resolver.info_parameter.name if resolver.info_parameter else None
    source_names = [
        each.name for each in (resolver.parent_parameter, resolver.root_parameter) if each
    ]
    make_info, get_result = schema.config.info_class, field.get_result
    convert = _converter(field, schema)

    def call(source: Any, place: Place, run: Run) -> Any:
        state = place.field.state(run)
        info = make_info(_raw_info=state.info(place), _field=field)
        arguments = convert(state, info)
        for name in source_names:
            arguments[name] = source
        if info_name:
            arguments[info_name] = info
        return get_result(source, info, [source] if wants_self else [], arguments)

    def call_without_arguments(source: Any, _place: Place, _run: Run) -> Any:
        arguments = dict.fromkeys(source_names, source)
        return get_result(source, None, [source] if wants_self else [], arguments)

    return call if field.arguments or info_name else call_without_arguments


def _converter(
    field: StrawberryField, schema: Schema
) -> Callable[[CallState, Any], dict[str, Any]]:
    """Makes a resolver's arguments of coerced ones."""
    config, registry = schema.config, schema.schema_converter.scalar_registry

    def convert(state: CallState, info: Any) -> dict[str, Any]:
        if state.shared is not None:
            return dict(state.shared)
        converted = convert_arguments(
            state.arguments, field.arguments, scalar_registry=registry, config=config, info=info
        )
        if all(isinstance(value, UNCHANGEABLE) for value in converted.values()):
            state.shared = converted
        return dict(converted)

    return convert
