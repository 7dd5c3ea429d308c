"""What lies around definitions that are to go: who points at them, who shares their synsets."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from documents.definition import DefinitionDocument, Relation
from documents.ids import DocumentId
from documents.unit_of_work import UnitOfWork
from documents.vocabulary import RelationLevel


@dataclass(frozen=True, slots=True)
class Parting:
    """What it means for others that definitions go."""

    changed: list[DefinitionDocument]
    lost_relations: int


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Definitions by what ties them to those that may go."""

    by_target: dict[DocumentId, list[DefinitionDocument]]
    by_synset: dict[str, list[DefinitionDocument]]

    def without(self, going: Collection[DefinitionDocument]) -> Parting:
        """How the others look afterwards: relations redirected or lost, leads handed on."""
        gone = {definition.id for definition in going}
        heirs = self._heirs(going, gone)
        leads = {heir.id: heir for heir in heirs.values()}
        touched = leads | {
            source.id: source
            for definition in going
            for source in self.by_target[definition.id]
            if source.id not in gone
        }
        changed, lost = [], 0
        for each in touched.values():
            # A relation to the heir may have been there before: each is kept once.
            redirected = list(dict.fromkeys(_redirected(every, heirs) for every in each.relations))
            relations = [relation for relation in redirected if relation.target_id not in gone]
            lost += len(redirected) - len(relations)
            changed.append(_parted(each, relations, leads=each.id in leads))
        return Parting(changed, lost)

    def _heirs(
        self, going: Collection[DefinitionDocument], gone: set[DocumentId]
    ) -> dict[DocumentId, DefinitionDocument]:
        """The next member of each synset that loses its lead, by the id of the lead."""
        heirs = {}
        for lead in going:
            if lead.synset and lead.synset.position == 0:
                rest = [each for each in self.by_synset[lead.synset.key] if each.id not in gone]
                if rest:
                    heirs[lead.id] = min(rest, key=_rank)
        return heirs


async def find_neighbours(
    unit: UnitOfWork, definitions: Sequence[DefinitionDocument]
) -> Neighbours:
    """Read, in two trips, what deleting any of the definitions may touch."""
    neighbours = Neighbours(defaultdict(list), defaultdict(list))
    if not definitions:
        return neighbours
    ids = [definition.id for definition in definitions]
    for source in await unit.read(DefinitionDocument, {"relations.target_id": {"$in": ids}}):
        for target in {relation.target_id for relation in source.relations}:
            neighbours.by_target[target].append(source)
    keys = {each.synset.key for each in definitions if each.synset and not each.synset.position}
    if keys:
        query = {"library_id": unit.library.id, "synset.key": {"$in": list(keys)}}
        for member in await unit.read(DefinitionDocument, query):
            if member.synset:
                neighbours.by_synset[member.synset.key].append(member)
    return neighbours


def _rank(definition: DefinitionDocument) -> tuple[int, DocumentId]:
    return (definition.synset.position if definition.synset else 0, definition.id)


def _redirected(relation: Relation, heirs: dict[DocumentId, DefinitionDocument]) -> Relation:
    heir = heirs.get(relation.target_id)
    if heir is None or relation.level is not RelationLevel.SYNSET:
        return relation
    return relation.model_copy(update={"target_id": heir.id})


def _parted(
    definition: DefinitionDocument, relations: list[Relation], *, leads: bool
) -> DefinitionDocument:
    synset = definition.synset
    if synset and leads:
        synset = synset.model_copy(update={"position": 0})
    parted: DefinitionDocument = definition.model_copy(
        update={"relations": relations, "synset": synset}
    )
    return parted
