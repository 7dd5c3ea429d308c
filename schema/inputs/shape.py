"""The JSON that patches are applied to: the input of an update, without what names its target."""

from collections.abc import Container, Mapping, Sequence
from copy import deepcopy
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, cast

from graphql import GraphQLError, GraphQLInputObjectType, GraphQLNonNull, GraphQLObjectType
from graphql.utilities import coerce_input_value, validate_input_value
from strawberry.types.arguments import convert_argument
from strawberry.utils.str_converters import to_camel_case

from resolvers.writing.items import Misfit, Patch, Reference, Target
from schema.fields import Info
from schema.node import encode_node_id

TARGET_FIELDS = frozenset({"id", "expectedVersion"})


class InputShape:
    """Entities of one type as clients write them; see `resolvers.writing.items.Shape`."""

    def __init__(self, info: Info, update_input: type[Any], node_type: type[Any]) -> None:
        self._schema = info.schema
        self._input = update_input
        types = self._schema._schema.type_map
        self._type = cast("GraphQLInputObjectType", types[_name(update_input)])
        self._fields = self._type.fields.keys() - TARGET_FIELDS
        visible = cast("GraphQLObjectType", types[_name(node_type)]).fields.keys()
        self.read_only: Container[str] = (visible | TARGET_FIELDS) - self._fields

    def render(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The fields under their public names, null where there is nothing."""
        return {to_camel_case(name): _rendered(value) for name, value in values.items()}

    def read(self, patch: Patch, value: Any) -> Target | Sequence[Misfit]:
        """The update that the value stands for, or where it does not fit."""
        if not isinstance(value, dict):
            return [Misfit((), "Expected an object.")]
        names = [name for name in TARGET_FIELDS if name in value]
        if names:
            return [Misfit((name,), "This cannot be patched.") for name in names]
        misfits: list[Misfit] = []

        def note(error: GraphQLError, path: list[str | int]) -> None:
            misfits.append(Misfit(tuple(path), error.message))

        complete = dict.fromkeys(self._fields) | value | {"id": patch.id.text}
        validate_input_value(complete, GraphQLNonNull(self._type), note)
        return misfits or self._update(complete, patch)

    def _update(self, value: dict[str, Any], patch: Patch) -> Target:
        coerced = coerce_input_value(value, self._type)
        scalars = self._schema.schema_converter.scalar_registry
        given: Any = convert_argument(coerced, self._input, scalars, self._schema.config)
        update: Target = given.item()
        return replace(update, id=patch.id)


def _name(type_: type[Any]) -> str:
    name: str = type_.__strawberry_definition__.name
    return name


def _rendered(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Reference) and value.kind and value.id:
        return encode_node_id(value.kind, value.id)
    if isinstance(value, list):
        return [_rendered(member) for member in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {
            to_camel_case(each.name): _rendered(getattr(value, each.name)) for each in fields(value)
        }
    # Patches change what they are applied to; metadata is the document's own.
    return deepcopy(value)
