"""The commands put together, and what the shell sees when one fails."""

from typing import Final

import typer

from infra.entrypoints.cli import check, library, schema, search, server, transfer
from infra.entrypoints.cli.console import messages
from infra.errors import LexigraphError

INTERRUPTED: Final = 130

app = typer.Typer(
    name="lexigraph",
    help="A GraphQL server for dictionaries that are searched by meaning.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("serve")(server.serve_command)
app.command("store")(server.store_command)
app.command("import")(transfer.import_command)
app.command("export")(transfer.export_command)
app.command("search")(search.search_command)
app.add_typer(library.app, name="library")
app.command("schema")(schema.schema_command)
app.command("check")(check.check_command)


def main() -> None:
    """Run one command; errors that users can mend are sentences, not tracebacks."""
    try:
        app()
    except LexigraphError as error:
        messages.print(f"[bold red]error[/] [dim]{error.code}[/]", end=" ")
        messages.print(error.message, markup=False)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
