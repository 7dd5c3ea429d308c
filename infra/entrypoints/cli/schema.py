"""`lexigraph schema`: the GraphQL schema as text."""

import typer

from schema.schema import sdl


def schema_command() -> None:
    """Print the GraphQL schema (SDL)."""
    typer.echo(sdl(), nl=False)
