"""How a pipeline ends with a write: `$out` and `$merge`.

    stages, output = split_output(context.database, stages)
    output.write(context, variables, documents)     inside `Context.writing`: all or nothing

The documents come from a snapshot, so that a collection may be written to while it is read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from infra.embedded.bson_types import Document, type_name
from infra.embedded.catalog import Collection, NotACollectionError
from infra.embedded.context import Context
from infra.embedded.errors import StoreError, location, unknown_field
from infra.embedded.merging import parse_merge
from infra.embedded.records import remove_all
from infra.embedded.transforms import stage_parts
from infra.embedded.writing import Writing

_DOCUMENTS_AT_ONCE: Final = 1_000


class Write(Protocol):
    """Puts documents into a collection."""

    def __call__(
        self,
        context: Context,
        collection: Collection,
        documents: Iterable[bytes],
        variables: Mapping[str, Any],
    ) -> None:
        """Write them."""


@dataclass(frozen=True, slots=True)
class Output:
    """The last stage of a pipeline, which writes.

    Attributes:
        stage: its document.
        database: of the collection that it writes to.
        collection: the collection's name.
    """

    stage: Document
    database: str
    collection: str
    _write: Write

    @property
    def name(self) -> str:
        """`$out` or `$merge`."""
        return next(iter(self.stage))

    def write(
        self, context: Context, variables: Mapping[str, Any], documents: Iterable[bytes]
    ) -> None:
        """Write the documents that the stages before it give.

        Raises:
            StoreError: the target is a view (166), or does not take a document.
        """
        self._write(context, self._target(context), documents, variables)

    def _target(self, context: Context) -> Collection:
        catalogs = context.store.catalogs
        try:
            found = catalogs.read(context.writer).find(self.database, self.collection)
        except NotACollectionError as error:
            # As it stands this error would have the view unfolded, as where one is read.
            raise StoreError(error.code, error.code_name, error.message) from error
        if found is not None:
            return found
        return catalogs.create_collection(context.writer, self.database, self.collection, {})


def split_output(
    database: str, stages: Sequence[Mapping[str, Any]]
) -> tuple[Sequence[Mapping[str, Any]], Output | None]:
    """Take the stage that writes from the end of a pipeline.

    Raises:
        StoreError: it is malformed.
    """
    if not stages:
        return stages, None
    name, operand = stage_parts(stages[-1])
    if name not in OUTPUT_STAGES:
        return stages, None
    return stages[:-1], OUTPUT_STAGES[name](database, operand)


def _out(database: str, operand: Any) -> Output:
    """Parse `$out`."""
    if not isinstance(operand, str | dict):
        raise location(
            16990, f"$out only supports a string or object argument, but found {type_name(operand)}"
        )
    target = {"coll": operand} if isinstance(operand, str) else operand
    return Output({"$out": operand}, *_parse_target(database, "$out", target), _replace)


def _merge(database: str, operand: Any) -> Output:
    """Parse `$merge`."""
    merge = parse_merge(operand)
    target = {"coll": merge.into} if isinstance(merge.into, str) else merge.into
    return Output({"$merge": operand}, *_parse_target(database, "$merge", target), merge.write)


def _parse_target(database: str, stage: str, target: Mapping[str, Any]) -> tuple[str, str]:
    """The database and the name of the collection that a stage writes to."""
    for field in target:
        if field not in {"db", "coll"}:
            raise unknown_field(stage, field)
    found = target.get("db", database), target.get("coll")
    if not all(isinstance(name, str) and name for name in found):
        raise location(16994, f"{stage} needs the name of a collection as 'coll'")
    return str(found[0]), str(found[1])


def _replace(
    context: Context,
    collection: Collection,
    documents: Iterable[bytes],
    variables: Mapping[str, Any],  # noqa: ARG001  # only `$merge` has expressions of its own
) -> None:
    """Make the documents the content of a collection, whose indexes are kept."""
    remove_all(context.writer, collection)
    writing = Writing(context, collection)
    for number, raw in enumerate(documents, 1):
        writing.insert(raw)
        if number % _DOCUMENTS_AT_ONCE == 0:
            writing.flush()
    writing.flush()


OUTPUT_STAGES: Final[dict[str, Callable[[str, Any], Output]]] = {"$out": _out, "$merge": _merge}
