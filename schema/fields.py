"""How fields declare what they read: data from which the selection's projection is computed.

`text: str = stored("text", "The headword.")` is an attribute: one column, handed out as it is.
`derived` computes a value from several columns of its own row. `@resolved("…", reads=("word_id",))`
is a method that may load something else, and needs columns of its own row for it. `@batched` is one
that loads something for all objects of a level together.
"""

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any, Protocol, Self, TypeVar, cast

import strawberry
from strawberry import Info as StrawberryInfo
from strawberry.types.field import StrawberryField
from typing_extensions import override

from documents.database import Row
from resolvers.context import Context
from schema.costs import ListSize, price_of
from schema.execution.batching import BatchField
from schema.execution.reading import Computed, HeldColumn, HeldValue, Reading

Info = StrawberryInfo[Context, None]
ReadRow = Callable[[Row], Any]

Method = TypeVar("Method", bound=Callable[..., Any])

READS = "reads"
SAME_ROW = "same_row"
# The attribute of an object that holds its row.
ROW = "row"


class RowObject(Protocol):
    """An object that is made of a row."""

    row: Row


# What a batched field is handed: all objects that it is asked of.
Objects = strawberry.Parent[Sequence[RowObject]]


class ReadField(StrawberryField):
    """A field whose value is read of its object, without awaiting anything."""

    # Compiled operations read by it, too.
    reading: Reading

    @override
    def __copy__(self) -> Self:
        """As generic types need it."""
        made = super().__copy__()
        made.reading = self.reading
        return made

    @override
    def get_result(
        self, source: Any, info: StrawberryInfo | None, args: list[Any], kwargs: Any
    ) -> Any:
        """Hand out the value."""
        return self.reading.read(source)


class LoadedField(BatchField):
    """A field that is loaded for all objects of a level."""

    @override
    def loaders(self, info: StrawberryInfo[Context, None]) -> MutableMapping[Any, Any]:
        """Those of the operation."""
        return info.context.loaders


def stored(
    column: str,
    description: str,
    *,
    default: object = None,
    convert: Callable[[Any], Any] | None = None,
    size: ListSize | None = None,
) -> Any:
    """An attribute.

    Args:
        column: the stored column.
        description: for clients.
        default: stands for a column that is not stored.
        convert: makes the public value of a stored one.
        size: how long it is, if it is a list of objects.
    """
    reading = HeldColumn(ROW, column, default, convert)
    return _stored_field(reading, (column,), description, same_row=False, size=size)


def derived(
    columns: tuple[str, ...],
    read: ReadRow,
    description: str,
    *,
    same_row: bool = False,
    size: ListSize | None = None,
) -> Any:
    """A value computed from columns of the same row.

    Args:
        columns: those that `read` needs.
        read: makes the value of a row.
        description: for clients.
        same_row: the value is an object whose own fields read this row, too.
        size: how long it is, if it is a list of objects.
    """
    reading = HeldValue(ROW, read)
    return _stored_field(reading, columns, description, same_row=same_row, size=size)


def computed(compute: Callable[[Any], Any], description: str) -> Any:
    """A value computed of the object itself, without awaiting; it may be computed twice."""
    return _read_field(Computed(compute), {}, description)


def _stored_field(
    reading: HeldColumn | HeldValue,
    columns: tuple[str, ...],
    description: str,
    *,
    same_row: bool,
    size: ListSize | None,
) -> ReadField:
    metadata = {READS: frozenset(columns), SAME_ROW: same_row}
    return _read_field(reading, metadata, description, size)


def _read_field(
    reading: Reading, metadata: dict[str, Any], description: str, size: ListSize | None = None
) -> ReadField:
    field = ReadField(
        description=description, metadata=metadata, directives=(size,) if size else ()
    )
    field.reading = reading
    # Nothing that an object is made of.
    field.init = field.repr = field.compare = False
    return field


def resolved(
    description: str,
    *,
    reads: tuple[str, ...] = (),
    cost: int | None = None,
    size: ListSize | None = None,
    name: str | None = None,
) -> Callable[[Method], Method]:
    """A field computed by a method, which may load something else.

    Args:
        description: for clients.
        reads: the columns of its own row that the method needs.
        cost: its price; if left out, that of a page or of a load, nothing where nothing is awaited.
        size: how long its list is; if left out, `first` and `last` say it.
        name: where it is not the method's.
    """

    def publish(method: Method) -> Method:
        field = strawberry.field(
            name=name,
            description=description,
            metadata={READS: frozenset(reads)},
            directives=price_of(method, cost, size),
        )
        # To its class a field looks like the method that it is made of.
        return cast("Method", field(method))

    return publish


def batched(
    description: str, *, reads: tuple[str, ...] = (), cost: int | None = None
) -> Callable[[Method], Method]:
    """A field computed by a static method for all objects of a level together.

    The method is handed the `Objects` and gives a list with a value, or an exception, for each.

    Args:
        description: for clients.
        reads: the columns of their own rows that the method needs.
        cost: as of `resolved`.
    """

    def publish(method: Method) -> Method:
        function = method.__func__ if isinstance(method, staticmethod) else method
        field = LoadedField(
            description=description,
            metadata={READS: frozenset(reads)},
            directives=price_of(function, cost, None),
        )
        return cast("Method", field(method))

    return publish


def followed(description: str) -> Callable[[Method], Method]:
    """A field of the root of subscriptions, made of a method that gives event after event."""

    def publish(method: Method) -> Method:
        return cast("Method", strawberry.subscription(method, description=description))

    return publish


def columns_read(field: object) -> frozenset[str]:
    """The columns that a field declares."""
    metadata = field.metadata if isinstance(field, StrawberryField) else {}
    columns: frozenset[str] = metadata.get(READS, frozenset())
    return columns


def shares_row(field: object) -> bool:
    """Whether the object behind a field is made of the same row."""
    return isinstance(field, StrawberryField) and bool(field.metadata.get(SAME_ROW))
