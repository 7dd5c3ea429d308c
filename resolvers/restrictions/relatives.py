"""What one gets to from a word or definition by relations, however many steps it takes.

Relations are stored from one end or from both; either end is enough. One between synsets ends at
leading members, and holds for all the others.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from bson import ObjectId

from documents.base import EntityKind
from documents.database import Database, Row
from documents.errors import NotFoundError
from documents.vocabulary import INVERSES, RelationLevel, RelationType
from resolvers.errors import LimitError
from resolvers.semantic_index.id_set import IdSet

MAX_STEPS: Final = 30
# Before the members of their synsets are added.
MAX_RELATIVES: Final = 20_000

_COLUMNS: Final[Row] = {"relations": 1, "synset.key": 1}


class Kinship(NamedTuple):
    """Which relation to what; `types` say what a relative is of it.

    Attributes:
        kind: of the origin: a word stands for all of its definitions.
        id: of the origin.
        types: any of these.
        steps: at most so many.
    """

    kind: EntityKind
    id: ObjectId
    types: frozenset[RelationType]
    steps: int


class _Edge(NamedTuple):
    """A stored relation."""

    type: str
    level: str
    target: ObjectId


@dataclass(slots=True)
class _Walk:
    """Where one has been, in one library."""

    database: Database
    library_id: ObjectId
    kinship: Kinship
    seen: set[ObjectId] = field(default_factory=set)
    # Of those that a relation between synsets led to.
    synsets: set[str] = field(default_factory=set)

    async def find(self, query: Row, columns: Row = _COLUMNS) -> list[Row]:
        """Definitions of the library."""
        query = {"library_id": self.library_id, **query}
        return await self.database["definitions"].find(query, columns).to_list()

    async def step(self, rows: list[Row]) -> list[Row]:
        """The relatives of some definitions that were not seen yet."""
        pointing = await self._pointing_at({row["_id"] for row in rows})
        levels = {
            edge.target: edge.level
            for row in rows
            for edge in _edges(row)
            if edge.type in self.kinship.types
        } | {row["_id"]: edge.level for row, edge in pointing}
        new = levels.keys() - self.seen
        self.seen |= new
        if len(self.seen) > MAX_RELATIVES:
            raise LimitError(
                f"More than {MAX_RELATIVES:,} definitions are related to it so: name something "
                "narrower, or fewer steps."
            )
        # Where relations are stored from both ends, all of them are here already.
        found = {row["_id"]: row for row, _ in pointing if row["_id"] in new}
        if others := new - found.keys():
            found |= {row["_id"]: row for row in await self.find({"_id": {"$in": list(others)}})}
        self.synsets |= {
            row["synset"]["key"]
            for row in found.values()
            if "synset" in row and levels[row["_id"]] == RelationLevel.SYNSET
        }
        return list(found.values())

    async def _pointing_at(self, targets: set[ObjectId]) -> list[tuple[Row, _Edge]]:
        """The relatives that say so themselves."""
        inverse = {INVERSES[kind] for kind in self.kinship.types if kind in INVERSES}
        return [
            (row, edge)
            for row in await self.find({"relations.target_id": {"$in": list(targets)}})
            for edge in _edges(row)
            if edge.type in inverse and edge.target in targets
        ]


async def find_relatives(database: Database, library_id: ObjectId, kinship: Kinship) -> IdSet:
    """The definitions of a library that are so related to something; it is not one of them.

    None in libraries that the origin is not of.

    Raises:
        NotFoundError: the origin is not there.
        LimitError: there are too many.
    """
    walk = _Walk(database, library_id, kinship)
    rows = await _origin(walk)
    if not rows:
        await _check_is_there(database, kinship)
        return IdSet.of([])
    own = {row["_id"] for row in rows}
    walk.seen |= own
    for _ in range(kinship.steps):
        if not rows:
            break
        rows = await walk.step(rows)
    members = await walk.find({"synset.key": {"$in": list(walk.synsets)}}, {"_id": 1})
    return IdSet.of((walk.seen | {row["_id"] for row in members}) - own)


async def _origin(walk: _Walk) -> list[Row]:
    """The definitions that are meant, and the leading members of their synsets."""
    name = "word_id" if walk.kinship.kind is EntityKind.WORD else "_id"
    rows = await walk.find({name: walk.kinship.id})
    keys = [row["synset"]["key"] for row in rows if "synset" in row]
    leads = await walk.find({"synset.key": {"$in": keys}, "synset.position": 0}) if keys else []
    return list({row["_id"]: row for row in [*rows, *leads]}.values())


async def _check_is_there(database: Database, kinship: Kinship) -> None:
    collection = "words" if kinship.kind is EntityKind.WORD else "definitions"
    if await database[collection].find_one({"_id": kinship.id}, {"_id": 1}) is None:
        raise NotFoundError(f"There is no {kinship.kind} of this id.")


def _edges(row: Row) -> list[_Edge]:
    return [
        _Edge(each["type"], each["level"], each["target_id"]) for each in row.get("relations", ())
    ]
