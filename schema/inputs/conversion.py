"""From inputs to the plain items of the rules: the same names, UNSET left out, ids decoded."""

from dataclasses import fields
from functools import cache
from inspect import cleandoc
from typing import Any, Protocol, TypeVar, cast, dataclass_transform

import strawberry
from strawberry import UNSET

from documents.ids import DocumentId
from resolvers.errors import RequestError
from resolvers.writing.items import Reference
from schema.node import decode_node_id

Plain = TypeVar("Plain")
Made = TypeVar("Made", covariant=True)
Input = TypeVar("Input")


class ItemInput(Protocol[Made]):
    """An input that stands for a plain item."""

    def item(self) -> Made:
        """The plain item."""


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def described_input(cls: type[Input]) -> type[Input]:
    """Make a GraphQL input of a class; its docstring is the description."""
    return strawberry.input(cls, description=cleandoc(cls.__doc__ or ""))


def to_item(item_type: type[Plain], given: object) -> Plain:
    """Make a plain item of an input; what the input lacks is left out."""
    values: dict[str, Any] = {}
    for name, is_reference in _fields_of(cast("Any", item_type)):
        value = getattr(given, name, UNSET)
        if value is not UNSET:
            values[name] = reference(value) if is_reference else _plain(value)
    return item_type(**values)


@cache
def _fields_of(item_type: type[Any]) -> list[tuple[str, bool]]:
    """Names of an item's fields, and whether they name an entity."""
    return [(field.name, field.type is Reference) for field in fields(item_type)]


def reference(text: str) -> Reference:
    """What a global id names; a wrong one is left for the rules to refuse at its place."""
    try:
        node = decode_node_id(text)
    except RequestError:
        return Reference(text)
    return Reference(text, node.kind, DocumentId(node.id))


def _plain(value: Any) -> object:
    if isinstance(value, list):
        return [_plain(member) for member in value]
    # Asking the type: isinstance() with a protocol takes longer than everything else here.
    return value.item() if hasattr(type(value), "item") else value
