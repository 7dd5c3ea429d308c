"""The objects of a level for which one field is found together."""

from typing import TYPE_CHECKING, Any

from strawberry.exceptions import WrongNumberOfResultsReturned

from schema.execution.place import FindPlace, Place

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from schema.execution.plan import FieldPlan
    from schema.execution.run import Run


class Batch:
    """One field of objects that asked for it at the same moment.

    Places are made for what is awaited and for errors: usual objects need none.

    Attributes:
        awaitable: gives the values, once the batch has been started.
        field: what is asked of the objects.
    """

    __slots__ = ("_containers", "_parents", "_places", "_sources", "awaitable", "field")

    def __init__(self, field: "FieldPlan") -> None:
        self.field = field
        self._sources: list[Any] = []
        self._containers: list[dict[str, Any]] = []
        # For each object, what finds its place, and the number that it knows the object by.
        self._parents: list[tuple[FindPlace, int]] = []
        self._places: dict[int, Place] = {}
        self.awaitable: Awaitable[Any]

    @property
    def objects(self) -> int:
        """How many ask for it."""
        return len(self._sources)

    def add(
        self, sources: list[Any], containers: list[dict[str, Any]], find_place: FindPlace
    ) -> None:
        """More objects, and the containers that their values go to.

        Args:
            sources: the objects.
            containers: for each of them.
            find_place: the place of the object of a number; None for the root.
        """
        self._sources += sources
        self._containers += containers
        self._parents += [(find_place, number) for number in range(len(sources))]

    def start(self, run: "Run") -> bool:
        """Ask for the values; whether there is something to wait for now."""
        if run.has_nulls:
            self._leave_lost(run)
        if not self._sources:
            return False
        find_all = self.field.find_all
        try:
            found = find_all(self._sources, self.place(0), run) if find_all else None
            if run.executor.is_awaitable(found):
                self.awaitable = found
                return True
            self.fill(found, run)
        except Exception as error:  # noqa: BLE001 - whatever a field raises becomes its error
            self.fail(error, run)
        return False

    def place(self, number: int) -> Place:
        """The place of one value."""
        place = self._places.get(number)
        if place is None:
            find_parent, number_there = self._parents[number]
            field = self.field
            place = self._places[number] = Place(
                find_parent(number_there),
                self._containers[number],
                field.key,
                field,
                field.is_nullable,
            )
        return place

    def fill(self, values: Any, run: "Run") -> None:
        """Put the values in their places."""
        field, expected = self.field, len(self._sources)
        try:
            values = list(values)
            if len(values) != expected:
                raise WrongNumberOfResultsReturned(expected, len(values))
        except Exception as error:  # noqa: BLE001 - see above
            self.fail(error, run)
            return
        plan = field.objects
        found = None if plan is None else plan.read_together(values, self.place, run)
        if found is not None:
            for container, each in zip(self._containers, found, strict=True):
                container[field.key] = each
            return
        for number, value in enumerate(values):
            run.fill(self.place(number), field.complete, value)

    def fail(self, error: Exception, run: "Run") -> None:
        """Put nulls in all places."""
        for number in range(len(self._sources)):
            run.fail(error, self.place(number))

    def is_lost(self, run: "Run") -> bool:
        """Whether nobody would see the values."""
        return all(run.is_lost(self.place(number)) for number in range(len(self._sources)))

    def _leave_lost(self, run: "Run") -> None:
        kept = [n for n in range(len(self._sources)) if not run.is_lost(self.place(n))]
        self._places = {new: self.place(old) for new, old in enumerate(kept)}
        self._sources = [self._sources[number] for number in kept]
        self._containers = [self._containers[number] for number in kept]
        self._parents = [self._parents[number] for number in kept]
