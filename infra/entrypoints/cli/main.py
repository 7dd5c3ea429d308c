"""The commands put together."""

import typer

from infra.entrypoints.cli import (
    check,
    distill,
    evaluate,
    index,
    library,
    reembed,
    schema,
    search,
    server,
    store,
    transfer,
)
from infra.entrypoints.cli.failures import run_command

app = typer.Typer(
    name="lexigraph",
    help="A GraphQL server for dictionaries that are searched by meaning.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("serve")(server.serve_command)
app.add_typer(store.app, name="store")
app.command("import")(transfer.import_command)
app.command("export")(transfer.export_command)
app.command("search")(search.search_command)
app.command("index")(index.index_command)
app.command("reembed")(reembed.reembed_command)
app.command("distill")(distill.distill_command)
app.command("train")(distill.train_command)
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(library.app, name="library")
app.command("schema")(schema.schema_command)
app.command("check")(check.check_command)


def main() -> None:
    """Run the command that the shell gives."""
    run_command(app)
