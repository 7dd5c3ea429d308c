"""`lexigraph schema`: the GraphQL schema as text."""

from enum import StrEnum
from typing import Annotated

import typer

from schema.schema import reference_text, sdl


class SchemaFormat(StrEnum):
    """How the schema is told."""

    SDL = "sdl"
    REFERENCE = "reference"


TEXTS = {SchemaFormat.SDL: sdl, SchemaFormat.REFERENCE: reference_text}


def schema_command(
    format: Annotated[
        SchemaFormat, typer.Option(help="For programs (SDL), or for people (Markdown).")
    ] = SchemaFormat.SDL,
) -> None:
    """Print the GraphQL schema (SDL)."""
    typer.echo(TEXTS[format](), nl=False)
