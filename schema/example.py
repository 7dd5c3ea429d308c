"""An example: a sentence that shows a definition at work."""

import strawberry

from documents.base import EntityKind
from schema.fields import Info, resolved, stored
from schema.links import LazyDefinition, LazyLibrary, follow
from schema.node import Node, global_id


@strawberry.type(description="A sentence that shows a definition at work.")
class Example(Node):
    """One example."""

    id: strawberry.ID = global_id(EntityKind.EXAMPLE)
    text: str = stored("text", "The sentence.")
    source: str | None = stored("source", "Where it is quoted from.")
    position: int = stored("position", "Its place among the definition's examples.", default=0)
    version: int = stored("version", "Rises with each change of the example.")

    @resolved("The definition that it shows.", reads=("definition_id",))
    async def definition(self, info: Info) -> LazyDefinition:
        """One trip for all examples of a level."""
        definition: LazyDefinition = await follow(info, "definitions", self.row["definition_id"])
        return definition

    @resolved("The library it belongs to.", reads=("library_id",))
    async def library(self, info: Info) -> LazyLibrary:
        """One trip for all examples of a level."""
        library: LazyLibrary = await follow(info, "libraries", self.row["library_id"])
        return library
