"""An example: a sentence that shows a definition at work."""

import strawberry

from documents.base import EntityKind
from schema.fields import Info, Objects, batched, stored
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

    @batched("The definition that it shows.", reads=("definition_id",))
    @staticmethod
    async def definition(examples: Objects, info: Info) -> list[LazyDefinition]:
        """One trip for all examples of a level."""
        return await follow(info, "definitions", examples, "definition_id")

    @batched("The library it belongs to.", reads=("library_id",))
    @staticmethod
    async def library(examples: Objects, info: Info) -> list[LazyLibrary]:
        """One trip for all examples of a level."""
        return await follow(info, "libraries", examples, "library_id")
