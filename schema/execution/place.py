"""Where values go in the answer."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Optional

from graphql.pyutils import Path

if TYPE_CHECKING:
    from schema.execution.plan import FieldPlan

# Stands in a container for a value that is awaited.
PENDING = None


# Finds the place of the object of a number; None for the root, which has none.
FindPlace = Callable[[int], Optional["Place"]]


class Place:
    """Where one value goes, and on which way its null goes upwards if it may not be null."""

    __slots__ = ("container", "field", "is_nullable", "is_nulled", "key", "parent")

    def __init__(
        self,
        parent: "Place | None",
        container: Any,
        key: str | int,
        field: "FieldPlan",
        is_nullable: bool,
    ) -> None:
        self.parent = parent
        self.container = container
        self.key = key
        self.field = field
        self.is_nullable = is_nullable
        self.is_nulled = False

    def path(self) -> Path:
        """As resolvers see it."""
        parent, key = self.parent, self.key
        type_name = self.field.parent_name if key.__class__ is str else None
        # A tenth of what the constructor of a named tuple takes.
        return tuple.__new__(Path, (parent.path() if parent else None, key, type_name))

    def steps(self) -> list[str | int]:
        """As errors tell it."""
        found: list[str | int] = []
        place: Place | None = self
        while place is not None:
            found.append(place.key)
            place = place.parent
        found.reverse()
        return found

    def of_field(self) -> "Place":
        """The field's own place, where this is one of an item of its list."""
        place = self
        while place.key.__class__ is int and place.parent is not None:
            place = place.parent
        return place

    def is_lost(self) -> bool:
        """Whether a null stands here or above."""
        place: Place | None = self
        while place is not None:
            if place.is_nulled:
                return True
            place = place.parent
        return False
