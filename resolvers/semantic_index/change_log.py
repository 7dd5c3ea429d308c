"""The change log of a library, read in portions."""

from dataclasses import dataclass, field

import numpy as np
from bson import ObjectId
from numpy.typing import NDArray
from pymongo.asynchronous.client_session import AsyncClientSession

from documents.base import EntityKind
from documents.change import ChangeOperation
from documents.database import Database

# Changed entities that are applied at once: few enough that all of them fit into memory easily.
CHANGES_AT_ONCE = 4_000

Vectors = NDArray[np.float32]
Changed = dict[EntityKind, dict[ObjectId, ChangeOperation]]
VectorOf = dict[bytes, Vectors]


class ChangesMissingError(Exception):
    """The log does not reach back to where an index is: it has to be made anew."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Changes that follow each other, taken together.

    Attributes:
        after: the sequence that they follow.
        sequence: of the last one.
        changed: what happened to each entity last.
        parents: of changed examples, the definitions.
        vectors: by text, those that the changes brought, where they are read at all.
    """

    after: int
    sequence: int
    changed: Changed
    parents: set[ObjectId]
    vectors: VectorOf = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether the log has ended; transactions that changed nothing are part of it."""
        return self.sequence == self.after


async def read_changes(
    database: Database,
    library_id: ObjectId,
    after: int,
    until: int,
    session: AsyncClientSession | None = None,
) -> Portion:
    """The next changes of the log, as many as are applied at once.

    Raises:
        ChangesMissingError: the log begins later.
    """
    changed: Changed = {kind: {} for kind in EntityKind}
    parents: set[ObjectId] = set()
    sequence, count = after, 0
    log = database["changes"].find(
        {"library_id": library_id, "sequence": {"$gt": after, "$lte": until}},
        sort={"sequence": 1},
        session=session,
    )
    async with log:
        async for change in log:
            if change["sequence"] != sequence + 1:
                raise ChangesMissingError
            sequence = change["sequence"]
            for entry in change["entries"]:
                changed[EntityKind(entry["kind"])][entry["id"]] = entry["operation"]
                if parent := entry.get("parent_id"):
                    parents.add(parent)
            count += len(change["entries"])
            if count >= CHANGES_AT_ONCE:
                break
    return Portion(after, sequence, changed, parents)
