"""`lexigraph serve`."""

from typing import Annotated

import typer

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
