"""Where the files of an index lie, and which of them are in use.

    <data folder>/indexes/<database>/<library id>/<model>/<source>/
        current.json       names the build that is in use
        <build>/           files of a `SegmentedIndex`
        writer.lock        held by the one process that builds

A build is complete when it is named; it is replaced by another build, never repaired.
"""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import structlog
from bson import ObjectId

from documents.library import LibraryEmbedding, LibraryIndex
from documents.vocabulary import IndexKind
from vectorindex.breadth import USUAL, Breadth
from vectorindex.errors import WriteFailedError
from vectorindex.segments.manifest import writer_lock

CURRENT_NAME = "current.json"

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """What an index is to be.

    Attributes:
        number: the library's count of rebuilds that were asked for.
        kind: of its segments, or MILVUS.
        target: the recall that searches are to reach; None for the usual breadth.
    """

    number: int = 0
    kind: IndexKind = IndexKind.AUTO
    target: float | None = None

    @classmethod
    def of(cls, index: LibraryIndex, number: int) -> Self:
        """What a library wants."""
        return cls(number, index.kind, index.recall)


@dataclass(frozen=True, slots=True)
class Build:
    """One making of an index.

    Attributes:
        name: of its folder.
        plan: what it was to be.
        breadth: of searches.
        recall: that they reach; None for an index of nothing.
        measured_rows: how many vectors there were when that was found out.
    """

    name: str
    plan: BuildPlan
    breadth: Breadth = USUAL
    recall: float | None = None
    measured_rows: int = 0


@dataclass(frozen=True, slots=True)
class IndexFolder:
    """The builds of one library, model and source."""

    path: Path

    def current(self) -> Build | None:
        """The build in use; None where there is none, or its name cannot be read."""
        try:
            return _read_build(json.loads((self.path / CURRENT_NAME).read_bytes()))
        except (OSError, ValueError, TypeError, LookupError):
            return None

    def new_build(self, plan: BuildPlan) -> Build:
        """Begin a build; it is not in use before it is published."""
        return Build(uuid4().hex, plan)

    def files_of(self, build: Build) -> Path:
        """The folder of a build."""
        return self.path / build.name

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the one process that builds; where nothing can be written, one of them.

        Raises:
            WriterBusyError: another process is.
        """
        with ExitStack() as stack:
            try:
                self.path.mkdir(parents=True, exist_ok=True)
                stack.enter_context(writer_lock(self.path))
            except (OSError, WriteFailedError) as error:
                logger.warning("indexes cannot be written", reason=str(error))
            yield

    def publish(self, build: Build) -> None:
        """Let all processes use a build from now on, and remove the others. Hold the lock.

        Raises:
            OSError: the build in use is the one before.
        """
        fresh = self.path / f"{CURRENT_NAME}.new"
        fresh.write_text(json.dumps(asdict(build)))
        fresh.replace(self.path / CURRENT_NAME)
        self.clear(keep=build)

    def clear(self, keep: Build | None) -> None:
        """Remove all builds but one; who has their files mapped keeps these. Hold the lock."""
        for path in self.path.glob("*/"):
            if keep is None or path.name != keep.name:
                shutil.rmtree(path, ignore_errors=True)


def model_folder(root: Path, library_id: ObjectId, model: LibraryEmbedding) -> Path:
    """The folder of all indexes of a library under one model."""
    name = f"{model.model_key}/{model.metric}"
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", name)[:80]
    # Different models never share a folder, whatever their names are made of.
    digest = blake2b(name.encode(), digest_size=4).hexdigest()
    return root / str(library_id) / f"{readable}-{digest}"


def library_folders(root: Path) -> dict[ObjectId, Path]:
    """The folders of all libraries that have one."""
    paths = root.glob("*/")
    return {ObjectId(path.name): path for path in paths if ObjectId.is_valid(path.name)}


def remove_folders(folder: Path, keep: Sequence[Path]) -> None:
    """Remove the folders in a folder, but for some; and itself, where none is left."""
    for path in folder.glob("*/"):
        if path not in keep:
            shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):
        folder.rmdir()


def _read_build(stored: Any) -> Build | None:
    plan = stored["plan"]
    # Nothing but what `new_build` makes is ever made a path of.
    if not re.fullmatch(r"[0-9a-f]{32}", stored["name"]):
        return None
    return Build(
        **stored
        | {
            "plan": BuildPlan(**plan | {"kind": IndexKind(plan["kind"])}),
            "breadth": Breadth(**stored["breadth"]),
        }
    )
