"""A file that cannot serve says why, and what helps."""

from pathlib import Path

import pytest

from infra.embedded.storage import StoreFile, UnusableFileError


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
