"""Deleting: what hangs on an entity goes with it on request, and no relation is left dangling.

The synset of a deleted definition lives on in its other members: the next one takes the lead, and
the relations between synsets that ended at the deleted definition end there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from documents.base import EntityDocument
from documents.definition import DefinitionDocument
from documents.example import ExampleDocument
from documents.unit_of_work import UnitOfWork
from resolvers.errors import UserErrorCode
from resolvers.writing.attempt import Attempt
from resolvers.writing.neighbours import Neighbours, find_neighbours


@dataclass(slots=True)
class Family:
    """A word or a definition that is to go, with the definitions and examples it takes along."""

    root: EntityDocument
    definitions: list[DefinitionDocument]
    examples: list[ExampleDocument] = field(default_factory=list)
    # Whether what hangs on the root may go with it.
    cascade: bool = False

    @property
    def descendants(self) -> list[EntityDocument]:
        """What goes besides the root."""
        children = [each for each in self.definitions if each is not self.root]
        return [*children, *self.examples]


async def plan_removal(attempt: Attempt[Any], families: Mapping[int, Family]) -> None:
    """Plan to delete the families; refuses those that may not take along what hangs on them.

    Args:
        attempt: nothing may be known yet against the families' items.
        families: by the index of their item; the examples are still to be found.
    """
    definitions = [each for family in families.values() for each in family.definitions]
    await _find_examples(attempt.unit, families)
    neighbours = await find_neighbours(attempt.unit, definitions)
    for index, family in families.items():
        if not family.cascade:
            _refuse_in_use(attempt, index, family, neighbours)
    going: list[DefinitionDocument] = []
    for index, family in attempt.sound_among(families.items()):
        attempt.plan.delete(index, family.root, *family.descendants)
        going += family.definitions
    attempt.plan.changed += neighbours.without(going).changed


async def _find_examples(unit: UnitOfWork, families: Mapping[int, Family]) -> None:
    owners = {each.id: family for family in families.values() for each in family.definitions}
    if owners:
        query = {"definition_id": {"$in": list(owners)}}
        for example in await unit.read(ExampleDocument, query):
            owners[example.definition_id].examples.append(example)


def _refuse_in_use(
    attempt: Attempt[Any], index: int, family: Family, neighbours: Neighbours
) -> None:
    children = len(family.descendants) - len(family.examples)
    counts = {
        "definition": children,
        "example": len(family.examples),
        "relation from elsewhere": neighbours.without(family.definitions).lost_relations,
    }
    used = [_counted(count, noun) for noun, count in counts.items() if count]
    if used:
        attempt.spot(index).at("id").refuse(
            UserErrorCode.IN_USE,
            f"This would delete {', '.join(used)} as well. Send cascade: true if that is meant.",
        )


def _counted(count: int, noun: str) -> str:
    head, *rest = noun.split(" ", 1)
    return " ".join([str(count), head if count == 1 else f"{head}s", *rest])
