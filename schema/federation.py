"""The graph as one of several that a gateway joins, by the specification of federation 2.

Other graphs refer to our objects by their keys, and the gateway asks here for what is selected of
them: https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
"""

import asyncio
from functools import lru_cache
from typing import Annotated, Any, NewType

import strawberry
from graphql import (
    REMOVE,
    FieldDefinitionNode,
    Node,
    TypeDefinitionNode,
    Visitor,
    VisitorAction,
    parse,
    print_ast,
    visit,
)
from strawberry.printer import print_schema
from strawberry.schema import BaseSchema

from documents.base import EntityKind
from resolvers.errors import LimitError, RequestError
from resolvers.reading.page import MAX_PAGE_SIZE
from resolvers.reading.row import load_library
from schema.chunk import Chunk
from schema.costs import each_of
from schema.definition import Definition
from schema.document import Document
from schema.example import Example
from schema.fields import Info, resolved
from schema.job import Job
from schema.library import Library
from schema.links import load_node
from schema.node import PUBLIC_KINDS, decode_node_id, type_name_of
from schema.selection import selection_of
from schema.word import Word

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@shareable"])'
)
# What names an object of a type, besides its id.
NATURAL_KEYS = {EntityKind.LIBRARY: ("key",)}
KINDS = {type_name_of(kind): kind for kind in sorted(PUBLIC_KINDS)}

Representation = NewType("Representation", object)
ANY = strawberry.scalar(
    name="_Any",
    description="An object as a gateway names it: its __typename and one of its keys.",
    serialize=lambda value: value,
    parse_value=lambda value: value,
)
Entity = Annotated[
    Library | Word | Definition | Example | Document | Chunk | Job,
    strawberry.union("_Entity", description="What other graphs can refer to."),
]
Representations = Annotated[
    list[Representation],
    strawberry.argument(description="At most 100 objects by __typename and key."),
]


@strawberry.type(name="_Service", description="What a gateway has to know of this graph.")
class Service:
    """The service of the specification."""

    @resolved("The schema with the keys of its objects.")
    def sdl(self, info: Info) -> str:
        """Closed where introspection is."""
        return subgraph_sdl(info.schema)


@strawberry.type
class FederationQuery:
    """The fields that a gateway asks for."""

    @resolved("For gateways: what this graph can do.", name="_service")
    def service(self) -> Service:
        """Named by the specification."""
        return Service()

    @resolved(
        "For gateways: objects by their keys, in their order; null where there is none.",
        name="_entities",
        size=each_of("representations", at_most=MAX_PAGE_SIZE),
    )
    async def entities(self, info: Info, representations: Representations) -> list[Entity | None]:
        """One trip for each type and key."""
        if len(representations) > MAX_PAGE_SIZE:
            raise LimitError(f"At most {MAX_PAGE_SIZE} objects at once: ask again for the others.")
        loads = (_load_entity(info, each) for each in representations)
        entities: list[Entity | None] = await asyncio.gather(*loads)
        return entities


async def _load_entity(info: Info, representation: Any) -> Any:
    """The object that a representation names.

    Raises:
        RequestError: it is not one of our types, or without a key of its type.
    """
    named = representation if isinstance(representation, dict) else {}
    kind = KINDS.get(str(named.get("__typename")))
    if kind is None:
        raise RequestError(f"A representation has the __typename {', '.join(KINDS)}.")
    if isinstance(named.get("id"), str):
        reference = decode_node_id(named["id"])
        if reference.kind is not kind:
            raise RequestError(f"This is the id of a {reference.kind}, not of a {kind}.")
        return await load_node(info, kind, reference.id)
    if kind is EntityKind.LIBRARY and isinstance(named.get("key"), str):
        columns = selection_of(info, type_name_of(kind)).columns
        row = await load_library(info.context, named["key"], columns)
        return Library(row=row) if row else None
    keys = ("id", *NATURAL_KEYS.get(kind, ()))
    raise RequestError(f"A {type_name_of(kind)} is named by {' or '.join(keys)}, a text.")


@lru_cache(2)
def subgraph_sdl(schema: BaseSchema) -> str:
    """The public schema without what is there for gateways, and with the keys of its objects."""
    public = print_ast(visit(parse(print_schema(schema)), _WithoutFederation()))
    # Other graphs page their lists in the same way.
    shared = ["extend type PageInfo @shareable"]
    keys = [
        f"extend type {name} "
        + " ".join(f'@key(fields: "{key}")' for key in ("id", *NATURAL_KEYS.get(kind, ())))
        for name, kind in KINDS.items()
    ]
    return "\n\n".join([LINK, public, *shared, *keys]) + "\n"


class _WithoutFederation(Visitor):
    def enter(self, node: Node, *_: object) -> VisitorAction:
        """The names of the specification, and no others, begin with an underscore."""
        if isinstance(node, FieldDefinitionNode | TypeDefinitionNode):
            return REMOVE if node.name.value.startswith("_") else None
        return None
