"""`lexigraph serve` and `lexigraph store`."""

from pathlib import Path
from typing import Annotated

import typer

from infra.embedded.launch import serve_store
from infra.entrypoints.backend import open_backend, prepare_store
from infra.entrypoints.cli.console import settings_of_command
from infra.entrypoints.serve import serve


def serve_command(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on (default 127.0.0.1).")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes any free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Server processes.")] = None,
) -> None:
    """Serve GraphQL and GraphiQL until stopped with Ctrl-C."""
    settings = settings_of_command(host=host, port=port, workers=workers)
    serve(settings, open_backend, prepare_store)


def store_command(
    path: Annotated[Path, typer.Option(help="The store's file; made when missing.")],
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes any free one.")] = 27017,
) -> None:
    """Run the embedded store alone; any MongoDB client can use the URI it prints."""
    serve_store(path, port=port, announce=typer.echo)
