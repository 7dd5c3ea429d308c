"""What can be seen of a library's indexes, as the worker that answers has them."""

import asyncio
from enum import Enum

import strawberry

from documents.database import Row
from documents.vocabulary import IndexKind
from resolvers.semantic_index.by_meaning import MeaningFollower
from resolvers.semantic_index.measuring import IndexFigures, figures_of
from resolvers.semantic_index.sources import CHUNKS, DEFINITIONS, PassageSource
from schema.fields import Info, resolved, stored


@strawberry.enum(description="Whether searches have an index.")
class IndexState(Enum):
    """As this worker has it."""

    MISSING = strawberry.enum_value("missing", description="Not yet; a search waits for it.")
    BUILDING = strawberry.enum_value(
        "building", description="It is being made; searches use what there is."
    )
    READY = strawberry.enum_value("ready", description="It is searched.")


@strawberry.type(description="The index of a library's definitions, or of its chunks.")
class PassageIndex:
    """See `IndexFigures`."""

    figures: strawberry.Private[IndexFigures]

    @resolved("Whether searches have it.")
    def state(self) -> IndexState:
        """Building goes before ready: it says more."""
        if self.figures.is_building:
            return IndexState.BUILDING
        return IndexState.READY if self.figures.sequence >= 0 else IndexState.MISSING

    @resolved(
        "How its largest segment finds what is near; null before there is one, and in a Milvus."
    )
    def kind(self) -> IndexKind | None:
        """What AUTO has come to."""
        return IndexKind(self.figures.files.kind) if self.figures.files else None

    @resolved("How many vectors are searched.")
    def vectors(self) -> int:
        """With those that are in memory alone."""
        return self.figures.vectors

    @resolved("How many segments lie in files; what came last is in memory alone.")
    def segments(self) -> int:
        """Merged in the background."""
        return self.figures.files.segments if self.figures.files else 0

    @resolved("Size of its files in bytes, a whole number.")
    def size_bytes(self) -> float:
        """More than GraphQL's integers hold."""
        return self.figures.files.size_bytes if self.figures.files else 0

    @resolved(
        "Share of the ten nearest that searches found when it was last measured on vectors between"
        " its own: at each build, and when it has doubled. Null for an index of nothing."
    )
    def recall(self) -> float | None:
        """Of held-out queries."""
        return self.figures.recall

    @resolved(
        "How many times more rows a search of its largest segment meets than if the inverted lists"
        " were equally long: 1 at best. Null where it has no such lists."
    )
    def imbalance(self) -> float | None:
        """They are trained anew with every segment."""
        return self.figures.files.imbalance if self.figures.files else None

    @resolved("Why it is slower than it need be; null where it is not.")
    def warning(self) -> str | None:
        """A kind that cannot help."""
        return self.figures.warning

    @resolved("The last transaction that searches reflect for certain; null before the first.")
    def sequence(self) -> int | None:
        """Of the library."""
        return self.figures.sequence if self.figures.sequence >= 0 else None


@strawberry.type(description="How a library's vectors are searched, and how that goes.")
class LibraryIndex:
    """The chosen kind, and what there is of it."""

    row: strawberry.Private[Row]
    follower: strawberry.Private[MeaningFollower | None]
    kind: IndexKind = stored("kind", "How what is near is to be found.", default=IndexKind.AUTO)
    recall_target: float | None = stored(
        "recall", "The recall that was asked for; null for the usual breadth."
    )

    @resolved("The index of definitions, by which words are found.")
    async def definitions(self) -> PassageIndex:
        """As this worker has it."""
        return await self._passages(DEFINITIONS)

    @resolved("The index of chunks, by which documents are found.")
    async def chunks(self) -> PassageIndex:
        """As this worker has it."""
        return await self._passages(CHUNKS)

    @resolved("How many transactions searches are behind the library, as far as is known.")
    def transactions_behind(self) -> int:
        """See `Lag`."""
        return self.follower.lag.transactions if self.follower else 0

    @resolved("For how many seconds searches have been behind.")
    def seconds_behind(self) -> float:
        """See `Lag`."""
        return self.follower.lag.seconds if self.follower else 0.0

    async def _passages(self, source: PassageSource) -> PassageIndex:
        if self.follower is None:
            return PassageIndex(figures=IndexFigures())
        figures = await asyncio.to_thread(figures_of, self.follower.sources[source])
        return PassageIndex(figures=figures)


def index_of(info: Info, row: Row) -> LibraryIndex:
    """The index of a library's row, which has the column `index`."""
    followers = info.context.services.semantic_indexes.find(row["_id"])
    return LibraryIndex(row=row.get("index", {}), follower=followers.meaning if followers else None)
