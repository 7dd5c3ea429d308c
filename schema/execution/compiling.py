"""From the nodes of an operation to its plan."""

from collections.abc import Sequence
from typing import Any

from graphql import (
    FieldNode,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from strawberry import Schema

from schema.execution.calling import call_all_of, call_of, reading_of_definition
from schema.execution.collecting import Asked
from schema.execution.completion import (
    ReadItems,
    abstract_value,
    leaf,
    list_value,
    non_null,
    object_value,
)
from schema.execution.generation import generate
from schema.execution.leaves import convert_all, converter
from schema.execution.place import Place
from schema.execution.plan import FieldPlan, ObjectPlan, Plan
from schema.execution.run import Complete, Run

Selected = Sequence[SelectionSetNode]


def compile_operation(
    schema: Schema, asked: Asked, operation: OperationDefinitionNode
) -> Plan | None:
    """The plan of a valid operation that plans cover; None if the schema has no such root."""
    root = asked.schema.get_root_type(operation.operation)
    if root is None:
        return None
    compiler = Compiler(schema, asked)
    plan = compiler.object_plan(root, (operation.selection_set,))
    is_serial = operation.operation is OperationType.MUTATION
    return Plan(plan, compiler.generate, is_serial=is_serial)


class Compiler:
    """Compiles one operation; types that an abstract one may turn out to be, when they do."""

    def __init__(self, schema: Schema, asked: Asked) -> None:
        self._schema = schema
        self._asked = asked
        self._fresh: list[ObjectPlan] = []

    def object_plan(self, object_type: GraphQLObjectType, selected: Selected) -> ObjectPlan:
        """What is asked of an object."""
        plan = ObjectPlan(object_type)
        found = self._asked.fields(object_type, selected)
        fields = [self._field(object_type, key, nodes) for key, nodes in found.items()]
        plan.fields = plan.others = [field for field in fields if field is not None]
        self._fresh.append(plan)
        return plan

    def generate(self) -> None:
        """Write functions for what was compiled since the last time."""
        fresh, self._fresh = self._fresh, []
        if fresh:
            generate(fresh)

    def _field(
        self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode]
    ) -> FieldPlan | None:
        definition = self._asked.schema.get_field(parent, nodes[0].name.value)
        if definition is None:
            return None  # as graphql-core, where nobody has validated
        field = FieldPlan(key, nodes, parent, definition)
        field.is_nullable = not is_non_null_type(definition.type)
        if field.name == "__typename":
            field.call = lambda _source, _place, _run: parent.name
        else:
            field.reading = reading_of_definition(definition, self._schema)
            field.call = call_of(definition, self._schema)
            field.find_all = call_all_of(definition, self._schema)
        below = [node.selection_set for node in nodes if node.selection_set]
        field.complete = self._complete(definition.type, field, below)
        if is_object_type(get_nullable_type(definition.type)):
            field.objects = field.child
        return field

    def _complete(self, kind: GraphQLOutputType, field: FieldPlan, selected: Selected) -> Complete:
        if is_non_null_type(kind):
            inner = self._complete(kind.of_type, field, selected)
            return non_null(inner, field.parent_name, field.name)
        if is_list_type(kind):
            inner = self._complete(kind.of_type, field, selected)
            return list_value(
                inner, not is_non_null_type(kind.of_type), _reader_of_items(kind.of_type, field)
            )
        if is_leaf_type(kind):
            return leaf(converter(kind))
        if is_abstract_type(kind):
            known: dict[GraphQLObjectType, Complete] = {}

            def complete_as(object_type: GraphQLObjectType) -> Complete:
                if object_type not in known:
                    known[object_type] = object_value(self.object_plan(object_type, selected))
                return known[object_type]

            return abstract_value(kind, complete_as)
        if not is_object_type(kind):
            raise TypeError(f"{kind} is not a type of answers.")
        field.child = self.object_plan(kind, selected)
        return object_value(field.child)


def _reader_of_items(kind: GraphQLOutputType, field: FieldPlan) -> ReadItems | None:
    """What reads the usual items of a list of a type."""
    inner = kind.of_type if is_non_null_type(kind) else kind
    if is_leaf_type(inner):
        convert = convert_all(converter(inner), is_nullable=not is_non_null_type(kind))
        return lambda values, _place, _run: convert(values)
    child = field.child
    if child is None or not is_non_null_type(kind) or not is_object_type(inner):
        return None

    def read(values: list[Any], place: Place, run: Run) -> list[dict[str, Any]] | None:
        found = child.read_together(
            values, lambda index: Place(place, found, index, field, is_nullable=False), run
        )
        return found

    return read
