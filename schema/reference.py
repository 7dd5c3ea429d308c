"""The contract as a document for people: every type with all that is said about it."""

from collections.abc import Iterable, Iterator, Mapping

from graphql import (
    GraphQLArgument,
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    GraphQLUnionType,
    Undefined,
    ast_from_value,
    get_named_type,
    is_introspection_type,
    is_scalar_type,
    is_specified_directive,
    is_specified_scalar_type,
    print_ast,
)

Part = GraphQLField | GraphQLInputField | GraphQLArgument

OPENING = """\
# Reference

Everything that the GraphQL endpoint takes and gives. Made from the schema by `make sdl-update`: do
not edit.
"""

KINDS: Mapping[str, type[GraphQLNamedType]] = {
    "Objects": GraphQLObjectType,
    "Interfaces": GraphQLInterfaceType,
    "Unions": GraphQLUnionType,
    "Inputs": GraphQLInputObjectType,
    "Enums": GraphQLEnumType,
}


def reference(schema: GraphQLSchema) -> str:
    """The document, in Markdown."""
    roots = [schema.query_type, schema.mutation_type, schema.subscription_type]
    others = [
        each
        for _, each in sorted(schema.type_map.items())
        if each not in roots and not is_introspection_type(each)
    ]
    sections: list[tuple[str, list[GraphQLNamedType]]] = [
        ("Operations", [each for each in roots if each is not None])
    ]
    sections += [
        (title, [each for each in others if isinstance(each, kind)])
        for title, kind in KINDS.items()
    ]
    scalars: list[GraphQLNamedType] = [
        each for each in others if is_scalar_type(each) and not is_specified_scalar_type(each)
    ]
    sections.append(("Scalars", scalars))
    lines = [OPENING]
    for title, types in sections:
        if types:
            lines += [f"## {title}\n", *(line for each in types for line in _type(each))]
    lines += _directives(schema.directives)
    return "\n".join(lines).rstrip("\n") + "\n"


def _type(named: GraphQLNamedType) -> Iterator[str]:
    yield f"### {named.name}\n"
    yield f"{named.description}\n"
    if isinstance(named, GraphQLObjectType) and named.interfaces:
        yield f"Implements {', '.join(map(_linked, named.interfaces))}.\n"
    if isinstance(named, GraphQLUnionType):
        yield f"One of {', '.join(map(_linked, named.types))}.\n"
    if isinstance(named, GraphQLInputObjectType) and named.is_one_of:
        yield "Exactly one field is given.\n"
    if isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        yield from _parts(named.fields)
        yield ""
    if isinstance(named, GraphQLEnumType):
        for name, value in named.values.items():
            yield f"- `{name}`: {value.description}{_deprecation(value.deprecation_reason)}"
        yield ""


def _parts(parts: Mapping[str, Part], indent: str = "") -> Iterator[str]:
    for name, part in parts.items():
        default = "" if isinstance(part, GraphQLField) else _default(part)
        yield (
            f"{indent}- `{name}` {_linked(part.type)}{default}{_described(part)}"
            f"{_deprecation(part.deprecation_reason)}"
        )
        if isinstance(part, GraphQLField):
            yield from _parts(part.args, "  ")


def _directives(directives: Iterable[GraphQLDirective]) -> Iterator[str]:
    own = [each for each in directives if not is_specified_directive(each)]
    if own:
        yield "## Directives\n"
    for directive in own:
        yield f"### @{directive.name}\n"
        yield f"{directive.description}\n"
        yield from _parts(directive.args)
        yield ""


def _linked(of: GraphQLType) -> str:
    name = get_named_type(of).name
    if is_specified_scalar_type(get_named_type(of)):
        return f"`{of}`"
    return f"[`{of}`](#{name.lower()})"


def _default(part: GraphQLInputField | GraphQLArgument) -> str:
    value = part.default_value
    node = None if value is Undefined else ast_from_value(value, part.type)
    return "" if node is None else f" = `{print_ast(node)}`"


def _described(part: Part) -> str:
    # Strawberry keeps those of the arguments of directives to itself.
    return f": {part.description}" if part.description else ""


def _deprecation(reason: str | None) -> str:
    return "" if reason is None else f" **Deprecated:** {reason}"
