"""`lexigraph schema`: the GraphQL schema as text."""

from enum import StrEnum
from typing import Annotated

import typer

from schema.schema import reference_text, sdl, subgraph_text


class SchemaFormat(StrEnum):
    """How the schema is told."""

    SDL = "sdl"
    REFERENCE = "reference"
    SUBGRAPH = "subgraph"


TEXTS = {
    SchemaFormat.SDL: sdl,
    SchemaFormat.REFERENCE: reference_text,
    SchemaFormat.SUBGRAPH: subgraph_text,
}


def schema_command(
    format: Annotated[
        SchemaFormat,
        typer.Option(help="For programs (SDL), for people (Markdown), or for federation gateways."),
    ] = SchemaFormat.SDL,
) -> None:
    """Print the GraphQL schema."""
    typer.echo(TEXTS[format](), nl=False)
