"""`lexigraph library list|create|delete|embed`."""

from typing import Annotated

import typer
from rich.table import Table

from documents.library import LibraryDocument
from infra.entrypoints.cli.console import results, run_with_context, settings_of_command
from infra.entrypoints.cli.progress import progress_bar
from resolvers.context import Context
from resolvers.transfer.embed import embed_missing
from resolvers.transfer.run import library_by_key
from resolvers.writing.items import NewLibrary
from resolvers.writing.library import create_library, delete_library

app = typer.Typer(no_args_is_help=True, help="List, make, embed and delete libraries.")

Key = Annotated[str, typer.Argument(help="Key of the library: a-z, 0-9 and '-'.")]


@app.command("list")
def list_command() -> None:
    """Show all libraries."""

    async def work(context: Context) -> Table:
        table = Table("key", "name", "language", "words", "model", box=None)
        words = context.services.database["words"]
        async for library in LibraryDocument.find_all():
            count = await words.count_documents({"library_id": library.id})
            row = (library.key, library.name, library.language, f"{count:,}")
            table.add_row(*row, library.embedding.name)
        return table

    results.print(run_with_context(settings_of_command(), work))


@app.command("create")
def create_command(
    key: Key,
    name: Annotated[str | None, typer.Option(help="Name for people; the key if not given.")] = None,
    language: Annotated[str, typer.Option(help="BCP 47 language tag.")] = "en",
    embedding: Annotated[
        str | None,
        typer.Option(help="minilm, static, corpus, openai, sentence-transformers or hashing."),
    ] = None,
) -> None:
    """Make an empty library; its embedding model stays until it is embedded anew."""

    async def work(context: Context) -> LibraryDocument:
        return await create_library(
            context, NewLibrary(key=key, name=name or key, language=language, provider=embedding)
        )

    library = run_with_context(settings_of_command(), work)
    results.print(f"library {library.key} made; its model is {library.embedding.name}")


@app.command("delete")
def delete_command(
    key: Key, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Delete a library with everything in it; an interrupted deletion is finished."""
    if not yes:
        typer.confirm(f"Delete library {key} with all its words and vectors?", abort=True)

    async def work(context: Context) -> None:
        await delete_library(context, key)

    run_with_context(settings_of_command(), work)
    results.print(f"library {key} deleted")


@app.command("embed")
def embed_command(key: Key) -> None:
    """Embed the texts of definitions and documents that have no vector yet."""

    async def work(context: Context) -> int:
        library = await library_by_key(key)
        embedded = 0
        with progress_bar() as bar:
            task = bar.add_task("passages embedded", total=None)
            async for progress in embed_missing(context, library):
                bar.update(task, completed=progress.passages, total=progress.total)
                embedded = progress.texts_embedded
        return embedded

    results.print(f"{run_with_context(settings_of_command(), work):,} texts embedded")
