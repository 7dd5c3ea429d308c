"""What happened to a library: one change for each transaction."""

from enum import Enum

import strawberry

from documents.base import EntityKind
from documents.database import Row
from schema.costs import about
from schema.fields import Info, derived, resolved, stored
from schema.links import load_node
from schema.node import PUBLIC_KINDS, Node, encode_node_id


@strawberry.enum(description="What happened to an object.")
class ChangeOperation(Enum):
    """The stored values."""

    CREATED = strawberry.enum_value("created", description="It is new.")
    UPDATED = strawberry.enum_value("updated", description="Its own fields are others.")
    DELETED = strawberry.enum_value("deleted", description="It is gone.")


@strawberry.enum(description="What an object is.")
class NodeKind(Enum):
    """The kinds that have a global id."""

    LIBRARY = strawberry.enum_value(EntityKind.LIBRARY.value, description="A library.")
    WORD = strawberry.enum_value(EntityKind.WORD.value, description="A word.")
    DEFINITION = strawberry.enum_value(EntityKind.DEFINITION.value, description="A definition.")
    EXAMPLE = strawberry.enum_value(EntityKind.EXAMPLE.value, description="An example.")
    DOCUMENT = strawberry.enum_value(EntityKind.DOCUMENT.value, description="A document.")
    CHUNK = strawberry.enum_value(EntityKind.CHUNK.value, description="A chunk of a document.")


@strawberry.type(description="One object's part in a change.")
class ChangeEntry:
    """The stored entry as a row."""

    row: strawberry.Private[Row]
    id: strawberry.ID = derived(
        ("id", "kind"),
        lambda row: encode_node_id(EntityKind(row["kind"]), row["id"]),
        "Global id of the object, also if it is gone.",
    )
    kind: NodeKind = stored("kind", "What the object is.")
    operation: ChangeOperation = stored("operation", "What happened to it.")
    version: int = stored("version", "Its version afterwards; the last one, if it is gone.")

    @resolved("The object as it is now; null if it was deleted, by this change or later.")
    async def node(self, info: Info) -> Node | None:
        """One trip for all entries of a type."""
        node: Node | None = await load_node(info, EntityKind(self.row["kind"]), self.row["id"])
        return node


@strawberry.type(description="What one transaction did to a library.")
class LibraryChange:
    """A row of the change log."""

    row: strawberry.Private[Row]
    sequence: int = stored("sequence", "Its number in the library; there are no gaps.")

    @resolved(
        "What it did to each object; empty if it changed only what is not public.", size=about(10)
    )
    def entries(self) -> list[ChangeEntry]:
        """Without those that only the server's own parts follow."""
        return [
            ChangeEntry(row=entry)
            for entry in self.row["entries"]
            if EntityKind(entry["kind"]) in PUBLIC_KINDS
        ]
