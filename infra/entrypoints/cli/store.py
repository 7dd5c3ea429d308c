"""`lexigraph store` and `lexigraph store backup`."""

from pathlib import Path
from typing import Annotated

import typer

from infra.embedded.backup import back_up
from infra.embedded.launch import STORE_FILE, serve_store
from infra.entrypoints.cli.console import results, settings_of_command

app = typer.Typer(help="Run the embedded store alone, or copy its file.")


@app.callback(invoke_without_command=True)
def store_command(
    context: typer.Context,
    path: Annotated[Path | None, typer.Option(help="The store's file; made when missing.")] = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes any free one.")] = 27017,
) -> None:
    """Run the embedded store alone; any MongoDB client can use the URI it prints."""
    context.obj = path
    if context.invoked_subcommand is not None:
        return
    if path is None:
        raise typer.BadParameter("Missing option '--path'.", context)
    serve_store(path, port=port, announce=typer.echo)


@app.command("backup")
def backup_command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to put the copy; must not be there yet.")],
    path: Annotated[
        Path | None, typer.Option(help="The store's file (default: that of the data folder).")
    ] = None,
) -> None:
    """Copy the store, also while it is in use, and check the copy."""
    store = path or context.obj or settings_of_command().data_dir / STORE_FILE
    size_bytes = back_up(store, file)
    results.print(f"{file}: {size_bytes / 1e6:,.1f} MB, checked")
