"""Where tables lie.

<data folder>/models/<provider>/
<name>.npz     one for each distillation or training: libraries stay with theirs
newest         the name of the one that new libraries get
"""

from pathlib import Path

from infra.embeddings.errors import MissingWeightsError
from infra.embeddings.static.table import StaticTable, read_table, write_table

COMMANDS = {"static": "`lexigraph distill`", "corpus": "`lexigraph train`"}


def tables_folder(data_dir: Path, provider: str) -> Path:
    """The folder of all tables of a provider."""
    return data_dir / "models" / provider


def newest_table(data_dir: Path, provider: str) -> str:
    """The name of the table that new libraries get.

    Raises:
        MissingWeightsError: none was made yet.
    """
    try:
        return (tables_folder(data_dir, provider) / "newest").read_text("utf-8").strip()
    except OSError:
        raise MissingWeightsError(
            f"The provider `{provider}` has no table in {data_dir} yet: {COMMANDS[provider]} makes"
            " it, once, in some minutes."
        ) from None


def table_names(data_dir: Path, provider: str) -> list[str]:
    """The names of all tables of a provider."""
    return [path.stem for path in tables_folder(data_dir, provider).glob("*.npz")]


def find_table(data_dir: Path, provider: str, name: str) -> StaticTable:
    """The table of a library, whenever it was made.

    Raises:
        MissingWeightsError: its file is not there.
        AlteredWeightsError: the file is damaged.
    """
    path = tables_folder(data_dir, provider) / f"{name}.npz"
    if not path.is_file():
        raise MissingWeightsError(
            f"The table {path} is missing: without it there are no vectors of {name}. Bring the"
            f" file back; or make another ({COMMANDS[provider]}) and embed its libraries anew."
        )
    return read_table(path)


def keep_table(data_dir: Path, provider: str, table: StaticTable) -> Path:
    """Write a table, and let new libraries have it.

    Raises:
        OSError: the folder cannot be written.
    """
    folder = tables_folder(data_dir, provider)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{table.name}.npz"
    write_table(table, path)
    fresh = folder / "newest.new"
    fresh.write_text(table.name, "utf-8")
    fresh.replace(folder / "newest")
    return path
