"""What an operation is compiled to: objects, and the fields asked of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    located_error,
)
from graphql.execution.values import get_argument_values
from graphql.pyutils import AwaitableOrValue

from schema.execution.calling import Call, CallAll, CallState
from schema.execution.leaves import PLAIN
from schema.execution.place import PENDING, FindPlace, Place
from schema.execution.reading import Reading
from schema.execution.run import Complete, Run

# Reads what can be read of an object, with its keys in the order of the answer, or raises.
ReadObject = Callable[[Any], dict[str, Any]]
ReadObjects = Callable[[list[Any]], list[dict[str, Any]]]


class FieldPlan:
    """One key of the answer.

    Attributes:
        key: of the answer.
        name: of the field.
        nodes: all that ask for it.
        parent: the object type.
        definition: graphql-core's.
        is_nullable: whether it may be null.
        call: finds its value.
        find_all: finds it for many objects at once, if it is such a field.
        complete: makes the public value of it.
        reading: what it reads, if it need not be called.
        child: what is asked of its objects, if these are of one type.
        objects: the same, if its value is one object.
    """

    __slots__ = (
        "call",
        "child",
        "complete",
        "definition",
        "find_all",
        "is_nullable",
        "key",
        "name",
        "nodes",
        "objects",
        "parent",
        "parent_name",
        "reading",
    )

    def __init__(
        self,
        key: str,
        nodes: list[FieldNode],
        parent: GraphQLObjectType,
        definition: GraphQLField,
    ) -> None:
        self.key = key
        self.nodes = nodes
        self.name = nodes[0].name.value
        self.parent = parent
        self.parent_name = parent.name
        self.definition = definition
        self.is_nullable: bool
        self.call: Call
        self.complete: Complete
        self.reading: Reading | None = None
        self.find_all: CallAll | None = None
        self.child: ObjectPlan | None = None
        self.objects: ObjectPlan | None = None

    def execute(
        self, source: Any, container: dict[str, Any], parent: Place | None, run: Run
    ) -> None:
        """Resolve and complete it.

        Raises:
            GraphQLError: it failed and may not be null.
        """
        if self.find_all is not None:
            container[self.key] = PENDING
            run.gather(self, [source], [container], lambda _: parent)
            return
        place = Place(parent, container, self.key, self, self.is_nullable)
        try:
            value = self.call(source, place, run)
            if value.__class__ not in PLAIN and run.executor.is_awaitable(value):
                container[self.key] = PENDING
                run.wait_for(value, place, self.complete)
            else:
                container[self.key] = self.complete(value, place, run)
        except Exception as raw_error:
            error = located_error(raw_error, self.nodes, place.steps())
            if not self.is_nullable:
                raise error from raw_error
            container[self.key] = None
            run.note(error, place)

    def state(self, run: Run) -> CallState:
        """What its calls share in one execution.

        Raises:
            GraphQLError: its arguments are not what they have to be.
        """
        state = run.states.get(self)
        if state is None:
            executor, definition = run.executor, self.definition
            info = executor.build_resolve_info(definition, self.nodes, self.parent, None)  # type: ignore[arg-type] # set for each call
            arguments = (
                get_argument_values(
                    definition,
                    self.nodes[0],
                    executor.variable_values,
                    hide_suggestions=executor.hide_suggestions,
                )
                if definition.args
                else {}
            )
            state = run.states[self] = CallState(info, arguments)
        return state

    def info(self, place: Place, run: Run) -> GraphQLResolveInfo[Any]:
        """What is told to those who tell types."""
        return self.state(run).info(place.of_field())


class ObjectPlan:
    """What is asked of an object type.

    Attributes:
        type: the object type.
        fields: all fields, in the order of the answer.
        read: reads everything that no method has to be called for; see `generation`.
        read_all: reads many objects, if nothing is called for each of them.
        others: the fields that are not read so.
    """

    __slots__ = ("fields", "others", "read", "read_all", "type")

    def __init__(self, object_type: GraphQLObjectType) -> None:
        self.type = object_type
        self.fields: Sequence[FieldPlan] = ()
        self.read: ReadObject | None = None
        self.read_all: ReadObjects | None = None
        self.others: Sequence[FieldPlan] = ()

    def execute(self, source: Any, place: Place | None, run: Run) -> dict[str, Any]:
        """Everything asked of one object.

        Raises:
            GraphQLError: a field failed and may not be null.
        """
        fields = self.fields
        container: dict[str, Any] = {}
        if self.read is not None:
            with suppress(Exception):  # then it is read below with all that can happen
                container = self.read(source)
                fields = self.others
        for field in fields:
            field.execute(source, container, place, run)
        return container

    def read_together(
        self, sources: list[Any], find_place: FindPlace, run: Run
    ) -> list[dict[str, Any]] | None:
        """Everything asked of many objects; None if that cannot be done for all of them at once.

        Args:
            sources: the objects.
            find_place: the place of one of them.
            run: gathers what is found for all together.
        """
        if self.read_all is None:
            return None
        try:
            containers = self.read_all(sources)
        except Exception:  # noqa: BLE001 - then they are read one by one with all that can happen
            return None
        for field in self.others:
            run.gather(field, sources, containers, find_place)
        return containers


class Plan:
    """A compiled operation."""

    __slots__ = ("_generate", "_is_warm", "is_serial", "root")

    def __init__(self, root: ObjectPlan, generate: Callable[[], None], *, is_serial: bool) -> None:
        self.root = root
        self.is_serial = is_serial
        self._generate = generate
        self._is_warm = False

    @property
    def is_new(self) -> bool:
        """Whether it has not been executed yet."""
        return not self._is_warm

    def execute(self, run: Run) -> AwaitableOrValue[ExecutionResult]:
        """Execute it; what it gives is awaitable if something had to be awaited."""
        if self._is_warm:
            # What is asked for once is not worth the time that it takes to write functions.
            self._generate()
        self._is_warm = True
        if self.is_serial:
            data: dict[str, Any] = {}
            return self._execute_next(iter(self.root.fields), data, run)
        try:
            data = self.root.execute(run.executor.root_value, None, run)
        except GraphQLError as error:
            run.void(error)
            return run.result({})
        return _finish(data, run) if run.is_waiting else run.result(data)

    def _execute_next(
        self, fields: Iterator[FieldPlan], data: dict[str, Any], run: Run
    ) -> AwaitableOrValue[ExecutionResult]:
        """One field after the other, as far as nothing has to be awaited."""
        for field in fields:
            try:
                field.execute(run.executor.root_value, data, None, run)
            except GraphQLError as error:
                run.void(error)
            if run.is_void:
                break
            if run.is_waiting:
                return self._finish_serially(fields, data, run)
        return run.result(data)

    async def _finish_serially(
        self, fields: Iterator[FieldPlan], data: dict[str, Any], run: Run
    ) -> ExecutionResult:
        await run.finish()
        result = run.result(data) if run.is_void else self._execute_next(fields, data, run)
        return result if isinstance(result, ExecutionResult) else await result


async def _finish(data: dict[str, Any], run: Run) -> ExecutionResult:
    await run.finish()
    return run.result(data)
