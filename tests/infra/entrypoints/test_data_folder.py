import os
from pathlib import Path

import pytest

from infra.entrypoints.data_folder import (
    DataFolderError,
    DataFolderTakenError,
    claim_data_folder,
)


def test_the_folder_is_made_and_free_again_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    for _ in range(2):
        with claim_data_folder(folder) as claim:
            claim.announce("127.0.0.1:8000")
    assert folder.is_dir()


def test_a_second_server_learns_who_holds_the_folder(tmp_path: Path) -> None:
    with claim_data_folder(tmp_path) as claim:
        claim.announce("127.0.0.1:8123")
        with pytest.raises(DataFolderTakenError) as caught, claim_data_folder(tmp_path):
            pytest.fail("two servers on one folder")
    assert f"process {os.getpid()}, 127.0.0.1:8123" in caught.value.message
    assert "LEXIGRAPH_DATA_DIR" in caught.value.message


def test_what_a_dead_server_left_behind_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "server.lock").write_text('{"pid":1,"address":"127.0.0.1:8000"} and garbage')
    with claim_data_folder(tmp_path):
        pass


def test_a_lock_without_words_is_still_a_lock(tmp_path: Path) -> None:
    with claim_data_folder(tmp_path):
        (tmp_path / "server.lock").write_text("garbage")
        with (
            pytest.raises(DataFolderTakenError, match=r"another server\. Stop"),
            claim_data_folder(tmp_path),
        ):
            pytest.fail("two servers on one folder")


def test_a_file_in_place_of_the_folder_is_explained(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(DataFolderError, match="File exists"), claim_data_folder(tmp_path / "data"):
        pytest.fail("claimed a file")


def test_a_place_that_cannot_be_written_is_explained() -> None:
    # Not writable even for root.
    folder = Path("/proc/lexigraph")
    refused = pytest.raises(DataFolderError, match="/proc/lexigraph cannot be used")
    with refused, claim_data_folder(folder):
        pytest.fail("claimed a folder in /proc")


def test_a_full_disk_is_explained(tmp_path: Path) -> None:
    # The kernel's own full device: it opens and locks, and has no space left.
    (tmp_path / "server.lock").symlink_to("/dev/full")
    refused = pytest.raises(DataFolderError, match="No space left on device")
    with refused, claim_data_folder(tmp_path):
        pytest.fail("claimed a full disk")
