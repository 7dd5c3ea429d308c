"""A file that cannot serve says why, and what helps."""

import sqlite3
from pathlib import Path

import pytest

from infra.embedded.opening import UnusableFileError
from infra.embedded.storage import StoreFile


@pytest.mark.parametrize("kept_bytes", [0, 4096])
def test_a_damaged_file_asks_for_a_backup(tmp_path: Path, kept_bytes: int) -> None:
    path = tmp_path / "store.sqlite3"
    StoreFile(path).close()
    content = path.read_bytes()
    path.write_bytes(content[:kept_bytes] + b"\x01" * (len(content) - kept_bytes))
    with pytest.raises(UnusableFileError, match="restore it from a backup"):
        StoreFile(path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match="folder is missing"):
        StoreFile(tmp_path / "nowhere" / "store.sqlite3")


def test_a_place_where_readers_and_a_writer_cannot_work_side_by_side_is_refused() -> None:
    with pytest.raises(UnusableFileError, match="put the data folder on a local disk"):
        StoreFile(Path(":memory:"))  # the one place everywhere that has no WAL mode


def test_a_sqlite_that_is_too_old_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 7, 17))
    with pytest.raises(UnusableFileError, match=r"needs SQLite 3\.15\.0 or newer.*another build"):
        StoreFile(tmp_path / "store.sqlite3")
    assert not list(tmp_path.iterdir())
