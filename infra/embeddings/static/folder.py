"""Where distilled tables lie.

<data folder>/models/static/
<name>.npz     one for each distillation: libraries stay with theirs
newest         the name of the one that new libraries get
"""

from pathlib import Path

from infra.embeddings.errors import MissingWeightsError
from infra.embeddings.static.table import StaticTable, read_table, write_table

COMMAND = "`lexigraph distill`"


def tables_folder(data_dir: Path) -> Path:
    """The folder of all tables."""
    return data_dir / "models" / "static"


def newest_table(data_dir: Path) -> str:
    """The name of the table that new libraries get.

    Raises:
        MissingWeightsError: nothing was distilled yet.
    """
    try:
        return (tables_folder(data_dir) / "newest").read_text("utf-8").strip()
    except OSError:
        raise MissingWeightsError(
            f"The provider `static` has no table in {data_dir} yet: {COMMAND} makes it from minilm,"
            " once, in some minutes."
        ) from None


def find_table(data_dir: Path, name: str) -> StaticTable:
    """The table of a library, whichever distillation made it.

    Raises:
        MissingWeightsError: its file is not there.
        AlteredWeightsError: the file is damaged.
    """
    path = tables_folder(data_dir) / f"{name}.npz"
    if not path.is_file():
        raise MissingWeightsError(
            f"The table {path} is missing: without it there are no vectors of static/{name}. Bring"
            f" the file back; or make another ({COMMAND}) and embed its libraries anew."
        )
    return read_table(path)


def keep_table(data_dir: Path, table: StaticTable) -> Path:
    """Write a table, and let new libraries have it.

    Raises:
        OSError: the folder cannot be written.
    """
    folder = tables_folder(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{table.name}.npz"
    write_table(table, path)
    fresh = folder / "newest.new"
    fresh.write_text(table.name, "utf-8")
    fresh.replace(folder / "newest")
    return path
