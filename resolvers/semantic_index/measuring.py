"""What can be seen of an index, and how well its searches find."""

from dataclasses import dataclass, replace

from documents.vocabulary import IndexKind
from resolvers.semantic_index.engines import EnginePassages
from resolvers.semantic_index.folder import Build
from resolvers.semantic_index.passage_index import PassageIndex, PassageQuery
from resolvers.semantic_index.source_index import SourceIndex
from vectorindex.kdtree import MOST_DIMENSIONS
from vectorindex.segments.description import Description
from vectorindex.segments.index import SegmentedIndex

# Below, an index is exact, or so small that measuring it again costs nothing worth saving.
FEWEST_MEASURED = 5_000


@dataclass(frozen=True, slots=True)
class IndexFigures:
    """One index as this process has it.

    Attributes:
        sequence: the last transaction that searches reflect; negative before there is an index.
        vectors: that are searched.
        files: what of it lies in files; None where there is none, or another engine has it.
        recall: share of the ten nearest that searches found when it was measured last.
        is_building: whether this process is making it anew.
        warning: why it is slower than it need be; None where it is not.
    """

    sequence: int = -1
    vectors: int = 0
    files: Description | None = None
    recall: float | None = None
    is_building: bool = False
    warning: str | None = None


def figures_of(source: SourceIndex[PassageQuery, PassageIndex | EnginePassages]) -> IndexFigures:
    """What can be seen of an index; looks at files, so it belongs into a thread."""
    index, build = source.index, source.build_in_use
    if index is None:
        return IndexFigures(is_building=source.is_building)
    if isinstance(index, EnginePassages):
        return IndexFigures(source.sequence, len(index.index.engine))
    return IndexFigures(
        sequence=source.sequence,
        vectors=len(index.index),
        files=index.index.describe(),
        recall=build.recall if build else None,
        is_building=source.is_building,
        warning=_warning(build, index.index.dimension) if build else None,
    )


def _warning(build: Build, dimension: int) -> str | None:
    if build.plan.kind is not IndexKind.KDTREE or dimension <= MOST_DIMENSIONS:
        return None
    return (
        f"KDTREE helps up to {MOST_DIMENSIONS} dimensions; these vectors have {dimension}, and"
        " nearly all of them are looked at: choose AUTO"
    )


def measured(build: Build, index: SegmentedIndex) -> Build:
    """The build with the breadth that reaches its target, and the recall that its searches reach.

    It holds until the index has doubled; costs a second or so for 100,000 vectors.
    """
    is_known = build.recall is not None
    if not len(index) or (is_known and len(index) < 2 * max(build.measured_rows, FEWEST_MEASURED)):
        return build
    target = build.plan.target
    found = index.measure() if target is None else index.calibrate(target)
    return replace(build, breadth=found.breadth, recall=found.recall, measured_rows=len(index))
