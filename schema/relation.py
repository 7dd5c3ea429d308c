"""Typed relations between definitions, seen from either end."""

import strawberry

from documents.database import Row
from documents.vocabulary import RelationLevel, RelationType
from schema.definition import Definition
from schema.fields import derived

TYPE = 'How the target stands to the source: "the target is a … of the source".'
LEVEL = "Whether it joins these two senses or all members of their synsets."


@strawberry.type(description="A relation from a definition to another one.")
class Relation:
    """Made of a row with the relation and what it points at."""

    row: strawberry.Private[Row]
    type: RelationType = derived((), lambda row: row["relations"]["type"], TYPE)
    level: RelationLevel = derived((), lambda row: row["relations"]["level"], LEVEL)
    target: Definition = derived(
        (),
        lambda row: Definition(row=row["target"][0]),
        "What it leads to; for a relation between synsets, the leading member.",
        same_row=True,
    )


@strawberry.type(description="A relation from another definition to this one or to its synset.")
class IncomingRelation:
    """Made of the row of the source with the relation."""

    row: strawberry.Private[Row]
    type: RelationType = derived((), lambda row: row["relations"]["type"], TYPE)
    level: RelationLevel = derived((), lambda row: row["relations"]["level"], LEVEL)
    source: Definition = derived(
        (), lambda row: Definition(row=row), "Where it comes from.", same_row=True
    )
