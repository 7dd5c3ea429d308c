"""Objects that can be found again by their global id."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

import strawberry
from bson import ObjectId
from bson.errors import InvalidId

from documents.base import EntityKind
from documents.database import Row
from resolvers.errors import RequestError
from resolvers.reading.row import COLLECTIONS
from schema.fields import derived

ID_DESCRIPTION = "Names the object among all objects of the server; opaque and lasting."


PUBLIC_KINDS = frozenset(COLLECTIONS)


@strawberry.interface(description="An object with a global id.")
class Node:
    """A row and its public face."""

    row: strawberry.Private[Row]
    id: strawberry.ID = derived(("_id",), lambda row: row["_id"], ID_DESCRIPTION)


@dataclass(frozen=True, slots=True)
class NodeReference:
    """What a global id names; there may be nothing of that id any more."""

    kind: EntityKind
    id: ObjectId


def type_name_of(kind: EntityKind) -> str:
    """The GraphQL type of an entity."""
    return kind.value.capitalize()


def global_id(kind: EntityKind) -> strawberry.ID:
    """The `id` field of a type."""
    field: strawberry.ID = derived(
        ("_id",), lambda row: encode_node_id(kind, row["_id"]), ID_DESCRIPTION
    )
    return field


def encode_node_id(kind: EntityKind, document_id: ObjectId) -> strawberry.ID:
    """Make a global id."""
    text = f"{type_name_of(kind)}:{document_id}"
    return strawberry.ID(urlsafe_b64encode(text.encode()).rstrip(b"=").decode())


def decode_node_id(value: str) -> NodeReference:
    """Read a global id.

    Raises:
        RequestError: it was not made by this server.
    """
    try:
        text = urlsafe_b64decode(value.encode("ascii") + b"=" * (-len(value) % 4)).decode("ascii")
        name, _, digits = text.partition(":")
        reference = NodeReference(EntityKind(name.lower()), ObjectId(digits))
    except (ValueError, InvalidId) as error:
        raise _not_an_id(value) from error
    # One object has one id: other spellings of the same bytes are refused.
    made = encode_node_id(reference.kind, reference.id)
    if made != value or reference.kind not in PUBLIC_KINDS:
        raise _not_an_id(value)
    return reference


def decode_node_id_of(kind: EntityKind, value: str) -> ObjectId:
    """Read a global id where only those of one type make sense.

    Raises:
        RequestError: it was not made by this server, or names something else.
    """
    reference = decode_node_id(value)
    if reference.kind is not kind:
        raise RequestError(
            f"This is the id of a {reference.kind}, not of a {kind}: ask for it by node(id:)."
        )
    return reference.id


def _not_an_id(value: str) -> RequestError:
    return RequestError(f"{value[:80]!r} is not an id: use one that this server gave.")
