"""`lexigraph check`: is all well?"""

import typer

from documents.library import LibraryDocument, LibraryState
from infra.entrypoints.cli.console import results, run_with_context, settings_of_command
from resolvers.condition import LibraryCondition, library_condition, missing_database_indexes
from resolvers.context import Context


def check_command() -> None:
    """Check settings, store, database indexes and libraries; exit code 1 if something is wrong."""
    settings = settings_of_command()
    where = "MongoDB" if settings.mongodb_uri else "embedded store"
    _tell(True, "settings", f"data folder {settings.data_dir}, {where}")
    if not run_with_context(settings, _check):
        raise typer.Exit(1)


async def _check(context: Context) -> bool:
    services = context.services
    build = await services.client.admin.command("buildInfo")
    _tell(True, "store", f"answers, MongoDB protocol {build['version']}")
    missing = await missing_database_indexes()
    _tell(not missing, "database indexes", f"missing: {', '.join(missing)}" if missing else "all")
    well = not missing
    async for library in LibraryDocument.find_all():
        condition = await library_condition(services.database, services.embedders, library)
        well &= _tell_library(condition)
    return well


def _tell_library(condition: LibraryCondition) -> bool:
    key = condition.library.key
    name = f"library {key}"
    if condition.library.state is LibraryState.DELETING:
        _tell(False, name, f"half deleted: run `lexigraph library delete {key}` again")
        return False
    counts = f"{condition.words:,} words, {condition.definitions:,} definitions"
    if condition.model_problem:
        _tell(False, name, f"{counts}; {condition.model_problem}")
        return False
    if condition.texts_embedded < condition.texts:
        missing = condition.texts - condition.texts_embedded
        advice = f"run its import again, or `lexigraph library embed {key}`"
        _tell(False, name, f"{counts}; {missing:,} texts not searchable by meaning yet: {advice}")
        return False
    _tell(True, name, f"{counts}, all searchable by meaning ({condition.library.embedding.name})")
    return True


def _tell(well: bool, what: str, detail: str) -> None:
    results.print("[green]ok[/]  " if well else "[red]bad[/] ", end="")
    results.print(f"{what}: {detail}", markup=False)
