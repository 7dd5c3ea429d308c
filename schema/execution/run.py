"""One execution of a plan: its errors, and what it waits for."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from inspect import iscoroutine
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from graphql import ExecutionResult, GraphQLError, located_error
from graphql.execution import Executor

from schema.execution.batch import Batch
from schema.execution.place import FindPlace, Place

if TYPE_CHECKING:
    from schema.execution.calling import CallState
    from schema.execution.plan import FieldPlan

# Completes a resolved value for its place. Raises whatever makes it a null.
Complete = Callable[[Any, Place, "Run"], Any]


class Step:
    """What was waited for to find one field, of all objects that asked for it."""

    __slots__ = ("field", "nanoseconds", "objects")

    def __init__(self, field: "FieldPlan") -> None:
        self.field = field
        self.objects = 0
        # Of what took longest, if they did not ask at one moment.
        self.nanoseconds = 0

    def told(self) -> dict[str, object]:
        """For people."""
        return {
            "field": f"{self.field.parent_name}.{self.field.name}",
            "objects": self.objects,
            "microseconds": self.nanoseconds // 1000,
        }


class Awaited:
    """Something to wait for, and the place that it is for."""

    __slots__ = ("awaitable", "complete", "place")
    objects = 1

    def __init__(self, awaitable: Awaitable[Any], place: Place, complete: Complete) -> None:
        self.awaitable = awaitable
        self.place = place
        self.complete = complete

    @property
    def field(self) -> "FieldPlan":
        """The field that it is for."""
        return self.place.field

    def fill(self, value: Any, run: "Run") -> None:
        """Put the value in its place."""
        run.fill(self.place, self.complete, value)

    def fail(self, error: Exception, run: "Run") -> None:
        """Put a null in its place."""
        run.fail(error, self.place)

    def is_lost(self, run: "Run") -> bool:
        """Whether nobody would see the value."""
        return run.is_lost(self.place)


class Run:
    """One execution.

    Everything that can be told at once is told depth first, as graphql-core does. What has to be
    awaited is started together, so that loaders see all that is asked for at the same moment; what
    has come in is completed together, too, and so on. A field that is found for many objects is
    gathered until then.
    """

    __slots__ = (
        "_awaited",
        "_batches",
        "_is_interrupted",
        "_settled",
        "_tasks",
        "_wake",
        "errors",
        "executor",
        "has_nulls",
        "is_void",
        "states",
        "steps",
    )

    def __init__(self, executor: Executor[Any]) -> None:
        self.executor = executor
        self.errors: list[GraphQLError] = []
        # The whole answer is null.
        self.is_void = False
        # What the calls of a field share.
        self.states: dict[FieldPlan, CallState] = {}
        self.has_nulls = False
        self.steps: dict[FieldPlan, Step] = {}
        self._awaited: list[Awaited] = []
        self._batches: dict[FieldPlan, Batch] = {}
        self._is_interrupted = False

    @property
    def is_waiting(self) -> bool:
        """Whether there is something to wait for."""
        return bool(self._awaited or self._batches)

    def wait_for(self, awaitable: Awaitable[Any], place: Place, complete: Complete) -> None:
        """Complete what comes of it."""
        self._awaited.append(Awaited(awaitable, place, complete))

    def gather(
        self,
        field: "FieldPlan",
        sources: list[Any],
        containers: list[dict[str, Any]],
        find_place: FindPlace,
    ) -> None:
        """Find a field for objects together with all others that ask for it by now; see `Batch`."""
        batch = self._batches.get(field)
        if batch is None:
            batch = self._batches[field] = Batch(field)
        batch.add(sources, containers, find_place)

    def fill(self, place: Place, complete: Complete, value: Any) -> None:
        """Put a value in its place."""
        if self.is_lost(place):
            return
        try:
            place.container[place.key] = complete(value, place, self)
        except Exception as error:  # noqa: BLE001 - whatever a field raises becomes its error
            self.fail(error, place)

    def fail(self, raw_error: Exception, place: Place) -> None:
        """Put a null in its place, or further up where that may not be null."""
        error = located_error(raw_error, place.field.nodes, place.steps())
        found: Place | None = place
        while found is not None and not found.is_nullable:
            found = found.parent
        if found is None:
            self.void(error)
            return
        if not self.is_lost(found):
            found.container[found.key] = None
            self.note(error, found)

    def note(self, error: GraphQLError, place: Place) -> None:
        """Collect an error; below its place nothing counts any more."""
        if self.is_lost(place):
            return
        place.is_nulled = self.has_nulls = True
        self.errors.append(error)

    def void(self, error: GraphQLError) -> None:
        """Collect an error after which there is no answer."""
        if not self.is_void:
            self.is_void = self.has_nulls = True
            self.errors.append(error)

    def result(self, data: dict[str, Any]) -> ExecutionResult:
        """What came of it."""
        discard(each.awaitable for each in self._awaited)
        return ExecutionResult(None if self.is_void else data, self.errors or None)

    def is_lost(self, place: Place) -> bool:
        """Whether nobody would see what is put there."""
        return self.has_nulls and (self.is_void or place.is_lost())

    async def finish(self) -> None:
        """Wait for everything."""
        try:
            while self.is_waiting:
                awaited = self._next()
                if len(awaited) > 1:
                    await self._finish_together(awaited)
                elif awaited:
                    await self._finish_one(awaited[0])
        finally:
            discard(each.awaitable for each in self._awaited)

    def _next(self) -> list[Awaited | Batch]:
        batches, self._batches = self._batches, {}
        awaited: list[Awaited | Batch] = [*self._awaited]
        self._awaited = []
        if self.has_nulls:
            discard(each.awaitable for each in awaited if each.is_lost(self))
            awaited = [each for each in awaited if not each.is_lost(self)]
        return awaited + [each for each in batches.values() if each.start(self)]

    async def _finish_one(self, awaited: Awaited | Batch) -> None:
        """Without a task of its own."""
        started = perf_counter_ns()
        try:
            value = await awaited.awaitable
        except Exception as error:  # noqa: BLE001 - see above
            awaited.fail(error, self)
        else:
            self._count(awaited, started)
            awaited.fill(value, self)

    async def _finish_together(self, awaited: list[Awaited | Batch]) -> None:
        self._wake = asyncio.Event()
        self._settled: list[tuple[Awaited | Batch, Any, Exception | None]] = []
        self._tasks: dict[Awaited | Batch, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while awaited or self._tasks:
                for each in awaited:
                    self._tasks[each] = group.create_task(self._watch(each))
                await self._wake.wait()
                self._wake.clear()
                if self._is_interrupted:
                    raise asyncio.CancelledError
                self._settle()
                awaited = self._next()
                if self.has_nulls:
                    self._drop_lost()

    async def _watch(self, awaited: Awaited | Batch) -> None:
        value, failure = None, None
        started = perf_counter_ns()
        try:
            value = await awaited.awaitable
            self._count(awaited, started)
        except Exception as error:  # noqa: BLE001 - see above
            failure = error
        except asyncio.CancelledError:
            # Told by nobody here: what was waited for has been cancelled from outside.
            self._is_interrupted = awaited in self._tasks
            self._wake.set()
            raise
        self._settled.append((awaited, value, failure))
        self._wake.set()

    def _count(self, awaited: Awaited | Batch, started: int) -> None:
        step = self.steps.get(awaited.field)
        if step is None:
            step = self.steps[awaited.field] = Step(awaited.field)
        step.objects += awaited.objects
        step.nanoseconds = max(step.nanoseconds, perf_counter_ns() - started)

    def _settle(self) -> None:
        settled, self._settled = self._settled, []
        for awaited, value, failure in settled:
            self._tasks.pop(awaited, None)
            if failure is not None:
                awaited.fail(failure, self)
            else:
                awaited.fill(value, self)

    def _drop_lost(self) -> None:
        for awaited in [each for each in self._tasks if each.is_lost(self)]:
            self._tasks.pop(awaited).cancel()


def discard(awaitables: Iterable[Any]) -> None:
    """End coroutines that nobody will wait for."""
    with suppress(Exception):
        for each in awaitables:
            if iscoroutine(each):
                each.close()
