"""`lexigraph reembed`: another embedding model for a library that goes on being searched."""

from typing import Annotated

import typer

from documents.library import LibraryDocument
from infra.entrypoints.cli.console import results, run_with_context, settings_of_command
from infra.entrypoints.cli.jobs import leave_if_failed, see_through
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.reembedding.request import ModelWish, request_dropping, request_reembedding
from resolvers.transfer.run import library_by_key


def reembed_command(
    library: Annotated[str, typer.Argument(help="Key of the library.")],
    embedding: Annotated[
        str | None,
        typer.Option(help="Provider of the new model, as minilm; or a certain model, as static/…"),
    ] = None,
    back: Annotated[
        bool, typer.Option("--back", help="Go back to the model that it had before.")
    ] = False,
    drop_former: Annotated[
        bool, typer.Option("--drop-former", help="Remove the vectors of the model before.")
    ] = False,
) -> None:
    """Embed a library by another model; run again, it resumes an interrupted re-embedding.

    Searches are answered by the model that it has until all texts have vectors of the new one.
    """
    if [embedding is not None, back, drop_former].count(True) != 1:
        raise typer.BadParameter("Give one of --embedding, --back and --drop-former.")

    async def work(context: Context) -> tuple[str | None, LibraryDocument]:
        stored = await library_by_key(library)
        if drop_former:
            asked = await request_dropping(context, library)
        else:
            wish = _former(stored) if embedding is None else _wish(embedding)
            asked = await request_reembedding(context, library, wish)
        return await see_through(context, asked), await library_by_key(library)

    failure, stored = run_with_context(settings_of_command(), work)
    leave_if_failed(failure, f"{library} stays as it was")
    model = stored.embedding
    results.print(f"{library} is embedded by {model.provider}/{model.name}", markup=False)


def _wish(embedding: str) -> ModelWish:
    provider, _, name = embedding.partition("/")
    return ModelWish(provider, name or None)


def _former(library: LibraryDocument) -> ModelWish:
    former = library.former_embedding
    if former is None:
        raise RequestError(f"There is no model before that of {library.key} to go back to.")
    return ModelWish(former.provider, former.name)
