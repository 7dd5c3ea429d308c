"""The schema as a whole, and its text."""

from graphql import GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, Undefined
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig

from infra.operation_limits import OperationLimits
from schema.execution.plans import Plans
from schema.federation import ANY, Representation, subgraph_sdl
from schema.mutation import Mutation
from schema.preparation import Preparation
from schema.query import Query
from schema.reference import reference
from schema.served import ServedSchema
from schema.subscription import Subscription


def make_schema(limits: OperationLimits | None = None) -> ServedSchema:
    """The schema that is served, with the limits of the settings or else the usual ones."""
    limits = limits or OperationLimits()
    schema = ServedSchema(
        Preparation(limits),
        Plans(),
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(
            enable_experimental_incremental_execution=True,
            disable_field_suggestions=not limits.introspection,
            scalar_map={Representation: ANY},
        ),
    )
    _leave_out_null_defaults(schema._schema)
    return schema


def sdl() -> str:
    """The schema in the schema definition language, as committed in schema.graphql."""
    return print_schema(make_schema()) + "\n"


def subgraph_text() -> str:
    """The schema as a federation gateway composes it with others."""
    return subgraph_sdl(make_schema())


def reference_text() -> str:
    """The schema as a document for people, as committed in docs/reference.md."""
    return reference(make_schema()._schema)


def _leave_out_null_defaults(schema: GraphQLSchema) -> None:
    """Python's default None means "may be left out"; to clients `= null` would say nothing more."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            arguments = [each for field in type_.fields.values() for each in field.args.values()]
        elif isinstance(type_, GraphQLInputObjectType):
            arguments = list(type_.fields.values())
        else:
            continue
        for argument in arguments:
            if argument.default_value is None:
                argument.default_value = Undefined
